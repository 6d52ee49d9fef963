"""How long a party stays on a list, and by when what has to be done about it.

The rule that must stay true: a list whose norm fixes no end has none; an end is never made up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from credit.model import Because
from credit.periods import Period, period_of
from credit.rulebook.matters import ListClockTerms, ListTerms, StepTerms
from credit.rulebook.model import Book, Regime, Rule
from credit.rules.counting import counting_rules


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
    knows no least period and removal follows correction alone. `minimum_rule` is the row that the
    least period stands on, `waits_by` the one by which a running restriction of the law bars early
    removal.
    """

    minimum: Period | None
    maximum: Period | None
    removable_on: date | None
    because: Because
    minimum_rule: Rule | None
    waits_by: Rule | None

    @property
    def is_in_public(self) -> bool:
        """Return whether an entry may be in public answers: no doubtful row leaves it endless."""
        return self.maximum is not None or self.because.is_certain


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

    `restricted_until_on` is the last day that the decision names: that of a restriction or, where
    the row leaves it to the decision, its own. Raises `NoTerm` where no row is in force, and where
    an extension is not one the row allows.
    """
    rules = _rules_of(book, matter, regime, starts_on, item)
    ends = next((rule for rule in rules if rule.terms.max_months is not None), rules[0])
    least = next((rule for rule in rules if rule.terms.min_months is not None), None)
    waits_by = next((rule for rule in rules if rule.terms.waits_for_restriction), None)
    minimum = None if least is None else period_of(starts_on, least.terms.min_months)
    because = Because().and_(
        *rules, *(book.rules.get(one) for rule in rules for one in rule.beside)
    )
    if minimum is not None or ends.terms.max_months is not None:
        because = because.and_(*counting_rules(book, starts_on))
    return Term(
        minimum=minimum,
        maximum=_maximum(ends, starts_on, extension_months, restricted_until_on),
        removable_on=None if minimum is None else minimum.after_on,
        because=because,
        minimum_rule=least,
        waits_by=waits_by,
    )


def _maximum(
    rule: Rule, starts_on: date, extension_months: int, restricted_until_on: date | None
) -> Period | None:
    terms: ListTerms = rule.terms
    if extension_months:
        least, most = terms.extension_months or (0, 0)
        if not least <= extension_months <= most:
            raise NoTerm(f"{rule.id}: an extension has {least} to {most} months")
    if terms.ends_as_told and restricted_until_on is not None:
        return Period(start_on=starts_on, last_on=restricted_until_on)
    if terms.max_months is None:
        return None
    maximum = period_of(starts_on, terms.max_months + extension_months)
    if restricted_until_on is not None and restricted_until_on > maximum.last_on:
        return Period(start_on=starts_on, last_on=restricted_until_on)
    return maximum


def _rules_of(book: Book, matter: str, regime: Regime, day: date, item: str) -> tuple[Rule, ...]:
    found = tuple(
        rule
        for rule in book.of(matter, day, regime)
        if not rule.terms.items or item in rule.terms.items
    )
    if not found:
        raise NoTerm(f"no row of {matter} holds on {day} for {item or 'any ground'}")
    return found


def delete_by(
    book: Book, matter: str, regime: Regime, ground_on: date, workdays: Workdays
) -> tuple[Counted, Rule] | None:
    """Return by when an entry is deleted whose ground fell away on a day; None without a rule."""
    for rule in book.of(matter, ground_on, regime):
        terms: ListClockTerms = rule.terms
        if terms.delete_within is not None:
            return workdays(ground_on, terms.delete_within), rule
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A list that a party comes onto because it was on another one so long, and by which row."""

    on: date
    onto: str
    rule: Rule


def step_of(book: Book, matter: str, regime: Regime, *, listed_on: date) -> Step | None:
    """Return what follows once an entry has lasted so long; None where no row has it that day.

    The row has to be in force on the day on which that time is full.
    """
    for rule in book.matter(matter, regime):
        terms: StepTerms = rule.terms
        full_on = period_of(listed_on, terms.after_months).last_on
        if rule.is_in_force(full_on):
            return Step(on=full_on, onto=terms.onto, rule=rule)
    return None
