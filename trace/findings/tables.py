"""The tables of findings. One rule: only the evaluator writes here, and judgements come by entry.

Findings are a fold over the event index, the payloads, the register and the alerts of scans;
judgements are a fold over the ledger. Neither is evidence: deleted and made anew they are the same.
"""

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from base.db import METADATA, Big, Instant

KEY_CHARS_MAX = 100
NOTE_CHARS_MAX = 500
LABEL_CHARS_MAX = 200
CODE_CHARS_MAX = 16

# One row for each thing, rule and key. `id` is made of these, so that it stays the same when the
# finding is worked out anew; `evidence` is the digest of what shows it. `party_id` is whom it
# concerns, `owner_id` whose goods it is about. `details` and `seqs` are JSON.
FINDING = Table(
    "finding",
    METADATA,
    Column("item", Big, primary_key=True, autoincrement=False),
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("code", String(32), primary_key=True),
    Column("key", String(KEY_CHARS_MAX), primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("severity", String(8), nullable=False),
    Column("uri", Text, nullable=False),
    Column("class_code", String(64), nullable=False),
    Column("party_id", Uuid),
    Column("owner_id", Uuid),
    Column("details", Text, nullable=False),
    Column("seqs", Text, nullable=False),
    Column("first_seq", Big, nullable=False),
    Column("last_seq", Big, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("evidence", LargeBinary(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("computed_at", Instant, nullable=False),
    UniqueConstraint("log", "id"),
    Index(None, "log", "last_seq", "id"),
    Index(None, "log", "code", "last_seq", "id"),
    Index(None, "party_id", "log", "last_seq", "id"),
    Index(None, "owner_id", "log", "last_seq", "id"),
)

# What was said of a finding, one entry of the ledger each; `evidence` is what was judged.
FINDING_JUDGEMENT = Table(
    "finding_judgement",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("finding_id", Uuid, nullable=False),
    Column("evidence", LargeBinary(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("note", String(NOTE_CHARS_MAX), nullable=False),
    Column("judged_by", String(128), nullable=False),
    Column("judged_at", Instant, nullable=False),
    Index(None, "log", "finding_id", "seq"),
)

# Things whose findings are to be worked out anew.
FINDING_DUE = Table(
    "finding_due",
    METADATA,
    Column("item", Big, primary_key=True, autoincrement=False),
    Column("log", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# What the rules need of an event that its index rows do not tell; only of events that say any.
EVENT_FACT = Table(
    "event_fact",
    METADATA,
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("expires_on", String(10)),
    Column("readings", Text, nullable=False),
    Column("storage_text", String(LABEL_CHARS_MAX)),
    Column("heat_treatment", String(CODE_CHARS_MAX)),
    sqlite_with_rowid=False,
)
