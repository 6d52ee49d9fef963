"""Findings: facts of events, findings, what is due, what was said of them.

Revision: 0006, after 0005. It names its own column types, so that it stays what it was when the
types of the code change. It only adds tables: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_finding()
    _create_finding_judgement()
    op.create_table(
        "finding_due",
        sa.Column("item", BIG, autoincrement=False, nullable=False),
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("item", "log", name=op.f("pk_finding_due")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_fact",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("expires_on", sa.String(length=10), nullable=True),
        sa.Column("readings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "log", name=op.f("pk_event_fact")),
        sqlite_with_rowid=False,
    )


def _create_finding() -> None:
    op.create_table(
        "finding",
        sa.Column("item", BIG, autoincrement=False, nullable=False),
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("class_code", sa.String(length=64), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("seqs", sa.Text(), nullable=False),
        sa.Column("first_seq", BIG, nullable=False),
        sa.Column("last_seq", BIG, nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("evidence", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("computed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("item", "log", "code", "key", name=op.f("pk_finding")),
        sa.UniqueConstraint("log", "id", name=op.f("uq_finding_log_id")),
    )
    for columns in (
        ["log", "last_seq", "id"],
        ["log", "code", "last_seq", "id"],
        ["party_id", "log", "last_seq", "id"],
        ["owner_id", "log", "last_seq", "id"],
    ):
        op.create_index(op.f(f"ix_finding_{'_'.join(columns)}"), "finding", columns)


def _create_finding_judgement() -> None:
    op.create_table(
        "finding_judgement",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("judged_by", sa.String(length=128), nullable=False),
        sa.Column("judged_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_finding_judgement")),
    )
    op.create_index(
        op.f("ix_finding_judgement_log_finding_id_seq"),
        "finding_judgement",
        ["log", "finding_id", "seq"],
    )
