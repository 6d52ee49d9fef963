"""Watches: parties that a subscriber wants to be told of.

Revision: 0024, after 0023. It only adds a table: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "credit_watch",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("since_seq", BIG, nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("since_night", sa.Date(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("log", "actor", "code", name=op.f("pk_credit_watch")),
    )
