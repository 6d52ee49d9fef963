"""The result of an inspection: what was found, as an entry and then as a fact.

The rule that must stay true: an inspection has one result, and a failed one says what failed.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from base.clock import CIVIL_ZONE
from base.db import reading
from base.errors import Conflict, Forbidden, InvalidInput, Problem
from credit.inspecting.committing import DrawDesk
from credit.inspecting.entries import ResultNote, result_draft
from credit.inspecting.reading import InspectionRow, read_inspection
from credit.offices import colleagues_of, holds, is_held, offices_of
from credit.personal_texts import require_nobody
from credit.refusal_words import sentence_zh
from ledger.batch import Batch, Idempotency
from ledger.store import read_entries
from parties.actors import Actor, Role

_TEXT_CHARS_MAX: Final = 500


class Result(StrEnum):
    """What an inspection found."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not_done"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultAsked:
    """A result that is handed in; `authority` is the name of whose inspection it was."""

    inspection_id: UUID
    result: str
    inspected_on: date
    failed_item: str = ""
    note: str = ""
    authority: str = ""


def record_result(
    desk: DrawDesk, actor: Actor, asked: ResultAsked, *, idempotency: Idempotency | None = None
) -> InspectionRow:
    """Record the result of an inspection and return it as it is then.

    Raises `NotFound`, `InvalidInput` with the field, `Forbidden` for another authority's, and
    `Conflict` where it has a result already.
    """
    desk.bring_up()
    log = desk.journal.log
    with reading(desk.journal.engine) as connection:
        row = read_inspection(connection, log, asked.inspection_id)
        require_own(connection, log, actor, row, asked)
    _require(asked, row, desk.today())
    # With a key, the journal tells the same result again from another: the index refuses that one.
    if row.result and idempotency is None:
        raise Conflict("This inspection has its result already.")
    note = ResultNote(
        inspection_id=row.id,
        warning_id=row.warning_id,
        result=asked.result,
        inspected_on=asked.inspected_on,
        failed_item=asked.failed_item.strip(),
        note=asked.note.strip(),
        authority=asked.authority.strip(),
        name=row.name,
    )
    desk.journal.append(
        Batch(
            actor=actor.id,
            subject=str(row.id),
            drafts=(result_draft(note),),
            idempotency=idempotency,
        )
    )
    desk.bring_up()
    with reading(desk.journal.engine) as connection:
        return read_inspection(connection, log, row.id)


def require_own(
    connection: Connection, log: int, actor: Actor, row: InspectionRow, asked: ResultAsked
) -> None:
    """Raise `Forbidden` where an inspection is another authority's than the actor acts for.

    It is whose office the actor holds; until somebody holds the office, it is whoever ordered it
    who records. The operator says why in the note.
    """
    if actor.role is Role.OPERATOR:
        if not asked.note.strip():
            raise _refusal("note", "required", "The operator says why it records for another.")
        return
    name = asked.authority.strip()
    if name and holds(offices_of(connection, actor.id), name, ""):
        return
    ordered = read_entries(connection, log, [row.ordered_seq])[row.ordered_seq]
    colleagues = colleagues_of(connection, actor.id)
    is_own = colleagues is None or ordered.header.actor in colleagues
    if not is_own or (name and is_held(connection, name, "")):
        message = "This inspection is another authority's: it records what it found."
        problem = Problem(path="authority", code="other_authority", message=message)
        raise Forbidden(message, problems=(problem,))


def _require(asked: ResultAsked, row: InspectionRow, today: date) -> None:
    if asked.result not in set(Result):
        raise _refusal("result", "unknown", f"A result is one of {', '.join(Result)}.")
    if (asked.result == Result.FAILED) is not bool(asked.failed_item.strip()):
        raise _refusal("failed_item", "contradiction", "A failed inspection says what failed.")
    ordered_on = row.ordered_at.astimezone(CIVIL_ZONE).date()
    if not ordered_on <= asked.inspected_on <= today:
        raise _refusal("inspected_on", "order", "Lies between the order and today.")
    for name in ("failed_item", "note", "authority"):
        if len(getattr(asked, name)) > _TEXT_CHARS_MAX:
            raise _refusal(name, "too_long", f"Has at most {_TEXT_CHARS_MAX} characters.")
    require_nobody({name: getattr(asked, name) for name in ("failed_item", "note", "authority")})


def _refusal(path: str, code: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code=code, message=message, message_zh=sentence_zh(message))
    return InvalidInput(message, problems=(problem,))
