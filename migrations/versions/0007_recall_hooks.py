"""Where holders' programs are told of recalls, and how far each telling is.

Revision: 0007, after 0006. It names its own column types, so that it stays what it was when the
types of the code change. It only adds tables: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "recall_hook",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_recall_hook_party_id")),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_recall_hook")),
    )
    op.create_table(
        "recall_delivery",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("delivered_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_recall_delivery_party_id")
        ),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_recall_delivery")),
    )
    op.create_index(
        op.f("ix_recall_delivery_party_id_notice_id"), "recall_delivery", ["party_id", "notice_id"]
    )
