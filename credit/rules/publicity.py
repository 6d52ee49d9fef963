"""How long a penalty is public, and from when on its repair may be asked for.

The rule that must stay true: the rules of the day of the decision hold, whatever the law says
today; a later law is taken only where its transition row says that older records are converted.
What no row ends is not endless: it is in no public answer, and in no answer after the limit.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from credit.model import Because, Penalty
from credit.periods import Period, period_of
from credit.rulebook.matters import (
    ClassTerms,
    NeverEarlyTerms,
    PublicityTerms,
    StartsOn,
    TransitionTerms,
    UnpublishedTerms,
)
from credit.rulebook.model import Book, Regime, Rule, Severity
from credit.rules.counting import counting_rules, limit_of

_PERIOD: Final = "publicity.period"


class Unknown(StrEnum):
    """Why a period cannot be told."""

    NO_RULE = "no_rule"
    NOT_PUBLISHED_YET = "not_published_yet"
    SEVERITY = "severity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publicity:
    """What follows for one penalty. `unknown` says why there are no periods, else it is None.

    `is_published` is False where the decision is not published as a rule; the periods then say how
    long it may be public if it is. `repairable_on` is the first day on which repair may be asked
    for: None where there is no repair, or none before the duty is fulfilled (`waits_for_duty`).
    `minimum_rule` is the row that the least period stands on, `barred_by` the one that lets nobody
    repair it. Without a period `limit` is the longest time that anything may be told.
    """

    severity: Severity | None
    is_published: bool
    minimum: Period | None
    maximum: Period | None
    is_repairable: bool
    waits_for_duty: bool
    repairable_on: date | None
    repairable_if_first_counts_on: date | None
    stays_if_uncorrected: bool
    because: Because
    minimum_rule: Rule | None = None
    barred_by: Rule | None = None
    limit: Period | None = None
    unknown: Unknown | None = None

    @property
    def stops_on(self) -> date | None:
        """Return the first day on which it is not told any more; None where no row ends it."""
        last = self.maximum or self.limit
        return None if last is None else last.after_on

    @property
    def is_in_public(self) -> bool:
        """Return whether it may be in public answers: it is published, and its end is known."""
        return self.is_published and self.maximum is not None


def publicity_of(penalty: Penalty, book: Book) -> Publicity:
    """Return how long a penalty is public, under the rules of the day of its decision."""
    penalty, because = _with_regime(penalty, book)
    day, because = _rules_day(penalty, book, because)
    severity, because = _severity(penalty, book, day, because)
    is_published, because = _is_published(penalty, book, day, because)
    rule = _period_rule(penalty, book, day, severity)
    if rule is None:
        candidates = book.of(_PERIOD, day, penalty.regime)
        why = Unknown.SEVERITY if candidates and severity is None else Unknown.NO_RULE
        return _without_periods(penalty, book, severity, is_published, because, why)
    terms: PublicityTerms = rule.terms
    because = because.and_(rule, *(book.rules.get(one) for one in rule.beside))
    is_published = is_published and terms.is_published
    start_on = penalty.decided_on
    if terms.starts_on is StartsOn.PUBLICATION:
        if penalty.published_on is None:
            why = Unknown.NOT_PUBLISHED_YET
            return _without_periods(penalty, book, severity, is_published, because, why)
        start_on = penalty.published_on
    bar = _never_early(penalty, book, day)
    barred_by = bar if bar is not None and bar.terms.bars else None
    if not terms.is_repairable:
        barred_by = rule
    minimum_rule = _minimum_rule(rule, book, day, severity)
    found = _with_periods(
        penalty,
        terms,
        start_on,
        severity=severity,
        is_published=is_published,
        is_repairable=barred_by is None,
        because=because.and_(minimum_rule, bar, *counting_rules(book, start_on)),
    )
    because = found.because.and_(*_kept_by(penalty, book, day, found.maximum))
    return replace(found, because=because, minimum_rule=minimum_rule, barred_by=barred_by)


def _kept_by(penalty: Penalty, book: Book, day: date, maximum: Period | None) -> Iterator[Rule]:
    """Yield the changes of law that come upon a running period and leave it as it is."""
    for rule in book.matter("publicity.transition", penalty.regime):
        terms: TransitionTerms = rule.terms
        is_later = day < terms.before_on
        if is_later and maximum is not None and not maximum.has_ended(terms.before_on):
            yield rule


def _with_regime(penalty: Penalty, book: Book) -> tuple[Penalty, Because]:
    """Return the penalty under rules that have periods: its own, or else those of Credit China."""
    if book.matter(_PERIOD, penalty.regime):
        return penalty, Because()
    why = book.of("publicity.fallback", penalty.decided_on)
    beside = (book.rules.get(one) for rule in why for one in rule.beside)
    return replace(penalty, regime=Regime.CREDIT_CHINA), Because().and_(*why, *beside)


def _minimum_rule(rule: Rule, book: Book, day: date, severity: Severity | None) -> Rule:
    """Return the row that the least period stands on: one that was read, if any sets the same."""
    if rule.is_certain:
        return rule
    for guideline in book.of("publicity.guideline", day):
        terms: PublicityTerms = guideline.terms
        is_same = terms.min_months == rule.terms.min_months and severity in terms.severities
        if is_same and guideline.is_certain:
            return guideline
    return rule


def _rules_day(penalty: Penalty, book: Book, because: Because) -> tuple[date, Because]:
    """Return the day whose rules hold: that of the decision, or of the change that converts it."""
    day = penalty.decided_on
    changes = [rule for rule in book.matter("publicity.transition", penalty.regime) if rule.terms]
    for rule in sorted(changes, key=lambda rule: rule.terms.before_on):
        terms: TransitionTerms = rule.terms
        if day < terms.before_on:
            because = because.and_(rule) if terms.converts else because
            day = terms.before_on if terms.converts else day
    return day, because


def _severity(
    penalty: Penalty, book: Book, day: date, because: Because
) -> tuple[Severity | None, Because]:
    """Return the class that the authority gave, or that the rows name; None where none does."""
    if penalty.stated is not None:
        return penalty.stated, because
    rules = book.of("publicity.class", day, penalty.regime)
    unnamed = penalty.kinds
    for rule in sorted(rules, key=lambda one: not one.is_certain):
        terms: ClassTerms = rule.terms
        unnamed -= terms.named
        because = because.and_(rule)
        found = _class_of(penalty, terms, is_named=not unnamed)
        if found is not None:
            return found, because
    return None, because


def _class_of(penalty: Penalty, terms: ClassTerms, *, is_named: bool) -> Severity | None:
    if penalty.kinds & terms.serious_penalties:
        return Severity.SERIOUS
    if penalty.procedure in terms.minor_procedures:
        return Severity.MINOR
    if not penalty.kinds:
        return None
    if penalty.kinds <= terms.minor_penalties:
        return Severity.MINOR
    return Severity.GENERAL if is_named or terms.rest_is_general else None


def _is_published(
    penalty: Penalty, book: Book, day: date, because: Because
) -> tuple[bool, Because]:
    for rule in book.of("publicity.unpublished", day, penalty.regime):
        terms: UnpublishedTerms = rule.terms
        is_kind = bool(penalty.kinds) and penalty.kinds <= terms.penalties
        if is_kind or penalty.procedure in terms.procedures:
            return False, because.and_(rule)
    return True, because


def _period_rule(penalty: Penalty, book: Book, day: date, severity: Severity | None) -> Rule | None:
    """Return the row with the most conditions met; of several the one that lasts longest."""
    met = [
        rule
        for rule in book.of(_PERIOD, day, penalty.regime)
        if _is_met(rule.terms, penalty, severity)
    ]
    return max(met, key=_weight, default=None)


def _weight(rule: Rule) -> tuple[int, int, int]:
    terms: PublicityTerms = rule.terms
    return terms.condition_count, terms.min_months, terms.max_months or 0


def _is_met(terms: PublicityTerms, penalty: Penalty, severity: Severity | None) -> bool:
    if terms.severities and severity not in terms.severities:
        return False
    if terms.fields and not penalty.fields & terms.fields:
        return False
    return not terms.penalties or (bool(penalty.kinds) and penalty.kinds <= terms.penalties)


def _never_early(penalty: Penalty, book: Book, day: date) -> Rule | None:
    for rule in book.of("publicity.never_early", day, penalty.regime):
        terms: NeverEarlyTerms = rule.terms
        if penalty.kinds & terms.penalties:
            return rule
    return None


def _with_periods(
    penalty: Penalty,
    terms: PublicityTerms,
    start_on: date,
    *,
    severity: Severity | None,
    is_published: bool,
    is_repairable: bool,
    because: Because,
) -> Publicity:
    minimum = period_of(start_on, terms.min_months)
    maximum = None if terms.max_months is None else period_of(start_on, terms.max_months)
    until_on = penalty.restricted_until_on
    if terms.follows_restriction and maximum and until_on and until_on > maximum.last_on:
        maximum = Period(start_on=start_on, last_on=until_on)
    # Without a least period the duty alone decides; the day it is fulfilled is the first one.
    waits = is_repairable and terms.min_months == 0 and penalty.fulfilled_on is None
    first_on, other_on = minimum.after_on, minimum.after_if_first_counts_on
    if terms.min_months == 0:
        first_on = other_on = penalty.fulfilled_on or start_on
    if penalty.fulfilled_on is not None:
        first_on, other_on = (
            max(first_on, penalty.fulfilled_on),
            max(other_on, penalty.fulfilled_on),
        )
    is_told = is_repairable and not waits
    return Publicity(
        severity=severity,
        is_published=is_published,
        minimum=minimum if terms.min_months else None,
        maximum=maximum,
        is_repairable=is_repairable,
        waits_for_duty=waits,
        repairable_on=first_on if is_told else None,
        repairable_if_first_counts_on=other_on if is_told else None,
        stays_if_uncorrected=terms.stays_if_uncorrected,
        because=because,
    )


def _without_periods(
    penalty: Penalty,
    book: Book,
    severity: Severity | None,
    is_published: bool,
    because: Because,
    why: Unknown,
) -> Publicity:
    rule, limit = limit_of(book, penalty.decided_on, penalty.regime) or (None, None)
    return Publicity(
        severity=severity,
        is_published=is_published,
        minimum=None,
        maximum=None,
        is_repairable=False,
        waits_for_duty=False,
        repairable_on=None,
        repairable_if_first_counts_on=None,
        stays_if_uncorrected=False,
        because=because.and_(rule),
        limit=limit,
        unknown=why,
    )
