"""What the register of enterprises said of parties at an instant that lies behind.

The rule that must stay true: what was known then is told as it was known, the name of whoever is on
a list, too. A party that the register told of only later has the name of its own rows.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    and_,
    false,
    func,
    or_,
    select,
    union_all,
)

from credit.feeds.model import FactKind, Record
from credit.intake.records import read_row
from credit.looking_up import SubjectCard
from credit.tables import (
    CREDIT_FACT,
    CREDIT_NAME,
    CREDIT_OWN,
    CREDIT_ROW,
    CREDIT_SUBJECT,
    NAME_CHARS_MAX,
)

_IDS: Final = 900


def registered_then(
    connection: Connection, log: int, ids: Collection[UUID], known_at: datetime
) -> Mapping[UUID, Record | None]:
    """Return what the register said at an instant, of the parties that it told of since.

    None is of whoever it had not told of by then. Who is missing is as the register says today.
    """
    wanted, changed = sorted(ids), list[UUID]()
    for start in range(0, len(wanted), _IDS):
        told = _told_of(log, wanted[start : start + _IDS])
        since = select(told.c.party).where(told.c.recorded_at > known_at)
        changed += connection.execute(since.distinct()).scalars()
    found: dict[UUID, Record | None] = dict.fromkeys(changed)
    for start in range(0, len(changed), _IDS):
        told = _told_of(log, changed[start : start + _IDS])
        rows = (
            select(told.c.party, CREDIT_ROW.c.body)
            .join(
                CREDIT_ROW,
                (CREDIT_ROW.c.batch_id == told.c.batch_id)
                & (CREDIT_ROW.c.position == told.c.position),
            )
            .where(
                CREDIT_ROW.c.log == log,
                told.c.recorded_at <= known_at,
                CREDIT_ROW.c.body.is_not(None),
            )
            .order_by(told.c.seq, told.c.position, told.c.version)
        )
        for party, body in connection.execute(rows):
            found[party] = read_row(body).record
    return found


def registered_since(
    subject_id: ColumnElement[UUID], log: int, known_at: datetime | None
) -> ColumnElement[bool]:
    """Return the condition under which the register told of a party after an instant."""
    if known_at is None:
        return false()
    return or_(
        *(
            one.where(told.c.recorded_at > known_at).exists()
            for one, told in _of_register(log, lambda party: party == subject_id)
        )
    )


def card_then(
    connection: Connection, log: int, card: SubjectCard, known_at: datetime
) -> SubjectCard:
    """Return a party as the register named it at an instant.

    Whom it had not told of by then has the name that it was made known by.
    """
    then = registered_then(connection, log, [card.id], known_at)
    if card.id not in then:
        return card
    record = then[card.id]
    if record is None:
        name = first_names(connection, log, [card.id]).get(card.id, card.name)
        return replace(card, name=name, region="", is_registered=False)
    claim = record.claim
    name = claim.name[:NAME_CHARS_MAX]
    return replace(card, kind=claim.kind.value, name=name, region=claim.region)


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


def _told_of(log: int, ids: Sequence[UUID]) -> Subquery:
    queries = [one for one, _ in _of_register(log, lambda party: party.in_(ids))]
    return union_all(*queries).subquery()


def _of_register(
    log: int, is_meant: Callable[[ColumnElement[UUID]], ColumnElement[bool]]
) -> Iterator[tuple[Select[*tuple[Any, ...]], FromClause]]:
    """Yield the queries for what the register said of some parties, each with its facts.

    What it said of whoever stands with another is of whom it was told, and never of the other.
    """
    for is_elsewhere in (False, True):
        told, own = CREDIT_FACT.alias(), CREDIT_OWN.alias()
        party = own.c.node_id if is_elsewhere else told.c.subject_id
        # Not by the column of kinds itself: SQLite would read the registrations of everybody.
        query = select(
            party.label("party"),
            told.c.seq,
            told.c.position,
            told.c.version,
            told.c.recorded_at,
            told.c.batch_id,
        ).where(
            told.c.log == log,
            func.coalesce(told.c.kind, "") == FactKind.REGISTRATION.value,
            is_meant(party),
        )
        of_own = and_(own.c.log == told.c.log, own.c.thing_id == told.c.id)
        if is_elsewhere:
            node = CREDIT_OWN.alias()
            things = select(node.c.thing_id).where(node.c.log == log, is_meant(node.c.node_id))
            is_moved = own.c.node_id.is_distinct_from(told.c.subject_id)
            some = told.c.id.in_(things.correlate_except(node))
            query = query.where(some, of_own, is_moved)
        else:
            others = and_(of_own, own.c.node_id != told.c.subject_id)
            query = query.where(~select(own.c.thing_id).where(others).correlate(told).exists())
        yield query, told
