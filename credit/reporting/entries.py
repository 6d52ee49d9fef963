"""Issued reports and snapshots of lists as entries of the ledger, and back.

The rule that must stay true: in public stand hashes and nothing about whom. What is a natural
person's is in no part at all: the hash of its report, which is salted, is all that the ledger has.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from base.clock import format_instant
from base.strict_json import JsonObject
from ledger.draft import Draft, draft_of_parts
from ledger.parts import Part

REPORT_KIND: Final = "credit_report"
SNAPSHOT_KIND: Final = "credit_snapshot"
RECORD_ERASED_KIND: Final = "credit_record_erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportNote:
    """A report that is issued, with its bytes. `authorisation_hash` is of the person's paper."""

    number: str
    edition: str
    subject_id: UUID
    is_person: bool
    issued_to: str
    purpose: str
    day: date
    known_at: datetime
    issued_at: datetime
    is_current: bool
    report_hash: bytes
    pdf_hash: bytes
    facts_hash: bytes
    body: bytes
    pdf: bytes
    authorisation_hash: bytes | None = None
    authorised_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotNote:
    """A list as it stood on a day; `lines` are its canonical lines, packed, `paper` its PDF."""

    number: str
    list_id: str
    day: date
    known_at: datetime
    taken_at: datetime
    rows: int
    root: bytes
    paper_hash: bytes
    lines: bytes
    paper: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedNote:
    """That what is kept of a natural person was erased, by the id of its key."""

    subject_id: UUID
    reason: str = ""


def report_draft(note: ReportNote) -> Draft:
    """Return the entry of a report."""
    public: JsonObject = {
        "edition": note.edition,
        "report": note.report_hash.hex(),
        "pdf": note.pdf_hash.hex(),
    }
    authority: JsonObject = {"number": note.number, "day": note.day.isoformat()}
    if note.authorisation_hash is not None:
        authority["authorisation"] = note.authorisation_hash.hex()
    if not note.is_person:
        authority |= {
            "subject": str(note.subject_id),
            "known_at": format_instant(note.known_at),
            "issued_to": note.issued_to,
            "purpose": note.purpose,
        }
    return draft_of_parts(REPORT_KIND, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def snapshot_draft(note: SnapshotNote) -> Draft:
    """Return the entry of a snapshot."""
    public: JsonObject = {
        "number": note.number,
        "list": note.list_id,
        "day": note.day.isoformat(),
        "known_at": format_instant(note.known_at),
        "taken_at": format_instant(note.taken_at),
        "rows": note.rows,
        "root": note.root.hex(),
        "paper": note.paper_hash.hex(),
    }
    return draft_of_parts(SNAPSHOT_KIND, {Part.PUBLIC: public}, note=note)


def erased_draft(note: ErasedNote) -> Draft:
    """Return the entry of an erasure: that one took place, and whose by the keyed id alone."""
    payloads: dict[Part, JsonObject] = {
        Part.PUBLIC: {"erased": "person"},
        Part.AUTHORITY: {"subject": str(note.subject_id), "reason": note.reason},
    }
    return draft_of_parts(RECORD_ERASED_KIND, payloads, note=note)
