"""The night run: nights, grades in every version, and changes of lists.

Revision: 0020, after 0019. It names its own column types, so that it stays what it was when the
types of the code change. It only adds tables: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "credit_night",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.Column("model", sa.String(length=32), nullable=False),
        sa.Column("seq_end", BIG, nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("log", "day", name=op.f("pk_credit_night")),
    )
    op.create_table(
        "credit_grade",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_latest", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("model", sa.String(length=32), nullable=False),
        sa.Column("grade", sa.String(length=8), nullable=False),
        sa.Column("legal_class", sa.String(length=8), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("trace_points", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("log", "subject_id", "version", name=op.f("pk_credit_grade")),
    )
    op.create_index(op.f("ix_credit_grade_log_day"), "credit_grade", ["log", "day"], unique=False)
    op.create_index(
        op.f("ix_credit_grade_log_is_latest_grade"),
        "credit_grade",
        ["log", "is_latest", "grade"],
        unique=False,
    )
    op.create_table(
        "credit_list_change",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("list", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("log", "day", "fact_id", name=op.f("pk_credit_list_change")),
    )
    op.create_index(
        op.f("ix_credit_list_change_log_subject_id"),
        "credit_list_change",
        ["log", "subject_id"],
        unique=False,
    )
