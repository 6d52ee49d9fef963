"""How many are on which list, what was decided, which measures are in use, how cases stand.

The rule that must stay true: every count is of organisations alone and of what counts on its day;
nobody is named.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    distinct,
    extract,
    func,
    or_,
    select,
)

from credit.applying.desk import is_to_lift
from credit.cases.reading import is_overdue
from credit.facts import FactState
from credit.feeds.model import FactKind, SubjectKind
from credit.rulebook.lists import credit_lists
from credit.standing import counts_on
from credit.statistics.industries import section_of
from credit.tables import CREDIT_APPLICATION, CREDIT_CASE, CREDIT_FACT, CREDIT_SUBJECT

_STOOD: Final = (FactState.ACTIVE, FactState.ENDED, FactState.REPAIRED, FactState.SHIELDED)
_DECIDED: Final = (FactKind.PENALTY.value, FactKind.PERMIT.value, FactKind.INSPECTION.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCount:
    """How many organisations of a region and a section of industry are on a list on a day."""

    list_id: str
    region: str
    section: str
    organisations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedCount:
    """How many decisions of a kind and class fell into a month; `severity` is "" where none."""

    year: int
    month: int
    kind: str
    severity: str
    decisions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureCount:
    """How often a measure was applied in a matter, was lifted, and has to be lifted still."""

    measure: str
    matter: str
    applied: int
    lifted: int
    to_lift: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCount:
    """How many cases of a kind there are, how many are open, and how many of those overdue."""

    kind: str
    opened: int
    open: int
    overdue: int


def listed_counts(
    connection: Connection, log: int, day: date, *, only_public: bool = False
) -> list[ListedCount]:
    """Return how many are on each list on a day, by region and section of industry.

    They are those that the list itself tells on that day.
    """
    subject, fact = CREDIT_SUBJECT.c, CREDIT_FACT.c
    public = [one.id for one in credit_lists().values() if one.is_public]
    statement = (
        select(fact.list, subject.region, subject.industry, func.count(distinct(fact.subject_id)))
        .join(CREDIT_SUBJECT, and_(subject.log == fact.log, subject.id == fact.subject_id))
        .where(
            fact.log == log,
            fact.is_latest,
            fact.list.in_(public if only_public else sorted(credit_lists())),
            # What is in no public answer is in no public list, whoever counts it.
            or_(fact.is_published, fact.list.not_in(public)),
            subject.kind != SubjectKind.PERSON.value,
            counts_on(day),
            or_(fact.stops_on.is_(None), fact.stops_on > day),
        )
        .group_by(fact.list, subject.region, subject.industry)
    )
    found: Counter[tuple[str, str, str]] = Counter()
    # One party has one region and one industry, so that industries of a section add up.
    for list_id, region, industry, count in connection.execute(statement):
        found[list_id, region, section_of(industry)] += count
    return [
        ListedCount(list_id=list_id, region=region, section=section, organisations=count)
        for (list_id, region, section), count in sorted(found.items())
    ]


def decided_counts(
    connection: Connection, log: int, first: date, end: date, *, told_on: date | None = None
) -> list[DecidedCount]:
    """Return what was decided from a day to the day before another, month by month.

    What was withdrawn was never decided rightly. `told_on` leaves only what everybody is told on
    that day: what has run out, has ended or was repaired since is not.
    """
    fact, subject = CREDIT_FACT.c, CREDIT_SUBJECT.c
    year, month = extract("year", fact.decided_on), extract("month", fact.decided_on)
    severity = func.coalesce(fact.severity, "")
    statement = (
        select(year, month, fact.kind, severity, func.count())
        .join(CREDIT_SUBJECT, and_(subject.log == fact.log, subject.id == fact.subject_id))
        .where(
            fact.log == log,
            fact.is_latest,
            fact.kind.in_(_DECIDED),
            fact.decided_on >= first,
            fact.decided_on < end,
            fact.state.in_(_STOOD) if told_on is None else _told_in_public(told_on),
            subject.kind != SubjectKind.PERSON.value,
        )
        .group_by(year, month, fact.kind, severity)
    )
    return sorted(
        (
            DecidedCount(
                year=int(of_year), month=int(of_month), kind=kind, severity=grave, decisions=count
            )
            for of_year, of_month, kind, grave, count in connection.execute(statement)
        ),
        key=lambda one: (one.year, one.month, one.kind, one.severity),
    )


def _told_in_public(day: date) -> ColumnElement[bool]:
    """Return the condition under which a decision is public; of penalties not every one is."""
    fact = CREDIT_FACT.c
    is_public = or_(fact.is_published, fact.kind != FactKind.PENALTY.value)
    return and_(is_public, counts_on(day), or_(fact.stops_on.is_(None), fact.stops_on > day))


def measure_counts(connection: Connection, log: int, day: date) -> list[MeasureCount]:
    """Return which measures were applied in which matters, and how many are to be lifted."""
    applied = CREDIT_APPLICATION.c
    waits = is_to_lift(day)
    statement = (
        select(
            applied.measure,
            applied.matter,
            func.count(),
            func.count(applied.lifted_on),
            func.count(case((waits, 1))),
        )
        .where(applied.log == log)
        .group_by(applied.measure, applied.matter)
        .order_by(applied.measure, applied.matter)
    )
    return [
        MeasureCount(measure=measure, matter=matter, applied=count, lifted=lifted, to_lift=to_lift)
        for measure, matter, count, lifted, to_lift in connection.execute(statement)
    ]


def case_counts(connection: Connection, log: int, day: date) -> list[CaseCount]:
    """Return how the cases of each kind stand on a day."""
    row = CREDIT_CASE.c
    statement = (
        select(
            row.kind,
            func.count(),
            func.count(case((row.is_open, 1))),
            func.count(case((is_overdue(day), 1))),
        )
        .where(row.log == log)
        .group_by(row.kind)
        .order_by(row.kind)
    )
    return [
        CaseCount(kind=kind, opened=count, open=is_open, overdue=overdue)
        for kind, count, is_open, overdue in connection.execute(statement)
    ]


def summed(counts: Iterable[ListedCount], of: str) -> Mapping[str, Mapping[str, int]]:
    """Return the organisations of each list by their `region` or `section`, "" for none told."""
    found: dict[str, Counter[str]] = {}
    for one in counts:
        key = one.region if of == "region" else one.section
        found.setdefault(one.list_id, Counter())[key] += one.organisations
    return found
