"""Codes that are issued, links of products, long work, and what is kept of scans.

Revision: 0002, after 0001. It names its own column types, so that it stays what it was when the
types of the code change. It only adds tables: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_register()
    _create_tasks()
    _create_series()
    _create_blocks()
    _create_scans()


def _create_register() -> None:
    op.create_table(
        "company_prefix",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("evidence", sa.String(length=500), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_company_prefix_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_prefix")),
        sa.UniqueConstraint(
            "party_id",
            "prefix",
            "is_open",
            name=op.f("uq_company_prefix_party_id_prefix_is_open"),
        ),
    )
    op.create_index(op.f("ix_company_prefix_party_id_id"), "company_prefix", ["party_id", "id"])
    op.create_index(op.f("ix_company_prefix_prefix"), "company_prefix", ["prefix"])
    op.create_table(
        "product_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("uri", sa.String(length=512), nullable=False),
        sa.Column("link_type", sa.String(length=200), nullable=False),
        sa.Column("href", sa.String(length=2000), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("media_type", sa.String(length=127), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_product_link_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_link")),
    )
    op.create_index(op.f("ix_product_link_party_id_id"), "product_link", ["party_id", "id"])
    op.create_index(op.f("ix_product_link_uri"), "product_link", ["uri"])


def _create_tasks() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("total", BIG, nullable=False),
        sa.Column("done", BIG, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(length=100), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("touched_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_task_state")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_task_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_party_id_id"), "task", ["party_id", "id"])
    op.create_index(op.f("ix_task_state_id"), "task", ["state", "id"])


def _create_series() -> None:
    op.create_table(
        "tag_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_key")),
        sa.UniqueConstraint("is_current", name=op.f("uq_tag_key_is_current")),
    )
    op.create_table(
        "code_series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("scope", sa.String(length=512), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("next", BIG, nullable=False),
        sa.Column("mark", sa.LargeBinary(length=8), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("next >= 0", name=op.f("ck_code_series_next")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_code_series_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_series")),
        sa.UniqueConstraint("kind", "scope", name=op.f("uq_code_series_kind_scope")),
    )


def _create_blocks() -> None:
    op.create_table(
        "code_block",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("start", BIG, nullable=False),
        sa.Column("code_count", sa.Integer(), nullable=False),
        sa.Column("tag_key", sa.String(length=16), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("code_count > 0", name=op.f("ck_code_block_code_count")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_code_block_party_id")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_code_block_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["code_series.id"], name=op.f("fk_code_block_series_id")
        ),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_code_block")),
        sa.UniqueConstraint("log", "id", name=op.f("uq_code_block_log_id")),
        sa.UniqueConstraint(
            "log", "series_id", "start", name=op.f("uq_code_block_log_series_id_start")
        ),
    )
    op.create_index(
        op.f("ix_code_block_party_id_log_seq"), "code_block", ["party_id", "log", "seq"]
    )
    op.create_table(
        "code_range",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("block_seq", BIG, nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.SmallInteger(), nullable=False),
        sa.Column("start", BIG, nullable=False),
        sa.Column("code_count", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("code_count > 0", name=op.f("ck_code_range_code_count")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["code_series.id"], name=op.f("fk_code_range_series_id")
        ),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_code_range")),
        sa.UniqueConstraint("log", "id", name=op.f("uq_code_range_log_id")),
        sa.UniqueConstraint(
            "log",
            "series_id",
            "action",
            "start",
            name=op.f("uq_code_range_log_series_id_action_start"),
        ),
    )
    op.create_index(
        op.f("ix_code_range_block_seq_log_seq"), "code_range", ["block_seq", "log", "seq"]
    )


def _create_scans() -> None:
    op.create_table(
        "scan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item", BIG, nullable=False),
        sa.Column("product", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("device", sa.LargeBinary(length=12), nullable=False),
        sa.Column("lat_tenths", sa.SmallInteger(), nullable=True),
        sa.Column("lon_tenths", sa.SmallInteger(), nullable=True),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
    )
    op.create_index(op.f("ix_scan_at"), "scan", ["at"])
    op.create_index(op.f("ix_scan_item_at"), "scan", ["item", "at"])
    op.create_index(op.f("ix_scan_product_at"), "scan", ["product", "at"])
    op.create_table(
        "scan_burst",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.LargeBinary(length=12), nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("missed_count", BIG, nullable=False),
        sa.Column("refused_count", BIG, nullable=False),
        sa.Column("example", sa.String(length=512), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_burst")),
    )
    op.create_index(op.f("ix_scan_burst_address_last_at"), "scan_burst", ["address", "last_at"])
    op.create_index(op.f("ix_scan_burst_last_at"), "scan_burst", ["last_at"])
    op.create_table(
        "scan_summary",
        sa.Column("item", BIG, autoincrement=False, nullable=False),
        sa.Column("uri", sa.String(length=512), nullable=False),
        sa.Column("product", BIG, nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("scan_count", BIG, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_scan_summary")),
    )
    op.create_index(op.f("ix_scan_summary_due_at"), "scan_summary", ["due_at"])
    op.create_table(
        "scan_alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item", BIG, nullable=False),
        sa.Column("uri", sa.String(length=512), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("judged_by", sa.String(length=64), nullable=True),
        sa.Column("judged_at", INSTANT, nullable=True),
        sa.Column("judgements", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_scan_alert_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_alert")),
    )
    op.create_index(op.f("ix_scan_alert_item_rule"), "scan_alert", ["item", "rule"], unique=True)
    op.create_index(op.f("ix_scan_alert_last_at"), "scan_alert", ["last_at"])
    op.create_index(op.f("ix_scan_alert_party_id_id"), "scan_alert", ["party_id", "id"])
