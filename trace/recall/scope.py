"""What a recall reaches, reckoned from the ledger at one position.

The rule that must stay true: everything that was acknowledged before the reckoning is in it, no
code is left out that any way leads to, and each line names the entries that show it. It reads in
bulk: the number of questions follows the depth of the walk and not the number of its codes.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from trace.edges import Edge
from trace.events.model import Role
from trace.heard import heard_among
from trace.identifiers import read_uris
from trace.index import CLASS_ROLES
from trace.lineage import Lineage
from trace.movements import Movement, movements_of
from trace.projections.lineage import NAME, bring_up
from trace.projections.tables import PROJECTION_CURSOR
from trace.recall.loads import with_contents
from trace.recall.model import Criteria, Line
from trace.recall.reach import goods_of, reach_of, still_affected, without
from trace.recall.selection import Bounds, handled_items, named_items
from trace.state import Flow, Holding, State, balance_of, flow_of, state_of
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, Engine, select

from base.db import reading
from base.errors import InputTooLarge, InvalidInput, NotFound, Problem
from ledger.merkle import root_at
from ledger.store import tile_reader

_OF_LOTS: Final = CLASS_ROLES - {Role.LOT}
_SHOWN_MAX: Final = 8
_ZERO: Final = Decimal(0)

Owners: TypeAlias = Callable[[Collection[str]], Mapping[str, UUID | None]]
"""Tells whose goods canonical URIs are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a recall reaches over the first `size` entries of a log, whose tree has this `root`."""

    size: int
    root: bytes
    criteria: Criteria
    lines: tuple[Line, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """Who reckons: `party_id` is None for the authority, whose word binds all goods."""

    engine: Engine
    log: int
    bounds: Bounds
    owners_of: Owners
    party_id: UUID | None


def reckon_scope(reckoning: Reckoning, criteria: Criteria) -> Scope:
    """Return what the criteria lead to; raises `NotFound`, `InvalidInput`, `InputTooLarge`."""
    if not criteria.codes and not criteria.has_window:
        raise _wrong("codes", "empty", "name a code, or a party or place and a time")
    bring_up(reckoning.engine, reckoning.log)
    with reading(reckoning.engine) as connection:
        size = _projected_size(connection, reckoning.log)
        root = root_at(size, tile_reader(connection, reckoning.log).get_node)
        roots = _roots(connection, reckoning, criteria)
        lineage = reach_of(connection, reckoning.log, roots, reckoning.bounds)
        left_out = _left_out(connection, reckoning.log, criteria)
        kept = goods_of(lineage) & without(lineage, roots, left_out)
        lines = _lines(connection, reckoning, lineage, kept)
    return Scope(size=size, root=root, criteria=criteria, lines=lines, is_cut=lineage.is_cut)


def _projected_size(connection: Connection, log: int) -> int:
    statement = select(PROJECTION_CURSOR.c.next_seq).where(
        PROJECTION_CURSOR.c.log == log, PROJECTION_CURSOR.c.name == NAME
    )
    return int(connection.execute(statement).scalar_one())


def _roots(connection: Connection, reckoning: Reckoning, criteria: Criteria) -> frozenset[int]:
    """Return where the walk begins, as far as the one who recalls speaks for it."""
    named = named_items(connection, reckoning.log, criteria.codes)
    _require_own(reckoning, named.values())
    roots = _loaded(connection, reckoning, frozenset(named), criteria)
    if criteria.has_window:
        handled = handled_items(connection, reckoning.log, criteria, reckoning.bounds)
        handled = _loaded(connection, reckoning, handled, criteria)
        if named:
            # A time alone says when a container that was named held what is recalled.
            contents = roots - named.keys() if criteria.is_time_alone else frozenset()
            reached = reach_of(connection, reckoning.log, roots, reckoning.bounds).depths.keys()
            handled = (handled & reached) | contents
        else:
            handled = _own_of(connection, reckoning, handled)
        roots = handled
    if not roots:
        raise NotFound("Nothing was handled there and then that could be recalled.")
    if len(roots) > reckoning.bounds.items_max:
        raise InputTooLarge(f"That picks more than {reckoning.bounds.items_max} codes.")
    return roots


def _loaded(
    connection: Connection, reckoning: Reckoning, items: frozenset[int], criteria: Criteria
) -> frozenset[int]:
    """Return items with what was in them then, as far as the one who recalls speaks for it."""
    depth_max = reckoning.bounds.depth_max
    loaded = with_contents(connection, reckoning.log, items, criteria, depth_max=depth_max)
    return (loaded & items) | _own_of(connection, reckoning, loaded - items)


def _require_own(reckoning: Reckoning, uris: Collection[str]) -> None:
    if reckoning.party_id is None:
        return
    owners = reckoning.owners_of(uris)
    foreign = sorted(uri for uri in uris if owners[uri] != reckoning.party_id)
    if foreign:
        raise _wrong("codes", "not_yours", f"{foreign[0]} is no code of this party's goods")


def _own_of(connection: Connection, reckoning: Reckoning, items: frozenset[int]) -> frozenset[int]:
    """Leave out what somebody else owns: whoever handled it does not recall it."""
    if reckoning.party_id is None:
        return items
    uris = read_uris(connection, reckoning.log, items)
    owners = reckoning.owners_of(set(uris.values()))
    return frozenset(item for item, uri in uris.items() if owners[uri] == reckoning.party_id)


def _left_out(connection: Connection, log: int, criteria: Criteria) -> Collection[int]:
    return named_items(connection, log, criteria.without).keys() if criteria.without else ()


def _lines(
    connection: Connection, reckoning: Reckoning, lineage: Lineage, kept: frozenset[int]
) -> tuple[Line, ...]:
    arrivals = _arrivals(lineage)
    goods = still_affected(kept, lineage.edges)
    uris = read_uris(connection, reckoning.log, goods)
    movements = movements_of(connection, reckoning.log, goods)
    heard = heard_among(connection, reckoning.log, movements)
    binds = _binding(reckoning, uris.values())
    told = {item: _Told.of(many, heard[item].movements) for item, many in movements.items()}
    places = _places(connection, reckoning.log, told.values())
    found = [
        line
        for item in goods
        for line in _lines_of(
            uris[item],
            lineage.depths[item],
            told[item],
            arrivals.get(item, ()),
            binds=binds[uris[item]],
            places=places,
        )
    ]
    return tuple(
        sorted(found, key=lambda one: (one.depth, one.uri, str(one.holder), one.uom or ""))
    )


def _arrivals(lineage: Lineage) -> dict[int, list[Edge]]:
    found: dict[int, list[Edge]] = {}
    for edge in lineage.edges:
        found.setdefault(edge.dst, []).append(edge)
    return found


def _binding(reckoning: Reckoning, uris: Collection[str]) -> Mapping[str, bool]:
    """Return of which goods the recall is the word that counts: the owner's or the authority's."""
    if reckoning.party_id is None:
        return dict.fromkeys(uris, True)
    owners = reckoning.owners_of(set(uris))
    return {uri: owners[uri] == reckoning.party_id for uri in uris}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What its movements tell of a code: its state, who has how much, the entries that say so."""

    is_lot: bool
    state: State | None
    left: Mapping[Holding, tuple[Decimal | None, Decimal]]
    last_seq: Mapping[UUID | None, int]
    place: Mapping[UUID | None, int]

    @classmethod
    def of(cls, movements: Sequence[Movement], heard: Sequence[Movement]) -> "_Told":
        """Tell a thing's state by who speaks for it, a lot's quantities by whoever claims one.

        A stranger who says that it has a thing, or destroyed it, must not hide who really has it.
        """
        last = {one.event.party_id: one.event.seq for one in movements if one.role is not Role.LOT}
        is_lot = any(one.role in _OF_LOTS for one in movements)
        return cls(
            is_lot=is_lot,
            state=state_of(heard or movements),
            left=_left(movements) if is_lot else {},
            last_seq=last,
            place=_places_told(movements),
        )


def _places_told(movements: Sequence[Movement]) -> dict[UUID | None, int]:
    """Return where each party last said that it dealt with the thing."""
    found: dict[UUID | None, int] = {}
    for one in movements:
        event = one.event
        place = event.read_point if event.biz_location is None else event.biz_location
        if place is not None and one.role is not Role.LOT:
            found[event.party_id] = place
    return found


def _left(movements: Sequence[Movement]) -> dict[Holding, tuple[Decimal | None, Decimal]]:
    """Return how much of a lot each party should have, and how much it sold.

    What was sent and not received is somebody's to find: whoever sent is asked, for an unknown
    amount.
    """
    balance = balance_of(movements)
    found: dict[Holding, tuple[Decimal | None, Decimal]] = {}
    for holding, flows in balance.flows.items():
        left, sold = balance.left(holding), flows.get(Flow.SOLD, _ZERO)
        unit = holding[1]
        moving = balance.total(Flow.SHIPPED, unit) - balance.total(Flow.RECEIVED, unit)
        if left > 0 or sold > 0:
            found[holding] = (max(left, _ZERO), sold)
        elif moving > 0 and Flow.SHIPPED in flows:
            found[holding] = (None, sold)
    if not balance.is_whole:
        for one in movements:
            if flow_of(one) is not None and not any(
                holder == one.event.party_id for holder, _ in balance.flows
            ):
                found.setdefault((one.event.party_id, None), (None, _ZERO))
    return found


def _places(connection: Connection, log: int, told: Collection[_Told]) -> Mapping[int, str]:
    return read_uris(connection, log, {place for one in told for place in one.place.values()})


def _lines_of(
    uri: str,
    depth: int,
    told: _Told,
    arrivals: Sequence[Edge],
    *,
    binds: bool,
    places: Mapping[int, str],
) -> Sequence[Line]:
    state = told.state
    shown = {edge.seq for edge in arrivals}
    holder = None if state is None else state.holder

    def line(
        who: UUID | None, quantity: Decimal | None, sold: Decimal | None, uom: str | None
    ) -> Line:
        last = told.last_seq.get(who)
        seqs = sorted(shown)[-_SHOWN_MAX:] if last is None else [*sorted(shown)[-_SHOWN_MAX:], last]
        return Line(
            uri=uri,
            depth=depth,
            binds=binds,
            holder=who,
            place=places[told.place[who]] if who in told.place else None,
            quantity=quantity,
            sold=sold,
            uom=uom,
            is_gone=state is not None and state.is_gone and who == holder and not quantity,
            shown_by=tuple(dict.fromkeys(seqs)),
        )

    if told.left:
        return [line(who, left, sold, uom) for (who, uom), (left, sold) in told.left.items()]
    if told.is_lot or state is None:
        return [line(holder, None, None, None)]
    return [line(holder, _ZERO if state.is_gone else Decimal(1), None, None)]


def _wrong(path: str, code: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code=code, message=message)
    return InvalidInput(f"{path}: {message}", problems=(problem,))
