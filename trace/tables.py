"""Tables of the event index: rows that never change once their entry is appended.

One rule: everything here is a fold over the ledger; `manage.py rebuild` gives the same rows. `log`
is in every key, and identifier ids are computed from the identifier, never allocated.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from base.db import METADATA, Big, Instant

# Every URI that events name, once per log. The id is 63 bits of its SHA-256 (docs/adr/0006).
IDENTIFIER = Table(
    "identifier",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("uri", Text, nullable=False),
    sqlite_with_rowid=False,
)

EVENT = Table(
    "event",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("type", SmallInteger, nullable=False),
    Column("action", SmallInteger),
    Column("event_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("biz_step", Text),
    Column("disposition", Text),
    Column("read_point", Big),
    Column("biz_location", Big),
    Column("party_id", Uuid),
    Column("capture_id", Uuid, nullable=False),
    # 63 bits of the SHA-256 of the eventID, which an error declaration should share.
    Column("event_id_key", Big, nullable=False),
    # The same of its CBV event hash, which an error declaration shares in any case.
    Column("event_hash_key", Big, nullable=False),
    Column("declared_at", Instant),
    # Of recorder, CBV event hash and error declaration (`trace.index.dedup_hash`).
    Column("dedup_hash", LargeBinary, nullable=False),
    # Whether it sets or lifts something that must not be overlooked (`trace.index.is_warning`).
    Column("is_warning", Boolean, nullable=False),
    UniqueConstraint("log", "dedup_hash"),
    Index("ix_event_event_id_key", "event_id_key", "log"),
    Index("ix_event_log_event_at", "log", "event_at", "seq"),
    # What a party did, and what happened at a place: traces, recalls and submissions begin there.
    Index("ix_event_party_id_log_event_at", "party_id", "log", "event_at"),
    Index("ix_event_biz_location_log_event_at", "biz_location", "log", "event_at"),
    Index("ix_event_read_point_log_event_at", "read_point", "log", "event_at"),
    # Few are declarations, and each event that is read is asked for one.
    Index(
        "ix_event_declared",
        "log",
        "event_hash_key",
        postgresql_where=text("declared_at IS NOT NULL"),
        sqlite_where=text("declared_at IS NOT NULL"),
    ),
)

# Which identifiers an event names and in which role (`trace.events.model.Role`).
EVENT_ITEM = Table(
    "event_item",
    METADATA,
    Column("item", Big, primary_key=True, autoincrement=False),
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("role", SmallInteger, primary_key=True, autoincrement=False),
    Index("ix_event_item_log_seq", "log", "seq"),
    sqlite_with_rowid=False,
)

# One row per capture request: the job that EPCIS 2.0 lets a client ask for (GET /capture/{id}).
CAPTURE = Table(
    "capture",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("party_id", Uuid),
    Column("created_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("is_running", Boolean, nullable=False),
    Column("is_success", Boolean, nullable=False),
    Column("error_behaviour", Text, nullable=False),
    Column("event_count", Integer, nullable=False),
    Column("kept_count", Integer),
    Column("first_seq", Big),
    Column("problems", Text, nullable=False),
    # SHA-256 of a queued request under an idempotency key; its id is made from that key.
    Column("request_hash", LargeBinary),
    Index("ix_capture_log_created_at", "log", "created_at"),
    Index("ix_capture_party_id", "party_id", "log", "created_at"),
)

# Documents too large to be captured while their sender waits; a row goes when its capture ends.
CAPTURE_UPLOAD = Table(
    "capture_upload",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("capture_id", Uuid, primary_key=True),
    # Who handed it in: a key or an account, one of them.
    Column("key_id", Uuid),
    Column("body", LargeBinary, nullable=False),
    Column("account_id", Uuid),
    CheckConstraint("(account_id IS NULL) <> (key_id IS NULL)", name="one_holder"),
)
