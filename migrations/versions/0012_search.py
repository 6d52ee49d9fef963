"""Parties and sites are found by region, parties and certificates by number.

Revision: 0012, after 0011. It only adds indexes: the previous release goes on beside it.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes."""
    for table, columns in (
        ("party", ["licence_no"]),
        ("party", ["region", "id"]),
        ("site", ["region", "id"]),
        ("certificate", ["number"]),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
