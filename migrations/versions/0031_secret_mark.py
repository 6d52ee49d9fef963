"""Under which secret of the installation its persons, codes and papers were made.

Revision: 0031, after 0030. It only adds a table: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; the next process that starts writes its one row."""
    op.create_table(
        "secret_mark",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.LargeBinary(length=8), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_secret_mark_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secret_mark")),
    )
