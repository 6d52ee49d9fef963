"""How long a party stays on a list, and by when what has to be done about it.

The rule that must stay true: a list whose norm fixes no end has none; an end is never made up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from credit.model import Because
from credit.periods import Period, period_of
from credit.rulebook.matters import ListClockTerms, ListTerms
from credit.rulebook.model import Book, Regime, Rule

_MONTHS_A_YEAR: Final = 12


class Counted(Protocol):
    """The last of so many working days, provisional where a year's holidays are not known yet."""

    @property
    def day(self) -> date:
        """Return the day."""

    @property
    def is_provisional(self) -> bool:
        """Return whether it may still move."""


Workdays = Callable[[date, int], Counted]
"""Counts working days after a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How long an entry lasts. `maximum` is None where no end is fixed.

    `removable_on` is the first day on which early removal may be asked for; None where the norm
    knows no least period and removal follows correction alone.
    """

    minimum: Period | None
    maximum: Period | None
    removable_on: date | None
    because: Because


class NoTerm(ValueError):
    """No row says how long such an entry lasts."""


def term_of(
    book: Book,
    matter: str,
    regime: Regime,
    *,
    starts_on: date,
    item: str = "",
    extension_months: int = 0,
    restricted_until_on: date | None = None,
) -> Term:
    """Return how long an entry lasts that starts on a day, on a ground `item`.

    Raises `NoTerm` where no row is in force, and where an extension is not one the row allows.
    """
    rule = _rule_of(book, matter, regime, starts_on, item)
    terms: ListTerms = rule.terms
    if extension_months:
        least, most = terms.extension_months or (0, 0)
        if not least <= extension_months <= most:
            raise NoTerm(f"{rule.id}: an extension has {least} to {most} months")
    maximum = None
    if terms.max_months is not None:
        maximum = period_of(starts_on, terms.max_months + extension_months)
        if restricted_until_on is not None and restricted_until_on > maximum.last_on:
            maximum = Period(start_on=starts_on, last_on=restricted_until_on)
    minimum = None if terms.min_months is None else period_of(starts_on, terms.min_months)
    return Term(
        minimum=minimum,
        maximum=maximum,
        removable_on=None if minimum is None else minimum.after_on,
        because=Because().and_(rule, *(book.rules.get(one) for one in rule.beside)),
    )


def _rule_of(book: Book, matter: str, regime: Regime, day: date, item: str) -> Rule:
    for rule in book.of(matter, day, regime):
        terms: ListTerms = rule.terms
        if not terms.items or item in terms.items:
            return rule
    raise NoTerm(f"no row of {matter} holds on {day} for {item or 'any ground'}")


def delete_by(
    book: Book, matter: str, regime: Regime, ground_on: date, workdays: Workdays
) -> tuple[Counted, Rule] | None:
    """Return by when an entry is deleted whose ground fell away on a day; None without a rule."""
    found = book.one(matter, ground_on, regime, ListClockTerms)
    if found is None or found[1].delete_within is None:
        return None
    rule, terms = found
    return workdays(ground_on, terms.delete_within or 0), rule
