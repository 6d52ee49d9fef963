"""The ledger's tables. One rule: `log` is in every key, and rows are only ever added.

Two exceptions, each granted to its own database role: the head moves, and the personal columns of
a payload are emptied by an erasure. See `docs/schema.md`.
"""

from sqlalchemy import Column, Integer, LargeBinary, SmallInteger, Table, Text

from base.db import METADATA, Big, Instant

LEDGER_HEAD = Table(
    "ledger_head",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("origin", Text, nullable=False),
    Column("size", Big, nullable=False),
    Column("last_leaf", LargeBinary, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

LEDGER_ENTRY = Table(
    "ledger_entry",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("header", LargeBinary, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("part_hashes", LargeBinary, nullable=False),
)

LEDGER_PAYLOAD = Table(
    "ledger_payload",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("public_salt", LargeBinary),
    Column("public_body", LargeBinary),
    Column("chain_salt", LargeBinary),
    Column("chain_body", LargeBinary),
    Column("authority_salt", LargeBinary),
    Column("authority_body", LargeBinary),
    Column("personal_salt", LargeBinary),
    Column("personal_body", LargeBinary),
)

# Hashes of perfect subtrees of 256, 65 536, … leaves (levels 8, 16, …; RFC 9162 2.1.1), so that a
# proof reads a few rows of at most 256 hashes whatever the size of the log.
LEDGER_NODE = Table(
    "ledger_node",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("node_index", Big, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

LEDGER_CHECKPOINT = Table(
    "ledger_checkpoint",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("size", Big, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("signed_at", Instant, nullable=False),
)

LEDGER_IDEMPOTENCY = Table(
    "ledger_idempotency",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("actor", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("subject", Text, nullable=False),
    Column("first_seq", Big, nullable=False),
    Column("entry_count", Integer, nullable=False),
    Column("kept", LargeBinary),
    Column("recorded_at", Instant, nullable=False),
)
