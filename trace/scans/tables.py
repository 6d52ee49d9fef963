"""What is kept of scans. One rule: nothing of it names a person; raw scans end after a set time.

`item` is the 63-bit number of a canonical URI (`trace.identifiers.key_of`); no log is named, since
scans are no evidence and never change the state of a code.
"""

from typing import Final

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
)

from base.db import METADATA, Big, Instant
from parties.tables import URI_CHARS_MAX

RULE_CHARS_MAX: Final = 32
NOTE_CHARS_MAX: Final = 500

# `product` is the number of the URI that the register holds for the code, so that a maker's scans
# are found without reading everybody's. `device` is a keyed hash of what a browser shows of itself;
# places are tenths of a degree (about ten kilometres), never finer, and None where nobody told.
SCAN = Table(
    "scan",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("item", Big, nullable=False),
    Column("product", Big, nullable=False),
    Column("at", Instant, nullable=False),
    Column("device", LargeBinary(12), nullable=False),
    Column("lat_tenths", SmallInteger),
    Column("lon_tenths", SmallInteger),
    Column("region", String(6)),
    Index(None, "item", "at"),
    Index(None, "product", "at"),
    Index(None, "at"),
)

# What outlives the raw scans: how often and since when a code was scanned. `due_at` is when its
# alerts are to be worked out, None where nothing happened since they were.
SCAN_SUMMARY = Table(
    "scan_summary",
    METADATA,
    Column("item", Big, primary_key=True, autoincrement=False),
    Column("uri", String(URI_CHARS_MAX), nullable=False),
    Column("product", Big, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("scan_count", Big, nullable=False),
    Column("due_at", Instant),
    Index(None, "due_at"),
)

# One row for each code and rule that it set off. `judgements` holds every judgement that was given
# on it, as JSON, oldest first; `state`, `note` and `judged_…` are those of the last one, but for
# `state` where later scans opened the alert again.
SCAN_ALERT = Table(
    "scan_alert",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("item", Big, nullable=False),
    Column("uri", String(URI_CHARS_MAX), nullable=False),
    Column("party_id", Uuid, ForeignKey("party.id")),
    Column("rule", String(RULE_CHARS_MAX), nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("details", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("note", String(NOTE_CHARS_MAX), nullable=False),
    Column("judged_by", String(64)),
    Column("judged_at", Instant),
    Column("judgements", Text, nullable=False),
    Index(None, "item", "rule", unique=True),
    Index(None, "party_id", "id"),
    Index(None, "last_at"),
)

# Bursts of addresses that asked for codes that do not exist: guessing, or a broken reader.
SCAN_BURST = Table(
    "scan_burst",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("address", LargeBinary(12), nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("missed_count", Big, nullable=False),
    Column("refused_count", Big, nullable=False),
    Column("example", String(URI_CHARS_MAX), nullable=False),
    Index(None, "address", "last_at"),
    Index(None, "last_at"),
)
