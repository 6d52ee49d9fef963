"""A large document may be handed in by an account as well as by a key.

Revision: 0008, after 0007. It names its own column types, so that it stays what it was when the
types of the code change. What the previous release writes meanwhile, a key, satisfies the check.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the account, and let either of the two be there."""
    # SQLite cannot change a column: there the table is written anew, which is small or empty.
    with op.batch_alter_table("capture_upload") as batch:
        batch.add_column(sa.Column("account_id", sa.Uuid(), nullable=True))
        batch.alter_column("key_id", existing_type=sa.Uuid(), nullable=True)
        batch.create_check_constraint(
            op.f("ck_capture_upload_one_holder"), "(account_id IS NULL) <> (key_id IS NULL)"
        )
