"""By which day a record begins, is told no more or ends: what a day's passing changes by itself.

Revision: 0030, after 0029. It only adds indexes: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add an index of each day. While one is made nothing is folded."""
    for day in ("starts_on", "stops_on", "ended_on"):
        op.create_index(
            op.f(f"ix_credit_fact_log_{day}"),
            "credit_fact",
            ["log", day],
            postgresql_where=sa.text(f"{day} IS NOT NULL"),
            sqlite_where=sa.text(f"{day} IS NOT NULL"),
        )
