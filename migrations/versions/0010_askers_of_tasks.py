"""A task keeps by which key or account it was asked, so that it can be asked again when it is done.

Revision: 0010, after 0009. It names its own column types, so that it stays what it was when the
types of the code change. What the previous release asks for meanwhile has neither.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns."""
    op.add_column("task", sa.Column("key_id", sa.Uuid(), nullable=True))
    op.add_column("task", sa.Column("account_id", sa.Uuid(), nullable=True))
