"""What is said to notices, who is late, and the end of a recall.

The rule that must stay true: an answer stands for ever beside the ones after it, and the goods of a
recall that was completed stay recalled; only one that was withdrawn lets them go.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from trace.recall.entries import answer_draft, close_draft, escalation_draft
from trace.recall.late import late_among
from trace.recall.model import (
    Amount,
    AnswerKind,
    AnswerNote,
    CloseNote,
    EscalationNote,
    Line,
    Outcome,
)
from trace.recall.opening import RecallDesk, append_note, refused, replayed, require_text
from trace.recall.progress import gaps_of
from trace.recall.reading import Notice, Recall, lines_of, newest_scope, notices_of, units_in
from typing import Final

from base.db import reading
from base.errors import InvalidInput
from ledger.batch import Batch, Idempotency
from parties.actors import Actor
from parties.ids import new_id

AMOUNTS_MAX: Final = 50
_AMOUNT_MAX: Final = Decimal(10) ** 15
_DECIMALS_MAX: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a holder says, or what is explained in its place: then the note says why."""

    kind: AnswerKind
    amounts: tuple[Amount, ...] = ()
    note: str = ""


def answer_notice(
    desk: RecallDesk,
    actor: Actor,
    recall: Recall,
    notice: Notice,
    said: Said,
    *,
    idempotency: Idempotency | None = None,
) -> Recall:
    """Record what is said to a notice; raises `InvalidInput` with the field that is wrong."""
    known = replayed(desk, actor, idempotency)
    if known is not None:
        return known
    if said.note or said.kind is AnswerKind.EXPLAINED:
        require_text("note", said.note)
    _check_amounts(said.kind, said.amounts)
    with reading(desk.journal.engine) as connection:
        log = desk.journal.log
        scope = newest_scope(connection, log, recall.id)
        lines = lines_of(connection, log, scope.id, holder=notice.party_id)
        units = units_in(connection, log, scope.id)
    _check_units(said.amounts, lines, units)
    answer = AnswerNote(
        id=new_id(desk.clock.now()),
        recall_id=recall.id,
        notice_id=notice.id,
        party_id=notice.party_id,
        kind=said.kind,
        amounts=said.amounts,
        note=said.note,
    )
    return append_note(desk, actor, recall, answer_draft(answer, recall.number), idempotency)


def close_recall(
    desk: RecallDesk,
    actor: Actor,
    recall: Recall,
    outcome: Outcome,
    note: str,
    *,
    idempotency: Idempotency | None = None,
) -> Recall:
    """End a recall; `InvalidInput` where holders have not answered and nothing explains them."""
    known = replayed(desk, actor, idempotency)
    if known is not None:
        return known
    require_text("note", note)
    if outcome is Outcome.COMPLETED:
        _require_accounted(desk, recall)
    ended = CloseNote(id=new_id(desk.clock.now()), recall_id=recall.id, outcome=outcome, note=note)
    return append_note(desk, actor, recall, close_draft(ended, recall.number), idempotency)


def escalate_late(desk: RecallDesk, *, actor: str, rows_max: int) -> int:
    """Record each holder that let its time to read or to count pass; return how many there were.

    Running twice does no harm: what is recorded already is refused by the index.
    """
    now, journal = desk.clock.now(), desk.journal
    count = 0
    with reading(journal.engine) as connection:
        late = late_among(connection, journal.log, now, rows_max=rows_max, is_new=True)
    for recall, notice in late:
        count += _escalate(desk, actor, recall, notice, now)
    return count


def _escalate(desk: RecallDesk, actor: str, recall: Recall, notice: Notice, now: datetime) -> bool:
    note = EscalationNote(
        id=new_id(now),
        recall_id=recall.id,
        notice_id=notice.id,
        party_id=notice.party_id,
        due_at=notice.waits_until,
    )
    draft = escalation_draft(note, recall.number)
    try:
        desk.journal.append(Batch(actor=actor, subject=str(recall.id), drafts=(draft,)))
    except InvalidInput:
        # The holder spoke, the recall ended, or another worker was first.
        return False
    return True


def _check_amounts(kind: AnswerKind, amounts: Sequence[Amount]) -> None:
    if kind is AnswerKind.COUNTED and not amounts:
        raise refused("amounts", "missing", "says of each unit what was found, and 0 for nothing")
    if len(amounts) > AMOUNTS_MAX:
        raise refused("amounts", "range", f"has at most {AMOUNTS_MAX} units")
    if len({one.uom for one in amounts}) != len(amounts):
        raise refused("amounts", "twice", "names a unit twice")
    for at, one in enumerate(amounts):
        for name in ("found", "destroyed", "returned", "sold"):
            _check_number(f"amounts[{at}].{name}", getattr(one, name))
        if one.destroyed + one.returned > one.found:
            message = "is more than was found"
            raise refused(f"amounts[{at}].destroyed", "more", message)


def _check_units(
    amounts: Sequence[Amount], lines: Sequence[Line], units: frozenset[str | None]
) -> None:
    """Refuse units that the holder's goods are not in, and parts of pieces.

    Where nobody knows how much a holder has, the `units` of all lines are fine.
    """
    known = {line.uom for line in lines}
    if not lines or any(line.quantity is None and line.sold is None for line in lines):
        known |= {None, *units}
    for at, one in enumerate(amounts):
        if one.uom not in known:
            words = ", ".join(sorted(uom or "pieces (no unit)" for uom in known))
            raise refused(f"amounts[{at}].uom", "unit", f"is one of {words}")
        for name in ("found", "destroyed", "returned", "sold") if one.uom is None else ():
            number = getattr(one, name)
            if number != number.to_integral_value():
                raise refused(f"amounts[{at}].{name}", "whole", "pieces are whole")


def _require_accounted(desk: RecallDesk, recall: Recall) -> None:
    """Refuse to call a recall done while goods are missing of which nobody said where they are."""
    with reading(desk.journal.engine) as connection:
        log = desk.journal.log
        scope = newest_scope(connection, log, recall.id)
        lines, notices = lines_of(connection, log, scope.id), notices_of(connection, log, recall.id)
    missing = [gap for gap in gaps_of(lines, notices) if gap.is_missing and not gap.is_explained]
    if missing:
        holders = len({gap.party_id for gap in missing})
        message = f"{holders} holders account for less than they should have; explain each first"
        raise refused("", "unaccounted", message)


def _check_number(path: str, number: Decimal) -> None:
    exponent = number.normalize().as_tuple().exponent
    is_fine = isinstance(exponent, int) and exponent >= -_DECIMALS_MAX
    if not (number.is_finite() and is_fine and 0 <= number < _AMOUNT_MAX):
        raise refused(path, "number", "is a number from 0 on, with at most six decimals")
