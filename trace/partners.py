"""Who is one step up or down the chain from an event, by the recording party's own word.

A party is a partner of the events that name it as source or destination, and of no other. One rule:
nobody becomes a partner by what it says itself, and nobody sees what its partner told another one;
otherwise anybody could read a competitor's quantities, or a customer another customer's price.
"""

from collections.abc import Sequence
from trace.events.model import Role
from trace.identifiers import find_ids
from trace.tables import EVENT_ITEM
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from parties.names import party_uris

_CHUNK: Final = 500
SIDE_ROLES: Final = (int(Role.SOURCE), int(Role.DESTINATION))


def partner_seqs(
    connection: Connection, log: int, seqs: Sequence[int], party_id: UUID
) -> frozenset[int]:
    """Return those of the events that name the party as source or destination."""
    own_ids = own_side_ids(connection, log, party_id)
    if not own_ids:
        return frozenset()
    named: set[int] = set()
    for start in range(0, len(seqs), _CHUNK):
        statement = select(EVENT_ITEM.c.seq).where(
            EVENT_ITEM.c.log == log,
            EVENT_ITEM.c.seq.in_(seqs[start : start + _CHUNK]),
            EVENT_ITEM.c.item.in_(own_ids),
            EVENT_ITEM.c.role.in_(SIDE_ROLES),
        )
        named.update(connection.execute(statement).scalars())
    return frozenset(named)


def own_side_ids(connection: Connection, log: int, party_id: UUID) -> list[int]:
    """Return the ids under which events of the log may name the party."""
    return list(find_ids(connection, log, party_uris(connection, party_id)).values())
