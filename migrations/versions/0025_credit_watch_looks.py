"""How far a subscriber has looked at what changed of the parties that it watches.

Revision: 0025, after 0024. It only adds a table: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "credit_watch_look",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("seen", sa.String(length=200), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("log", "actor", name=op.f("pk_credit_watch_look")),
    )
