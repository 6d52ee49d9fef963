"""Where goods came from and where they went, in the words of their codes.

The rule that must stay true: an answer is over one size of the log, to which the links were brought
up before; every step between two codes names the entries that say so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from trace.edges import STAYS, Edge
from trace.heard import heard_of, with_heard_ends
from trace.identifiers import find_ids, read_uris
from trace.lineage import Direction, Lineage, Reach, trace_lineage
from trace.mixing import shares_in
from trace.movements import Movement, movements_of
from trace.projections.lineage import bring_up_within
from trace.projections.tables import LinkKind
from trace.sieves import (
    ALWAYS,
    Window,
    known_to,
    seen_movements,
    seen_seqs,
    sees_everything,
    sieve_for,
)
from trace.starts import Start, goods_at
from trace.state import Balance, State, balance_of, state_of
from trace.whereabouts import Whereabouts, whereabouts_of
from typing import Final

from sqlalchemy import Connection, Engine

from base.db import reading
from base.errors import NotFound
from parties.actors import Actor
from parties.directory import products_by_uri, register_uris


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A code that a trace reached, in how many steps; 0 are those that were asked for."""

    uri: str
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One link between two codes: `source` leads to `target` by the entry `seq`.

    A making has no code of its own where its event gives none: then it is the name of the entry.
    `until_at` is when a stay ended, None where it goes on or there is none.
    """

    source: str
    target: str
    kind: LinkKind
    seq: int
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What goods lead to or come from, the nearest first, over a log of `size` entries.

    `behind` is how many more entries were acknowledged whose links are not read yet.
    """

    subjects: tuple[str, ...]
    direction: Direction
    reached: tuple[Reached, ...]
    steps: tuple[Step, ...]
    size: int
    is_cut: bool
    is_partial: bool = False
    shares: Mapping[str, Fraction | None] = field(default_factory=dict)
    whereabouts: Mapping[str, Whereabouts] = field(default_factory=dict)
    behind: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is asked of a trace beside its beginning: by whom, over which time, of which classes.

    Without an actor the service itself asks and sees everything. `classes` are product classes of
    the register; what leads to none of them is left out. Shares are worked out forward alone, and
    over all time: what is left out for its day may have gone in as well. `whereabouts_max` is of
    how many codes, the nearest, it is told forward who has them now, whatever the window: now is
    now. `backlog_max` is how many entries are read before the answer, None for all.
    """

    actor: Actor | None = None
    window: Window = ALWAYS
    classes: frozenset[str] = frozenset()
    with_shares: bool = False
    whereabouts_max: int = 0
    backlog_max: int | None = None


EVERYTHING: Final = View()


def trace_goods(
    engine: Engine,
    log: int,
    subjects: Sequence[str],
    direction: Direction,
    reach: Reach,
    view: View = EVERYTHING,
) -> Trace:
    """Return what these canonical URIs lead to, or come from; `NotFound` where no event names one.

    Everything that was acknowledged before the call is in the answer, but for what is behind.
    """
    brought = bring_up_within(engine, log, view.backlog_max)
    with reading(engine) as connection:
        ids = find_ids(connection, log, subjects)
        roots = known_to(connection, log, ids, view.actor)
        missing = [uri for uri in subjects if uri not in roots]
        if missing:
            raise NotFound(f"No event names the code {missing[0]}.")
        found = trace_items(connection, log, roots, direction, reach, view, size=brought.size)
    return replace(found, behind=brought.behind)


def trace_events(
    engine: Engine,
    log: int,
    start: Start,
    direction: Direction,
    reach: Reach,
    view: View,
) -> Trace:
    """Return what the goods of a party's or a site's events lead to, or come from.

    The events are those of the window of `view`; the ways that begin or end there are not cut by
    it. `is_cut` also where there were more goods than are walked from.
    """
    brought = bring_up_within(engine, log, view.backlog_max)
    with reading(engine) as connection:
        goods = goods_at(connection, log, start, view.window, view.actor, reach.items_max)
        uris = read_uris(connection, log, goods.items)
        roots = {uri: item for item, uri in uris.items()}
        whole = replace(view, window=ALWAYS)
        found = trace_items(connection, log, roots, direction, reach, whole, size=brought.size)
        is_cut = found.is_cut or goods.is_cut
        return replace(found, is_cut=is_cut, behind=brought.behind)


def trace_items(
    connection: Connection,
    log: int,
    roots: Mapping[str, int],
    direction: Direction,
    reach: Reach,
    view: View,
    *,
    size: int,
) -> Trace:
    """Return the trace of identifiers that were looked up; the links are brought up to `size`."""
    sieve = sieve_for(connection, log, view.actor, view.window)
    lineage = trace_lineage(connection, log, list(roots.values()), direction, reach, sieve=sieve)
    uris = read_uris(connection, log, _things(lineage.depths))
    is_shared = view.with_shares and direction is Direction.FORWARD and view.window == ALWAYS
    items = list(roots.values())
    shares = shares_in(connection, log, items, lineage, view.actor) if is_shared else {}
    reached = _reached(lineage, uris)
    # With a sieve the walk has asked already who ended what.
    edges = lineage.edges if sieve else with_heard_ends(connection, log, lineage.edges)
    steps = tuple(_step(edge, uris) for edge in _with_seen_ends(connection, log, edges, view))
    if view.classes:
        kept = _of_classes(connection, reached, view.classes)
        steps = leading_to(steps, {one.uri for one in kept}, direction)
        reached = kept
    is_told = view.whereabouts_max and direction is Direction.FORWARD
    nearest = {one.uri for one in reached[: view.whereabouts_max]} if is_told else set()
    ids = [item for item, uri in uris.items() if uri in nearest]
    where = whereabouts_of(connection, log, ids, view.actor, _containers(edges)) if ids else {}
    return Trace(
        subjects=tuple(sorted(roots)),
        direction=direction,
        reached=reached,
        steps=steps,
        size=size,
        is_cut=lineage.is_cut,
        is_partial=not sees_everything(view.actor),
        shares={uris[item]: share for item, share in shares.items() if item in uris},
        whereabouts={uris[item]: found for item, found in where.items()},
    )


def leading_to(
    steps: Sequence[Step], wanted: Collection[str], direction: Direction
) -> tuple[Step, ...]:
    """Return those steps that lie on a way to what is wanted."""
    is_forward = direction is Direction.FORWARD
    nearer: dict[str, list[Step]] = {}
    for step in steps:
        nearer.setdefault(step.target if is_forward else step.source, []).append(step)
    kept: dict[Step, None] = {}
    waiting, seen = list(wanted), set(wanted)
    while waiting:
        for step in nearer.get(waiting.pop(), ()):
            kept[step] = None
            near = step.source if is_forward else step.target
            if near not in seen:
                seen.add(near)
                waiting.append(near)
    return tuple(step for step in steps if step in kept)


def _of_classes(
    connection: Connection, reached: Sequence[Reached], classes: Collection[str]
) -> tuple[Reached, ...]:
    names = {one.uri: register_uris(one.uri)[-1] for one in reached}
    cards = products_by_uri(connection, set(names.values()))
    return tuple(
        one
        for one in reached
        if one.depth == 0
        or (names[one.uri] in cards and cards[names[one.uri]].class_code in classes)
    )


def _with_seen_ends(
    connection: Connection, log: int, edges: Sequence[Edge], view: View
) -> Sequence[Edge]:
    """Return the links, with the end of a stay only where its reader sees who ended it."""
    if sees_everything(view.actor):
        return edges
    ends = {edge.until_seq for edge in edges if edge.until_seq is not None}
    seen = seen_seqs(connection, log, ends, view.actor)
    return [
        edge if edge.until_seq is None or edge.until_seq in seen else edge.without_end()
        for edge in edges
    ]


def _things(items: Collection[int]) -> list[int]:
    # A making that no identifier names has a number below zero.
    return [item for item in items if item >= 0]


def _containers(edges: Iterable[Edge]) -> frozenset[int]:
    return frozenset(edge.dst for edge in edges if edge.kind in STAYS)


def _reached(lineage: Lineage, uris: dict[int, str]) -> tuple[Reached, ...]:
    makings = {edge.dst for edge in lineage.edges if edge.kind == LinkKind.USED_IN}
    makings |= {edge.src for edge in lineage.edges if edge.kind == LinkKind.MADE_BY}
    things = [
        (depth, uris[item])
        for item, depth in lineage.depths.items()
        if item >= 0 and item not in makings
    ]
    return tuple(Reached(uri=uri, depth=depth) for depth, uri in sorted(things))


def _step(edge: Edge, uris: dict[int, str]) -> Step:
    return Step(
        source=_name(edge.src, uris),
        target=_name(edge.dst, uris),
        kind=LinkKind(edge.kind),
        seq=edge.seq,
        from_at=edge.from_at,
        until_at=edge.until_at,
    )


def _name(item: int, uris: dict[int, str]) -> str:
    return uris[item] if item >= 0 else f"urn:suxin:making:{-1 - item}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeState:
    """What is known of a code: its state, how much of it is where, over a log of `size` entries.

    `place` and `container` are canonical URIs. State and balance are told by those alone who have a
    standing in the thing (ADR 0010); `unheard` counts the events of the others.
    """

    uri: str
    state: State
    place: str | None
    container: str | None
    balance: Balance
    size: int
    behind: int = 0
    unheard: int = 0
    movements: tuple[Movement, ...] = ()
    uris: Mapping[int, str] = field(default_factory=dict)


def state_of_code(
    engine: Engine,
    log: int,
    uri: str,
    actor: Actor | None = None,
    *,
    backlog_max: int | None = None,
) -> CodeState:
    """Return what is known of a canonical URI now; `NotFound` where no event names it.

    Told from the events alone that the actor may see, all of them where there is none.
    """
    brought = bring_up_within(engine, log, backlog_max)
    with reading(engine) as connection:
        item = find_ids(connection, log, [uri]).get(uri)
        movements: tuple[Movement, ...] = ()
        counted: tuple[Movement, ...] = ()
        state = None
        if item is not None:
            found = movements_of(connection, log, [item])[item]
            movements = seen_movements(connection, log, found, actor)
            heard = set(heard_of(connection, log, [item])[item].movements)
            counted = tuple(one for one in movements if one in heard)
            state = state_of(counted)
        if state is None:
            raise NotFound(f"No event names the code {uri}.")
        uris = read_uris(connection, log, _places_of(movements))
    return CodeState(
        uri=uri,
        state=state,
        place=uris.get(state.place) if state.place is not None else None,
        container=uris.get(state.container) if state.container is not None else None,
        balance=balance_of(counted),
        unheard=len({one.event.seq for one in movements} - {one.event.seq for one in counted}),
        size=brought.size,
        behind=brought.behind,
        movements=movements,
        uris=uris,
    )


def _places_of(movements: Sequence[Movement]) -> list[int]:
    named = [
        item
        for one in movements
        for item in (one.event.biz_location, one.event.read_point, one.container)
    ]
    return [item for item in named if item is not None]
