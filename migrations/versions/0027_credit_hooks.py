"""Where a subscriber's program is told of changes, and what came of each telling.

Revision: 0027, after 0026. It only adds tables: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "credit_hook",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("told", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("stopped", sa.String(length=20), nullable=False),
        sa.Column("test_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("log", "actor", name=op.f("pk_credit_hook")),
    )
    op.create_table(
        "credit_hook_delivery",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("after", sa.String(length=200), nullable=False),
        sa.Column("until", sa.String(length=200), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("tried_at", INSTANT, nullable=False),
        sa.Column("delivered_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("log", "actor", "number", name=op.f("pk_credit_hook_delivery")),
    )
