"""The projections of a log. One rule: only the projector writes here, with its cursor.

Everything is a fold over the event index and the ledger's payloads: deleted and made anew from
entry 0 it is the same.
"""

from enum import IntEnum

from sqlalchemy import Column, Index, Integer, SmallInteger, String, Table, Text

from base.db import METADATA, Big


class LinkKind(IntEnum):
    """How one identifier leads to another. The numbers are stored: never reuse one."""

    USED_IN = 1
    MADE_BY = 2
    LOT_OF = 3
    PACKED_IN = 4
    JOINED_TO = 5
    USED_ON = 6


# How far a projection has read: everything below `next_seq` is in its tables.
PROJECTION_CURSOR = Table(
    "projection_cursor",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("name", String(32), primary_key=True),
    Column("next_seq", Big, nullable=False),
)

# `src` leads to `dst` by the event `seq`: an input to the making it was used in, or to the goods it
# was used on where a field alone names it (`Role.NAMED_INPUT`), the making to what came out of it,
# a lot to one of its items, a thing to what it is packed in or joined to. A making stands between
# inputs and outputs, so that a hundred of each are two hundred links and not ten thousand; it is
# the transformation's own identifier, or `making_of` the event where it has none. A stay lasts from
# `from_us` up to, and not at, `until_us`; None is open. These are microseconds since 1970, and no
# instants: a walk reads many thousand of them and only compares.
LINK = Table(
    "link",
    METADATA,
    Column("src", Big, primary_key=True, autoincrement=False),
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("dst", Big, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("from_us", Big, nullable=False),
    Column("until_us", Big),
    Column("until_seq", Big),
    Index(None, "dst", "log", "src"),
    Index(None, "log", "seq"),
    sqlite_with_rowid=False,
)


def making_of(seq: int) -> int:
    """Return the number of the making that one event tells of by itself; no identifier has it."""
    return -1 - seq


# How much of a class an event speaks of, in the order sent; a decimal in its shortest spelling.
EVENT_QUANTITY = Table(
    "event_quantity",
    METADATA,
    Column("item", Big, primary_key=True, autoincrement=False),
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("position", SmallInteger, primary_key=True, autoincrement=False),
    Column("role", SmallInteger, nullable=False),
    Column("quantity", Text),
    Column("uom", Text),
    Index(None, "log", "seq"),
    sqlite_with_rowid=False,
)
