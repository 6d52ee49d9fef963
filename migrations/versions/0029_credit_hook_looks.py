"""When a subscriber's hook was last looked at, and up to where there was nothing to tell.

Revision: 0029, after 0028. It only adds columns that may be empty: the previous release goes on
beside it, and what it does not fill in is looked at first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("credit_hook", sa.Column("looked_at", INSTANT, nullable=True))
    op.add_column("credit_hook", sa.Column("idle_at", sa.String(length=200), nullable=True))
