"""Warnings as entries of the ledger, and back: what a night found, and each act about one.

The rule that must stay true: in public stands how many warnings a night opened and ended and that
an act was taken, and nothing about whom; the authority reads the rest.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from base.strict_json import JsonObject
from credit.inspecting.orders import Order, order_json, order_of
from credit.warning.model import Found
from ledger.draft import Draft, draft_of_parts
from ledger.parts import Part
from ledger.store import StoredEntry
from ledger.told import told_by

NIGHT_KIND: Final = "credit_warnings"
ACT_KIND: Final = "credit_warning_act"


@dataclass(frozen=True, slots=True, kw_only=True)
class NightNote:
    """What the rules of a day found anew or with new grounds, and whose ground is gone."""

    day: date
    found: tuple[Found, ...] = ()
    gone: tuple[UUID, ...] = ()

    @property
    def warning_ids(self) -> tuple[UUID, ...]:
        """Return the warnings that it speaks of."""
        return (*(one.id for one in self.found), *self.gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActNote:
    """What somebody did about a warning, having seen it as the entry `after` left it.

    An escalation orders an inspection.
    """

    warning_id: UUID
    act: str
    reason: str
    after: int
    order: Order | None = None


def night_draft(note: NightNote) -> Draft:
    """Return the entry of a night."""
    public: JsonObject = {
        "day": note.day.isoformat(),
        "opened": len(note.found),
        "ended": len(note.gone),
    }
    authority: JsonObject = {
        "found": [_found_json(one) for one in note.found],
        "gone": [str(one) for one in note.gone],
    }
    return draft_of_parts(NIGHT_KIND, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def act_draft(note: ActNote) -> Draft:
    """Return the entry of an act."""
    public: JsonObject = {"warning": str(note.warning_id), "act": note.act}
    authority: JsonObject = {
        "reason": note.reason,
        "after": note.after,
        "order": None if note.order is None else order_json(note.order),
    }
    return draft_of_parts(ACT_KIND, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def night_of(entry: StoredEntry) -> NightNote:
    """Read a night back; raises `LedgerCorrupt` where the entry is none."""
    with told_by(entry, "a warning") as told:
        return NightNote(
            day=date.fromisoformat(told["day"]),
            found=tuple(_found_of(one) for one in told.get("found", ())),
            gone=tuple(UUID(one) for one in told.get("gone", ())),
        )


def act_of(entry: StoredEntry) -> ActNote:
    """Read an act back; raises `LedgerCorrupt` where the entry is none."""
    with told_by(entry, "a warning") as told:
        return ActNote(
            warning_id=UUID(told["warning"]),
            act=told["act"],
            reason=told["reason"],
            after=told["after"],
            order=order_of(told["order"]) if told.get("order") else None,
        )


def _found_json(one: Found) -> JsonObject:
    return {
        "code": one.code,
        "severity": one.severity,
        "subject": str(one.subject_id),
        "key": one.key,
        "details": dict(one.details),
        "facts": [str(fact) for fact in one.facts],
        "seqs": list(one.seqs),
        "mark": one.mark,
    }


def _found_of(told: Any) -> Found:
    return Found(
        code=told["code"],
        severity=told["severity"],
        subject_id=UUID(told["subject"]),
        key=told["key"],
        details=dict(told.get("details") or {}),
        facts=tuple(UUID(one) for one in told.get("facts", ())),
        seqs=tuple(told.get("seqs", ())),
        mark=told["mark"],
    )
