"""Credit reports, who looked at whose record, and snapshots of lists.

Revision: 0018, after 0017. It names its own column types, so that it stays what it was when the
types of the code change. It only adds tables: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_report()
    _create_access()
    _create_snapshot()


def _create_report() -> None:
    op.create_table(
        "credit_report",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("edition", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("is_person", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("issued_to", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=400), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("known_at", INSTANT, nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("report_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("pdf_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("facts_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("log", "number", name=op.f("pk_credit_report")),
    )
    op.create_index(
        op.f("ix_credit_report_log_actor_seq"),
        "credit_report",
        ["log", "actor", "seq"],
        unique=False,
    )
    op.create_index(
        op.f("ix_credit_report_log_subject_id_seq"),
        "credit_report",
        ["log", "subject_id", "seq"],
        unique=False,
    )


def _create_access() -> None:
    op.create_table(
        "credit_access",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("is_person", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=400), nullable=False),
        sa.Column("issued_to", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("authorisation_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("authorised_until", sa.Date(), nullable=True),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("log", "id", name=op.f("pk_credit_access")),
    )
    op.create_index(op.f("ix_credit_access_log_at"), "credit_access", ["log", "at"], unique=False)
    op.create_index(
        op.f("ix_credit_access_log_subject_id_at"),
        "credit_access",
        ["log", "subject_id", "at"],
        unique=False,
    )


def _create_snapshot() -> None:
    op.create_table(
        "credit_snapshot",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("list", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("known_at", INSTANT, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_credit_snapshot")),
    )
    op.create_index(
        op.f("ix_credit_snapshot_log_list_day"),
        "credit_snapshot",
        ["log", "list", "day"],
        unique=False,
    )
