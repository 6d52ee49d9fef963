"""A step of a case made into rows: where the case is, and what it does to its facts.

The rule that must stay true: an effect is a new version of a fact; what it was before stays, and
with it the answer to who knew what on which day.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, delete, select, update

from base.bulk import insert_rows
from credit.cases.entries import case_note_of, due_note_of
from credit.cases.kinds import LISTING, OBJECTION, Effect, case_kinds
from credit.cases.model import CaseNote
from credit.facts import FactState, fact_id_of, key_hash_of, stands_on, told_ends
from credit.folding.applying import review_applications
from credit.folding.decisions import decided_fact
from credit.folding.owning import place_new
from credit.folding.versions import FACT_COLUMNS, civil_day, no_longer_latest
from credit.judging.standing import stands_as
from credit.rulebook.lists import credit_lists
from credit.tables import CREDIT_CASE, CREDIT_FACT
from ledger.store import StoredEntry

DECISIONS: Final = "decisions"
_STATES: Final = {
    Effect.REPAIRED: FactState.REPAIRED,
    Effect.WITHDRAWN: FactState.WITHDRAWN,
    Effect.SHIELDED: FactState.SHIELDED,
    Effect.ACTIVE: FactState.ACTIVE,
}


def fold_case(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Move the case, and change the facts that its step has an effect on."""
    note = case_note_of(entry)
    step = case_kinds()[note.kind].steps[note.step]
    fact_ids = _move(connection, log, entry, note)
    if step.effect is Effect.LISTED:
        _list(connection, log, entry, note)
    elif step.effect is not Effect.NONE:
        about = [listed_id(note.case_id)] if note.kind == "listing" else list(fact_ids)
        if note.kind == OBJECTION:
            about = _its_own(connection, log, note, about)
        _change(connection, log, entry, about, step.effect, note.kind)


def fold_due(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Give a case the deadline that was counted anew for its newest step."""
    note = due_note_of(entry)
    own = update(CREDIT_CASE).where(CREDIT_CASE.c.log == log, CREDIT_CASE.c.id == note.case_id)
    connection.execute(own.values(due_on=note.due_on, is_provisional=note.is_provisional))


def listed_id(case_id: UUID) -> UUID:
    """Return the id of the fact that a listing case makes."""
    return fact_id_of(key_hash_of(DECISIONS, str(case_id)))


def _move(connection: Connection, log: int, entry: StoredEntry, note: CaseNote) -> tuple[UUID, ...]:
    """Write the case as its newest step leaves it; return the facts that it is about."""
    kind = case_kinds()[note.kind]
    step = kind.steps[note.step]
    own = (CREDIT_CASE.c.log == log, CREDIT_CASE.c.id == note.case_id)
    known = connection.execute(select(CREDIT_CASE).where(*own)).one_or_none()
    at = entry.header.recorded_at
    values: dict[str, Any] = {
        "log": log,
        "id": note.case_id,
        "kind": note.kind,
        "state": step.target,
        "is_open": kind.is_open_after(step),
        "subject_id": _stands_with(connection, log, note, is_new=known is None),
        "facts": " ".join(map(str, note.fact_ids)),
        "list": _list_of(note),
        "opened_seq": entry.seq,
        "opened_at": at,
        "last_seq": entry.seq,
        "last_at": at,
        "due_on": note.due_on,
        "due_rule": note.due_rule,
        "is_provisional": note.is_provisional,
    }
    if known is not None:
        values |= {
            "facts": known.facts,
            "list": known.list,
            "opened_seq": known.opened_seq,
            "opened_at": known.opened_at,
        }
        connection.execute(delete(CREDIT_CASE).where(*own))
    connection.execute(CREDIT_CASE.insert().values(values))
    return tuple(UUID(one) for one in values["facts"].split())


def _list_of(note: CaseNote) -> str:
    """Return the list that a listing is for; no other case has one, whatever it once told."""
    told = note.terms.get("list", "")
    return told if note.kind == LISTING and told in credit_lists() else ""


def _stands_with(connection: Connection, log: int, note: CaseNote, *, is_new: bool) -> UUID:
    """Return with whom a case stands: whom it was opened for, or whom that party is by now."""
    if is_new:
        return place_new(connection, log, note.case_id, note.subject_id)
    return stands_as(connection, log, note.subject_id)


def _list(connection: Connection, log: int, entry: StoredEntry, note: CaseNote) -> None:
    values = decided_fact(note)
    row: dict[str, Any] = {
        "log": log,
        "id": listed_id(note.case_id),
        "version": 1,
        "is_latest": True,
        "seq": entry.seq,
        "recorded_at": entry.header.recorded_at,
        "batch_id": None,
        "position": None,
        "subject_id": place_new(connection, log, listed_id(note.case_id), note.subject_id),
        "feed": DECISIONS,
        "key_hash": key_hash_of(DECISIONS, str(note.case_id)),
        **values,
    }
    insert_rows(connection, CREDIT_FACT, FACT_COLUMNS, [tuple(row[name] for name in FACT_COLUMNS)])


def _its_own(connection: Connection, log: int, note: CaseNote, ids: list[UUID]) -> list[UUID]:
    """Return the facts that stand with the party of a case.

    Who says rightly that a record is not his takes nothing away from whoever it is about.
    """
    fact = CREDIT_FACT.c
    statement = select(fact.id).where(
        fact.log == log,
        fact.id.in_(ids),
        fact.is_latest,
        fact.subject_id == stands_as(connection, log, note.subject_id),
    )
    return list(connection.execute(statement.order_by(fact.id)).scalars())


def _change(
    connection: Connection, log: int, entry: StoredEntry, ids: list[UUID], effect: Effect, kind: str
) -> None:
    """Give the facts of a case another state, as far as they may still have it.

    What was withdrawn stays so, whatever other cases say; and what comes back is what the very case
    took away, never what another one did.
    """
    state = _STATES[effect]
    statement = select(CREDIT_FACT).where(
        CREDIT_FACT.c.log == log, CREDIT_FACT.c.id.in_(ids), CREDIT_FACT.c.is_latest
    )
    found = [dict(row._mapping) for row in connection.execute(statement)]  # noqa: SLF001 -- SQLAlchemy's public name
    at = entry.header.recorded_at
    rows = [row for row in found if _may_change(row, state, kind, civil_day(at))]
    no_longer_latest(connection, log, [row["id"] for row in rows])
    before = _before(connection, log, rows) if state == FactState.ACTIVE else {}
    changed = [
        {
            **row,
            "version": row["version"] + 1,
            "is_latest": True,
            "seq": entry.seq,
            "recorded_at": at,
            "state": state,
            # A shield hides; whether the record itself has ended is the feed's to say meanwhile.
            "ended_on": row["ended_on"] if state == FactState.SHIELDED else civil_day(at),
            **before.get(row["id"], {}),
        }
        for row in rows
    ]
    values = [tuple(row[name] for name in FACT_COLUMNS) for row in changed]
    insert_rows(connection, CREDIT_FACT, FACT_COLUMNS, values)
    subjects = {row["subject_id"] for row in rows if row["subject_id"] is not None}
    review_applications(connection, log, subjects, at)


def _may_change(row: Mapping[str, Any], new: str, kind: str, day: date) -> bool:
    old: str = row["state"]
    if old == FactState.WITHDRAWN:
        return False
    if new == FactState.ACTIVE:
        return old == (FactState.SHIELDED if kind == "shielding" else FactState.REPAIRED)
    if new == FactState.SHIELDED:
        return stands_on(old, row["ended_on"], day)
    return True


def _before(
    connection: Connection, log: int, rows: list[dict[str, Any]]
) -> dict[UUID, dict[str, Any]]:
    """Return what facts are again: active, or ended where their feed told that meanwhile."""
    ends = told_ends(connection, log, [row["id"] for row in rows])
    return {
        one: {"state": FactState.ENDED if ended_on else FactState.ACTIVE, "ended_on": ended_on}
        for one, ended_on in ends.items()
    }
