"""What follows from events: how far a projection has read, links between things, quantities.

Revision: 0003, after 0002. It names its own column types, so that it stays what it was when the
types of the code change. It only adds tables: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "projection_cursor",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("next_seq", BIG, nullable=False),
        sa.PrimaryKeyConstraint("log", "name", name=op.f("pk_projection_cursor")),
    )
    op.create_table(
        "link",
        sa.Column("src", BIG, autoincrement=False, nullable=False),
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dst", BIG, autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("from_us", BIG, nullable=False),
        sa.Column("until_us", BIG, nullable=True),
        sa.Column("until_seq", BIG, nullable=True),
        sa.PrimaryKeyConstraint("src", "log", "dst", "seq", "kind", name=op.f("pk_link")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_link_dst_log_src"), "link", ["dst", "log", "src"])
    op.create_index(op.f("ix_link_log_seq"), "link", ["log", "seq"])
    op.create_table(
        "event_quantity",
        sa.Column("item", BIG, autoincrement=False, nullable=False),
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("role", sa.SmallInteger(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=True),
        sa.Column("uom", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("item", "log", "seq", "position", name=op.f("pk_event_quantity")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_event_quantity_log_seq"), "event_quantity", ["log", "seq"])
    op.create_index(
        "ix_event_declared",
        "event",
        ["log", "event_hash_key"],
        postgresql_where=sa.text("declared_at IS NOT NULL"),
        sqlite_where=sa.text("declared_at IS NOT NULL"),
    )
