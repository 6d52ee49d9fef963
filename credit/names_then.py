"""What the register of enterprises said of parties at an instant that lies behind.

The rule that must stay true: what was known then is told as it was known, the name of whoever is on
a list, too. A party that the register told of only later has the name of its own rows.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, false, select

from credit.feeds.model import FactKind, Record
from credit.intake.records import read_row
from credit.tables import CREDIT_FACT, CREDIT_NAME, CREDIT_ROW, CREDIT_SUBJECT

_IDS: Final = 900


def registered_then(
    connection: Connection, log: int, ids: Collection[UUID], known_at: datetime
) -> Mapping[UUID, Record | None]:
    """Return what the register said at an instant, of the parties that it told of since.

    None is of whoever it had not told of by then. Who is missing is as the register says today.
    """
    wanted, changed = sorted(ids), list[UUID]()
    for start in range(0, len(wanted), _IDS):
        some = _of_register(log, wanted[start : start + _IDS])
        since = some.where(CREDIT_FACT.c.recorded_at > known_at)
        changed += connection.execute(since.distinct()).scalars()
    found: dict[UUID, Record | None] = dict.fromkeys(changed)
    for start in range(0, len(changed), _IDS):
        some = _of_register(log, changed[start : start + _IDS])
        rows = (
            some.add_columns(CREDIT_ROW.c.body)
            .join(
                CREDIT_ROW,
                (CREDIT_ROW.c.log == CREDIT_FACT.c.log)
                & (CREDIT_ROW.c.batch_id == CREDIT_FACT.c.batch_id)
                & (CREDIT_ROW.c.position == CREDIT_FACT.c.position),
            )
            .where(CREDIT_FACT.c.recorded_at <= known_at, CREDIT_ROW.c.body.is_not(None))
            .order_by(CREDIT_FACT.c.seq, CREDIT_FACT.c.position, CREDIT_FACT.c.version)
        )
        for subject_id, body in connection.execute(rows):
            found[subject_id] = read_row(body).record
    return found


def registered_since(
    subject_id: ColumnElement[UUID], log: int, known_at: datetime | None
) -> ColumnElement[bool]:
    """Return the condition under which the register told of a party after an instant."""
    told = CREDIT_FACT.alias()
    if known_at is None:
        return false()
    return (
        select(told.c.id)
        .where(
            told.c.log == log,
            told.c.kind == FactKind.REGISTRATION.value,
            told.c.subject_id == subject_id,
            told.c.recorded_at > known_at,
        )
        .exists()
    )


def first_names(connection: Connection, log: int, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the names that parties were made known by."""
    wanted, found = sorted(ids), dict[UUID, str]()
    of_subject = (
        (CREDIT_NAME.c.log == CREDIT_SUBJECT.c.log)
        & (CREDIT_NAME.c.subject_id == CREDIT_SUBJECT.c.id)
        & (CREDIT_NAME.c.seq == CREDIT_SUBJECT.c.seq)
    )
    for start in range(0, len(wanted), _IDS):
        statement = (
            select(CREDIT_SUBJECT.c.id, CREDIT_NAME.c.name)
            .join(CREDIT_NAME, of_subject)
            .where(
                CREDIT_SUBJECT.c.log == log, CREDIT_SUBJECT.c.id.in_(wanted[start : start + _IDS])
            )
        )
        for one, name in connection.execute(statement.order_by(CREDIT_NAME.c.name)):
            found.setdefault(one, name)
    return found


def _of_register(log: int, ids: Sequence[UUID]) -> Select[*tuple[Any, ...]]:
    return select(CREDIT_FACT.c.subject_id).where(
        CREDIT_FACT.c.log == log,
        CREDIT_FACT.c.kind == FactKind.REGISTRATION.value,
        CREDIT_FACT.c.subject_id.in_(ids),
    )
