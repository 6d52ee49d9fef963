"""Applied and lifted measures as entries of the ledger, and back.

The rule that must stay true: an application names the row of law and the facts it stands on; in
public stands that a measure was applied or lifted, and nothing about whom.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from base.strict_json import JsonObject
from ledger.draft import Draft, draft_of_parts
from ledger.parts import Part
from ledger.store import StoredEntry
from ledger.told import told_by

APPLIED_KIND: Final = "credit_applied"
LIFTED_KIND: Final = "credit_lifted"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedNote:
    """A measure that was applied in a matter, because of these facts."""

    application_id: UUID
    subject_id: UUID
    measure: str
    matter: str
    fact_ids: tuple[UUID, ...]
    applied_on: date
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftedNote:
    """The receipt of whoever applied a measure that it does no longer.

    `reason` says why, where nothing called for it: the measure still bound.
    """

    application_id: UUID
    lifted_on: date
    reference: str
    reason: str = ""


def applied_draft(note: AppliedNote) -> Draft:
    """Return the entry of an application."""
    public: JsonObject = {
        "application": str(note.application_id),
        "measure": note.measure,
        "matter": note.matter,
    }
    authority: JsonObject = {
        "subject": str(note.subject_id),
        "facts": [str(one) for one in note.fact_ids],
        "on": note.applied_on.isoformat(),
        "reference": note.reference,
    }
    return draft_of_parts(APPLIED_KIND, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def lifted_draft(note: LiftedNote) -> Draft:
    """Return the entry of a receipt."""
    public: JsonObject = {"application": str(note.application_id)}
    authority: JsonObject = {"on": note.lifted_on.isoformat(), "reference": note.reference}
    if note.reason:
        authority["reason"] = note.reason
    return draft_of_parts(LIFTED_KIND, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def applied_of(entry: StoredEntry) -> AppliedNote:
    """Read an application back; raises `LedgerCorrupt` where the entry is none."""
    with told_by(entry, "a measure in use") as told:
        return AppliedNote(
            application_id=UUID(told["application"]),
            subject_id=UUID(told["subject"]),
            measure=told["measure"],
            matter=told["matter"],
            fact_ids=tuple(UUID(one) for one in told["facts"]),
            applied_on=date.fromisoformat(told["on"]),
            reference=told["reference"],
        )


def lifted_of(entry: StoredEntry) -> LiftedNote:
    """Read a receipt back; raises `LedgerCorrupt` where the entry is none."""
    with told_by(entry, "a measure in use") as told:
        return LiftedNote(
            application_id=UUID(told["application"]),
            lifted_on=date.fromisoformat(told["on"]),
            reference=told["reference"],
            reason=told.get("reason", ""),
        )
