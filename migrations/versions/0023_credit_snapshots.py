"""Snapshots of lists have a number, and their paper beside their lines.

Revision: 0023, after 0022. Nothing could take a snapshot before, so that the table is empty and is
made anew with its columns. It names its own column types, so that it stays what it was when the
types of the code change.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Make the table anew."""
    op.drop_table("credit_snapshot")
    op.create_table(
        "credit_snapshot",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("list", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("known_at", INSTANT, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("paper_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.Column("paper", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_credit_snapshot")),
    )
    op.create_index(
        op.f("ix_credit_snapshot_log_list_day"),
        "credit_snapshot",
        ["log", "list", "day"],
        unique=False,
    )
    op.create_index(
        op.f("ix_credit_snapshot_log_number"),
        "credit_snapshot",
        ["log", "number"],
        unique=True,
    )
