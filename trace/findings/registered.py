"""What the register says later than the events: whose findings a new row of it may change.

The rule that must stay true: a licence, a certificate or a product that is registered after the
goods moved changes their findings as if it had been there before. Each run looks at the rows that
came since the one before.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from trace.partners import SIDE_ROLES
from trace.projections.tables import PROJECTION_CURSOR
from trace.tables import EVENT, EVENT_ITEM, IDENTIFIER
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, and_, or_, select, update

from base.db import from_micros, to_micros
from parties.rows import insert_once
from parties.tables import CERTIFICATE, PRODUCT

NAME: Final = "findings-register"
# A row is stamped before it is committed: whoever looks meanwhile does not see it.
_OVERLAP_US: Final = 3_600_000_000
# A day begins somewhere on earth so long before it begins in UTC.
_ZONES: Final = timedelta(hours=14)
_PRODUCTS_AT_ONCE: Final = 50


def changed_items(connection: Connection, log: int, now: datetime) -> frozenset[int]:
    """Return the things that rows of the register which came since the last call are about.

    Whoever calls marks them in the same transaction; the next call begins where this one ended.
    """
    since = _since(connection, log, now)
    items: set[int] = set()
    for party_id, until_on in _papers_of_parties(connection, since):
        items.update(_handled_after(connection, log, party_id, until_on))
    uris = _products(connection, since)
    for start in range(0, len(uris), _PRODUCTS_AT_ONCE):
        items.update(_of_products(connection, log, uris[start : start + _PRODUCTS_AT_ONCE]))
    return frozenset(items)


def _since(connection: Connection, log: int, now: datetime) -> datetime:
    """Return from when on rows are new, and note that everything up to `now` was looked at."""
    insert_once(connection, PROJECTION_CURSOR, {"log": log, "name": NAME, "next_seq": 0})
    own = and_(PROJECTION_CURSOR.c.log == log, PROJECTION_CURSOR.c.name == NAME)
    locked = select(PROJECTION_CURSOR.c.next_seq).where(own).with_for_update()
    last = int(connection.execute(locked).scalar_one())
    connection.execute(update(PROJECTION_CURSOR).where(own).values(next_seq=to_micros(now)))
    return from_micros(max(last - _OVERLAP_US, 0))


def _papers_of_parties(connection: Connection, since: datetime) -> list[tuple[UUID, date]]:
    """Return the new licences that have a last day, with whose they are."""
    statement = select(CERTIFICATE.c.party_id, CERTIFICATE.c.until_on).where(
        CERTIFICATE.c.created_at >= since,
        CERTIFICATE.c.product_id.is_(None),
        CERTIFICATE.c.until_on.is_not(None),
    )
    return [(row.party_id, row.until_on) for row in connection.execute(statement)]


def _handled_after(connection: Connection, log: int, party_id: UUID, day: date) -> Iterable[int]:
    """Return what a party dealt in from a day on: from then on its licence may have run out."""
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


def _products(connection: Connection, since: datetime) -> list[str]:
    """Return the products that are new, or that have a new certificate."""
    fresh = select(PRODUCT.c.uri).where(PRODUCT.c.created_at >= since)
    certified = (
        select(PRODUCT.c.uri)
        .join(CERTIFICATE, CERTIFICATE.c.product_id == PRODUCT.c.id)
        .where(CERTIFICATE.c.created_at >= since)
    )
    return sorted({*connection.execute(fresh).scalars(), *connection.execute(certified).scalars()})


def _of_products(connection: Connection, log: int, uris: list[str]) -> Iterable[int]:
    """Return the lots, items and the class of some products that events name."""
    below = [IDENTIFIER.c.uri.startswith(f"{uri}/", autoescape=True) for uri in uris]
    statement = select(IDENTIFIER.c.id).where(
        IDENTIFIER.c.log == log, or_(IDENTIFIER.c.uri.in_(uris), *below)
    )
    return connection.execute(statement).scalars()
