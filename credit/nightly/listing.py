"""Who came onto a list since the night before, and who left one.

The rule that must stay true: the night before is taken as it was known then. A list is a query over
facts, and so is its change; nothing here is a second list.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, and_, func, or_, select

from base.bulk import insert_rows
from credit.nightly.tables import CREDIT_LIST_CHANGE
from credit.standing import is_current
from credit.tables import CREDIT_FACT

_COLUMNS: Final = tuple(column.name for column in CREDIT_LIST_CHANGE.columns)
_KEYS: Final = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A day, and how much of the log was known on it: entries before `seq_end`."""

    day: date
    seq_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChange:
    """An entry that came or went."""

    fact_id: UUID
    list_id: str
    subject_id: UUID
    is_on: bool


def list_changes(
    connection: Connection, log: int, before: Known, now: Known
) -> Iterator[ListChange]:
    """Yield each entry that stands at one of the two and not at the other."""
    for versions in _candidates(connection, log, before, now):
        was, stands = _at(versions, before), _at(versions, now)
        newest = stands or was
        if newest is not None and (was is None) is not (stands is None):
            yield ListChange(
                fact_id=newest.id,
                list_id=newest.list,
                subject_id=newest.subject_id,
                is_on=stands is not None,
            )


def keep_changes(connection: Connection, log: int, day: date, found: Iterable[ListChange]) -> int:
    """Write the changes of a day; return how many there are."""
    rows = [(log, day, one.fact_id, one.list_id, one.subject_id, one.is_on) for one in found]
    insert_rows(connection, CREDIT_LIST_CHANGE, _COLUMNS, rows)
    return len(rows)


def changes_of(connection: Connection, log: int, day: date) -> list[ListChange]:
    """Return what changed in the night of a day."""
    own = CREDIT_LIST_CHANGE.c
    statement = select(CREDIT_LIST_CHANGE).where(own.log == log, own.day == day)
    return [
        ListChange(
            fact_id=row.fact_id, list_id=row.list, subject_id=row.subject_id, is_on=row.is_on
        )
        for row in connection.execute(statement.order_by(own.list, own.fact_id))
    ]


def _candidates(
    connection: Connection, log: int, before: Known, now: Known
) -> Iterator[list[Row[*tuple[Any, ...]]]]:
    """Yield every version of each entry that was told of since, or whose days have come."""
    fact = CREDIT_FACT.c
    told_since = and_(fact.seq >= before.seq_end, fact.seq < now.seq_end)
    days = (func.coalesce(fact.starts_on, fact.decided_on), fact.stops_on, fact.ended_on)
    due = or_(*(and_(day > before.day, day <= now.day) for day in days))
    moved = select(fact.id).where(
        fact.log == log, fact.list != "", fact.subject_id.is_not(None), or_(told_since, due)
    )
    ids = sorted(set(connection.execute(moved).scalars()))
    for start in range(0, len(ids), _KEYS):
        some = ids[start : start + _KEYS]
        versions: dict[UUID, list[Row[*tuple[Any, ...]]]] = {}
        statement = select(
            fact.id,
            fact.version,
            fact.seq,
            fact.list,
            fact.subject_id,
            fact.state,
            fact.starts_on,
            fact.decided_on,
            fact.ended_on,
            fact.stops_on,
        ).where(fact.log == log, fact.id.in_(some))
        for row in connection.execute(statement.order_by(fact.id, fact.version)):
            versions.setdefault(row.id, []).append(row)
        yield from versions.values()


def _at(versions: list[Row[*tuple[Any, ...]]], known: Known) -> Row[*tuple[Any, ...]] | None:
    """Return the version by which the entry stands at a point; None where it does not."""
    told = [row for row in versions if row.seq < known.seq_end]
    if not told:
        return None
    newest = told[-1]
    start_on = newest.starts_on or newest.decided_on
    if start_on is None or start_on > known.day or newest.subject_id is None or not newest.list:
        return None
    return newest if is_current(newest, known.day) else None
