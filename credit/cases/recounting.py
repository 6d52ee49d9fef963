"""Counts deadlines anew that were provisional, once the holidays of the years on the way are known.

The rule that must stay true: a deadline moves by an entry of the ledger that says from when to when
and by which notice; one that did not stand on an unknown year never moves.
"""

from trace.recall.workdays import notices_between, years
from uuid import UUID

from sqlalchemy import Connection, select

from base.db import reading
from base.errors import InvalidInput, LedgerCorrupt
from base.log import get_logger
from credit.cases.entries import due_draft
from credit.cases.model import DueNote
from credit.cases.steps import steps_of_case
from credit.cases.taking import CaseDesk
from credit.cases.timing import counted_anew, taken_of
from credit.tables import CREDIT_CASE
from ledger.batch import Batch
from parties.actors import Actor

_LOG = get_logger(__name__)


def recount_deadlines(desk: CaseDesk, actor: Actor) -> int:
    """Count the provisional deadlines of open cases anew; return how many are said otherwise.

    Running it twice does no harm: what a calendar said once it says again.
    """
    desk.bring_up()
    engine, log = desk.journal.engine, desk.journal.log
    with reading(engine) as connection:
        notes = [
            note
            for case_id in _provisional(connection, log)
            if (note := _readable(connection, desk, case_id)) is not None
        ]
    count = sum(_record(desk, actor, note) for note in notes)
    desk.bring_up()
    return count


def _provisional(connection: Connection, log: int) -> list[UUID]:
    """Return the open cases whose deadline may be said otherwise by the calendar that is known."""
    statement = select(CREDIT_CASE.c.id, CREDIT_CASE.c.due_on).where(
        CREDIT_CASE.c.log == log, CREDIT_CASE.c.is_open, CREDIT_CASE.c.is_provisional
    )
    rows = connection.execute(statement.order_by(CREDIT_CASE.c.id))
    # A day of a year that still has no notice stays as provisional as it was.
    return [row.id for row in rows if row.due_on is not None and row.due_on.year in years()]


def _readable(connection: Connection, desk: CaseDesk, case_id: UUID) -> DueNote | None:
    """Return what is to be said of a case; a damaged one keeps no other from being told."""
    try:
        return _counted(connection, desk, case_id)
    except LedgerCorrupt as error:
        _LOG.error("case_not_counted_anew", case=str(case_id), why=str(error))
        return None


def _counted(connection: Connection, desk: CaseDesk, case_id: UUID) -> DueNote | None:
    """Return what a case's deadline is by now; None where that is what was said already."""
    taken = [taken_of(step) for step in steps_of_case(connection, desk.journal.log, case_id)]
    last = taken[-1]
    counted = counted_anew(desk.book, desk.workdays, taken)
    if counted is None or last.note.due_on is None:
        return None
    if (counted.day, counted.is_provisional) == (last.note.due_on, last.note.is_provisional):
        return None
    return DueNote(
        case_id=case_id,
        step_seq=last.seq,
        was_on=last.note.due_on,
        due_on=counted.day,
        is_provisional=counted.is_provisional,
        notices=notices_between(last.on, counted.day),
    )


def _record(desk: CaseDesk, actor: Actor, note: DueNote) -> bool:
    batch = Batch(actor=actor.id, subject=str(note.case_id), drafts=(due_draft(note),))
    try:
        desk.journal.append(batch)
    except InvalidInput as refusal:
        if any(one.code != "state" for one in refusal.problems):
            raise
        # The case took a step meanwhile, whose deadline is counted by what is known.
        return False
    return True
