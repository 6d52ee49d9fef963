"""The rows of recalls. One rule: all of them are a fold over the ledger's entries of recalls.

They are written in the append's transaction (`trace.recall.index`), never changed, and made anew by
`manage.py rebuild`. What a recall is now follows from the newest of its rows.
"""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from base.db import METADATA, Big, Instant

NUMBER_CHARS_MAX: Final = 24
DOMAIN_CHARS_MAX: Final = 24
ACTOR_CHARS_MAX: Final = 128
REASON_CHARS_MAX: Final = 500

# The entry `(log, seq)` opened a recall. `criteria` is JSON: what the first scope was asked for.
RECALL = Table(
    "recall",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    Column("number", String(NUMBER_CHARS_MAX), nullable=False),
    Column("domain", String(DOMAIN_CHARS_MAX), nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("is_mock", Boolean, nullable=False),
    # None where the authority opened it.
    Column("party_id", Uuid),
    Column("opened_by", String(ACTOR_CHARS_MAX), nullable=False),
    Column("reason", String(REASON_CHARS_MAX), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("log", "id"),
    UniqueConstraint("log", "number"),
    Index(None, "party_id", "log", "seq"),
)

# What a recall reaches, from the first `at_size` entries, whose tree has the root `at_root`.
RECALL_SCOPE = Table(
    "recall_scope",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    Column("recall_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at_size", Big, nullable=False),
    Column("at_root", LargeBinary(32), nullable=False),
    Column("criteria", Text, nullable=False),
    Column("reason", String(REASON_CHARS_MAX), nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("added_count", Integer, nullable=False),
    Column("removed_count", Integer, nullable=False),
    Column("is_cut", Boolean, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("log", "id"),
    UniqueConstraint("log", "recall_id", "version"),
)

# One affected lot, thing or container with one of its holders. `item` is the number of the URI
# (`trace.identifiers.key_of`); whoever looks one up compares the URI. `binds` where the recall's
# word counts for the goods themselves; elsewhere it warns of what went into them. `shown_by` are
# the entries that show it, as numbers with commas between.
RECALL_LINE = Table(
    "recall_line",
    METADATA,
    Column("item", Big, primary_key=True, autoincrement=False),
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("scope_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("recall_id", Uuid, nullable=False),
    Column("seq", Big, nullable=False),
    Column("uri", Text, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("binds", Boolean, nullable=False),
    Column("holder", Uuid),
    Column("place", Text),
    Column("quantity", Text),
    Column("sold", Text),
    Column("uom", Text),
    Column("is_gone", Boolean, nullable=False),
    Column("shown_by", Text, nullable=False),
    Index(None, "log", "scope_id", "position"),
    Index(None, "log", "seq"),
)

# A notice to one holder about its lines of one scope; the newest one to a party counts.
RECALL_NOTICE = Table(
    "recall_notice",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    Column("recall_id", Uuid, nullable=False),
    Column("scope_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("log", "id"),
    Index(None, "log", "recall_id", "seq"),
    Index(None, "party_id", "log", "seq"),
)

# What a holder said, or what was explained in its place. `amounts` is JSON: one object a unit.
RECALL_ANSWER = Table(
    "recall_answer",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    Column("recall_id", Uuid, nullable=False),
    Column("notice_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("amounts", Text, nullable=False),
    Column("note", String(REASON_CHARS_MAX), nullable=False),
    Column("said_by", String(ACTOR_CHARS_MAX), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("log", "id"),
    Index(None, "log", "recall_id", "seq"),
)

# A holder let a deadline pass.
RECALL_ESCALATION = Table(
    "recall_escalation",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    Column("recall_id", Uuid, nullable=False),
    Column("notice_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("log", "id"),
    UniqueConstraint("log", "notice_id"),
    Index(None, "log", "recall_id", "seq"),
)

# The end of a recall: `completed`, or `withdrawn` where it should not have been opened.
RECALL_CLOSE = Table(
    "recall_close",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    Column("recall_id", Uuid, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("note", String(REASON_CHARS_MAX), nullable=False),
    Column("closed_by", String(ACTOR_CHARS_MAX), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("log", "id"),
    UniqueConstraint("log", "recall_id"),
)

TABLES: Final = (
    RECALL,
    RECALL_SCOPE,
    RECALL_LINE,
    RECALL_NOTICE,
    RECALL_ANSWER,
    RECALL_ESCALATION,
    RECALL_CLOSE,
)
