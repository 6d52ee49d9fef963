"""The lots of a product, the newest first, as the events of its owner name them.

The rule that must stay true: only so many of the owner's newest events are read, and where there
are older ones the answer says so; a party is told of a lot only where it may see an event of it.
"""

from dataclasses import dataclass
from trace.events.model import Role
from trace.sieves import known_to
from trace.tables import EVENT, EVENT_ITEM, IDENTIFIER
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, func, select

from parties.actors import Actor

_LOT: Final = "/10/"
# Where an event speaks of a lot: single items are thousands of an event, lots are few.
_ROLES: Final = tuple(
    int(role)
    for role in (
        Role.EPC_CLASS,
        Role.CHILD_CLASS,
        Role.INPUT_CLASS,
        Role.OUTPUT_CLASS,
        Role.LOT,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lots:
    """Codes of lots, the last named first. `is_whole` where every event of the owner was read."""

    uris: tuple[str, ...]
    has_more: bool
    is_whole: bool


def lots_of_product(
    connection: Connection,
    log: int,
    product: tuple[str, UUID],
    actor: Actor,
    *,
    rows_max: int,
    events_max: int,
) -> Lots:
    """Return lots of a product, given by its code and its owner, that a reader may see."""
    uri, owner = product
    of_owner = select(EVENT.c.seq).where(EVENT.c.log == log, EVENT.c.party_id == owner)
    newest = of_owner.order_by(EVENT.c.event_at.desc()).limit(events_max).subquery()
    # A canonical code is plain ASCII: what follows its slash lies below the next character.
    begin = uri + _LOT
    statement = (
        select(IDENTIFIER.c.uri, IDENTIFIER.c.id, func.max(EVENT_ITEM.c.seq).label("last"))
        .select_from(newest)
        .join(EVENT_ITEM, (EVENT_ITEM.c.log == log) & (EVENT_ITEM.c.seq == newest.c.seq))
        .join(IDENTIFIER, (IDENTIFIER.c.log == log) & (IDENTIFIER.c.id == EVENT_ITEM.c.item))
        .where(EVENT_ITEM.c.role.in_(_ROLES), IDENTIFIER.c.uri.startswith(begin, autoescape=True))
        .group_by(IDENTIFIER.c.uri, IDENTIFIER.c.id)
        .order_by(func.max(EVENT_ITEM.c.seq).desc(), IDENTIFIER.c.uri)
    )
    rows = connection.execute(statement).all()
    ids = {row.uri: row.id for row in rows if "/21/" not in row.uri}
    known = tuple(known_to(connection, log, ids, actor, most=rows_max + 1))
    older = of_owner.order_by(EVENT.c.event_at.desc()).offset(events_max).limit(1)
    return Lots(
        uris=known[:rows_max],
        has_more=len(known) > rows_max,
        is_whole=connection.execute(older).first() is None,
    )
