"""The tables of reports. One rule: what was issued is kept as it was issued, and off the ledger.

The entry holds hashes alone, so that what is a natural person's can be erased and the entry still
proves the bytes to whoever has them.
"""

from typing import Final

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary, String, Table, Uuid

from base.db import METADATA, Big, Instant
from credit.tables import ACTOR_CHARS_MAX, KIND_CHARS_MAX, NAME_CHARS_MAX, STATE_CHARS_MAX

REPORT_NUMBER_CHARS_MAX: Final = 24
PURPOSE_CHARS_MAX: Final = 400

# A report that was issued, written with its entry. `body` and `pdf` are None once they were erased.
CREDIT_REPORT: Final = Table(
    "credit_report",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("number", String(REPORT_NUMBER_CHARS_MAX), primary_key=True),
    Column("seq", Big, nullable=False),
    Column("edition", String(STATE_CHARS_MAX), nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("is_person", Boolean, nullable=False),
    Column("actor", String(ACTOR_CHARS_MAX), nullable=False),
    Column("issued_to", String(NAME_CHARS_MAX), nullable=False),
    Column("purpose", String(PURPOSE_CHARS_MAX), nullable=False),
    Column("day", Date, nullable=False),
    Column("known_at", Instant, nullable=False),
    Column("issued_at", Instant, nullable=False),
    # Whether it tells what was known when it was issued: then it can be asked if it still holds.
    Column("is_current", Boolean, nullable=False),
    Column("report_hash", LargeBinary(32), nullable=False),
    Column("pdf_hash", LargeBinary(32), nullable=False),
    Column("facts_hash", LargeBinary(32), nullable=False),
    Column("body", LargeBinary),
    Column("pdf", LargeBinary),
    Column("erased_at", Instant),
    Index(None, "log", "actor", "seq"),
    Index(None, "log", "subject_id", "seq"),
)

# Who looked at whose record, when and why. `kept_until` is by the row of law of that day.
CREDIT_ACCESS: Final = Table(
    "credit_access",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("is_person", Boolean, nullable=False),
    Column("actor", String(ACTOR_CHARS_MAX), nullable=False),
    Column("what", String(KIND_CHARS_MAX), nullable=False),
    Column("purpose", String(PURPOSE_CHARS_MAX), nullable=False),
    Column("issued_to", String(NAME_CHARS_MAX), nullable=False),
    Column("number", String(REPORT_NUMBER_CHARS_MAX), nullable=False),
    Column("authorisation_hash", LargeBinary(32)),
    Column("authorised_until", Date),
    Column("kept_until", Date, nullable=False),
    Index(None, "log", "subject_id", "at"),
    Index(None, "log", "at"),
)

# A list as it stood on a day, written with its entry: canonical lines, packed, and its PDF.
CREDIT_SNAPSHOT: Final = Table(
    "credit_snapshot",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("number", String(REPORT_NUMBER_CHARS_MAX), nullable=False),
    Column("list", String(KIND_CHARS_MAX), nullable=False),
    Column("day", Date, nullable=False),
    Column("known_at", Instant, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("actor", String(ACTOR_CHARS_MAX), nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("paper_hash", LargeBinary(32), nullable=False),
    Column("lines", LargeBinary, nullable=False),
    Column("paper", LargeBinary, nullable=False),
    Index(None, "log", "list", "day"),
    Index(None, "log", "number", unique=True),
)

TABLES: Final = (CREDIT_REPORT, CREDIT_ACCESS, CREDIT_SNAPSHOT)
