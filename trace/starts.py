"""The goods that a party's or a site's events speak of, to begin a trace with.

The rule that must stay true: a container stands for what was in it at that moment, and for nothing
that was put in later; what is left out because there is too much of it is said to be.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from trace.edges import STAYS, Moment, edges_of
from trace.events.model import Role
from trace.sieves import Window, seen_seqs, sees_everything
from trace.tables import EVENT, EVENT_ITEM
from trace.withdrawn import is_declared_wrong
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, or_, select

from base.db import to_micros
from parties.actors import Actor

_CHUNK: Final = 500
_NESTING_MAX: Final = 8
_GOODS: Final = tuple(
    int(role)
    for role in (
        Role.EPC,
        Role.EPC_CLASS,
        Role.CHILD,
        Role.CHILD_CLASS,
        Role.INPUT,
        Role.INPUT_CLASS,
        Role.OUTPUT,
        Role.OUTPUT_CLASS,
    )
)

_At: TypeAlias = tuple[int, Moment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Whose or which place's events; `places` are the identifiers under which events name it."""

    party_id: UUID | None = None
    places: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Identifiers of goods; `is_cut` where there were more."""

    items: tuple[int, ...]
    is_cut: bool


def goods_at(
    connection: Connection,
    log: int,
    start: Start,
    window: Window,
    actor: Actor | None,
    items_max: int,
) -> Goods:
    """Return the goods of the events in a window that the actor may see, at most `items_max`."""
    moments = _events_of(connection, log, start, window, items_max + 1)
    is_cut = len(moments) > items_max
    moments = moments[:items_max]
    if not sees_everything(actor):
        seen = seen_seqs(connection, log, [seq for _, seq in moments], actor)
        moments = [moment for moment in moments if moment[1] in seen]
    named = _named_by(connection, log, moments)
    goods = _with_contents(connection, log, named, actor)
    return Goods(items=tuple(goods[:items_max]), is_cut=is_cut or len(goods) > items_max)


def _events_of(
    connection: Connection, log: int, start: Start, window: Window, rows_max: int
) -> list[Moment]:
    statement = select(EVENT.c.event_at, EVENT.c.seq).where(
        EVENT.c.log == log, EVENT.c.declared_at.is_(None), ~is_declared_wrong(log)
    )
    if start.party_id is not None:
        statement = statement.where(EVENT.c.party_id == start.party_id)
    else:
        places = sorted(start.places)
        statement = statement.where(
            or_(EVENT.c.read_point.in_(places), EVENT.c.biz_location.in_(places))
        )
    if window.since is not None:
        statement = statement.where(EVENT.c.event_at >= window.since)
    if window.until is not None:
        statement = statement.where(EVENT.c.event_at < window.until)
    statement = statement.order_by(EVENT.c.event_at, EVENT.c.seq).limit(rows_max)
    return [(to_micros(row.event_at), row.seq) for row in connection.execute(statement)]


def _named_by(connection: Connection, log: int, moments: Sequence[Moment]) -> list[_At]:
    at = {moment[1]: moment for moment in moments}
    named: dict[_At, None] = {}
    for seqs in _pieces(sorted(at)):
        statement = (
            select(EVENT_ITEM.c.seq, EVENT_ITEM.c.item)
            .where(
                EVENT_ITEM.c.log == log,
                EVENT_ITEM.c.seq.in_(seqs),
                EVENT_ITEM.c.role.in_(_GOODS),
            )
            .order_by(EVENT_ITEM.c.seq, EVENT_ITEM.c.item)
        )
        for row in connection.execute(statement):
            named[(row.item, at[row.seq])] = None
    return list(named)


def _with_contents(
    connection: Connection, log: int, named: Iterable[_At], actor: Actor | None
) -> list[int]:
    """Return the goods, with what was in a container in its place."""
    goods: dict[int, None] = {}
    layer = list(named)
    for _ in range(_NESTING_MAX):
        inside = _contents(connection, log, layer, actor)
        goods.update((item, None) for item, moment in layer if (item, moment) not in inside)
        layer = list(dict.fromkeys(one for many in inside.values() for one in many))
        if not layer:
            break
    return list(goods)


def _contents(
    connection: Connection, log: int, layer: Collection[_At], actor: Actor | None
) -> dict[_At, list[_At]]:
    items = {item for item, _ in layer}
    stays = [edge for edge in edges_of(connection, log, items, near="dst") if edge.kind in STAYS]
    seen = seen_seqs(connection, log, {edge.seq for edge in stays}, actor)
    into: dict[int, list[tuple[int, Moment, Moment | None]]] = {}
    for edge in stays:
        if edge.seq in seen:
            into.setdefault(edge.dst, []).append((edge.src, edge.since, edge.until))
    found: dict[_At, list[_At]] = {}
    for item, moment in layer:
        for src, since, until in into.get(item, ()):
            if since <= moment and (until is None or moment < until):
                found.setdefault((item, moment), []).append((src, moment))
    return found


def _pieces(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
