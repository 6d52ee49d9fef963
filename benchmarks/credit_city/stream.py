"""Ten years of batches, in the order in which they are handed in.

The rule that must stay true: each row says beforehand what has to become of it (new, known, or the
code of its fault), so that the counts of every batch are known before its door has seen it.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from benchmarks.credit_city.enterprises import Enterprise, build_enterprises
from benchmarks.credit_city.telling import Row

NEW: Final = "(new)"
KNOWN: Final = "(known)"
FIRST_DAY: Final = date(2016, 7, 1)
_MONTHS_A_YEAR: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRow:
    """A row, what has to become of it, and the kind of dirt in it ("" for none)."""

    cells: Row
    fate: str
    dirt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldBatch:
    """A batch as it is handed in on a day. `number` is its place among its feed's."""

    feed: str
    day: date
    number: int
    rows: Sequence[ToldRow]

    @property
    def fates(self) -> Mapping[str, int]:
        """Return how many rows there are of each fate."""
        return Counter(row.fate for row in self.rows)

    @property
    def dirt(self) -> Mapping[str, int]:
        """Return how many rows have each kind of dirt."""
        return Counter(row.dirt for row in self.rows if row.dirt)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditCity:
    """The city of a seed; `step_months` is how often a feed hands in."""

    seed: int
    enterprises: Sequence[Enterprise]
    people: int
    years: int = 10
    step_months: int = 3

    @property
    def periods(self) -> int:
        """Return how many periods there are."""
        return self.years * _MONTHS_A_YEAR // self.step_months

    @property
    def last_day(self) -> date:
        """Return the day after the last period: today."""
        return self.start_of(self.periods)

    def start_of(self, period: int) -> date:
        """Return the first day of a period."""
        months = FIRST_DAY.month - 1 + period * self.step_months
        return date(FIRST_DAY.year + months // _MONTHS_A_YEAR, months % _MONTHS_A_YEAR + 1, 1)


Batches: TypeAlias = Iterator[ToldBatch]


def build_city(
    seed: int, *, enterprises: int, people: int, years: int = 10, step_months: int = 3
) -> CreditCity:
    """Return the city of a seed."""
    return CreditCity(
        seed=seed,
        enterprises=build_enterprises(seed, enterprises),
        people=people,
        years=years,
        step_months=step_months,
    )


def told_batches(city: CreditCity, feeds: Mapping[str, Callable[[CreditCity], Batches]]) -> Batches:
    """Yield the batches of all feeds by day; on one day the register comes first."""
    order = {feed: at for at, feed in enumerate(feeds)}
    return heapq.merge(
        *(tell(city) for tell in feeds.values()), key=lambda batch: (batch.day, order[batch.feed])
    )
