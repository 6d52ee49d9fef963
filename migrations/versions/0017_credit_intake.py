"""Credit: who signed and who released a batch, and which batch its rows were first in.

Revision: 0017, after 0016. It only adds columns that may be empty: the previous release goes on
beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("credit_batch", sa.Column("noted", sa.Integer(), nullable=True))
    op.add_column("credit_batch", sa.Column("signer_id", sa.Uuid(), nullable=True))
    op.add_column("credit_batch", sa.Column("released_by", sa.String(128), nullable=True))
    op.add_column("credit_batch", sa.Column("origin_id", sa.Uuid(), nullable=True))
