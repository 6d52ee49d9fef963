"""Measures that were lifted and whose ground came back: a repair revoked, a shield taken away.

The rule that must stay true: nobody is told that a measure binds again which the law, or its own
time, ended; whether it does is checked at the counter.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from credit.applying.desk import Application
from credit.checking import is_listed_on
from credit.tables import CREDIT_FACT

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


def _counting(connection: Connection, log: int, ids: set[UUID], day: date) -> Iterator[UUID]:
    fact = CREDIT_FACT.c
    wanted = sorted(ids)
    for start in range(0, len(wanted), _IDS):
        some = fact.id.in_(wanted[start : start + _IDS])
        statement = select(fact.id).where(fact.log == log, some, fact.is_latest, is_listed_on(day))
        yield from connection.execute(statement).scalars()
