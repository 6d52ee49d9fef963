"""Which measures bind for a matter: the gate that refuses one whose row has ended.

The rule that must stay true: a measure may be applied only on a day on which its own row of law is
in force, to a party that the row is meant for, and in a matter that it bears on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from credit.periods import period_of
from credit.rulebook.model import Book, Measure


class Refusal(StrEnum):
    """Why a measure may not be applied."""

    UNKNOWN = "unknown"
    NOT_IN_FORCE = "not_in_force"
    OTHER_MATTER = "other_matter"
    NOT_MEANT = "not_meant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Punished:
    """A penalty as measures look at it; `is_current` as long as it is public."""

    kinds: frozenset[str]
    fields: frozenset[str]
    decided_on: date
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a party is known by on a day: its lists, and its penalties, repaired ones left out."""

    lists: frozenset[str]
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
    if measure.binds_persons and not standing.is_person:
        return Refusal.NOT_MEANT
    return None if is_called_for(measure, standing, day) else Refusal.NOT_MEANT


def is_called_for(measure: Measure, standing: Standing, day: date) -> bool:
    """Return whether what a party is known by calls for a measure on a day."""
    return bool(measure.lists & standing.lists) or any(
        _follows(measure, one, day) for one in standing.penalties
    )


def _follows(measure: Measure, one: Punished, day: date) -> bool:
    """Return whether a measure follows from a penalty and still lasts on a day."""
    if not measure.penalties & one.kinds or (measure.fields and not measure.fields & one.fields):
        return False
    if measure.duration_months is not None:
        # A bar that a law fixes runs from the decision, whether it is still public or not.
        return not period_of(one.decided_on, measure.duration_months).has_ended(day)
    return measure.is_lifelong or one.is_current
