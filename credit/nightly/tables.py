"""The tables of the night run. One rule: a row says what was evaluated on a day, and what moved.

Grades and changes can be reckoned again from the facts at any time: they are answers kept, and no
evidence.
"""

from typing import Final

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, Text, Uuid

from base.db import METADATA, Big, Instant

_WORD_CHARS: Final = 32
_CLASS_CHARS: Final = 8

# A night of a day. `stage` is what is next; `after_id` is how far grading came; `seq_end` is how
# much of the log the night knows. `counts` is an object of whole numbers.
CREDIT_NIGHT: Final = Table(
    "credit_night",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Column("stage", String(_WORD_CHARS), nullable=False),
    Column("after_id", Uuid),
    Column("model", String(_WORD_CHARS), nullable=False),
    Column("seq_end", Big, nullable=False),
    Column("counts", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
)

# A party's grade from a day on: a new version where the class or what decided it is another one.
CREDIT_GRADE: Final = Table(
    "credit_grade",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("subject_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("is_latest", Boolean, nullable=False),
    Column("day", Date, nullable=False),
    Column("model", String(_WORD_CHARS), nullable=False),
    Column("grade", String(_CLASS_CHARS), nullable=False),
    Column("legal_class", String(_CLASS_CHARS), nullable=False),
    Column("why", String(_WORD_CHARS), nullable=False),
    Column("points", Integer, nullable=False),
    Column("trace_points", Integer, nullable=False),
    # Shares with their facts and entries, as they were on that day.
    Column("reasons", Text, nullable=False),
    Index(None, "log", "day"),
    Index(None, "log", "is_latest", "grade"),
)

# An entry of a list that came or went since the night before.
CREDIT_LIST_CHANGE: Final = Table(
    "credit_list_change",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Column("fact_id", Uuid, primary_key=True),
    Column("list", String(_WORD_CHARS), nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("is_on", Boolean, nullable=False),
    Index(None, "log", "subject_id"),
)

TABLES: Final = (CREDIT_NIGHT, CREDIT_GRADE, CREDIT_LIST_CHANGE)
