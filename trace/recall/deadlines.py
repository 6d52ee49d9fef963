"""When what has to be done of a recall: dated rows of `deadlines.yaml`, and the instants they give.

The rule that must stay true: every time is a row with its norm, clause and date, and says whether
anybody has read that clause. Working days are those of `trace.recall.workdays`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from trace.recall.workdays import workdays_after
from types import MappingProxyType
from typing import Final, TypeVar

from base.clock import CIVIL_ZONE
from base.errors import InvalidInput, Problem
from schemas.profiles.yaml_rows import Faults, Rows, read_rows

_FILE: Final = Path(__file__).with_name("deadlines.yaml")
_LEVELS: Final = (1, 2, 3)
_LAST_SECOND: Final = time(23, 59, 59)

Word = TypeVar("Word", bound=StrEnum)


class Step(StrEnum):
    """What has to be done in time."""

    START = "start"
    NOTIFY = "notify"
    PLAN = "plan"
    PROGRESS = "progress"
    FINISH = "finish"
    ACKNOWLEDGE = "acknowledge"
    COUNT = "count"


class Verified(StrEnum):
    """How far a time was checked against its norm."""

    TEXT = "text"
    SECOND_HAND = "second_hand"
    MEMORY = "memory"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One time: so long after the opening, by which clause."""

    level: int
    step: Step
    span: timedelta
    workdays: int
    clause: str
    verified: Verified

    def due_at(self, opened_at: datetime) -> datetime:
        """Return the instant by which it has to be done."""
        if not self.workdays:
            return opened_at + self.span
        local = opened_at.astimezone(CIVIL_ZONE)
        # The last day counts to its end.
        last = workdays_after(local.date(), self.workdays).day
        end = datetime.combine(last, _LAST_SECOND, tzinfo=CIVIL_ZONE)
        return end.astimezone(opened_at.tzinfo)

    def is_provisional(self, opened_at: datetime) -> bool:
        """Return whether it counts days of a year whose holidays are not announced yet."""
        opened = opened_at.astimezone(CIVIL_ZONE).date()
        return workdays_after(opened, self.workdays).is_provisional


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Goods with a law of recalls of their own."""

    id: str
    zh: str
    en: str
    norm: str
    since: date
    is_comparison: bool
    rows: tuple[Deadline, ...]

    def of_level(self, level: int) -> tuple[Deadline, ...]:
        """Return the times of one class."""
        return tuple(row for row in self.rows if row.level == level)

    def due_at(self, level: int, step: Step, opened_at: datetime) -> datetime | None:
        """Return the instant of one step, None where no row fixes it."""
        found = (row.due_at(opened_at) for row in self.of_level(level) if row.step is step)
        return next(found, None)


@cache
def domains() -> Mapping[str, Domain]:
    """Return the domains by id; raises `InvalidInput` with the line of what is wrong."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    found = [_domain(rows) for rows in file.each("domains")]
    file.done()
    by_id = {one.id: one for one in found}
    if len(by_id) != len(found):
        faults.add(_FILE.name, "duplicate", "gives a domain twice")
    faults.refuse()
    return MappingProxyType(by_id)


def domain_of(domain_id: str, level: int) -> Domain:
    """Return a domain in which a recall can be opened; raises `InvalidInput` with the field."""
    domain = domains().get(domain_id)
    if domain is None or domain.is_comparison:
        known = ", ".join(one.id for one in domains().values() if not one.is_comparison)
        raise _wrong("domain", f"is one of {known}")
    if level not in _LEVELS:
        raise _wrong("level", "is 1, 2 or 3; class 1 is the gravest")
    return domain


def _domain(rows: Rows) -> Domain:
    domain = Domain(
        id=rows.text("id"),
        zh=rows.text("zh"),
        en=rows.text("en"),
        norm=rows.text("norm"),
        since=rows.day("since") or date.min,
        is_comparison=rows.flag("is_comparison"),
        rows=tuple(_deadline(row) for row in rows.each("rows")),
    )
    pairs = [(row.level, row.step) for row in domain.rows]
    if len(set(pairs)) != len(pairs):
        rows.fault("rows", "duplicate", "gives a step of a class twice")
    rows.done()
    return domain


def _deadline(row: Rows) -> Deadline:
    hours, days, workdays = (row.whole(name) for name in ("hours", "days", "workdays"))
    if sum(one is not None for one in (hours, days, workdays)) != 1:
        row.fault("", "span", "has hours, days or workdays, and one of them alone")
    deadline = Deadline(
        level=row.whole("level") or 0,
        step=_word(row, "step", Step, Step.START),
        span=timedelta(hours=hours or 0, days=days or 0),
        workdays=workdays or 0,
        clause=row.text("clause"),
        verified=_word(row, "verified", Verified, Verified.MEMORY),
    )
    if deadline.level not in _LEVELS:
        row.fault("level", "level", "is 1, 2 or 3")
    row.done()
    return deadline


def _word(row: Rows, key: str, words: type[Word], default: Word) -> Word:
    text = row.text(key)
    if text not in set(words):
        row.fault(key, "word", f"is one of {', '.join(words)}")
        return default
    return words(text)


def _wrong(path: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code=path, message=message)
    return InvalidInput(f"{path}: {message}", problems=(problem,))
