"""The rows that changes of watched parties are made of: facts, grades, and whose they are.

The rule that must stay true: of a fact all versions are read, whosever it is by now: what left a
party changed it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, and_, select

from credit.nightly.tables import CREDIT_GRADE
from credit.standing import COLUMNS
from credit.tables import CREDIT_FACT
from credit.watching.history import NIGHT_RANK, Change, ChangeKind, FactRow
from credit.watching.positions import Place, Position

_KEYS: Final = 400
_COLUMNS: Final = (*COLUMNS, CREDIT_FACT.c.subject_id, CREDIT_FACT.c.recorded_at)


def rows_of(
    connection: Connection, log: int, ids: Collection[UUID]
) -> Mapping[UUID, Sequence[FactRow]]:
    """Return every version of each fact that was ever a party's, by party."""
    fact, found = CREDIT_FACT.c, dict[UUID, list[FactRow]]()
    for keys in pieces(ids):
        theirs = select(fact.id, fact.subject_id).where(fact.log == log, fact.subject_id.in_(keys))
        whose: dict[UUID, set[UUID]] = {}
        # Not the distinct ones: for these SQLite would read all facts in another order.
        for fact_id, of_id in connection.execute(theirs):
            whose.setdefault(fact_id, set()).add(of_id)
        # In a second step and no join: SQLite would read every fact in the order that is asked for.
        for facts in pieces(whose):
            versions = (
                select(*_COLUMNS)
                .where(fact.log == log, fact.id.in_(facts))
                .order_by(fact.id, fact.version)
            )
            for row in connection.execute(versions):
                for subject_id in whose[row.id]:
                    found.setdefault(subject_id, []).append(row)
    return found


def grades_of(
    connection: Connection, log: int, ids: Collection[UUID], lower: Position, upper: Position
) -> Mapping[UUID, Sequence[Change]]:
    """Return the changes of grade that finished nights of the span found."""
    own, earlier = CREDIT_GRADE.c, CREDIT_GRADE.alias()
    found: dict[UUID, list[Change]] = {}
    for keys in pieces(ids if lower.night < upper.night else ()):
        statement = (
            select(own.subject_id, own.day, own.version, own.grade, earlier.c.grade.label("was"))
            .join(
                earlier,
                and_(
                    earlier.c.log == own.log,
                    earlier.c.subject_id == own.subject_id,
                    earlier.c.version == own.version - 1,
                ),
            )
            .where(
                own.log == log,
                own.subject_id.in_(keys),
                own.day > lower.night,
                own.day <= upper.night,
                own.grade != earlier.c.grade,
            )
        )
        for row in connection.execute(statement):
            found.setdefault(row.subject_id, []).append(_grade(row))
    return found


def pieces(ids: Collection[UUID]) -> Iterator[Sequence[UUID]]:
    """Yield ids, in order, so many as one statement takes."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), _KEYS):
        yield wanted[start : start + _KEYS]


def _grade(row: Row[*tuple[Any, ...]]) -> Change:
    return Change(
        place=Place(row.day, NIGHT_RANK, 0, row.subject_id, row.version),
        kind=ChangeKind.GRADE_CHANGED,
        item="grade",
        before=row.was,
        after=row.grade,
    )
