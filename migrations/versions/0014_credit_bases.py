"""Measures in use: the day from which on time alone leaves nothing that calls for one.

Revision: 0014, after 0013. It only adds a column that may be empty: the previous release goes on
beside it. Measures that were applied before have none; `manage.py rebuild` fills it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and its index."""
    op.add_column("credit_application", sa.Column("over_on", sa.Date(), nullable=True))
    op.create_index(
        op.f("ix_credit_application_log_over_on"),
        "credit_application",
        ["log", "over_on"],
        unique=False,
    )
