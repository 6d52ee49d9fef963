"""What facts of credit give rise to: counts in a window, jumps, and lists that hold today.

The rule that must stay true: all parties are asked for at once, and what is repaired, withdrawn,
shielded or over shows nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, or_, select

from credit.facts import FactState, standing_on
from credit.feeds.model import FactKind
from credit.tables import CREDIT_FACT
from credit.warning.model import REFS_MAX, Found
from credit.warning.people import organisations_among, pieces
from credit.warning.rules import WarningRule

_FACT = CREDIT_FACT.c


def of_facts(
    connection: Connection, log: int, rules: Sequence[WarningRule], day: date
) -> Iterator[Found]:
    """Yield what the rules about facts find on a day: one pass over the facts for all of them."""
    if not rules:
        return
    hits = list(_hits(connection, log, rules, day))
    organisations = organisations_among(connection, log, {subject for subject, *_ in hits})
    of_rule: dict[str, dict[UUID, tuple[int, int]]] = {rule.id: {} for rule in rules}
    for subject_id, rule, count, before in hits:
        if subject_id in organisations:
            of_rule[rule.id][subject_id] = count, before
    for rule in rules:
        shown = _shown_by(connection, log, rule, sorted(of_rule[rule.id]), day)
        for subject_id, (count, before) in of_rule[rule.id].items():
            yield Found(
                code=rule.id,
                severity=rule.severity,
                subject_id=subject_id,
                details={"count": count, "before": before},
                facts=tuple(shown.get(subject_id, ())[:REFS_MAX]),
            )


def _hits(
    connection: Connection, log: int, rules: Sequence[WarningRule], day: date
) -> Iterator[tuple[UUID, WarningRule, int, int]]:
    counts = [
        func.sum(case((counted_on(rule, day), 1), else_=0)).label(f"c{at}")
        for at, rule in enumerate(rules)
    ]
    befores = [
        func.sum(case((_before(rule, day), 1), else_=0)).label(f"b{at}")
        for at, rule in enumerate(rules)
    ]
    statement = (
        select(_FACT.subject_id, *counts, *befores)
        .where(
            _FACT.log == log,
            _FACT.is_latest,
            _FACT.subject_id.is_not(None),
            or_(
                *(counted_on(rule, day) for rule in rules), *(_before(rule, day) for rule in rules)
            ),
        )
        .group_by(_FACT.subject_id)
        .having(or_(*(count >= rule.count_min for rule, count in zip(rules, counts, strict=True))))
    )
    for row in connection.execute(statement):
        for at, rule in enumerate(rules):
            count, before = int(row[1 + at]), int(row[1 + len(rules) + at])
            if rule.is_jump(count, before):
                yield row.subject_id, rule, count, before


def _shown_by(
    connection: Connection, log: int, rule: WarningRule, subjects: Sequence[UUID], day: date
) -> dict[UUID, list[UUID]]:
    """Return the facts that a rule counts, by party, the newest first."""
    found: dict[UUID, list[UUID]] = {}
    for some in pieces(subjects):
        statement = (
            select(_FACT.subject_id, _FACT.id)
            .where(
                _FACT.log == log,
                _FACT.is_latest,
                _FACT.subject_id.in_(some),
                counted_on(rule, day),
            )
            .order_by(_FACT.decided_on.desc(), _FACT.id)
        )
        row: Row[*tuple[Any, ...]]
        for row in connection.execute(statement):
            found.setdefault(row.subject_id, []).append(row.id)
    return found


def counted_on(rule: WarningRule, day: date) -> ColumnElement[bool]:
    """Return the condition under which a fact counts for a rule on a day."""
    if rule.is_current:
        return and_(
            *_meant(rule),
            standing_on(day),
            func.coalesce(_FACT.starts_on, _FACT.decided_on) <= day,
            or_(_FACT.stops_on.is_(None), _FACT.stops_on > day),
        )
    return _between(rule, day - timedelta(days=rule.window_days), day)


def _before(rule: WarningRule, day: date) -> ColumnElement[bool]:
    """Return the condition for the days before the window; nothing where a rule compares not."""
    until = day - timedelta(days=rule.window_days)
    return _between(rule, until - timedelta(days=rule.before_days), until)


def _between(rule: WarningRule, after: date, until: date) -> ColumnElement[bool]:
    return and_(
        *_meant(rule),
        _happened(),
        _FACT.decided_on > after,
        _FACT.decided_on <= until,
    )


def _happened() -> ColumnElement[bool]:
    """Return the condition for what was, though it be over.

    Evidence of the trace ends when its ground falls away: a test that was declared wrong, a recall
    that was withdrawn, a finding that was explained. Then it was never anything.
    """
    was = and_(_FACT.state == FactState.ENDED, _FACT.kind != FactKind.TRACE.value)
    return or_(_FACT.state == FactState.ACTIVE, was)


def _meant(rule: WarningRule) -> Iterator[ColumnElement[bool]]:
    """Yield what a fact has to be, whatever its day."""
    if rule.facts:
        yield _FACT.kind.in_(rule.facts)
    if rule.lists:
        yield _FACT.list.in_(rule.lists)
    if rule.severities:
        yield _FACT.severity.in_(rule.severities)
    if rule.grades:
        # The body is JSON that the fold wrote without blanks: a grade stands in it as it is.
        yield or_(
            *(_FACT.body.contains(f'"grade":"{one}"', autoescape=True) for one in rule.grades)
        )
