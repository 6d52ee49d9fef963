"""How the work on cases goes: opened, closed, how long it took, how much is overdue, by kind.

The rule that must stay true: a time is told in working days, as the law counts it, and a share
always stands beside the number that it is a share of.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from statistics import median_high
from trace.recall.workdays import is_worked
from typing import Any, Final

from sqlalchemy import Connection, case, or_, select

from base.clock import CIVIL_ZONE
from credit.cases.kinds import CaseKind, case_kinds
from credit.tables import CREDIT_CASE

_PERCENT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCount:
    """The cases of one kind since a day; `median_workdays` is None where none was closed."""

    kind: CaseKind
    opened: int
    closed: int
    median_workdays: int | None
    open: int
    overdue: int

    @property
    def overdue_percent(self) -> int | None:
        """Return the share of the open ones that is overdue; None where none is open."""
        return None if not self.open else self.overdue * _PERCENT // self.open


def counts_by_kind(
    connection: Connection, log: int, *, since: date, today: date, rows_max: int
) -> list[KindCount]:
    """Return the numbers of each kind, in the order of the kinds.

    What is open and overdue is of today. Of cases that were opened or moved since a day, the newest
    `rows_max` are counted.
    """
    begin = datetime(since.year, since.month, since.day, tzinfo=CIVIL_ZONE)
    is_open = CREDIT_CASE.c.is_open
    statement = (
        select(
            CREDIT_CASE.c.kind,
            CREDIT_CASE.c.state,
            CREDIT_CASE.c.opened_at,
            CREDIT_CASE.c.last_at,
            CREDIT_CASE.c.due_on,
            CREDIT_CASE.c.is_open,
        )
        .where(
            CREDIT_CASE.c.log == log,
            or_(is_open, CREDIT_CASE.c.opened_at >= begin, CREDIT_CASE.c.last_at >= begin),
        )
        .order_by(case((is_open, 0), else_=1), CREDIT_CASE.c.last_seq.desc())
        .limit(rows_max)
    )
    of_kind = defaultdict(list)
    for row in connection.execute(statement):
        of_kind[row.kind].append(row)
    return [
        KindCount(
            kind=kind,
            opened=sum(row.opened_at >= begin for row in rows),
            closed=sum(not row.is_open for row in rows),
            median_workdays=_median(
                [(_day(row.opened_at), _day(row.last_at)) for row in rows if not row.is_open]
            ),
            open=sum(row.is_open for row in rows),
            overdue=sum(_is_overdue(kind, row, today) for row in rows),
        )
        for kind in case_kinds().values()
        if (rows := of_kind.get(kind.id, []))
    ]


def workdays_between(spans: Sequence[tuple[date, date]]) -> Iterator[int]:
    """Yield for each span how many working days lie after its first day, its last one counted."""
    if not spans:
        return
    first, last = min(one for one, _ in spans), max(one for _, one in spans)
    days = (last - first).days + 1
    worked = [int(is_worked(first + timedelta(days=at))) for at in range(days)]
    up_to = list(accumulate(worked))
    for begin, end in spans:
        yield up_to[(end - first).days] - up_to[(begin - first).days]


def _is_overdue(kind: CaseKind, row: Any, today: date) -> bool:
    is_behind = row.is_open and row.due_on is not None and row.due_on < today
    return is_behind and not kind.is_time_to_answer(row.state)


def _median(spans: Sequence[tuple[date, date]]) -> int | None:
    found = list(workdays_between(spans))
    # With an even number the longer of the two: a clock is not said to be kept that was not.
    return median_high(found) if found else None


def _day(instant: datetime) -> date:
    return instant.astimezone(CIVIL_ZONE).date()
