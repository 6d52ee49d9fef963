"""Which measures bind for a matter: the gate that refuses one whose row has ended.

The rule that must stay true: a measure may be applied only on a day on which its own row of law is
in force, to a party that the row is meant for, and in a matter that it bears on. A row that stands
on memory alone binds nobody. A bar whose time a law fixes lasts that time, whatever became of the
record's publication.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from credit.periods import FIRST_DAY, period_of, starts_between
from credit.rulebook.model import Book, Measure

_DAY: Final = timedelta(days=1)


class Refusal(StrEnum):
    """Why a measure may not be applied."""

    UNKNOWN = "unknown"
    NOT_IN_FORCE = "not_in_force"
    UNREAD = "unread"
    OTHER_MATTER = "other_matter"
    NOT_MEANT = "not_meant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Punished:
    """A penalty as measures look at it.

    `is_current` as long as it is told; `stops_on` is the first day on which it is not any more.
    """

    kinds: frozenset[str]
    fields: frozenset[str]
    decided_on: date
    is_current: bool
    stops_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a party is known by on a day: the lists it is on, and its penalties.

    A penalty that was repaired or is told no more is among them and not current: a bar of the law
    outlives its publication. `years` are those in which entries of a list began, whether they still
    stand or not.
    """

    lists: frozenset[str]
    years: Mapping[str, frozenset[int]] = field(default_factory=lambda: MappingProxyType({}))
    penalties: tuple[Punished, ...] = ()
    is_person: bool = False


def measures_for(
    book: Book, standing: Standing, matter: str | None, day: date
) -> Iterator[Measure]:
    """Yield the measures and incentives that follow for a party on a day, in one matter or all."""
    for measure in book.measures_of(matter):
        if _gate(measure, standing, day) is None:
            yield measure


def refusal_of(
    book: Book, measure_id: str, standing: Standing, matter: str | None, day: date
) -> Refusal | None:
    """Return why a measure may not be applied to a party on a day; None where it may."""
    measure = book.measures.get(measure_id)
    if measure is None:
        return Refusal.UNKNOWN
    if measure.is_in_force(day) and matter is not None and matter not in measure.matters:
        return Refusal.OTHER_MATTER
    return _gate(measure, standing, day)


def _gate(measure: Measure, standing: Standing, day: date) -> Refusal | None:
    if not measure.is_in_force(day):
        return Refusal.NOT_IN_FORCE
    if not measure.is_certain:
        return Refusal.UNREAD
    if measure.binds_persons and not standing.is_person:
        return Refusal.NOT_MEANT
    return None if is_called_for(measure, standing, day) else Refusal.NOT_MEANT


def is_called_for(measure: Measure, standing: Standing, day: date) -> bool:
    """Return whether what a party is known by calls for a measure on a day."""
    return any(
        _has_run(measure, standing.years.get(one, frozenset()))
        for one in measure.lists & standing.lists
    ) or any(_follows(measure, one, day) for one in standing.penalties)


def has_bar(book: Book, standing: Standing, day: date) -> Measure | None:
    """Return a bar of the law that runs on a day because of a penalty, whatever became of it."""
    bars = (
        measure
        for measure in book.measures.values()
        if measure.is_statutory_bar
        and measure.is_certain
        and measure.is_in_force(day)
        and not measure.binds_persons
    )
    runs = (
        measure
        for measure in bars
        if any(_follows(measure, one, day) for one in standing.penalties)
    )
    return next(runs, None)


def over_on(measure: Measure, stops_on: date | None, punished: Punished | None) -> date | None:
    """Return the first day on which a fact does not call for a measure any more; None: no end."""
    ends = [] if measure.to_on is None else [measure.to_on + _DAY]
    if punished is None or not measure.is_statutory_bar:
        ends += [] if stops_on is None else [stops_on]
    elif measure.duration_months is not None and not measure.is_lifelong:
        ends.append(period_of(punished.decided_on, measure.duration_months).after_on)
    return min(ends, default=None)


def barred_between(book: Book, after: date, until: date) -> Sequence[tuple[date, date]]:
    """Return between which days penalties were decided whose bar of some law is over in a span.

    The span is what lies behind `after`, up to `until`. The end of a row of law is not looked at.
    """
    lasting = {
        measure.duration_months
        for measure in book.measures.values()
        if measure.is_statutory_bar and measure.penalties and not measure.is_lifelong
    }
    # The first day that a bar is over is the one behind its last.
    first_on, last_on = max(after, FIRST_DAY), until - _DAY
    return [
        starts_between(first_on, last_on, months)
        for months in sorted(one for one in lasting if one is not None)
        if first_on <= last_on
    ]


def _has_run(measure: Measure, years: frozenset[int]) -> bool:
    """Return whether entries began in as many years, one after the other, as a measure asks for."""
    if measure.years_running == 1:
        return True
    last = max(years, default=0)
    return all(last - at in years for at in range(measure.years_running))


def _follows(measure: Measure, one: Punished, day: date) -> bool:
    """Return whether a measure follows from a penalty and still lasts on a day."""
    if not measure.penalties & one.kinds or (measure.fields and not measure.fields & one.fields):
        return False
    if measure.is_lifelong:
        return True
    if measure.duration_months is not None:
        # A bar that a law fixes runs from the decision, whether it is still public or not.
        return not period_of(one.decided_on, measure.duration_months).has_ended(day)
    return one.is_current
