"""The tables of the register of people. One rule: nothing in them names anybody.

They lie beside the ledger: a person's row can be deleted, and the hash of it in its page keeps the
tree of its batch whole.
"""

from typing import Final

from sqlalchemy import Column, Date, Index, Integer, LargeBinary, String, Table, Text

from base.db import METADATA, Big, Instant

KEY_BYTES: Final = 16
_STATE_CHARS: Final = 16
_ACTOR_CHARS: Final = 128
_MESSAGE_CHARS: Final = 1000

# A person, by a keyed hash of the number. `position` is the leaf in the tree of its batch.
CREDIT_PERSON: Final = Table(
    "credit_person",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("key", LargeBinary(KEY_BYTES), primary_key=True),
    Column("adult_on", Date, nullable=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("batch", Integer, nullable=False),
    Column("position", Integer, nullable=False),
)

# A file of people, from its first page on. `seq` is its entry once it was accepted.
CREDIT_PERSON_BATCH: Final = Table(
    "credit_person_batch",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("actor", String(_ACTOR_CHARS), nullable=False),
    Column("file_hash", LargeBinary(32), nullable=False),
    Column("file_bytes", Big, nullable=False),
    Column("state", String(_STATE_CHARS), nullable=False),
    Column("message", String(_MESSAGE_CHARS), nullable=False),
    Column("received", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("seq", Big),
    Index(None, "log", "file_hash"),
)

# A part of a batch that was written as one: its leaves, and which of its rows were not understood.
CREDIT_PERSON_PAGE: Final = Table(
    "credit_person_page",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("batch", Integer, primary_key=True, autoincrement=False),
    Column("page", Integer, primary_key=True, autoincrement=False),
    # Where the next page begins in the file, and the tree up to here: what a resumed load needs.
    Column("end_byte", Big, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("received", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("leaves", LargeBinary, nullable=False),
    Column("faults", Text, nullable=False),
)

TABLES: Final = (CREDIT_PERSON, CREDIT_PERSON_BATCH, CREDIT_PERSON_PAGE)
