"""Steps of cases as entries of the ledger, and back.

The rule that must stay true: in public stands that a case took a step and nothing about whom; the
party and the authority read the rest.
"""

from datetime import date
from typing import Final
from uuid import UUID

from base.strict_json import JsonObject
from credit.cases.model import CaseNote, Document, DueNote
from ledger.draft import Draft, draft_of_parts
from ledger.parts import Part
from ledger.store import StoredEntry
from ledger.told import told_by

CASE_KIND: Final = "credit_case"
DUE_KIND: Final = "credit_case_due"


def case_draft(note: CaseNote) -> Draft:
    """Return the entry of a step."""
    public: JsonObject = {"case": str(note.case_id), "case_kind": note.kind, "step": note.step}
    authority: JsonObject = {
        "subject": str(note.subject_id),
        "facts": [str(one) for one in note.fact_ids],
        "party": None if note.party_id is None else str(note.party_id),
        "reason": note.reason,
        "article": note.article,
        "decision": note.decision,
        "decided_on": _day_text(note.decided_on),
        "served_on": _day_text(note.served_on),
        "committed": note.is_committed,
        "documents": [{"name": one.name, "sha256": one.sha256} for one in note.documents],
        "due_on": _day_text(note.due_on),
        "due_rule": note.due_rule,
        "provisional": note.is_provisional,
        "terms": dict(note.terms),
    }
    return draft_of_parts(CASE_KIND, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def case_note_of(entry: StoredEntry) -> CaseNote:
    """Read a step back; raises `LedgerCorrupt` where the entry is none."""
    with told_by(entry, "a case") as told:
        return CaseNote(
            case_id=UUID(told["case"]),
            kind=told["case_kind"],
            step=told["step"],
            subject_id=UUID(told["subject"]),
            fact_ids=tuple(UUID(one) for one in told.get("facts", ())),
            party_id=UUID(told["party"]) if told.get("party") else None,
            reason=told["reason"],
            article=told["article"],
            decision=told["decision"],
            decided_on=_day(told.get("decided_on")),
            served_on=_day(told.get("served_on")),
            is_committed=told["committed"],
            documents=tuple(
                Document(name=one["name"], sha256=one["sha256"])
                for one in told.get("documents", ())
            ),
            due_on=_day(told.get("due_on")),
            due_rule=told["due_rule"],
            is_provisional=told["provisional"],
            terms=dict(told.get("terms") or {}),
        )


def due_draft(note: DueNote) -> Draft:
    """Return the entry of a deadline that was counted anew."""
    public: JsonObject = {"case": str(note.case_id), "of": note.step_seq}
    authority: JsonObject = {
        "was_on": _day_text(note.was_on),
        "due_on": _day_text(note.due_on),
        "provisional": note.is_provisional,
        "notices": list(note.notices),
    }
    return draft_of_parts(DUE_KIND, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def due_note_of(entry: StoredEntry) -> DueNote:
    """Read back a deadline that was counted anew; raises `LedgerCorrupt` where it is none."""
    with told_by(entry, "a deadline") as told:
        return DueNote(
            case_id=UUID(told["case"]),
            step_seq=told["of"],
            was_on=date.fromisoformat(told["was_on"]),
            due_on=date.fromisoformat(told["due_on"]),
            is_provisional=told["provisional"],
            notices=tuple(told["notices"]),
        )


def _day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
