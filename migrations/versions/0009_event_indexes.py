"""Events are found by who recorded them and by where they happened.

Revision: 0009, after 0008. It only adds indexes: the previous release goes on beside it.
Whoever records an event waits while PostgreSQL builds them.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes."""
    for column in ("party_id", "biz_location", "read_point"):
        op.create_index(
            op.f(f"ix_event_{column}_log_event_at"), "event", [column, "log", "event_at"]
        )
