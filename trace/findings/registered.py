"""What the register says later than the events: whose findings a new row of it may change.

The rule that must stay true: a licence, a certificate, a product or a site that is registered after
the goods moved changes their findings as if it had been there before. Each run looks at the rows
that came since the one before.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from trace.partners import SIDE_ROLES
from trace.projections.tables import PROJECTION_CURSOR
from trace.tables import EVENT, EVENT_ITEM, IDENTIFIER
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, or_, select, union, update

from base.db import from_micros, to_micros
from parties.directory import register_uris
from parties.rows import insert_once
from parties.tables import CERTIFICATE, PRODUCT, SITE

NAME: Final = "findings-register"
# A row is stamped before it is committed: whoever looks meanwhile does not see it.
_OVERLAP_US: Final = 3_600_000_000
# A day begins somewhere on earth so long before it begins in UTC.
_ZONES: Final = timedelta(hours=14)
_ROWS_AT_ONCE: Final = 5000
_KEYS_AT_ONCE: Final = 300


def changed_items(connection: Connection, log: int) -> frozenset[int]:
    """Return the things that rows of the register which came since the last look are about.

    Where nobody looked before there are none: what was worked out so far knew the register.
    """
    last = connection.execute(select(PROJECTION_CURSOR.c.next_seq).where(_own(log))).scalar()
    if last is None:
        return frozenset()
    since = from_micros(max(last - _OVERLAP_US, 0))
    items: set[int] = set()
    for party_id, until_on in _papers_of_parties(connection, since):
        items.update(handled_after(connection, log, party_id, until_on))
    uris = _products(connection, since)
    if uris:
        items.update(_named_as(connection, log, uris))
    sites = frozenset(
        connection.execute(select(SITE.c.uri).where(SITE.c.created_at >= since)).scalars()
    )
    if sites:
        items.update(_of_sites(connection, log, sites))
    return frozenset(items)


def note_look(connection: Connection, log: int, at: datetime) -> None:
    """Note from when on rows of the register are new to the next look."""
    insert_once(connection, PROJECTION_CURSOR, {"log": log, "name": NAME, "next_seq": 0})
    connection.execute(update(PROJECTION_CURSOR).where(_own(log)).values(next_seq=to_micros(at)))


def _own(log: int) -> ColumnElement[bool]:
    return and_(PROJECTION_CURSOR.c.log == log, PROJECTION_CURSOR.c.name == NAME)


def _papers_of_parties(connection: Connection, since: datetime) -> list[tuple[UUID, date]]:
    """Return the new licences that have a last day, with whose they are."""
    statement = select(CERTIFICATE.c.party_id, CERTIFICATE.c.until_on).where(
        CERTIFICATE.c.created_at >= since,
        CERTIFICATE.c.product_id.is_(None),
        CERTIFICATE.c.until_on.is_not(None),
    )
    return [(row.party_id, row.until_on) for row in connection.execute(statement)]


def handled_after(connection: Connection, log: int, party_id: UUID, day: date) -> Iterable[int]:
    """Return what a party dealt in from a day on: the end of its licence, or its listing."""
    beside = EVENT_ITEM.join(
        EVENT, and_(EVENT.c.log == EVENT_ITEM.c.log, EVENT.c.seq == EVENT_ITEM.c.seq)
    )
    statement = (
        select(EVENT_ITEM.c.item)
        .select_from(beside)
        .where(
            EVENT.c.party_id == party_id,
            EVENT.c.log == log,
            EVENT.c.event_at >= datetime.combine(day, time(), UTC) - _ZONES,
            EVENT_ITEM.c.role.not_in(SIDE_ROLES),
        )
        .distinct()
    )
    return connection.execute(statement).scalars()


def _products(connection: Connection, since: datetime) -> frozenset[str]:
    """Return the products that are new, or that have a new certificate."""
    fresh = select(PRODUCT.c.uri).where(PRODUCT.c.created_at >= since)
    certified = (
        select(PRODUCT.c.uri)
        .join(CERTIFICATE, CERTIFICATE.c.product_id == PRODUCT.c.id)
        .where(CERTIFICATE.c.created_at >= since)
    )
    return frozenset(connection.execute(union(fresh, certified)).scalars())


def _named_as(connection: Connection, log: int, uris: frozenset[str]) -> Iterator[int]:
    """Yield the identifiers that name these products, their lots and items, or these sites.

    Every identifier is gone through once, however many products there are: none leads from a
    product to its lots.
    """
    statement = select(IDENTIFIER.c.id, IDENTIFIER.c.uri).where(IDENTIFIER.c.log == log)
    for row in connection.execute(statement.execution_options(yield_per=_ROWS_AT_ONCE)):
        if not uris.isdisjoint(register_uris(row.uri)):
            yield row.id


def _of_sites(connection: Connection, log: int, uris: frozenset[str]) -> set[int]:
    """Return what was at some sites, or was sent from or to them, by whatever event says so."""
    places = sorted(_named_as(connection, log, uris))
    found: set[int] = set()
    for start in range(0, len(places), _KEYS_AT_ONCE):
        some = places[start : start + _KEYS_AT_ONCE]
        there = select(EVENT.c.seq).where(
            EVENT.c.log == log, or_(EVENT.c.read_point.in_(some), EVENT.c.biz_location.in_(some))
        )
        sides = select(EVENT_ITEM.c.seq).where(
            EVENT_ITEM.c.log == log,
            EVENT_ITEM.c.item.in_(some),
            EVENT_ITEM.c.role.in_(sorted(SIDE_ROLES)),
        )
        statement = select(EVENT_ITEM.c.item).where(
            EVENT_ITEM.c.log == log,
            EVENT_ITEM.c.seq.in_(union(there, sides)),
            EVENT_ITEM.c.role.not_in(SIDE_ROLES),
        )
        found.update(connection.execute(statement.distinct()).scalars())
    return found
