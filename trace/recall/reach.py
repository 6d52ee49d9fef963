"""How far a recall goes: forward through makings, lots and containers, and back to whole lots.

The rule that must stay true: food is recalled by the lot (食品召回管理办法), so what was made is
recalled with all of its lot, under whichever of its codes somebody holds it. A single thing that
was named is not: whoever recalls one bottle says so.
"""

from collections.abc import Collection, Iterator
from trace.edges import STAYS, Edge, edges_of
from trace.heard import with_heard_ends
from trace.lineage import Direction, Lineage, Reach, trace_lineage
from trace.projections.tables import LinkKind
from trace.recall.selection import Bounds
from typing import Final

from sqlalchemy import Connection

_ROUNDS_MAX: Final = 16


def reach_of(connection: Connection, log: int, roots: Collection[int], bounds: Bounds) -> Lineage:
    """Return what the roots lead to, with the lots of what was made and what these lead to.

    A lot that a thing led back to is an edge from the thing to the lot.
    """
    lineage = _walk(connection, log, roots, bounds)
    for _ in range(_ROUNDS_MAX):
        back = list(_lots_of(connection, log, lineage))
        if not back:
            return _told(connection, log, lineage, is_cut=lineage.is_cut)
        onward = _walk(connection, log, {edge.dst for edge in back}, bounds)
        lineage = _joined(lineage, back, onward, bounds)
    return _told(connection, log, lineage, is_cut=True)


def _told(connection: Connection, log: int, lineage: Lineage, *, is_cut: bool) -> Lineage:
    """Return a lineage with those stays open that nobody with a standing ended."""
    edges = dict.fromkeys(with_heard_ends(connection, log, lineage.edges))
    return Lineage(depths=lineage.depths, edges=tuple(edges), is_cut=is_cut)


def goods_of(lineage: Lineage) -> frozenset[int]:
    """Return what was reached without the makings between."""
    makings = {edge.dst for edge in lineage.edges if edge.kind == LinkKind.USED_IN}
    makings |= {edge.src for edge in lineage.edges if edge.kind == LinkKind.MADE_BY}
    makings |= {
        edge.dst for edge in lineage.edges if edge.kind == LinkKind.USED_ON and edge.dst < 0
    }
    return frozenset(lineage.depths.keys() - makings)


def without(lineage: Lineage, roots: Collection[int], left_out: Collection[int]) -> frozenset[int]:
    """Return what is reached by ways that lead through none of the codes that are left out."""
    if not left_out:
        return frozenset(lineage.depths)
    barred = frozenset(left_out)
    onward: dict[int, list[int]] = {}
    for edge in lineage.edges:
        if edge.dst not in barred:
            onward.setdefault(edge.src, []).append(edge.dst)
    return _reached(frozenset(roots) - barred, onward)


def still_affected(goods: frozenset[int], edges: Collection[Edge]) -> frozenset[int]:
    """Leave out the containers that hold nothing affected any more."""
    stays = [edge for edge in edges if edge.kind in STAYS and edge.dst in goods]
    named = {edge.dst for edge in edges if edge.kind not in STAYS}
    containers = {edge.dst for edge in stays} - named
    onward: dict[int, list[int]] = {}
    for edge in stays:
        if edge.until_at is None:
            onward.setdefault(edge.src, []).append(edge.dst)
    return goods & _reached(goods - containers, onward)


def _reached(roots: Collection[int], onward: dict[int, list[int]]) -> frozenset[int]:
    reached, waiting = set(roots), list(roots)
    while waiting:
        for item in onward.get(waiting.pop(), ()):
            if item not in reached:
                reached.add(item)
                waiting.append(item)
    return frozenset(reached)


def _walk(connection: Connection, log: int, roots: Collection[int], bounds: Bounds) -> Lineage:
    reach = Reach(items_max=bounds.items_max, depth_max=bounds.depth_max)
    return trace_lineage(connection, log, roots, Direction.FORWARD, reach)


def _lots_of(connection: Connection, log: int, lineage: Lineage) -> Iterator[Edge]:
    """Yield an edge back to each lot of what was made that is not reached yet."""
    made = {edge.dst for edge in lineage.edges if edge.kind == LinkKind.MADE_BY}
    for edge in edges_of(connection, log, made, near="dst"):
        if edge.kind == LinkKind.LOT_OF and edge.src not in lineage.depths:
            yield edge._replace(src=edge.dst, dst=edge.src)


def _joined(lineage: Lineage, back: list[Edge], onward: Lineage, bounds: Bounds) -> Lineage:
    base = min(lineage.depths[edge.src] for edge in back)
    depths = dict(lineage.depths)
    for edge in back:
        depths[edge.dst] = min(depths.get(edge.dst, bounds.depth_max), lineage.depths[edge.src])
    for item, depth in onward.depths.items():
        depths.setdefault(item, base + depth)
    edges = dict.fromkeys((*lineage.edges, *back, *onward.edges))
    is_cut = lineage.is_cut or onward.is_cut or len(depths) > bounds.items_max
    return Lineage(depths=depths, edges=tuple(edges), is_cut=is_cut)
