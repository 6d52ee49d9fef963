"""Acts about a warning: acknowledged, dismissed with a reason, sent to an inspection, closed.

The rule that must stay true: an act is an entry of the ledger before it counts, follows what its
actor saw, and says why wherever it judges.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from base.clock import CIVIL_ZONE, Clock
from base.db import reading
from base.errors import Conflict, InvalidInput, NotFound, Problem
from credit.inspecting.orders import Order, inspection_number
from credit.personal_texts import require_nobody
from credit.refusal_words import sentence_zh
from credit.warning.entries import ActNote, act_draft
from credit.warning.life import ACTS, Act, acts_from
from credit.warning.reading import WarningRow, read_warning
from credit.warning.terms import terms_on
from ledger.batch import Batch, Idempotency
from ledger.idempotency import was_recorded
from ledger.journal import Journal
from parties.actors import Actor
from parties.ids import new_id

REASON_CHARS_MAX: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningDesk:
    """What acting on a warning needs. `bring_up` makes what was appended count."""

    journal: Journal
    clock: Clock
    bring_up: Callable[[], object]

    def today(self) -> date:
        """Return the day that it is in China."""
        return self.clock.now().astimezone(CIVIL_ZONE).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks to do about a warning.

    `after` is the newest entry that the actor saw, that of now where it is None; an inspection is
    due by `due_on`.
    """

    warning_id: UUID
    act: str
    reason: str = ""
    due_on: date | None = None
    after: int | None = None


def act_on(
    desk: WarningDesk, actor: Actor, asked: Asked, *, idempotency: Idempotency | None = None
) -> WarningRow:
    """Record an act and return the warning as it is then.

    Raises `NotFound`, `InvalidInput` with the field, and `Conflict` where the warning is elsewhere
    by now.
    """
    desk.bring_up()
    act = _require_said(asked, desk.today())
    with reading(desk.journal.engine) as connection:
        row = read_warning(connection, desk.journal.log, asked.warning_id)
        is_again = was_recorded(connection, desk.journal.log, actor.id, idempotency)
    is_stale = asked.after not in (None, row.last_seq)
    if not is_again and (row.state not in act.sources or is_stale):
        raise _elsewhere(row)
    note = ActNote(
        warning_id=row.id,
        act=act.id,
        reason=asked.reason.strip(),
        after=row.last_seq if asked.after is None else asked.after,
        order=_order(desk, row, asked.due_on) if act.id == "escalate" else None,
    )
    desk.journal.append(
        Batch(
            actor=actor.id,
            subject=str(row.id),
            drafts=(act_draft(note),),
            idempotency=idempotency,
        )
    )
    desk.bring_up()
    with reading(desk.journal.engine) as connection:
        return read_warning(connection, desk.journal.log, row.id)


def request_key(actor: Actor, asked: Asked, key: str) -> Idempotency:
    """Return what makes an act one request under its sender's key."""
    words = repr((actor.id, asked.warning_id, asked.act, asked.reason, asked.due_on))
    return Idempotency(key=key, request_hash=sha256(words.encode()).digest())


def _order(desk: WarningDesk, row: WarningRow, due_on: date | None) -> Order:
    """Return the inspection that an escalation orders."""
    if not row.subject_code:
        raise NotFound("The party has no social credit code by which it could be inspected.")
    inspection_id, today = new_id(desk.clock.now()), desk.today()
    return Order(
        id=inspection_id,
        number=inspection_number(today, inspection_id),
        subject_id=row.subject_id,
        code=row.subject_code,
        due_on=due_on or due_by_itself(today),
    )


def due_by_itself(today: date) -> date:
    """Return the day by which an inspection is due that nobody set a day for."""
    return today + timedelta(days=terms_on(today).due_days)


def _require_said(asked: Asked, today: date) -> Act:
    act = ACTS.get(asked.act)
    if act is None:
        raise _refusal("act", "unknown", f"There is no such act; use one of {', '.join(ACTS)}.")
    if act.needs_reason and not asked.reason.strip():
        raise _refusal("reason", "required", "Say why.")
    if len(asked.reason) > REASON_CHARS_MAX:
        raise _refusal("reason", "too_long", f"A reason has at most {REASON_CHARS_MAX} characters.")
    require_nobody({"reason": asked.reason})
    if asked.due_on is not None and asked.due_on < today:
        raise _refusal("due_on", "past", "The inspection is due on a day to come.")
    return act


def _elsewhere(row: WarningRow) -> Conflict:
    may = ", ".join(one.id for one in acts_from(row.state)) or "nothing"
    return Conflict(f"The warning is {row.state.value} by now: what can follow is {may}.")


def _refusal(path: str, code: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code=code, message=message, message_zh=sentence_zh(message))
    return InvalidInput(message, problems=(problem,))
