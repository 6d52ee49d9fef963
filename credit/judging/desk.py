"""Takes what a person says of who somebody is, and takes it back.

The rule that must stay true: a judgement is an entry of the ledger before it has any effect, has a
reason, and names nobody who was not known or made known by it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.clock import Clock
from base.db import reading
from base.errors import Conflict, InvalidInput, NotFound, Problem
from credit.judging.entries import JudgedNote, UndoneNote, judged_draft, undone_draft
from credit.judging.parting import parted_by_judging, parted_by_undoing
from credit.judging.refusals import refusal_of
from credit.judging.standing import JudgementState
from credit.personal_texts import require_nobody
from credit.tables import CREDIT_JUDGEMENT
from ledger.batch import Batch, Idempotency
from ledger.draft import Draft
from ledger.idempotency import was_recorded
from ledger.journal import Journal
from parties.actors import Actor

_NOT_FOUND: Final = frozenset({"unknown"})
_IN_THE_WAY: Final = frozenset({"judged", "joined", "cases_open"})


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgingDesk:
    """What judging needs. `bring_up` makes what was appended count."""

    journal: Journal
    clock: Clock
    bring_up: Callable[[], object]


def judge(
    desk: JudgingDesk, actor: Actor, note: JudgedNote, *, idempotency: Idempotency | None = None
) -> Any:
    """Record a judgement and return its row; the same request again is the same judgement.

    Raises `NotFound`, `InvalidInput`, and `Conflict` where what holds already says otherwise, and
    where it would part an open case from its records.
    """
    _require_reason(note.reason)
    desk.bring_up()
    with reading(desk.journal.engine) as connection:
        known = _row(connection, desk.journal.log, note.judgement_id)
        problem = None
        if known is None:
            problem = refusal_of(connection, desk.journal.log, note)
    if problem is not None:
        raise _refused(problem)
    _append(desk, actor, note.node_id, judged_draft(note), idempotency)
    row = _read(desk, note.judgement_id)
    if row.state == JudgementState.VOID:
        raise _overtaken(desk, note)
    return row


def undo(
    desk: JudgingDesk, actor: Actor, note: UndoneNote, *, idempotency: Idempotency | None = None
) -> Any:
    """Record that a judgement holds no more, and return its row.

    Raises `Conflict` where it holds no more already, and where an open case stands on it.
    """
    _require_reason(note.reason)
    desk.bring_up()
    row = _read(desk, note.judgement_id)
    with reading(desk.journal.engine) as connection:
        is_again = was_recorded(connection, desk.journal.log, actor.id, idempotency)
    if row.state != JudgementState.HOLDS and not is_again:
        raise Conflict("This judgement does not hold any more: there is nothing to undo.")
    if row.state == JudgementState.HOLDS:
        with reading(desk.journal.engine) as connection:
            problem = parted_by_undoing(connection, desk.journal.log, row)
        if problem is not None:
            raise _refused(problem)
    _append(desk, actor, row.node_id, undone_draft(note), idempotency)
    return _read(desk, note.judgement_id)


def _overtaken(desk: JudgingDesk, note: JudgedNote) -> Exception:
    """Return why a judgement is void: somebody was quicker, and what was done then stands."""
    with reading(desk.journal.engine) as connection:
        problem = parted_by_judging(connection, desk.journal.log, note)
    if problem is not None:
        return _refused(problem)
    return Conflict("Somebody else judged this a moment ago; look at it again.")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput(
            "Say why: somebody will ask.",
            problems=(Problem(path="reason", code="required", message="say why"),),
        )
    require_nobody({"reason": reason})


def _refused(problem: Problem) -> Exception:
    message = f"{problem.message[0].upper()}{problem.message[1:]}."
    if problem.code in _NOT_FOUND:
        return NotFound(message, problems=(problem,))
    if problem.code in _IN_THE_WAY:
        return Conflict(message, problems=(problem,))
    return InvalidInput(message, problems=(problem,))


def _append(
    desk: JudgingDesk, actor: Actor, node_id: UUID, draft: Draft, idempotency: Idempotency | None
) -> None:
    desk.journal.append(
        Batch(actor=actor.id, subject=str(node_id), drafts=(draft,), idempotency=idempotency)
    )
    desk.bring_up()


def _read(desk: JudgingDesk, judgement_id: UUID) -> Any:
    with reading(desk.journal.engine) as connection:
        row = _row(connection, desk.journal.log, judgement_id)
    if row is None:
        raise NotFound("There is no judgement under this id.")
    return row


def _row(connection: Connection, log: int, judgement_id: UUID) -> Any:
    statement = select(CREDIT_JUDGEMENT).where(
        CREDIT_JUDGEMENT.c.log == log, CREDIT_JUDGEMENT.c.id == judgement_id
    )
    return connection.execute(statement).one_or_none()
