"""Where goods came from and where they went, in the words of their codes.

The rule that must stay true: an answer is over one size of the log, to which the links were brought
up before; every step between two codes names the entries that say so.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.edges import Edge
from trace.heard import heard_of
from trace.identifiers import find_ids, read_uris
from trace.lineage import Direction, Lineage, Reach, trace_lineage
from trace.movements import movements_of
from trace.projections.lineage import bring_up
from trace.projections.tables import LinkKind
from trace.state import Balance, State, balance_of, state_of

from sqlalchemy import Engine

from base.db import reading
from base.errors import NotFound


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
    """What goods lead to or come from, the nearest first, over a log of `size` entries."""

    subjects: tuple[str, ...]
    direction: Direction
    reached: tuple[Reached, ...]
    steps: tuple[Step, ...]
    size: int
    is_cut: bool


def trace_goods(
    engine: Engine, log: int, subjects: Sequence[str], direction: Direction, reach: Reach
) -> Trace:
    """Return what these canonical URIs lead to, or come from; `NotFound` where no event names one.

    Everything that was acknowledged before the call is in the answer.
    """
    size = bring_up(engine, log)
    with reading(engine) as connection:
        roots = find_ids(connection, log, subjects)
        missing = [uri for uri in subjects if uri not in roots]
        if missing:
            raise NotFound(f"No event names the code {missing[0]}.")
        lineage = trace_lineage(connection, log, list(roots.values()), direction, reach)
        uris = read_uris(connection, log, _things(lineage.depths))
    return Trace(
        subjects=tuple(subjects),
        direction=direction,
        reached=_reached(lineage, uris),
        steps=tuple(_step(edge, uris) for edge in lineage.edges),
        size=size,
        is_cut=lineage.is_cut,
    )


def _things(items: Collection[int]) -> list[int]:
    # A making that no identifier names has a number below zero.
    return [item for item in items if item >= 0]


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

    `place` and `container` are canonical URIs.
    """

    uri: str
    state: State
    place: str | None
    container: str | None
    balance: Balance
    size: int


def state_of_code(engine: Engine, log: int, uri: str) -> CodeState:
    """Return what is known of a canonical URI now; `NotFound` where no event names it."""
    size = bring_up(engine, log)
    with reading(engine) as connection:
        item = find_ids(connection, log, [uri]).get(uri)
        movements = movements_of(connection, log, [item])[item] if item is not None else ()
        heard = heard_of(connection, log, [item])[item].movements if item is not None else ()
        state = state_of(heard)
        if state is None:
            raise NotFound(f"No event names the code {uri}.")
        named = [one for one in (state.place, state.container) if one is not None]
        uris = read_uris(connection, log, named)
    return CodeState(
        uri=uri,
        state=state,
        place=uris.get(state.place) if state.place is not None else None,
        container=uris.get(state.container) if state.container is not None else None,
        balance=balance_of(movements),
        size=size,
    )
