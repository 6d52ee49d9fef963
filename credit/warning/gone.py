"""Which facts a warning stands on count no more for its rule: since when, and why.

The rule that must stay true: what counts is what the next run would count; why it does not follows
from the newest version of the fact, and from the day.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from credit.facts import DONE_HERE, FactState, standing_on
from credit.folding.versions import civil_day
from credit.tables import CREDIT_FACT
from credit.warning.of_facts import counted_on
from credit.warning.people import pieces
from credit.warning.rules import WarningRule, Watch

_FACT = CREDIT_FACT.c


class WhyGone(StrEnum):
    """Why a fact counts no more for a rule."""

    REPAIRED = "repaired"
    WITHDRAWN = "withdrawn"
    SHIELDED = "shielded"
    ENDED = "ended"
    RUN_OUT = "run_out"
    TOO_OLD = "too_old"
    NOBODYS = "nobodys"
    OTHER = "other"


_OF_STATE = {
    FactState.REPAIRED: WhyGone.REPAIRED,
    FactState.WITHDRAWN: WhyGone.WITHDRAWN,
    FactState.SHIELDED: WhyGone.SHIELDED,
}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Gone:
    """The first day on which a fact counts no more, and why; None for a fact that was erased."""

    since_on: date | None
    why: WhyGone


def gone_among(
    connection: Connection,
    log: int,
    rule: WarningRule | None,
    facts: Collection[UUID],
    day: date,
) -> Mapping[UUID, Gone]:
    """Return those of these facts that a rule would not count on a day."""
    counted: set[UUID] = set()
    rows: dict[UUID, Row[*tuple[Any, ...]]] = {}
    for some in pieces(sorted(facts)):
        newest = and_(_FACT.log == log, _FACT.id.in_(some), _FACT.is_latest)
        counts = and_(newest, _FACT.subject_id.is_not(None), _counts(rule, day))
        counted.update(connection.execute(select(_FACT.id).where(counts)).scalars())
        if len(counted.intersection(some)) < len(some):
            rows |= {row.id: row for row in connection.execute(select(CREDIT_FACT).where(newest))}
    return {one: _gone(rows.get(one), rule, day) for one in set(facts) - counted}


def _counts(rule: WarningRule | None, day: date) -> ColumnElement[bool]:
    if rule is not None and rule.watch is Watch.FACTS:
        return counted_on(rule, day)
    # What shows that another party is on a list counts as long as it is on it.
    return and_(standing_on(day), or_(_FACT.stops_on.is_(None), _FACT.stops_on > day))


def _gone(row: Row[*tuple[Any, ...]] | None, rule: WarningRule | None, day: date) -> Gone:
    if row is None:
        return Gone(since_on=None, why=WhyGone.OTHER)
    told_on = civil_day(row.recorded_at)
    if row.state in _OF_STATE:
        on = row.ended_on if row.state in DONE_HERE else None
        return Gone(since_on=on or told_on, why=_OF_STATE[row.state])
    if row.subject_id is None:
        return Gone(since_on=told_on, why=WhyGone.NOBODYS)
    if rule is not None and rule.watch is Watch.FACTS and not rule.is_current:
        # Such a rule counts what was decided within its window, whether it is over or not.
        last = row.decided_on + timedelta(days=rule.window_days) if row.decided_on else day
        return Gone(since_on=last, why=WhyGone.TOO_OLD) if last <= day else _other(told_on)
    over = [
        (on, why)
        for on, why in (
            (row.ended_on if row.state == FactState.ENDED else None, WhyGone.ENDED),
            (row.stops_on, WhyGone.RUN_OUT),
        )
        if on is not None and on <= day
    ]
    return Gone(since_on=min(over)[0], why=min(over)[1]) if over else _other(told_on)


def _other(told_on: date) -> Gone:
    """Return that it is told otherwise by now: as of another kind, class or day."""
    return Gone(since_on=told_on, why=WhyGone.OTHER)
