"""Where a thing came from and where it went, over the lineage projection.

The rule that must stay true: a walk follows goods and not containers. What is packed in something
goes on with it only as long as it is in there, and what lies beside it is not touched by it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from trace.edges import STAYS, Edge, Moment, edges_of
from trace.heard import with_heard_ends
from trace.projections.tables import LinkKind

from sqlalchemy import Connection


class Direction(StrEnum):
    """Which way a walk goes: from an ingredient to what it became, or back."""

    FORWARD = "forward"
    BACKWARD = "backward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far a walk goes; beyond it the answer says that it is cut."""

    items_max: int
    depth_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What a walk reached: the least number of steps to each identifier, and the links it took.

    Makings (`trace.projections.tables.making_of`) are steps between, and no things.
    """

    depths: Mapping[int, int]
    edges: Sequence[Edge]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """A node of the walk: an identifier, and between when what is followed is there.

    Goods are followed for good (no `since`); a container only while it holds what is followed, or
    at one moment (`since` is `until`).
    """

    item: int
    since: Moment | None = None
    until: Moment | None = None

    def holds_at(self, moment: Moment) -> bool:
        if self.since is None:
            return True
        return self.since <= moment and (self.until is None or moment < self.until)

    def through(self, edge: Edge, item: int) -> "_Place | None":
        """Return the place beyond a stay, for as long as both last; None where they never do."""
        if self.since is not None and self.since == self.until:
            is_there = edge.since <= self.since and (edge.until is None or self.since < edge.until)
            return _Place(item, self.since, self.until) if is_there else None
        since = edge.since if self.since is None else max(self.since, edge.since)
        until = min((one for one in (self.until, edge.until) if one is not None), default=None)
        return None if until is not None and until <= since else _Place(item, since, until)


@dataclass(slots=True)
class _Walk:
    connection: Connection
    log: int
    direction: Direction
    reach: Reach
    depths: dict[int, int] = field(default_factory=dict)
    seen: set[_Place] = field(default_factory=set)
    edges: dict[Edge, None] = field(default_factory=dict)
    is_cut: bool = False

    def go(self, roots: Collection[int]) -> None:
        layer = [_Place(root) for root in roots]
        self.seen.update(layer)
        self.depths.update(dict.fromkeys(roots, 0))
        depth = 0
        while layer:
            depth += 1
            if depth > self.reach.depth_max:
                self.is_cut = True
                return
            layer = self._next(layer, depth)

    def _next(self, layer: Sequence[_Place], depth: int) -> list[_Place]:
        by_item: dict[int, list[_Place]] = {}
        for place in layer:
            by_item.setdefault(place.item, []).append(place)
        fresh: list[_Place] = []
        is_forward = self.direction is Direction.FORWARD
        edges = edges_of(self.connection, self.log, by_item, near="src" if is_forward else "dst")
        for edge in with_heard_ends(self.connection, self.log, edges):
            for place in by_item[edge.src if is_forward else edge.dst]:
                reached = _reached(self.direction, place, edge)
                if reached is None:
                    continue
                is_new = reached.item not in self.depths
                if is_new and len(self.depths) >= self.reach.items_max:
                    self.is_cut = True
                    continue
                self.edges[edge] = None
                if reached in self.seen:
                    continue
                self.seen.add(reached)
                self.depths.setdefault(reached.item, depth)
                fresh.append(reached)
        return fresh


def trace_lineage(
    connection: Connection, log: int, roots: Collection[int], direction: Direction, reach: Reach
) -> Lineage:
    """Return everything that `roots` lead to, or come from, layer by layer."""
    walk = _Walk(connection=connection, log=log, direction=direction, reach=reach)
    walk.go(roots)
    return Lineage(depths=walk.depths, edges=tuple(walk.edges), is_cut=walk.is_cut)


def _reached(direction: Direction, place: _Place, edge: Edge) -> _Place | None:
    """Return where an edge leads from a place, None where what is followed does not go that way."""
    is_forward = direction is Direction.FORWARD
    if edge.kind in STAYS:
        return place.through(edge, edge.dst if is_forward else edge.src)
    if not is_forward:
        # An input may be a container: its content at that very moment went in with it.
        moment = edge.since if edge.kind == LinkKind.USED_IN else None
        return _Place(edge.src, moment, moment)
    # What a container was used for takes along what was in it then.
    return _Place(edge.dst) if place.holds_at(edge.since) else None
