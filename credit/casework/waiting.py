"""What waits at the desks of credit, as numbers that a start page tells.

The rule that must stay true: a number is counted no further than it is told, so that a start page
costs the same however much waits.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, not_, select, tuple_

from credit.applying.desk import is_to_lift
from credit.cases.kinds import By, case_kinds
from credit.cases.reading import is_overdue
from credit.casework.desk import is_awaited
from credit.inspecting.tables import CREDIT_INSPECTION
from credit.intake.batches import BatchState
from credit.tables import CREDIT_APPLICATION, CREDIT_BATCH, CREDIT_CASE
from credit.warning.model import WarningState
from credit.warning.tables import CREDIT_WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesWaiting:
    """Cases that wait for an authority, and how many of them are late."""

    overdue: int
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionsDue:
    """Inspections without a result: those whose day lies behind, and the others."""

    overdue: int
    others: int


def measures_to_lift(
    connection: Connection, log: int, day: date, actors: Collection[str] | None, *, most: int
) -> int:
    """Return how many measures have to be lifted by a day: of these actors, None for everybody."""
    own: list[ColumnElement[bool]] = [is_to_lift(day)]
    if actors is not None:
        own.append(CREDIT_APPLICATION.c.actor.in_(sorted(actors)))
    return _count(connection, CREDIT_APPLICATION, log, and_(*own), most)


def cases_waiting(connection: Connection, log: int, day: date, *, most: int) -> CasesWaiting:
    """Return how many open cases wait for an authority, a time to answer that runs left out."""
    row = CREDIT_CASE.c
    theirs = [
        (kind.id, state)
        for kind in case_kinds().values()
        for state in sorted({step.target for step in kind.steps.values()})
        if any(
            step.by is By.AUTHORITY and is_awaited(step, state) for step in kind.steps_from(state)
        )
    ]
    answering = [
        (kind, state) for kind, state in theirs if case_kinds()[kind].is_time_to_answer(state)
    ]
    still_runs = and_(tuple_(row.kind, row.state).in_(answering), row.due_on >= day)
    others = and_(
        row.is_open,
        tuple_(row.kind, row.state).in_(theirs),
        func.coalesce(not_(still_runs), True),
        func.coalesce(not_(is_overdue(day)), True),
    )
    return CasesWaiting(
        overdue=_count(connection, CREDIT_CASE, log, is_overdue(day), most),
        others=_count(connection, CREDIT_CASE, log, others, most),
    )


def warnings_open(connection: Connection, log: int, *, most: int) -> int:
    """Return how many warnings nobody has looked at."""
    is_open = CREDIT_WARNING.c.state == WarningState.OPEN.value
    return _count(connection, CREDIT_WARNING, log, is_open, most)


def inspections_due(connection: Connection, log: int, day: date, *, most: int) -> InspectionsDue:
    """Return how many inspections are to be made, and how many of them are late."""
    row = CREDIT_INSPECTION.c
    late = and_(row.result == "", row.due_on < day)
    others = and_(row.result == "", row.due_on >= day)
    return InspectionsDue(
        overdue=_count(connection, CREDIT_INSPECTION, log, late, most),
        others=_count(connection, CREDIT_INSPECTION, log, others, most),
    )


def batches_held(connection: Connection, log: int, *, most: int) -> int:
    """Return how many batches of feeds a person has to decide about."""
    is_held = CREDIT_BATCH.c.state == BatchState.HELD.value
    return _count(connection, CREDIT_BATCH, log, is_held, most)


def _count(
    connection: Connection, table: Table, log: int, condition: ColumnElement[Any], most: int
) -> int:
    """Count rows of a log up to one more than is told."""
    some = select(table.c.id).where(table.c.log == log, condition).limit(most + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())
