"""Who came onto a list and left it between two days: on neither of the two, and there meanwhile.

The rule that must stay true: somebody is told of here only if a reader of the list on some day in
between, asking on that very day, was shown the entry.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from base.clock import CIVIL_ZONE
from credit.checking import Listed, listed_of, listed_on
from credit.facts import standing_on
from credit.list_reading import AsKnown, Removed, newest_of, removed_of, steps_behind
from credit.tables import CREDIT_FACT


def passed_between(
    connection: Connection, log: int, before: AsKnown, after: AsKnown, *, rows_max: int
) -> tuple[Removed, ...]:
    """Return at most so many entries that came and left meanwhile, each with why it left."""
    found: dict[UUID, Listed] = {}
    for row in connection.execute(_maybe(log, before, after).limit(rows_max)):
        if row.id in found:
            continue
        one = _shown(connection, log, row, before, after)
        if one is not None:
            found[row.id] = one
    newest = newest_of(connection, log, list(found), after.known_at)
    steps = steps_behind(connection, log, newest.values())
    return tuple(removed_of(one, newest.get(id_), steps, after.day) for id_, one in found.items())


def _maybe(log: int, before: AsKnown, after: AsKnown) -> Select[Any]:
    """Return the query for versions of entries that may have stood between, and on neither day."""
    fact, later = CREDIT_FACT.c, CREDIT_FACT.alias().c
    old, new = (
        listed_on(log, one.list_id, one.day, one.known_at).with_only_columns(fact.id)
        for one in (before, after)
    )
    known_before = (
        select(later.id)
        .where(
            later.log == log,
            later.id == fact.id,
            later.version > fact.version,
            later.recorded_at <= before.known_at,
        )
        .exists()
    )
    starts_on = func.coalesce(fact.starts_on, fact.decided_on)
    return (
        select(fact.id, fact.version, fact.recorded_at, starts_on.label("first_on"))
        .where(
            fact.log == log,
            fact.list == after.list_id,
            # One whose end was told beforehand stood until then.
            standing_on(before.day),
            fact.recorded_at <= after.known_at,
            starts_on <= after.day,
            or_(fact.stops_on.is_(None), fact.stops_on > before.day),
            ~known_before,
            and_(fact.id.not_in(old), fact.id.not_in(new)),
        )
        .order_by(fact.id, fact.version.desc())
    )


def _shown(
    connection: Connection, log: int, row: Row[Any], before: AsKnown, after: AsKnown
) -> Listed | None:
    """Return the entry as a reader saw it who asked when it was recorded, or on its first day."""
    recorded_at: datetime = row.recorded_at
    day = max(row.first_on, recorded_at.astimezone(CIVIL_ZONE).date(), before.day)
    if day > after.day:
        return None
    known_at = max(recorded_at, _start_of(day))
    query = listed_on(log, after.list_id, day, known_at).where(CREDIT_FACT.c.id == row.id)
    rows = list(connection.execute(query.limit(1)))
    return next(listed_of(connection, log, rows, known_at), None)


def _start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CIVIL_ZONE)
