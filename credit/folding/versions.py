"""Versions of facts: one column list, one way to make an older version the older one."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, update

from base.clock import CIVIL_ZONE
from credit.tables import CREDIT_FACT

FACT_COLUMNS: Final = tuple(column.name for column in CREDIT_FACT.columns)
_KEYS: Final = 900


def no_longer_latest(connection: Connection, log: int, ids: Iterable[UUID]) -> None:
    """Let the newest versions of these facts be no longer the newest."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), _KEYS):
        older = update(CREDIT_FACT).where(
            CREDIT_FACT.c.log == log,
            CREDIT_FACT.c.id.in_(wanted[start : start + _KEYS]),
            CREDIT_FACT.c.is_latest,
        )
        connection.execute(older.values(is_latest=False))


def civil_day(instant: datetime) -> date:
    """Return the day of an instant where the law of this place counts it."""
    return instant.astimezone(CIVIL_ZONE).date()
