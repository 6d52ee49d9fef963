"""The tables of inspections.

One rule: all of them are a fold over the ledger's entries; which entries speak of a draw is written
with them.
"""

from typing import Final

from sqlalchemy import (
    Column,
    Date,
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

TITLE_CHARS_MAX: Final = 200
NUMBER_CHARS_MAX: Final = 32
WORD_CHARS_MAX: Final = 16
NOTE_CHARS_MAX: Final = 2000

# A draw: first the hash of its seed and its pool, then the seed and what was drawn.
CREDIT_DRAW: Final = Table(
    "credit_draw",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("title", String(TITLE_CHARS_MAX), nullable=False),
    Column("plan", String(NUMBER_CHARS_MAX), nullable=False),
    Column("seed_hash", LargeBinary(32), nullable=False),
    Column("pool_hash", LargeBinary(32), nullable=False),
    Column("party_count", Integer, nullable=False),
    Column("inspector_count", Integer, nullable=False),
    Column("beacon", String(TITLE_CHARS_MAX), nullable=False),
    Column("value", String(TITLE_CHARS_MAX), nullable=False),
    Column("seed", LargeBinary(32)),
    Column("drawn_count", Integer),
    Column("due_on", Date, nullable=False),
    Column("committed_seq", Big, nullable=False),
    Column("committed_at", Instant, nullable=False),
    Column("drawn_seq", Big),
    Column("drawn_at", Instant),
    Index(None, "log", "committed_seq"),
)

# Which entries speak of a draw: its commitment, and each that it was drawn by.
CREDIT_DRAW_STEP: Final = Table(
    "credit_draw_step",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("draw_id", Uuid, primary_key=True),
    Column("seq", Big, primary_key=True, autoincrement=False),
)

# An inspection that was drawn or ordered; `result` is "" until its entry comes.
CREDIT_INSPECTION: Final = Table(
    "credit_inspection",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("number", String(NUMBER_CHARS_MAX), nullable=False),
    Column("origin", String(WORD_CHARS_MAX), nullable=False),
    Column("draw_id", Uuid),
    Column("warning_id", Uuid),
    Column("subject_id", Uuid, nullable=False),
    Column("code", String(NUMBER_CHARS_MAX), nullable=False),
    Column("risk_class", String(WORD_CHARS_MAX), nullable=False),
    Column("inspectors", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("ordered_seq", Big, nullable=False),
    Column("ordered_at", Instant, nullable=False),
    Column("result", String(WORD_CHARS_MAX), nullable=False),
    Column("result_seq", Big),
    Column("inspected_on", Date),
    Column("note", String(NOTE_CHARS_MAX), nullable=False),
    UniqueConstraint("log", "number"),
    Index(None, "log", "result", "due_on"),
    Index(None, "log", "draw_id"),
    Index(None, "log", "subject_id"),
)
