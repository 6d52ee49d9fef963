"""Who is one step up or down the chain from an event, by the recording party's own word.

A party is a partner of an event where the recorder named it as source or destination in an event
about the same lot or thing. One rule: nobody becomes a partner by what it says itself; otherwise
anybody could read a competitor's quantities by posting an event about a lot number on a label.
"""

from collections.abc import Mapping, Sequence
from trace.events.model import Role
from trace.identifiers import find_ids, read_uris
from trace.tables import EVENT, EVENT_ITEM
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from codes.canonical import Level, level_of
from parties.names import party_uris

_CHUNK: Final = 500
_SIDES: Final = (int(Role.SOURCE), int(Role.DESTINATION))
_LAST_ITEM_ROLE: Final = int(Role.LOT)


def partner_seqs(
    connection: Connection, log: int, seqs: Sequence[int], party_id: UUID
) -> frozenset[int]:
    """Return those events whose recorder named the party in an event about the same goods."""
    if not seqs:
        return frozenset()
    own_ids = list(find_ids(connection, log, party_uris(connection, party_id)).values())
    if not own_ids:
        return frozenset()
    goods = _goods_of(connection, log, seqs)
    named = _named_goods(
        connection, log, {item for items in goods.values() for item in items}, own_ids
    )
    recorders = _recorders(connection, log, seqs)
    return frozenset(
        seq
        for seq, items in goods.items()
        if any((recorders.get(seq), item) in named for item in items)
    )


def _goods_of(connection: Connection, log: int, seqs: Sequence[int]) -> Mapping[int, set[int]]:
    """Return the lots and single things that each event names; a bare product class is too wide."""
    named: dict[int, set[int]] = {}
    for start in range(0, len(seqs), _CHUNK):
        statement = select(EVENT_ITEM.c.seq, EVENT_ITEM.c.item).where(
            EVENT_ITEM.c.log == log,
            EVENT_ITEM.c.seq.in_(seqs[start : start + _CHUNK]),
            EVENT_ITEM.c.role <= _LAST_ITEM_ROLE,
        )
        for row in connection.execute(statement):
            named.setdefault(row.seq, set()).add(row.item)
    uris = read_uris(connection, log, {item for items in named.values() for item in items})
    wide = {item for item, uri in uris.items() if level_of(uri) is Level.CLASS}
    return {seq: items - wide for seq, items in named.items()}


def _named_goods(
    connection: Connection, log: int, goods: set[int], own_ids: Sequence[int]
) -> set[tuple[UUID | None, int]]:
    """Return (recorder, thing) of every event that names one of `own_ids` as a side."""
    side = EVENT_ITEM.alias("side")
    wanted = sorted(goods)
    named: set[tuple[UUID | None, int]] = set()
    for start in range(0, len(wanted), _CHUNK):
        statement = (
            select(EVENT.c.party_id, EVENT_ITEM.c.item)
            .join(EVENT, (EVENT.c.log == EVENT_ITEM.c.log) & (EVENT.c.seq == EVENT_ITEM.c.seq))
            .join(side, (side.c.log == EVENT_ITEM.c.log) & (side.c.seq == EVENT_ITEM.c.seq))
            .where(
                EVENT_ITEM.c.log == log,
                EVENT.c.log == log,
                side.c.log == log,
                EVENT_ITEM.c.item.in_(wanted[start : start + _CHUNK]),
                EVENT_ITEM.c.role <= _LAST_ITEM_ROLE,
                side.c.item.in_(own_ids),
                side.c.role.in_(_SIDES),
            )
            .distinct()
        )
        named.update((row.party_id, row.item) for row in connection.execute(statement))
    return named


def _recorders(connection: Connection, log: int, seqs: Sequence[int]) -> Mapping[int, UUID | None]:
    recorders: dict[int, UUID | None] = {}
    for start in range(0, len(seqs), _CHUNK):
        statement = select(EVENT.c.seq, EVENT.c.party_id).where(
            EVENT.c.log == log, EVENT.c.seq.in_(seqs[start : start + _CHUNK])
        )
        recorders.update((row.seq, row.party_id) for row in connection.execute(statement))
    return recorders
