"""Who supplied whom: ends of transfers that one of the two recorded itself, in one question.

The rule that must stay true: nobody becomes anybody's supplier or buyer by a third party's word,
and what its recorder took back counts nowhere.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from trace.events.model import Role
from trace.identifiers import read_uris
from trace.tables import EVENT, EVENT_ITEM
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, exists, func, select

from credit.warning.people import pieces
from parties.names import parties_named

_GOODS: Final = (
    int(Role.EPC),
    int(Role.EPC_CLASS),
    int(Role.PARENT),
    int(Role.OUTPUT),
    int(Role.OUTPUT_CLASS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """How many lots and things went from one party to another, and the newest entry about it."""

    supplier: UUID
    buyer: UUID
    count: int
    seq: int


def supplies_in(
    connection: Connection,
    log: int,
    since: datetime,
    until: datetime,
    *,
    only: Collection[int] | None = None,
) -> list[Supply]:
    """Return who supplied whom in a time: one row for each two parties.

    Where both told of it, the one counts who told of more goods. `only` are the ends of which one
    has to be an end of it.
    """
    statement = _pairs(log, since, until)
    if only is not None:
        # The ends of one party: its own number and its sites.
        ends = sorted(only)
        of_role = EVENT_ITEM.alias()
        statement = statement.where(
            EVENT.c.seq.in_(
                select(of_role.c.seq).where(
                    of_role.c.log == log,
                    of_role.c.item.in_(ends),
                    of_role.c.role.in_((int(Role.SOURCE), int(Role.DESTINATION))),
                )
            )
        )
    rows = connection.execute(statement).all()
    parties = _parties(connection, log, {end for row in rows for end in (row.src, row.dst)})
    # Sites of one party are one end.
    told: dict[tuple[UUID, UUID, UUID], tuple[int, int]] = {}
    for row in rows:
        supplier, buyer = parties.get(row.src), parties.get(row.dst)
        if supplier is None or buyer is None or supplier == buyer:
            continue
        if row.party_id in (supplier, buyer):
            key = supplier, buyer, row.party_id
            count, seq = told.get(key, (0, 0))
            told[key] = count + row.goods, max(seq, row.seq)
    found: dict[tuple[UUID, UUID], Supply] = {}
    for (supplier, buyer, _), (count, seq) in sorted(told.items()):
        known = found.get((supplier, buyer))
        found[supplier, buyer] = Supply(
            supplier=supplier,
            buyer=buyer,
            count=max(count, known.count if known else 0),
            seq=max(seq, known.seq if known else 0),
        )
    return list(found.values())


def goods_from(
    connection: Connection,
    log: int,
    ends: Collection[int],
    since: datetime,
    until: datetime,
    *,
    items_max: int,
) -> list[int]:
    """Return what left these ends in a time, as numbers of identifiers."""
    goods, source = EVENT_ITEM.alias(), EVENT_ITEM.alias()
    found: dict[int, None] = {}
    for some in pieces(sorted(ends)):
        statement = (
            select(goods.c.item)
            .select_from(EVENT)
            .join(source, (source.c.log == EVENT.c.log) & (source.c.seq == EVENT.c.seq))
            .join(goods, (goods.c.log == EVENT.c.log) & (goods.c.seq == EVENT.c.seq))
            .where(
                *_standing(log, since, until),
                source.c.role == int(Role.SOURCE),
                source.c.item.in_(some),
                goods.c.role.in_(_GOODS),
            )
            .distinct()
            .order_by(goods.c.item)
            .limit(items_max)
        )
        found.update(dict.fromkeys(connection.execute(statement).scalars()))
    return list(found)[:items_max]


def _pairs(log: int, since: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
    source, destination, goods = (EVENT_ITEM.alias() for _ in range(3))
    return (
        select(
            source.c.item.label("src"),
            destination.c.item.label("dst"),
            EVENT.c.party_id,
            func.count(goods.c.item.distinct()).label("goods"),
            func.max(EVENT.c.seq).label("seq"),
        )
        .select_from(EVENT)
        .join(source, (source.c.log == EVENT.c.log) & (source.c.seq == EVENT.c.seq))
        .join(destination, (destination.c.log == EVENT.c.log) & (destination.c.seq == EVENT.c.seq))
        .join(goods, (goods.c.log == EVENT.c.log) & (goods.c.seq == EVENT.c.seq))
        .where(
            *_standing(log, since, until),
            EVENT.c.party_id.is_not(None),
            source.c.role == int(Role.SOURCE),
            destination.c.role == int(Role.DESTINATION),
            source.c.item != destination.c.item,
            goods.c.role.in_(_GOODS),
        )
        .group_by(source.c.item, destination.c.item, EVENT.c.party_id)
    )


def _standing(log: int, since: datetime, until: datetime) -> Iterable[Any]:
    """Return the conditions of events of a time that their recorder has not taken back."""
    taken_back = EVENT.alias()
    return (
        EVENT.c.log == log,
        EVENT.c.event_at >= since,
        EVENT.c.event_at < until,
        EVENT.c.declared_at.is_(None),
        ~exists().where(
            taken_back.c.log == EVENT.c.log,
            taken_back.c.event_hash_key == EVENT.c.event_hash_key,
            taken_back.c.party_id == EVENT.c.party_id,
            taken_back.c.declared_at.is_not(None),
        ),
    )


def _parties(connection: Connection, log: int, ends: Collection[int]) -> dict[int, UUID]:
    found: dict[int, UUID] = {}
    for some in pieces(sorted(ends)):
        uris = read_uris(connection, log, some)
        named = parties_named(connection, uris.values())
        found.update((end, named[uri]) for end, uri in uris.items() if uri in named)
    return found
