"""The walk back from one identifier: which events belong to its history, and why.

It goes step by step over the event index: to the containers a thing travelled in, for as long as
it was in them; to its lot; and through transformations to what it was made from, back to the farm.
One rule: an event belongs to the history only by what was true at its time: what a pallet carried
after it was emptied is not part of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from trace.events.model import Role
from trace.standing import Standing
from trace.types import Action, EventType
from trace.walk_rows import (
    CHILD_ROLES,
    INPUT_ROLES,
    OUTPUT_ROLES,
    PARENT_ROLES,
    Beside,
    IndexRow,
    Moment,
    RowReader,
    RowsAsked,
    Withdrawals,
    moment_of,
)
from typing import Final

NAMED_ROLES: Final = frozenset({Role.EPC, Role.EPC_CLASS})

# Behind every entry number: an event at the very time of a transformation may precede it.
_LAST_SEQ: Final = 1 << 63


class Relation(StrEnum):
    """How an identifier belongs to the one that was asked for, the nearest first."""

    SELF = "self"
    LOT = "lot"
    CONTAINER = "container"
    INPUT = "input"


_NEARNESS: Final = {relation: at for at, relation in enumerate(Relation)}

# In which roles an identifier must stand for the event to tell something of what was asked for. A
# lot's or an input's other uses, and a container's other contents, are other people's business.
_ROLES_THAT_TELL: Final[Mapping[Relation, frozenset[Role]]] = {
    Relation.SELF: frozenset(Role)
    - {Role.TRANSFORMATION, Role.SOURCE, Role.DESTINATION, Role.NAMED_INPUT},
    Relation.LOT: NAMED_ROLES | OUTPUT_ROLES | CHILD_ROLES,
    Relation.CONTAINER: NAMED_ROLES | CHILD_ROLES,
    Relation.INPUT: NAMED_ROLES | OUTPUT_ROLES | CHILD_ROLES | {Role.LOT, Role.TRANSFORMATION},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkLimits:
    """How far a walk goes: `events_max` events in all, `depth_max` steps."""

    events_max: int
    depth_max: int


@dataclass(slots=True, kw_only=True)
class FoundEvent:
    """An event of the history: through which identifiers it was found, and how near it is.

    `led_to` are the identifiers that it led the walk to, by what they are to the found one: what
    was put in (`INPUT`), what it was packed into (`CONTAINER`), which lot it is of (`LOT`). A
    transformationID joins events and is neither: it is its makers' own number, not a thing.
    """

    seq: int
    event_at: datetime
    relation: Relation
    distance: int
    items: set[int] = field(default_factory=set)
    led_to: dict[Relation, set[int]] = field(default_factory=dict)
    declared_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """An identifier to look at, and the time in which it counts, both ends included.

    A container also says which child it carries and since when; `since` may be later than that,
    where the child was loaded itself on the way.
    """

    item: int
    relation: Relation
    distance: int
    since: Moment | None = None
    until: Moment | None = None
    carries: int | None = None
    loaded: Moment | None = None
    is_thing: bool = True

    def covers(self, moment: Moment) -> bool:
        return (self.since is None or moment >= self.since) and (
            self.until is None or moment <= self.until
        )

    def ends_before(self, moment: Moment) -> bool:
        return self.until is not None and self.until < moment

    def contains(self, other: "_Node") -> bool:
        """Return whether this node's time holds all of the other's."""
        starts = self.since is None or (other.since is not None and self.since <= other.since)
        ends = self.until is None or (other.until is not None and self.until >= other.until)
        return starts and ends


@dataclass(slots=True)
class Walk:
    """What a walk found, by entry number."""

    found: dict[int, FoundEvent] = field(default_factory=dict)
    is_truncated: bool = False
    # Entries that speak of the very thing although their recorders have no standing in it.
    unheard: set[int] = field(default_factory=set)
    _seen: dict[tuple[object, ...], list[_Node]] = field(default_factory=dict)

    def fresh(self, nodes: Iterable[_Node]) -> list[_Node]:
        """Return the nodes that say more than those seen before, and remember them."""
        chosen: list[_Node] = []
        for node in nodes:
            key = (node.item, node.relation, node.carries, node.loaded)
            seen = self._seen.setdefault(key, [])
            if not any(other.contains(node) for other in seen):
                seen.append(node)
                chosen.append(node)
        return chosen


def walk_back(
    reader: RowReader, item: int, limits: WalkLimits, standing: Standing | None = None
) -> Walk:
    """Return the events of the history of the identifier with this id.

    With a `standing` only those count whose recorders speak for the goods; the walk adds to it
    what it learns, so it is gone again until nothing is added (`walk_heard`).
    """
    walk = Walk()
    layer = [_Node(item=item, relation=Relation.SELF, distance=0)]
    for _ in range(limits.depth_max):
        layer = walk.fresh(layer)
        if not layer:
            return walk
        following = _step(reader, layer, walk, limits, standing)
        # A lot is as near as what it is the lot of, so it is looked at before what is further.
        lots = walk.fresh(node for node in following if node.relation is Relation.LOT)
        layer = [node for node in following if node.relation is not Relation.LOT]
        layer += _step(reader, lots, walk, limits, standing)
        if len(walk.found) >= limits.events_max and walk.is_truncated:
            return walk
    walk.is_truncated = walk.is_truncated or bool(walk.fresh(layer))
    return walk


def walk_heard(reader: RowReader, item: int, limits: WalkLimits, standing: Standing) -> Walk:
    """Return the walk in which exactly those are heard who have a standing in the goods."""
    while True:
        standing.grew = False
        walk = walk_back(reader, item, limits, standing)
        if not standing.grew:
            return walk


def _step(
    reader: RowReader,
    nodes: Sequence[_Node],
    walk: Walk,
    limits: WalkLimits,
    standing: Standing | None,
) -> list[_Node]:
    """Add the events of these nodes to the walk; return where they lead."""
    following: list[_Node] = []
    for relation in Relation:
        alike = [node for node in nodes if node.relation is relation]
        if not alike:
            continue
        asked = _asked(alike, relation, limits.events_max)
        (rows, cut), beside = reader.read(asked)
        if standing is not None:
            # What is nobody's product is known by the event that led to it.
            is_handed = relation is Relation.CONTAINER
            handed = {node.item for node in alike if is_handed or not node.is_thing}
            standing.learn(rows, handed=handed)
        withdrawn = Withdrawals(row for of_item in rows.values() for row in of_item)
        for given in alike:
            of_item = _heard(walk, given, rows.get(given.item, ()), standing)
            node = _emptied(given, of_item, beside, withdrawn)
            if given.item in cut and not node.ends_before(cut[given.item]):
                walk.is_truncated = True
            for row in of_item:
                is_full = _tell(walk, node, row, withdrawn, limits)
                if is_full:
                    return []
                if row.declared_at is None and withdrawn.at(row) is None:
                    leading = _next_nodes(node, row, beside.get(row.seq, ()))
                    _note_led(walk, row, leading)
                    following += leading
                    if standing is not None:
                        _hand_on(standing, node, row, leading)
    return following


def _heard(
    walk: Walk, node: _Node, rows: Sequence[IndexRow], standing: Standing | None
) -> Sequence[IndexRow]:
    """Return the rows whose recorders speak for the identifier; notes the others of the subject."""
    if standing is None:
        return rows
    heard = [row for row in rows if standing.accepts(node.item, row)]
    if node.relation is Relation.SELF:
        walk.unheard.update({row.seq for row in rows} - {row.seq for row in heard})
    return heard


def _hand_on(standing: Standing, node: _Node, row: IndexRow, leading: Iterable[_Node]) -> None:
    for other in leading:
        is_joined = other.relation in (Relation.CONTAINER, Relation.LOT)
        standing.hand_on(node.item, other.item, row.party_id, is_joined=is_joined)


def _asked(nodes: Sequence[_Node], relation: Relation, rows_max: int) -> RowsAsked:
    loaded = [node.loaded for node in nodes]
    ends = [node.until for node in nodes]
    starts = [moment[0] for moment in loaded if moment is not None]
    untils = [moment[0] for moment in ends if moment is not None]
    return RowsAsked(
        items=frozenset(node.item for node in nodes),
        # A container's own row as parent says when it was emptied.
        roles=_ROLES_THAT_TELL[relation] | PARENT_ROLES,
        rows_max=rows_max,
        since=min(starts) if len(starts) == len(nodes) else None,
        until=max(untils) if len(untils) == len(nodes) else None,
    )


def _tell(
    walk: Walk, node: _Node, row: IndexRow, withdrawn: Withdrawals, limits: WalkLimits
) -> bool:
    """Add an event, or one more reason for it; return whether the walk is too full for it."""
    is_told = row.declared_at is None and row.role in _ROLES_THAT_TELL[node.relation]
    # What was found out about an ingredient after its use concerns what was made of it.
    is_late_warning = (
        node.relation is Relation.INPUT and row.is_warning and node.ends_before(moment_of(row))
    )
    if not is_told or not (node.covers(moment_of(row)) or is_late_warning):
        return False
    event = walk.found.get(row.seq)
    if event is None:
        # A warning is told even where the walk is full.
        if len(walk.found) >= limits.events_max and not row.is_warning:
            walk.is_truncated = True
            return True
        event = FoundEvent(
            seq=row.seq,
            event_at=row.event_at,
            relation=node.relation,
            distance=node.distance,
            declared_at=withdrawn.at(row),
        )
        walk.found[row.seq] = event
    rank = (node.distance, _NEARNESS[node.relation])
    if rank < (event.distance, _NEARNESS[event.relation]):
        event.distance, event.relation = node.distance, node.relation
    if node.is_thing:
        event.items.add(node.item)
    return False


def _note_led(walk: Walk, row: IndexRow, leading: Iterable[_Node]) -> None:
    event = walk.found.get(row.seq)
    if event is None:
        return
    for other in leading:
        if other.is_thing:
            event.led_to.setdefault(other.relation, set()).add(other.item)


def _next_nodes(node: _Node, row: IndexRow, beside: Iterable[tuple[Role, int]]) -> list[_Node]:
    """Return where one event leads: into a container, to a lot, to what was put in."""
    role, moment = Role(row.role), moment_of(row)
    if node.until is not None and moment > node.until:
        return []
    is_here = node.covers(moment) and role in _ROLES_THAT_TELL[node.relation]
    is_put_in = row.action == Action.ADD and role in CHILD_ROLES
    is_made = is_here and row.type == EventType.TRANSFORMATION and role not in INPUT_ROLES
    is_created = is_made or (is_here and row.type == EventType.OBJECT and row.action == Action.ADD)
    distance = node.distance + 1
    nodes: list[_Node] = []
    for other_role, other in beside:
        if is_put_in and other_role in PARENT_ROLES:
            since = moment if node.since is None else max(moment, node.since)
            nodes.append(
                _Node(
                    item=other,
                    relation=Relation.CONTAINER,
                    distance=distance,
                    since=since,
                    until=node.until,
                    carries=node.item,
                    loaded=moment,
                )
            )
        elif is_made and (other_role in INPUT_ROLES or other_role is Role.TRANSFORMATION):
            until = (row.event_at, _LAST_SEQ)
            nodes.append(
                _Node(
                    item=other,
                    relation=Relation.INPUT,
                    distance=distance,
                    until=until if node.until is None else min(until, node.until),
                    is_thing=other_role is not Role.TRANSFORMATION,
                )
            )
        elif is_created and other_role is Role.LOT and node.relation is not Relation.LOT:
            nodes.append(
                _Node(item=other, relation=Relation.LOT, distance=node.distance, until=node.until)
            )
    return nodes


def _emptied(
    node: _Node,
    rows: Iterable[IndexRow],
    beside: Beside,
    withdrawn: Withdrawals,
) -> _Node:
    """Return a container with the end of its time: when its content was taken out again."""
    if node.loaded is None:
        return node
    for row in rows:
        is_unpacking = (
            row.role == Role.PARENT
            and row.action == Action.DELETE
            and row.declared_at is None
            and withdrawn.at(row) is None
            and moment_of(row) > node.loaded
        )
        if is_unpacking:
            children = {item for role, item in beside.get(row.seq, ()) if role in CHILD_ROLES}
            # An unpacking that names no child takes out everything (ISO/IEC 19987 7.4.3.2).
            if not children or node.carries in children:
                # Rows come by time, so this is the first.
                until = moment_of(row)
                return replace(node, until=until if node.until is None else min(until, node.until))
    return node
