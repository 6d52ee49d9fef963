"""The cases of a desk, the most pressing first, and how many there are of each kind.

The rule that must stay true: whoever is overdue stands first; what was left out by a choice is
counted all the same, so that nobody takes a part for the whole.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, select

from credit.cases.kinds import By, CaseKind, Step, case_kinds
from credit.cases.order import ORDER, behind, token_of
from credit.feeds.model import CodeScheme
from credit.tables import CREDIT_CASE, CREDIT_CODE, CREDIT_SUBJECT

OPEN: Final = "open"
CLOSED: Final = "closed"
TAKE_BACK: Final = "drop"
"""The step by which a party takes back what it asked for, or an authority leaves it at that."""

REGION_CHARS: Final = 4
"""How many digits of an administrative code name a city."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which cases: of a kind, in a state (or `open`, `closed`, or "" for all), of a region.

    `region` are the first digits of an administrative code. `subject_id` leaves one party's alone.
    `after` is the `next_after` of the page before.
    """

    kind: str = ""
    state: str = OPEN
    region: str = ""
    subject_id: UUID | None = None
    after: str = ""
    rows_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRow:
    """A case as the desk lists it; `due_on` is None where no rule fixes a day.

    `is_open` as long as somebody has to decide: what was decided may still be revoked.
    """

    id: UUID
    kind: CaseKind
    state: str
    is_open: bool
    subject_id: UUID
    name: str
    code: str
    region: str
    list_id: str
    facts: tuple[UUID, ...]
    opened_at: datetime
    last_at: datetime
    due_on: date | None
    due_rule: str
    is_provisional: bool

    @property
    def is_waiting(self) -> bool:
        """Return whether the clock is the party's time to answer, and nobody's duty."""
        return self.is_open and self.kind.is_time_to_answer(self.state)

    @property
    def waits_for_party(self) -> bool:
        """Return whether the party has something to do, other than taking back what it asked."""
        steps = self.kind.steps_from(self.state) if self.is_open else ()
        return any(step.by is By.PARTY and is_awaited(step, self.state) for step in steps)

    @property
    def was_moved_by_authority(self) -> bool:
        """Return whether only an authority can have brought the case to where it is."""
        ways = [step.by for step in self.kind.steps.values() if step.target == self.state]
        return By.PARTY not in ways

    def is_overdue(self, day: date) -> bool:
        """Return whether the day by which a step was due lies behind."""
        is_behind = self.is_open and self.due_on is not None and self.due_on < day
        return is_behind and not self.is_waiting


def is_awaited(step: Step, state: str) -> bool:
    """Return whether somebody waits for a step: none takes back, or adds to what is there."""
    return step.id != TAKE_BACK and step.target != state


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """Some of the cases of a choice; `next_after` is "" on the last page."""

    rows: tuple[DeskRow, ...]
    next_after: str


def desk_page(connection: Connection, log: int, choice: Choice) -> DeskPage:
    """Return cases of a choice: open ones by the day they are due, then what was closed.

    Raises `InvalidInput` for a page that there is not.
    """
    code = (
        select(func.min(CREDIT_CODE.c.code))
        .where(
            CREDIT_CODE.c.log == CREDIT_CASE.c.log,
            CREDIT_CODE.c.subject_id == CREDIT_CASE.c.subject_id,
            CREDIT_CODE.c.scheme == CodeScheme.USCC.value,
        )
        .scalar_subquery()
    )
    columns = (
        CREDIT_CASE,
        CREDIT_SUBJECT.c.name,
        CREDIT_SUBJECT.c.region,
        code.label("code"),
    )
    statement = _chosen(_of_desk(select(*columns), log), choice)
    if choice.after:
        statement = statement.where(behind(choice.after))
    found = list(connection.execute(statement.order_by(*ORDER).limit(choice.rows_max + 1)))
    shown = found[: choice.rows_max]
    is_last = len(found) == len(shown)
    return DeskPage(
        rows=tuple(_row(one) for one in shown), next_after="" if is_last else token_of(shown[-1])
    )


def count_cases(connection: Connection, log: int, choice: Choice) -> int:
    """Return how many cases a choice has."""
    found = connection.execute(_chosen(_of_desk(select(func.count()), log), choice))
    return int(found.scalar_one())


def regions_of_cases(connection: Connection, log: int, *, rows_max: int) -> list[str]:
    """Return the cities that parties of cases are in, by the first digits of their codes."""
    city = func.substr(CREDIT_SUBJECT.c.region, 1, REGION_CHARS)
    statement = (
        _of_desk(select(city), log)
        .where(CREDIT_SUBJECT.c.region != "")
        .distinct()
        .order_by(city)
        .limit(rows_max)
    )
    return list(connection.execute(statement).scalars())


def _of_desk(statement: Select[*tuple[Any, ...]], log: int) -> Select[*tuple[Any, ...]]:
    of_subject = and_(
        CREDIT_SUBJECT.c.log == CREDIT_CASE.c.log, CREDIT_SUBJECT.c.id == CREDIT_CASE.c.subject_id
    )
    joined = CREDIT_CASE.outerjoin(CREDIT_SUBJECT, of_subject)
    return statement.select_from(joined).where(CREDIT_CASE.c.log == log)


def _chosen(statement: Select[*tuple[Any, ...]], choice: Choice) -> Select[*tuple[Any, ...]]:
    if choice.kind:
        statement = statement.where(CREDIT_CASE.c.kind == choice.kind)
    if choice.state in (OPEN, CLOSED):
        statement = statement.where(CREDIT_CASE.c.is_open.is_(choice.state == OPEN))
    elif choice.state:
        statement = statement.where(CREDIT_CASE.c.state == choice.state)
    if choice.region:
        statement = statement.where(
            CREDIT_SUBJECT.c.region.startswith(choice.region, autoescape=True)
        )
    if choice.subject_id is not None:
        statement = statement.where(CREDIT_CASE.c.subject_id == choice.subject_id)
    return statement


def _row(row: Any) -> DeskRow:
    kind = case_kinds()[row.kind]
    return DeskRow(
        id=row.id,
        kind=kind,
        state=row.state,
        is_open=row.is_open,
        subject_id=row.subject_id,
        name=row.name or "",
        code=row.code or "",
        region=row.region or "",
        list_id=row.list,
        facts=tuple(UUID(one) for one in row.facts.split()),
        opened_at=row.opened_at,
        last_at=row.last_at,
        due_on=row.due_on if row.is_open else None,
        due_rule=row.due_rule if row.is_open else "",
        is_provisional=row.is_provisional,
    )


def states_in_use(kinds: Iterable[CaseKind]) -> Iterator[str]:
    """Yield every state that a case of these kinds may be in, each once, in the order of steps."""
    yield from dict.fromkeys(step.target for kind in kinds for step in kind.steps.values())
