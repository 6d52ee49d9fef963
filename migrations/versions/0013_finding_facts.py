"""Facts of events: how goods are to be stored, in the words of their label.

Revision: 0013, after 0012. It only adds columns that may be empty: the previous release goes on
beside it. Facts that were written before have neither; `manage.py findings --rebuild` fills them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns."""
    op.add_column("event_fact", sa.Column("storage_text", sa.String(200), nullable=True))
    op.add_column("event_fact", sa.Column("heat_treatment", sa.String(16), nullable=True))
