"""What holds for every period: how its months are counted, and how long anything may be told.

The rule that must stay true: where no row fixes a period none is made up; the limit then ends it.
"""

from datetime import date
from typing import Final

from credit.periods import Period, period_of
from credit.rulebook.matters import LimitTerms
from credit.rulebook.model import Book, Regime, Rule

_COUNTING: Final = "period.counting"
_LIMIT: Final = "disclosure.limit"


def counting_rules(book: Book, start_on: date) -> tuple[Rule, ...]:
    """Return the rows by which months are counted that run from a day."""
    return book.of(_COUNTING, start_on)


def limit_of(book: Book, start_on: date, regime: Regime) -> tuple[Rule, Period] | None:
    """Return how long something may be told whose period no row fixes, and by which row."""
    found = book.one(_LIMIT, start_on, regime, LimitTerms)
    return None if found is None else (found[0], period_of(start_on, found[1].months))
