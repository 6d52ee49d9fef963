"""The first schema: ledger, event index, register.

Revision: 0001, after nothing. It names its own column types, so that it stays what it was when the
types of the code change.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
DEGREES = sa.Numeric(9, 6).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Create every table."""
    _create_register_1()
    _create_register_2()
    _create_register_3()
    _create_ledger_1()
    _create_ledger_2()
    _create_events_1()
    _create_events_2()


def _create_register_1() -> None:
    op.create_table(
        "party",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("licence_kind", sa.String(length=64), nullable=True),
        sa.Column("licence_no", sa.String(length=64), nullable=True),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('farm', 'plant', 'carrier', 'warehouse', 'shop', 'input_maker', 'other')",
            name=op.f("ck_party_kind"),
        ),
        sa.CheckConstraint(
            "(licence_kind IS NULL) = (licence_no IS NULL)", name=op.f("ck_party_licence")
        ),
        sa.CheckConstraint(
            "uscc IS NOT NULL OR licence_no IS NOT NULL", name=op.f("ck_party_known_by")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_party"),
        sa.UniqueConstraint("licence_kind", "licence_no", name="uq_party_licence_kind_licence_no"),
        sa.UniqueConstraint("uscc", name="uq_party_uscc"),
    )
    op.create_table(
        "post_request",
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("actor", "idempotency_key", name="pk_post_request"),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "(role = 'producer') = (party_id IS NOT NULL)", name=op.f("ck_api_key_scope")
        ),
        sa.CheckConstraint(
            "role IN ('producer', 'authority', 'auditor', 'operator')", name=op.f("ck_api_key_role")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_api_key_party_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
    )
    op.create_index("ix_api_key_party_id", "api_key", ["party_id"])


def _create_register_2() -> None:
    op.create_table(
        "product",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("uri", sa.String(length=512), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("spec_zh", sa.String(length=500), nullable=False),
        sa.Column("spec_en", sa.String(length=500), nullable=False),
        sa.Column("class_code", sa.String(length=64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_product_party_id"),
        sa.PrimaryKeyConstraint("id", name="pk_product"),
        sa.UniqueConstraint("uri", name="uq_product_uri"),
    )
    op.create_index("ix_product_party_id_id", "product", ["party_id", "id"])
    op.create_table(
        "site",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("uri", sa.String(length=512), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("latitude", DEGREES, nullable=True),
        sa.Column("longitude", DEGREES, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_site_place")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_site_party_id"),
        sa.PrimaryKeyConstraint("id", name="pk_site"),
        sa.UniqueConstraint("uri", name="uq_site_uri"),
    )
    op.create_index("ix_site_party_id_id", "site", ["party_id", "id"])


def _create_register_3() -> None:
    op.create_table(
        "certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("lot", sa.String(length=20), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= from_on", name=op.f("ck_certificate_period")
        ),
        sa.CheckConstraint(
            "lot IS NULL OR product_id IS NOT NULL", name=op.f("ck_certificate_lot")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_certificate_party_id"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="fk_certificate_product_id"),
        sa.PrimaryKeyConstraint("id", name="pk_certificate"),
        sa.UniqueConstraint("kind", "number", "issuer", name="uq_certificate_kind_number_issuer"),
    )
    op.create_index("ix_certificate_party_id_id", "certificate", ["party_id", "id"])
    op.create_index("ix_certificate_product_id_id", "certificate", ["product_id", "id"])
    op.create_index("ix_certificate_product_id_lot", "certificate", ["product_id", "lot"])


def _create_ledger_1() -> None:
    op.create_table(
        "ledger_checkpoint",
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("log", "size", name="pk_ledger_checkpoint"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("part_hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name="pk_ledger_entry"),
    )
    op.create_table(
        "ledger_head",
        # A single integer key would get a sequence of its own; a log's number is never allocated.
        sa.Column("log", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("last_leaf", sa.LargeBinary(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("log", name="pk_ledger_head"),
    )
    op.create_table(
        "ledger_idempotency",
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("first_seq", BIG, nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("kept", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("log", "actor", "key", name="pk_ledger_idempotency"),
    )
    op.create_table(
        "ledger_node",
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("node_index", BIG, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "level", "node_index", name="pk_ledger_node"),
    )


def _create_ledger_2() -> None:
    op.create_table(
        "ledger_payload",
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("public_salt", sa.LargeBinary(), nullable=True),
        sa.Column("public_body", sa.LargeBinary(), nullable=True),
        sa.Column("chain_salt", sa.LargeBinary(), nullable=True),
        sa.Column("chain_body", sa.LargeBinary(), nullable=True),
        sa.Column("authority_salt", sa.LargeBinary(), nullable=True),
        sa.Column("authority_body", sa.LargeBinary(), nullable=True),
        sa.Column("personal_salt", sa.LargeBinary(), nullable=True),
        sa.Column("personal_body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("log", "seq", name="pk_ledger_payload"),
    )


def _create_events_1() -> None:
    op.create_table(
        "capture",
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("is_running", sa.Boolean(), nullable=False),
        sa.Column("is_success", sa.Boolean(), nullable=False),
        sa.Column("error_behaviour", sa.Text(), nullable=False),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.Column("kept_count", sa.Integer(), nullable=True),
        sa.Column("first_seq", BIG, nullable=True),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("log", "id", name="pk_capture"),
    )
    op.create_index("ix_capture_log_created_at", "capture", ["log", "created_at"])
    op.create_index("ix_capture_party_id", "capture", ["party_id", "log", "created_at"])
    op.create_table(
        "capture_upload",
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "capture_id", name="pk_capture_upload"),
    )
    op.create_table(
        "event",
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("type", sa.SmallInteger(), nullable=False),
        sa.Column("action", sa.SmallInteger(), nullable=True),
        sa.Column("event_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("biz_step", sa.Text(), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("read_point", BIG, nullable=True),
        sa.Column("biz_location", BIG, nullable=True),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("capture_id", sa.Uuid(), nullable=False),
        sa.Column("event_id_key", BIG, nullable=False),
        sa.Column("event_hash_key", BIG, nullable=False),
        sa.Column("declared_at", INSTANT, nullable=True),
        sa.Column("dedup_hash", sa.LargeBinary(), nullable=False),
        sa.Column("is_warning", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name="pk_event"),
        sa.UniqueConstraint("log", "dedup_hash", name="uq_event_log_dedup_hash"),
    )
    op.create_index("ix_event_log_event_at", "event", ["log", "event_at", "seq"])


def _create_events_2() -> None:
    op.create_index("ix_event_event_id_key", "event", ["event_id_key", "log"])
    op.create_table(
        "event_item",
        sa.Column("item", BIG, nullable=False),
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("role", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("item", "log", "seq", "role", name="pk_event_item"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_event_item_log_seq", "event_item", ["log", "seq"])
    op.create_table(
        "identifier",
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("log", "id", name="pk_identifier"),
        sqlite_with_rowid=False,
    )
