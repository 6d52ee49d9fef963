"""Where a thing came from and where it went, over the lineage projection.

The rule that must stay true: a walk follows goods and not containers. What is packed in something
goes on with it only as long as it is in there, and what lies beside it is not touched by it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from trace.projections.tables import LINK, LinkKind
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Row, select

_CHUNK: Final = 900
_STAYS: Final = frozenset({LinkKind.PACKED_IN, LinkKind.JOINED_TO})


_LinkRow: TypeAlias = Row[*tuple[Any, ...]]


class Direction(StrEnum):
    """Which way a walk goes: from an ingredient to what it became, or back."""

    FORWARD = "forward"
    BACKWARD = "backward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far a walk goes; beyond it the answer says that it is cut."""

    items_max: int
    depth_max: int


@dataclass(frozen=True, slots=True)
class Edge:
    """One link that a walk followed; `until_at` is None where a stay is open or there is none."""

    src: int
    dst: int
    seq: int
    kind: LinkKind
    from_at: datetime
    until_at: datetime | None


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

    Goods are followed for good (no window); a container only while it holds what is followed.
    """

    item: int
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_container(self) -> bool:
        return self.since is not None

    def holds_at(self, moment: datetime) -> bool:
        if self.since is None:
            return True
        return self.since <= moment and (self.until is None or moment < self.until)


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
        near = "src" if self.direction is Direction.FORWARD else "dst"
        for row in _rows(self.connection, self.log, near, by_item):
            edge = Edge(row.src, row.dst, row.seq, LinkKind(row.kind), row.from_at, row.until_at)
            for place in by_item[row.src if near == "src" else row.dst]:
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
    if edge.kind in _STAYS:
        return _into(place, edge) if direction is Direction.FORWARD else _out_of(place, edge)
    if direction is Direction.BACKWARD:
        # An input may be a container: its content at that very moment went in with it.
        moment = edge.from_at if edge.kind is LinkKind.USED_IN else None
        return _Place(edge.src, moment, moment)
    # What a container was used for takes its content along; a lot's items are the lot's alone.
    is_left_out = place.is_container and edge.kind is LinkKind.LOT_OF
    return None if is_left_out or not place.holds_at(edge.from_at) else _Place(edge.dst)


def _into(place: _Place, edge: Edge) -> _Place | None:
    """Follow a thing into its container, for as long as it is there."""
    since = edge.from_at if place.since is None else max(place.since, edge.from_at)
    ends = [one for one in (place.until, edge.until_at) if one is not None]
    until = min(ends) if ends else None
    return None if until is not None and until <= since else _Place(edge.dst, since, until)


def _out_of(place: _Place, edge: Edge) -> _Place | None:
    """Follow a container to what was in it when it was used."""
    if place.since is None:
        return _Place(edge.src)
    inside = edge.from_at <= place.since and (edge.until_at is None or place.since < edge.until_at)
    return _Place(edge.src, place.since, place.until) if inside else None


def _rows(connection: Connection, log: int, near: str, items: Iterable[int]) -> Iterable[_LinkRow]:
    wanted = sorted(items)
    column = LINK.c[near]
    for start in range(0, len(wanted), _CHUNK):
        statement = select(
            LINK.c.src, LINK.c.dst, LINK.c.seq, LINK.c.kind, LINK.c.from_at, LINK.c.until_at
        ).where(LINK.c.log == log, column.in_(wanted[start : start + _CHUNK]))
        yield from connection.execute(statement)
