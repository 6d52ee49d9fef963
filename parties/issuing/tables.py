"""What was issued: series and their counters, blocks, activations and voids.

One rule: blocks and ranges are a fold over the ledger's entries and are written in the append's
transaction; no single code has a row, so that a block of a million costs what a block of one does.
"""

from enum import IntEnum
from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

from base.db import METADATA, Big, Instant
from parties.tables import LOT_CHARS_MAX, URI_CHARS_MAX

KIND_CHARS_MAX: Final = 24
REASON_CHARS_MAX: Final = 200
TAG_KEY_CHARS_MAX: Final = 16


class RangeAction(IntEnum):
    """What became of a range of codes."""

    ACTIVATED = 1
    VOIDED = 2


# One row for each run of numbers that must never repeat: the serials of a GTIN, the SSCCs of a
# prefix. `next` is the first number that was never reserved; it only grows, and a number that was
# reserved and not issued is lost on purpose. `mark` tells whether the installation's secret is
# still the one that the series was begun with.
CODE_SERIES = Table(
    "code_series",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", String(KIND_CHARS_MAX), nullable=False),
    Column("scope", String(URI_CHARS_MAX), nullable=False),
    Column("party_id", Uuid, ForeignKey("party.id")),
    Column("next", Big, nullable=False),
    Column("mark", LargeBinary(8), nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("kind", "scope"),
    CheckConstraint("next >= 0", name="next"),
)

# The one row: a mark of the secret under which this installation began. It tells nothing of the
# secret, and that another one stands in its place.
SECRET_MARK = Table(
    "secret_mark",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("mark", LargeBinary(8), nullable=False),
    CheckConstraint("id = 1", name="id"),
)

# The entry `(log, seq)` issued the numbers `start` … `start + count - 1` of a series.
CODE_BLOCK = Table(
    "code_block",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    Column("series_id", Uuid, ForeignKey("code_series.id"), nullable=False),
    Column("party_id", Uuid, ForeignKey("party.id"), nullable=False),
    Column("product_id", Uuid, ForeignKey("product.id")),
    Column("start", Big, nullable=False),
    Column("code_count", Integer, nullable=False),
    Column("tag_key", String(TAG_KEY_CHARS_MAX)),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("log", "id"),
    UniqueConstraint("log", "series_id", "start"),
    CheckConstraint("code_count > 0", name="code_count"),
    Index(None, "party_id", "log", "seq"),
)

# The entry `(log, seq)` activated or voided some numbers of a block. Ranges of one action never
# overlap, so the one that may hold a number is the last that begins at or before it.
CODE_RANGE = Table(
    "code_range",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    Column("block_seq", Big, nullable=False),
    Column("series_id", Uuid, ForeignKey("code_series.id"), nullable=False),
    Column("action", SmallInteger, nullable=False),
    Column("start", Big, nullable=False),
    Column("code_count", Integer, nullable=False),
    Column("lot", String(LOT_CHARS_MAX), nullable=False),
    Column("reason", String(REASON_CHARS_MAX), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("log", "id"),
    UniqueConstraint("log", "series_id", "action", "start"),
    CheckConstraint("code_count > 0", name="code_count"),
    Index(None, "block_seq", "log", "seq"),
)

# Keys of the tag in AI 98 by their ids; the keys themselves are derived from the installation's
# secret and stored nowhere.
TAG_KEY = Table(
    "tag_key",
    METADATA,
    Column("id", String(TAG_KEY_CHARS_MAX), primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("retired_at", Instant),
    Column("revoked_at", Instant),
    # True for the one that signs now, else NULL.
    Column("is_current", Boolean, unique=True),
)
