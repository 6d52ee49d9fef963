"""What was in the logistic units that an event names, at the time of the event.

The rule that must stay true: a pallet that is shipped or received stands for what was in it at that
very moment, as far as the reader may see who packed it; what came in later, or was taken out
before, is no part of it, and an amount that does not follow from the packings is left empty.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from trace.edges import STAYS, Edge, Moment, edges_of
from trace.events.model import Role
from trace.heard import with_heard_ends
from trace.identifiers import find_ids, read_uris
from trace.projections.tables import EVENT_QUANTITY, LinkKind
from trace.sieves import ALWAYS, sieve_for
from trace.submissions.fsma_lines import Line, Told
from trace.tables import EVENT, EVENT_ITEM
from trace.types import Action
from trace.withdrawn import is_declared_wrong
from typing import Final

from sqlalchemy import Connection, and_, select

from base.bulk import find_rows
from base.db import from_micros, to_micros
from codes.canonical import parts_of
from parties.actors import Actor

_DEPTH_MAX: Final = 8
_PRODUCT: Final = "01"
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    connection: Connection
    log: int
    actor: Actor


def is_container(uri: str) -> bool:
    """Return whether a code names a logistic unit or crate, and no goods of a product."""
    parts = parts_of(uri)
    return bool(parts) and _PRODUCT not in parts and ("00" in parts or "8003" in parts)


def with_loads(connection: Connection, log: int, actor: Actor, told: Sequence[Told]) -> list[Told]:
    """Return the events with their containers replaced by the lots that were in them then.

    A container whose content is not on record, or not for this reader, stays a line of its own.
    """
    ground = _Ground(connection=connection, log=log, actor=actor)
    named = {line.uri for one in told for line in one.lines if is_container(line.uri)}
    if not named:
        return list(told)
    ids = find_ids(connection, log, named)
    stays = _stays_under(ground, ids.values())
    return [replace(one, lines=tuple(_lines(ground, one, ids, stays))) for one in told]


def _lines(
    ground: _Ground, told: Told, ids: Mapping[str, int], stays: Mapping[int, Sequence[Edge]]
) -> Iterable[Line]:
    moment = (to_micros(told.happened_at()), told.seq)
    for line in told.lines:
        held = _held(stays, ids[line.uri], moment) if line.uri in ids else []
        yield from _of_load(ground, held, line.uri, moment) if held else (line,)


def _held(stays: Mapping[int, Sequence[Edge]], root: int, moment: Moment) -> list[Edge]:
    """Return the stays of what was innermost in a container at a moment."""
    found: dict[int, Edge] = {}
    waiting, seen = [root], {root}
    while waiting:
        for stay in stays.get(waiting.pop(), ()):
            is_there = stay.since < moment and (stay.until is None or moment < stay.until)
            if not is_there or stay.src in seen:
                continue
            seen.add(stay.src)
            if stay.src in stays:
                waiting.append(stay.src)
            else:
                found[stay.src] = stay
    return list(found.values())


def _stays_under(ground: _Ground, roots: Iterable[int]) -> dict[int, list[Edge]]:
    """Return the stays in these containers and in those within them, by container."""
    sieve = sieve_for(ground.connection, ground.log, ground.actor, ALWAYS)
    found: dict[int, list[Edge]] = {}
    layer = set(roots)
    for _ in range(_DEPTH_MAX):
        edges = edges_of(ground.connection, ground.log, layer, near="dst")
        stays = [one for one in edges if one.kind in STAYS]
        if sieve is not None:
            stays = list(sieve(stays))
        for stay in with_heard_ends(ground.connection, ground.log, stays):
            found.setdefault(stay.dst, []).append(stay)
        layer = {one.src for one in stays} - found.keys()
        if not layer:
            break
    return found


def _of_load(
    ground: _Ground, held: Sequence[Edge], container: str, moment: Moment
) -> Iterable[Line]:
    """Yield a line for each lot of a load; things without a lot have lines of their own."""
    uris = read_uris(ground.connection, ground.log, {one.src for one in held})
    lots = _lots_of(ground, uris)
    counted: defaultdict[str, Decimal] = defaultdict(Decimal)
    for stay in held:
        lot = lots.get(stay.src)
        if lot is not None or "21" in parts_of(uris[stay.src]):
            counted[lot or uris[stay.src]] += 1
            continue
        amounts = _amounts(ground, stay, moment)
        for uom, amount in amounts.items() or ((None, None),):
            yield Line(uri=uris[stay.src], quantity=amount, uom=uom or "", inside=container)
    for uri, count in counted.items():
        yield Line(uri=uri, quantity=count, uom="", inside=container)


def _lots_of(ground: _Ground, uris: Mapping[int, str]) -> dict[int, str]:
    edges = edges_of(ground.connection, ground.log, list(uris), near="dst")
    lots = {one.dst: one.src for one in edges if one.kind == LinkKind.LOT_OF}
    named = read_uris(ground.connection, ground.log, set(lots.values()))
    return {item: named[lot] for item, lot in lots.items()}


def _amounts(ground: _Ground, stay: Edge, moment: Moment) -> dict[str | None, Decimal]:
    """Return how much of a lot its packings put in and left in by a moment, by unit.

    Nothing where one of them does not say: half of an amount would be taken for all of it.
    """
    statement = (
        select(EVENT.c.seq, EVENT.c.action, EVENT.c.event_at)
        .join(EVENT_ITEM, and_(EVENT.c.log == EVENT_ITEM.c.log, EVENT.c.seq == EVENT_ITEM.c.seq))
        .where(
            EVENT_ITEM.c.log == ground.log,
            EVENT_ITEM.c.item == stay.dst,
            EVENT_ITEM.c.role == int(Role.PARENT),
            EVENT.c.event_at >= stay.from_at,
            EVENT.c.event_at <= from_micros(moment[0]),
            EVENT.c.declared_at.is_(None),
            ~is_declared_wrong(ground.log),
        )
    )
    rows = ground.connection.execute(statement).all()
    signs = {
        seq: 1 if action == int(Action.ADD) else -1
        for seq, action, at in rows
        if stay.since <= (to_micros(at), seq) < moment and action != int(Action.OBSERVE)
    }
    told = find_rows(
        ground.connection,
        EVENT_QUANTITY,
        ("item", "seq", "role", "quantity", "uom"),
        ground.log,
        [stay.src],
    )
    found: defaultdict[str | None, Decimal] = defaultdict(Decimal)
    for _, seq, role, quantity, uom in told:
        if seq in signs and role == int(Role.CHILD_CLASS):
            if quantity is None:
                return {}
            found[uom] += signs[seq] * Decimal(quantity)
    return {uom: amount for uom, amount in found.items() if amount > 0}


def seqs_of_carried(
    connection: Connection, log: int, actor: Actor, lots: Collection[str]
) -> frozenset[int]:
    """Return the events that name a container while it held one of these lots, or a thing of one.

    A box in a box counts for the time that both held.
    """
    ground = _Ground(connection=connection, log=log, actor=actor)
    sieve = sieve_for(connection, log, actor, ALWAYS)
    items = set(find_ids(connection, log, lots).values())
    of_lots = edges_of(connection, log, items, near="src")
    items |= {one.dst for one in of_lots if one.kind == LinkKind.LOT_OF}
    seqs: set[int] = set()
    layer: dict[int, list[tuple[Moment, Moment | None]]] = {
        item: [((-1, -1), None)] for item in items
    }
    for _ in range(_DEPTH_MAX):
        edges = [
            one for one in edges_of(connection, log, list(layer), near="src") if one.kind in STAYS
        ]
        stays = with_heard_ends(connection, log, edges if sieve is None else list(sieve(edges)))
        beyond: defaultdict[int, list[tuple[Moment, Moment | None]]] = defaultdict(list)
        for stay in stays:
            for since, until in layer[stay.src]:
                ends = [end for end in (until, stay.until) if end is not None]
                span = max(since, stay.since), min(ends, default=None)
                if span[1] is None or span[0] < span[1]:
                    beyond[stay.dst].append(span)
        if not beyond:
            break
        seqs |= _naming(ground, beyond)
        layer = {item: sorted(set(spans), key=str) for item, spans in beyond.items()}
    return frozenset(seqs)


def _naming(
    ground: _Ground, spans: Mapping[int, Sequence[tuple[Moment, Moment | None]]]
) -> set[int]:
    found: set[int] = set()
    items = sorted(spans)
    for start in range(0, len(items), _CHUNK):
        statement = (
            select(EVENT_ITEM.c.item, EVENT.c.seq, EVENT.c.event_at)
            .join(EVENT, and_(EVENT.c.log == EVENT_ITEM.c.log, EVENT.c.seq == EVENT_ITEM.c.seq))
            .where(
                EVENT_ITEM.c.log == ground.log,
                EVENT_ITEM.c.item.in_(items[start : start + _CHUNK]),
                EVENT_ITEM.c.role == int(Role.EPC),
            )
        )
        for item, seq, at in ground.connection.execute(statement):
            moment = (to_micros(at), seq)
            if any(
                since < moment and (until is None or moment < until) for since, until in spans[item]
            ):
                found.add(seq)
    return found
