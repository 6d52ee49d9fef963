"""The names under which rows themselves told of a party, where no register says what it is called.

The rule that must stay true: an entry of a list bears the name that its own row told, and never one
that the row of another sender gave to the same code.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from credit.feeds.model import SubjectKind
from credit.intake.records import read_row
from credit.tables import (
    CREDIT_FACT,
    CREDIT_MENTION,
    CREDIT_NAME,
    CREDIT_OWN,
    CREDIT_ROW,
    CREDIT_SUBJECT,
    NAME_CHARS_MAX,
)

_POSITIONS: Final = 300

Place: TypeAlias = tuple[UUID, int]
"""A batch and the position of a row in it."""


def names_told(
    connection: Connection,
    log: int,
    rows: Sequence[Row[*tuple[Any, ...]]],
    unregistered: Container[UUID] = (),
) -> Mapping[Place, str]:
    """Return the names that the rows of facts told, by their places; a register's goes before them.

    `rows` hold `batch_id`, `position`, `subject_id` and `is_registered`. What was decided here has
    no row. Of the `unregistered` the register had not told then.
    """
    return names_at(
        connection,
        log,
        (
            (row.batch_id, row.position)
            for row in rows
            if not (row.is_registered and row.subject_id not in unregistered)
            and row.batch_id is not None
            and row.position is not None
        ),
    )


def names_at(connection: Connection, log: int, places: Iterable[Place]) -> Mapping[Place, str]:
    """Return the names that rows told, by their places; nothing of one that was erased."""
    wanted: dict[UUID, list[int]] = defaultdict(list)
    for batch_id, position in places:
        wanted[batch_id].append(position)
    found: dict[Place, str] = {}
    for batch_id in sorted(wanted):
        positions = sorted(set(wanted[batch_id]))
        for start in range(0, len(positions), _POSITIONS):
            statement = select(CREDIT_ROW.c.position, CREDIT_ROW.c.body).where(
                CREDIT_ROW.c.log == log,
                CREDIT_ROW.c.batch_id == batch_id,
                CREDIT_ROW.c.position.in_(positions[start : start + _POSITIONS]),
                CREDIT_ROW.c.body.is_not(None),
            )
            for position, body in connection.execute(statement):
                name = _name_of(body)
                if name:
                    found[batch_id, position] = name
    return found


def is_named(words: str) -> ColumnElement[bool]:
    """Return the condition under which the name that an entry bears holds some words.

    Rows that name a code otherwise than it is known are mentions, and are found by that name.
    """
    own = and_(
        CREDIT_OWN.c.log == CREDIT_FACT.c.log,
        CREDIT_OWN.c.thing_id == CREDIT_FACT.c.id,
        CREDIT_MENTION.c.log == CREDIT_FACT.c.log,
        CREDIT_MENTION.c.id == CREDIT_OWN.c.node_id,
    )
    mention = select(CREDIT_MENTION.c.id).where(own)
    by_mention = mention.where(CREDIT_MENTION.c.name.icontains(words, autoescape=True))
    subject = CREDIT_SUBJECT.c
    return or_(
        and_(
            or_(subject.is_registered, ~mention.exists()),
            subject.name.icontains(words, autoescape=True),
        ),
        and_(~subject.is_registered, by_mention.exists()),
    )


def is_ever_named(words: str) -> ColumnElement[bool]:
    """Return the condition under which an entry bears a name with some words, or bore one before.

    A party of the register is found by each name it had; no other has one of some other sender's.
    """
    of_party = and_(
        CREDIT_NAME.c.log == CREDIT_FACT.c.log,
        CREDIT_NAME.c.subject_id == CREDIT_FACT.c.subject_id,
        CREDIT_NAME.c.name.icontains(words, autoescape=True),
    )
    had_one = and_(
        CREDIT_SUBJECT.c.is_registered, select(CREDIT_NAME.c.name).where(of_party).exists()
    )
    return or_(is_named(words), had_one)


def _name_of(body: bytes) -> str:
    record = read_row(body).record
    if record is None or record.claim.kind is SubjectKind.PERSON:
        return ""
    return record.claim.name[:NAME_CHARS_MAX]
