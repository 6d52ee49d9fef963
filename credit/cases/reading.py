"""Cases as a desk reads them: the most pressing first, and one with all of its steps.

The rule that must stay true: a case is told from its entries; each step names the one that proves
it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select, tuple_

from base.clock import CIVIL_ZONE
from base.errors import NotFound, Problem
from credit.cases.kinds import CaseKind, case_kinds
from credit.cases.model import CaseNote
from credit.cases.order import ORDER, behind, token_of
from credit.cases.steps import CaseStep, steps_of_case
from credit.cases.timing import Taken
from credit.feeds.model import CodeScheme
from credit.tables import CREDIT_CASE, CREDIT_CODE, CREDIT_SUBJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case on the desk; `due_on` is None where no rule fixes a day."""

    id: UUID
    kind: CaseKind
    state: str
    is_open: bool
    code: str
    name: str
    subject_id: UUID
    fact_ids: tuple[UUID, ...]
    list_id: str
    opened_at: datetime
    last_at: datetime
    due_on: date | None
    due_rule: str
    is_provisional: bool

    def is_overdue(self, day: date) -> bool:
        """Return whether the day by which a step was due lies behind."""
        is_behind = self.is_open and self.due_on is not None and self.due_on < day
        return is_behind and not self.kind.is_time_to_answer(self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """A deadline that was counted anew, by which notices of holidays, and the entry of it."""

    seq: int
    at: datetime
    was_on: date
    due_on: date
    is_provisional: bool
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A step that was taken, and the entry that holds it."""

    seq: int
    at: datetime
    actor: str
    note: CaseNote
    recounts: tuple[Recount, ...]

    @property
    def as_taken(self) -> Taken:
        """Return the step with its deadline as it was counted last."""
        last = self.recounts[-1] if self.recounts else self.note
        note = replace(self.note, due_on=last.due_on, is_provisional=last.is_provisional)
        on = self.at.astimezone(CIVIL_ZONE).date()
        return Taken(note=note, actor=self.actor, seq=self.seq, recorded_on=on)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuery:
    """Which cases: of one party, open ones alone, those that are overdue on a day.

    `after` is the `next_after` of the page before.
    """

    subject_id: UUID | None = None
    only_open: bool = True
    overdue_on: date | None = None
    after: str = ""
    rows_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Some cases, the most pressing first; `next_after` is "" on the last page."""

    cases: tuple[CaseRow, ...]
    next_after: str


def cases_of(connection: Connection, log: int, query: CaseQuery) -> CasePage:
    """Return cases: open ones by the day they are due, then what was closed.

    Raises `InvalidInput` for a page that there is not.
    """
    statement = _cases(log)
    if query.subject_id is not None:
        statement = statement.where(CREDIT_CASE.c.subject_id == query.subject_id)
    if query.only_open:
        statement = statement.where(CREDIT_CASE.c.is_open)
    if query.overdue_on is not None:
        statement = statement.where(is_overdue(query.overdue_on))
    if query.after:
        statement = statement.where(behind(query.after))
    found = list(connection.execute(statement.order_by(*ORDER).limit(query.rows_max + 1)))
    shown = found[: query.rows_max]
    is_last = len(found) == len(shown)
    return CasePage(
        cases=tuple(map(_case_row, shown)), next_after="" if is_last else token_of(shown[-1])
    )


def is_overdue(day: date) -> ColumnElement[bool]:
    """Return the condition under which a step of a case was due and somebody is late."""
    row = CREDIT_CASE.c
    answering = [
        (kind.id, step.target)
        for kind in case_kinds().values()
        for step in kind.steps.values()
        if kind.is_time_to_answer(step.target)
    ]
    return and_(row.is_open, row.due_on < day, tuple_(row.kind, row.state).not_in(answering))


def read_case(connection: Connection, log: int, case_id: UUID) -> tuple[CaseRow, Sequence[StepRow]]:
    """Return a case with its steps, oldest first; raises `NotFound`."""
    own = _cases(log).where(CREDIT_CASE.c.id == case_id)
    found = connection.execute(own).one_or_none()
    if found is None:
        message = "There is no case with that id."
        raise NotFound(message, problems=(Problem(path="case", code="no_case", message=message),))
    return _case_row(found), [_step_row(one) for one in steps_of_case(connection, log, case_id)]


def _step_row(step: CaseStep) -> StepRow:
    return StepRow(
        seq=step.entry.seq,
        at=step.entry.header.recorded_at,
        actor=step.entry.header.actor,
        note=step.note,
        recounts=tuple(
            Recount(
                seq=entry.seq,
                at=entry.header.recorded_at,
                was_on=note.was_on,
                due_on=note.due_on,
                is_provisional=note.is_provisional,
                notices=note.notices,
            )
            for entry, note in step.recounts
        ),
    )


def _cases(log: int) -> Select[*tuple[Any, ...]]:
    of_subject = and_(
        CREDIT_SUBJECT.c.log == CREDIT_CASE.c.log, CREDIT_SUBJECT.c.id == CREDIT_CASE.c.subject_id
    )
    # A party with two codes has one case all the same.
    code = (
        select(func.min(CREDIT_CODE.c.code))
        .where(
            CREDIT_CODE.c.log == CREDIT_CASE.c.log,
            CREDIT_CODE.c.subject_id == CREDIT_CASE.c.subject_id,
            CREDIT_CODE.c.scheme == CodeScheme.USCC.value,
        )
        .scalar_subquery()
    )
    return (
        select(CREDIT_CASE, CREDIT_SUBJECT.c.name, code.label("code"))
        .outerjoin(CREDIT_SUBJECT, of_subject)
        .where(CREDIT_CASE.c.log == log)
    )


def _case_row(row: Row[*tuple[Any, ...]]) -> CaseRow:
    return CaseRow(
        id=row.id,
        kind=case_kinds()[row.kind],
        state=row.state,
        is_open=row.is_open,
        code=row.code or "",
        name=row.name or "",
        subject_id=row.subject_id,
        fact_ids=tuple(UUID(one) for one in row.facts.split()),
        list_id=row.list,
        opened_at=row.opened_at,
        last_at=row.last_at,
        due_on=row.due_on,
        due_rule=row.due_rule,
        is_provisional=row.is_provisional,
    )
