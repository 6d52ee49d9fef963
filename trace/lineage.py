"""Where a thing came from and where it went, over the lineage projection.

The rule that must stay true: a walk follows goods and not containers. What is packed in something
goes on with it only as long as it is in there, and what lies beside it is not touched by it.

Who may end a stay (`docs/adr/0010`) is dear to ask, and of most stays the end decides nothing: a
walk notes the ends that stopped it, asks of those alone, and is gone again where one of them was
nobody's to tell.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from trace.edges import STAYS, Edge, Moment, edges_of
from trace.heard import with_heard_ends
from trace.projections.tables import LinkKind
from trace.sieves import Sieve
from typing import Literal, NamedTuple

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

    Makings (`trace.projections.tables.making_of`) are steps between, and no things. A stay's end is
    as it was recorded where it did not matter; `trace.heard.with_heard_ends` says which count.
    """

    depths: Mapping[int, int]
    edges: Sequence[Edge]
    is_cut: bool


class _Place(NamedTuple):
    """A node of the walk: an identifier, and between when what is followed is there.

    Goods are followed for good (no `since`); a container only while it holds what is followed, or
    at one moment (`since` is `until`). `end` is the stay that `until` is the end of.
    """

    item: int
    since: Moment | None = None
    until: Moment | None = None
    end: Edge | None = None

    def holds_at(self, moment: Moment) -> bool:
        if self.since is None:
            return True
        return self.since <= moment and (self.until is None or moment < self.until)

    def through(self, edge: Edge, item: int) -> "_Place | None":
        """Return the place beyond a stay, for as long as both last; None where they never do."""
        if self.since is not None and self.since == self.until:
            is_there = edge.since <= self.since and (edge.until is None or self.since < edge.until)
            return _Place(item, self.since, self.until) if is_there else None
        if self.since is None:
            return _Place(item, edge.since, edge.until, edge)
        since, until, end = max(self.since, edge.since), self.until, self.end
        if edge.until is not None and (until is None or edge.until < until):
            until, end = edge.until, edge
        return None if until is not None and until <= since else _Place(item, since, until, end)

    def stopped_by(self, edge: Edge) -> Iterator[Edge]:
        """Yield the stays whose ends are why this place does not go on through an edge."""
        if self.since is not None and edge.until is not None and edge.until <= self.since:
            yield edge
        if self.end is not None and self.until is not None and self.until <= edge.since:
            yield self.end


@dataclass(slots=True)
class _Layer:
    """What is looked at next: goods for good, and what counts for some time alone."""

    goods: set[int] = field(default_factory=set)
    timed: dict[int, list[_Place]] = field(default_factory=dict)

    @property
    def items(self) -> set[int]:
        return self.goods.union(self.timed)


@dataclass(slots=True)
class _Walk:
    connection: Connection
    log: int
    is_forward: bool
    reach: Reach
    sieve: Sieve | None = None
    depths: dict[int, int] = field(default_factory=dict)
    goods: set[int] = field(default_factory=set)
    timed: set[_Place] = field(default_factory=set)
    edges: dict[Edge, None] = field(default_factory=dict)
    is_cut: bool = False
    # Stays that nobody who may say so ended, as far as is known.
    unended: Collection[Edge] = ()
    doubtful: set[Edge] = field(default_factory=set)

    def go(self, roots: Collection[int]) -> None:
        layer = _Layer(goods=set(roots))
        self.goods.update(roots)
        self.depths.update(dict.fromkeys(roots, 0))
        depth = 0
        while items := layer.items:
            depth += 1
            if depth > self.reach.depth_max:
                self.is_cut = True
                return
            near: Literal["src", "dst"] = "src" if self.is_forward else "dst"
            edges = edges_of(self.connection, self.log, items, near=near)
            layer = self._follow(layer, self._kept(edges), depth)

    def _kept(self, edges: Sequence[Edge]) -> Sequence[Edge]:
        if self.sieve is not None:
            # Whether a stay lies in the time that is asked for depends on its end.
            return self.sieve(with_heard_ends(self.connection, self.log, edges))
        if self.unended:
            return [one.without_end() if one in self.unended else one for one in edges]
        return edges

    def _follow(self, layer: _Layer, edges: Iterable[Edge], depth: int) -> _Layer:
        fresh = _Layer()
        goods, timed, is_forward = layer.goods, layer.timed, self.is_forward
        for edge in edges:
            near, far = (edge[0], edge[1]) if is_forward else (edge[1], edge[0])
            if near in goods:
                # Goods are looked at once, so nothing of this was seen before.
                if not is_forward:
                    self._go_through(_Place(near), edge, depth, fresh)
                elif not self._has_room(far, edge, depth):
                    continue
                elif edge[3] in STAYS:
                    place = _Place(far, edge.since, edge.until, edge)
                    fresh.timed.setdefault(far, []).append(place)
                elif far not in self.goods:
                    self.goods.add(far)
                    fresh.goods.add(far)
            for place in timed.get(near, ()) if timed else ():
                self._go_through(place, edge, depth, fresh)
        return fresh

    def _go_through(self, near: _Place, edge: Edge, depth: int, fresh: _Layer) -> None:
        place = _beyond(near, edge, is_forward=self.is_forward)
        if place is None:
            self.doubtful.update(near.stopped_by(edge))
        elif place.since is None:
            self._reach_goods(place.item, edge, depth, fresh)
        elif self._has_room(place.item, edge, depth) and place not in self.timed:
            self.timed.add(place)
            fresh.timed.setdefault(place.item, []).append(place)

    def _reach_goods(self, item: int, edge: Edge, depth: int, fresh: _Layer) -> None:
        if self._has_room(item, edge, depth) and item not in self.goods:
            self.goods.add(item)
            fresh.goods.add(item)

    def _has_room(self, item: int, edge: Edge, depth: int) -> bool:
        """Note how an item was reached; return False where there are too many already."""
        if item not in self.depths:
            if len(self.depths) >= self.reach.items_max:
                self.is_cut = True
                return False
            self.depths[item] = depth
        self.edges[edge] = None
        return True


def trace_lineage(
    connection: Connection,
    log: int,
    roots: Collection[int],
    direction: Direction,
    reach: Reach,
    *,
    sieve: Sieve | None = None,
) -> Lineage:
    """Return everything that `roots` lead to, or come from, layer by layer.

    Only links that `sieve` lets through are followed, all of them where there is none.
    """
    unended: set[Edge] = set()
    asked: set[Edge] = set()
    while True:
        walk = _Walk(
            connection=connection,
            log=log,
            is_forward=direction is Direction.FORWARD,
            reach=reach,
            sieve=sieve,
            unended=unended,
        )
        walk.go(roots)
        doubtful = [] if sieve is not None else sorted(walk.doubtful - asked)
        asked.update(doubtful)
        told = with_heard_ends(connection, log, doubtful)
        fresh = {one for one, heard in zip(doubtful, told, strict=True) if one != heard}
        if not fresh:
            return Lineage(depths=walk.depths, edges=tuple(walk.edges), is_cut=walk.is_cut)
        unended |= fresh


def _beyond(place: _Place, edge: Edge, *, is_forward: bool) -> _Place | None:
    """Return where an edge leads from a place, None where what is followed does not go that way."""
    if edge.kind in STAYS:
        return place.through(edge, edge.dst if is_forward else edge.src)
    if not is_forward:
        # An input may be a container: its content at that very moment went in with it.
        moment = edge.since if edge.kind == LinkKind.USED_IN else None
        return _Place(edge.src, moment, moment)
    # What a container was used for takes along what was in it then.
    return _Place(edge.dst) if place.holds_at(edge.since) else None
