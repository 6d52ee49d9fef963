"""Credit: names that parties are found by, whom rows name, and what persons said of who is who.

Revision: 0021, after 0020. It names its own column types, so that it stays what it was when the
types of the code change. It only adds tables: the previous release goes on beside it. Names of
parties that were known before are there once `manage.py rebuild` made the rows of credit anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_credit_name()
    _create_credit_mention()
    _create_credit_own()
    _create_credit_alias()
    _create_credit_judgement()


def _create_credit_name() -> None:
    op.create_table(
        "credit_name",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("core", sa.String(length=32), nullable=False),
        sa.Column("head", sa.String(length=32), nullable=False),
        sa.Column("tail", sa.String(length=32), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.PrimaryKeyConstraint("log", "subject_id", "name", name=op.f("pk_credit_name")),
    )
    op.create_index(op.f("ix_credit_name_log_core"), "credit_name", ["log", "core"], unique=False)
    op.create_index(op.f("ix_credit_name_log_head"), "credit_name", ["log", "head"], unique=False)
    op.create_index(op.f("ix_credit_name_log_tail"), "credit_name", ["log", "tail"], unique=False)


def _create_credit_mention() -> None:
    op.create_table(
        "credit_mention",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("told_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("seq", BIG, nullable=False),
        sa.PrimaryKeyConstraint("log", "id", name=op.f("pk_credit_mention")),
    )
    op.create_index(
        op.f("ix_credit_mention_log_state_seq"),
        "credit_mention",
        ["log", "state", "seq"],
        unique=False,
    )
    op.create_index(
        op.f("ix_credit_mention_log_told_id"), "credit_mention", ["log", "told_id"], unique=False
    )


def _create_credit_own() -> None:
    op.create_table(
        "credit_own",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("node_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("log", "thing_id", name=op.f("pk_credit_own")),
    )
    op.create_index(
        op.f("ix_credit_own_log_node_id"), "credit_own", ["log", "node_id"], unique=False
    )


def _create_credit_alias() -> None:
    op.create_table(
        "credit_alias",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("log", "subject_id", name=op.f("pk_credit_alias")),
    )


def _create_credit_judgement() -> None:
    op.create_table(
        "credit_judgement",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("node_id", sa.Uuid(), nullable=False),
        sa.Column("is_join", sa.Boolean(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("judged_at", INSTANT, nullable=False),
        sa.Column("undone_seq", BIG, nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.Column("undone_by", sa.String(length=128), nullable=True),
        sa.Column("undone_reason", sa.String(length=1000), nullable=True),
        sa.PrimaryKeyConstraint("log", "id", name=op.f("pk_credit_judgement")),
    )
    op.create_index(
        op.f("ix_credit_judgement_log_node_id"),
        "credit_judgement",
        ["log", "node_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_credit_judgement_log_seq"), "credit_judgement", ["log", "seq"], unique=False
    )
    op.create_index(
        op.f("ix_credit_judgement_log_subject_id"),
        "credit_judgement",
        ["log", "subject_id"],
        unique=False,
    )
