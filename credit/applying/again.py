"""Measures that were lifted and whose ground came back: a repair revoked, a shield taken away.

The rule that must stay true: nobody is told that a measure binds again which the law, or its own
time, ended; whether it does is checked at the counter.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from credit.applying.desk import Application
from credit.checking import is_listed_on
from credit.tables import CREDIT_APPLICATION, CREDIT_FACT

_IDS: Final = 900


def standing_again(
    connection: Connection, log: int, applications: Iterable[Application], day: date
) -> frozenset[UUID]:
    """Return those of some measures that were lifted though a record of theirs counts on a day.

    One that was lifted while its ground stood was given up, and not because the ground fell away.
    """
    lifted = [
        one
        for one in applications
        if one.lifted_seq is not None and one.must_lift_since is not None
    ]
    counting = set(_counting(connection, log, {one for row in lifted for one in row.fact_ids}, day))
    return frozenset(one.id for one in lifted if counting & set(one.fact_ids))


def count_again(
    connection: Connection,
    log: int,
    day: date,
    actors: Collection[str] | None,
    *,
    since: datetime,
    most: int,
) -> int:
    """Return how many lifted measures of these actors have a record that counts again since.

    Of the `most` that were lifted last; one that was applied anew is none. None is everybody's.
    """
    row, anew = CREDIT_APPLICATION.c, CREDIT_APPLICATION.alias().c
    is_anew = (
        select(anew.id)
        .where(
            anew.log == log,
            anew.subject_id == row.subject_id,
            anew.measure == row.measure,
            anew.matter == row.matter,
            anew.seq > row.lifted_seq,
        )
        .exists()
    )
    statement = select(row.facts).where(
        row.log == log, row.lifted_seq.is_not(None), row.must_lift_since.is_not(None), ~is_anew
    )
    if actors is not None:
        statement = statement.where(row.actor.in_(sorted(actors)))
    statement = statement.order_by(row.lifted_seq.desc()).limit(most)
    stood_on = [
        {UUID(one) for one in text.split()} for text in connection.execute(statement).scalars()
    ]
    counting = set(_counting(connection, log, set().union(*stood_on), day, since=since))
    return sum(bool(counting & ids) for ids in stood_on)


def _counting(
    connection: Connection, log: int, ids: set[UUID], day: date, *, since: datetime | None = None
) -> Iterator[UUID]:
    fact = CREDIT_FACT.c
    wanted = sorted(ids)
    for start in range(0, len(wanted), _IDS):
        some = fact.id.in_(wanted[start : start + _IDS])
        statement = select(fact.id).where(fact.log == log, some, fact.is_latest, is_listed_on(day))
        if since is not None:
            statement = statement.where(fact.recorded_at >= since)
        yield from connection.execute(statement).scalars()
