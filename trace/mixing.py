"""What the things of a trace are made of, and how much of it: what shares are worked out from.

The rule that must stay true: amounts are those of the very events whose links say that something
went in or came out. What a reader may not see makes a share unknown, and never smaller.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from trace.edges import STAYS, Edge, Moment, edges_of
from trace.events.model import Role
from trace.heard import with_heard_ends
from trace.identifiers import read_uris
from trace.lineage import Lineage
from trace.projections.tables import EVENT_QUANTITY, LinkKind
from trace.shares import Source, shares_of
from trace.sieves import seen_seqs, sees_everything
from typing import Final, TypeAlias

from sqlalchemy import Connection

from base.bulk import find_rows
from parties.actors import Actor
from parties.directory import register_uris

_ROLE_OF: Final = {
    LinkKind.USED_IN: Role.INPUT_CLASS,
    LinkKind.MADE_BY: Role.OUTPUT_CLASS,
    LinkKind.PACKED_IN: Role.CHILD_CLASS,
}

_Amount: TypeAlias = tuple[Fraction | None, object]
_Key: TypeAlias = tuple[int, int, int]
_Node: TypeAlias = int | tuple[int, Moment]


@dataclass(slots=True)
class _Amounts:
    """How much of a thing an event speaks of; items without a class are pieces of their product."""

    told: Mapping[_Key, list[_Amount]]
    uris: Mapping[int, str]

    def of(self, item: int, edge: Edge) -> _Amount:
        role = _ROLE_OF.get(LinkKind(edge.kind))
        told = self.told.get((item, edge.seq, int(role)), []) if role is not None else []
        product = ("pieces", register_uris(self.uris.get(item, ""))[-1])
        if not told:
            is_single = "/21/" in self.uris.get(item, "")
            return (Fraction(1) if is_single else None), product
        if len({unit for _, unit in told}) > 1 or any(amount is None for amount, _ in told):
            return None, None
        total = sum((amount for amount, _ in told if amount is not None), Fraction(0))
        return total, product if told[0][1] is None else told[0][1]


def shares_in(
    connection: Connection, log: int, roots: Collection[int], lineage: Lineage, actor: Actor | None
) -> dict[int, Fraction | None]:
    """Return the share of the roots in each thing that a walk forward reached.

    Unknown everywhere where the walk was cut: what lies beyond may lead back into it.
    """
    if lineage.is_cut:
        return {}
    nodes = list(lineage.depths)
    edges = with_heard_ends(connection, log, edges_of(connection, log, nodes, near="dst"))
    hidden: set[int] = set()
    if not sees_everything(actor):
        seen = seen_seqs(connection, log, {edge.seq for edge in edges}, actor)
        hidden = {edge.dst for edge in edges if edge.seq not in seen}
    amounts = _read_amounts(connection, log, edges)
    made_of = _made_of(edges, amounts, frozenset(roots))
    found = shares_of(list[_Node](roots), made_of)
    unknown = _beyond(hidden - set(roots), edges)
    return {
        item: None if item in unknown else found.get(item)
        for item in nodes
        if item >= 0 and item in found
    }


def _made_of(
    edges: Sequence[Edge], amounts: _Amounts, roots: Collection[int]
) -> dict[_Node, tuple[Source, ...]]:
    into: dict[int, list[Edge]] = {}
    for edge in edges:
        into.setdefault(edge.dst, []).append(edge)
    made_of: dict[_Node, tuple[Source, ...]] = {}
    for item, many in into.items():
        makings = [edge for edge in many if edge.kind == LinkKind.MADE_BY]
        lots = [edge for edge in many if edge.kind == LinkKind.LOT_OF]
        stays = [edge for edge in many if edge.kind in STAYS]
        used = [edge for edge in many if edge.kind == LinkKind.USED_IN]
        traced = [edge for edge in lots if edge.src in roots]
        if traced:
            # The items of a lot that is traced are what is traced, whatever they were made of.
            made_of[item] = tuple(Source(edge.src) for edge in traced)
        elif used:
            made_of[item] = tuple(_input(edge, into, made_of, amounts) for edge in used)
        elif makings or lots:
            # A making says more of an item than the lot that it is counted to.
            made_of[item] = tuple(_source(edge, item, amounts) for edge in makings or lots)
        elif stays:
            # A container has no share of its own: only what all that was ever in it shares.
            made_of[item] = tuple(Source(edge.src) for edge in stays)
    return made_of


def _source(edge: Edge, counted: int, amounts: _Amounts) -> Source:
    amount, unit = amounts.of(counted, edge)
    return Source(edge.src, amount, unit)


def _input(
    edge: Edge,
    into: Mapping[int, Sequence[Edge]],
    made_of: dict[_Node, tuple[Source, ...]],
    amounts: _Amounts,
) -> Source:
    """Return what went into a making; of a container, what was in it at that moment."""
    inside = [
        stay
        for stay in into.get(edge.src, ())
        if stay.kind in STAYS
        and stay.since <= edge.since
        and (stay.until is None or edge.since < stay.until)
    ]
    if not inside:
        return _source(edge, edge.src, amounts)
    content: _Node = (edge.src, edge.since)
    made_of[content] = tuple(_source(stay, stay.src, amounts) for stay in inside)
    amount, unit = _total(made_of[content])
    return Source(content, amount, unit)


def _total(sources: Iterable[Source]) -> _Amount:
    many = list(sources)
    if len({one.unit for one in many}) > 1 or any(one.amount is None for one in many):
        return None, None
    return sum((one.amount for one in many if one.amount is not None), Fraction(0)), many[0].unit


def _read_amounts(connection: Connection, log: int, edges: Sequence[Edge]) -> _Amounts:
    columns = ("seq", "item", "role", "quantity", "uom")
    told: dict[_Key, list[_Amount]] = {}
    seqs = sorted({edge.seq for edge in edges})
    for seq, item, role, quantity, unit in find_rows(
        connection, EVENT_QUANTITY, columns, log, seqs
    ):
        amount = None if quantity is None else Fraction(quantity)
        told.setdefault((item, seq, role), []).append((amount, unit))
    items = {item for edge in edges for item in (edge.src, edge.dst) if item >= 0}
    return _Amounts(told=told, uris=read_uris(connection, log, items))


def _beyond(starts: Collection[int], edges: Iterable[Edge]) -> set[int]:
    """Return everything that may be made of what is partly hidden."""
    onward: dict[int, list[int]] = {}
    for edge in edges:
        onward.setdefault(edge.src, []).append(edge.dst)
    found, waiting = set(starts), list(starts)
    while waiting:
        for item in onward.get(waiting.pop(), ()):
            if item not in found:
                found.add(item)
                waiting.append(item)
    return found
