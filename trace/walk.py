"""The walk back from one identifier: which events belong to its history, and why.

It goes layer by layer over the event index: to the containers a thing travelled in, for as long as
it was in them; to its lot; and through transformations to what it was made from, back to the farm.
One rule: an event belongs to the history only by what was true at its time: what a pallet carried
after it was emptied is not part of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from trace.events.model import Role
from trace.tables import EVENT, EVENT_ITEM
from trace.types import Action, EventType
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, Row, select

_CHUNK: Final = 500

IndexRow: TypeAlias = Row[*tuple[Any, ...]]
"""An identifier in an event: item, seq, role, event_at, type, action, event_id_key,
event_hash_key, party_id, declared_at."""

PARENT_ROLES: Final = frozenset({Role.PARENT})
CHILD_ROLES: Final = frozenset({Role.CHILD, Role.CHILD_CLASS})
INPUT_ROLES: Final = frozenset({Role.INPUT, Role.INPUT_CLASS})
OUTPUT_ROLES: Final = frozenset({Role.OUTPUT, Role.OUTPUT_CLASS})
_LEADING_ROLES: Final = PARENT_ROLES | INPUT_ROLES | {Role.LOT, Role.TRANSFORMATION}
NAMED_ROLES: Final = frozenset({Role.EPC, Role.EPC_CLASS})


class Relation(StrEnum):
    """How an identifier belongs to the one that was asked for."""

    SELF = "self"
    LOT = "lot"
    CONTAINER = "container"
    INPUT = "input"


# In which roles an identifier must stand for the event to tell something of what was asked for. A
# lot's or an input's other uses, and a container's other contents, are other people's business.
_ROLES_THAT_TELL: Final[Mapping[Relation, frozenset[Role]]] = {
    Relation.SELF: frozenset(Role) - {Role.TRANSFORMATION, Role.SOURCE, Role.DESTINATION},
    Relation.LOT: NAMED_ROLES | OUTPUT_ROLES | CHILD_ROLES,
    Relation.CONTAINER: NAMED_ROLES | CHILD_ROLES,
    Relation.INPUT: NAMED_ROLES | OUTPUT_ROLES | CHILD_ROLES | {Role.LOT, Role.TRANSFORMATION},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkLimits:
    """How far a walk goes: `events_max` events in all, `depth_max` layers."""

    events_max: int
    depth_max: int


@dataclass(slots=True, kw_only=True)
class FoundEvent:
    """An event of the history: through which identifiers it was found, and how near it is.

    `led_to` are the identifiers that it led the walk to, by what they are to the found one: what
    was put in (`INPUT`), what it was packed into (`CONTAINER`), which lot it is of (`LOT`).
    """

    seq: int
    event_at: datetime
    relation: Relation
    distance: int
    items: set[int] = field(default_factory=set)
    led_to: dict[Relation, set[int]] = field(default_factory=dict)
    declared_at: datetime | None = None


@dataclass(slots=True)
class Walk:
    """What a walk found, by entry number."""

    found: dict[int, FoundEvent] = field(default_factory=dict)
    is_truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """An identifier to look at: the time in which it counts, and which child it carries."""

    item: int
    relation: Relation
    distance: int
    since: datetime | None = None
    until: datetime | None = None
    carries: int | None = None

    def covers(self, event_at: datetime) -> bool:
        return (self.since is None or event_at >= self.since) and (
            self.until is None or event_at <= self.until
        )


class _Withdrawals:
    """Which events their own recorders declared to be wrong (ISO/IEC 19987 7.4.1.4).

    A declaration is matched by eventID and, since senders forget to repeat it, by event hash. It
    counts for the declaring party's own events: nobody can take back what another one said.
    """

    def __init__(self, rows: Iterable[IndexRow]) -> None:
        self._declared: dict[tuple[UUID | None, int], datetime] = {}
        for row in rows:
            if row.declared_at is not None:
                self._declared[row.party_id, row.event_id_key] = row.declared_at
                self._declared[row.party_id, row.event_hash_key] = row.declared_at

    def at(self, row: IndexRow) -> datetime | None:
        """Return when an event was declared to be wrong, None where it stands."""
        return self._declared.get((row.party_id, row.event_id_key)) or self._declared.get(
            (row.party_id, row.event_hash_key)
        )


def walk_back(connection: Connection, log: int, item: int, limits: WalkLimits) -> Walk:
    """Return the events of the history of the identifier with this id."""
    walk = Walk()
    layer = [_Node(item=item, relation=Relation.SELF, distance=0)]
    visited: set[tuple[int, Relation, datetime | None]] = set()
    for _ in range(limits.depth_max):
        fresh = [node for node in layer if (node.item, node.relation, node.since) not in visited]
        visited.update((node.item, node.relation, node.since) for node in fresh)
        if not fresh:
            return walk
        layer = _step(connection, log, fresh, walk, limits)
    walk.is_truncated = walk.is_truncated or bool(layer)
    return walk


def _step(
    connection: Connection, log: int, nodes: Sequence[_Node], walk: Walk, limits: WalkLimits
) -> list[_Node]:
    """Add the events of one layer to the walk; return the next layer."""
    following: list[_Node] = []
    for relation in Relation:
        alike = [node for node in nodes if node.relation is relation]
        rows = _rows_by_item(
            connection, log, {node.item for node in alike}, relation, walk, limits.events_max
        )
        withdrawn = _Withdrawals(row for of_item in rows.values() for row in of_item)
        beside = _items_beside(connection, log, rows)
        for given in alike:
            node = _emptied(given, rows.get(given.item, ()), beside, withdrawn)
            for row in rows.get(node.item, ()):
                role = Role(row.role)
                is_told = row.declared_at is None and role in _ROLES_THAT_TELL[relation]
                if not is_told or not node.covers(row.event_at):
                    continue
                if not _add(walk, node, row, withdrawn, limits):
                    return []
                if withdrawn.at(row) is None:
                    leading = _next_nodes(node, row, role, beside.get(row.seq, ()))
                    for other in leading:
                        led_to = walk.found[row.seq].led_to.setdefault(other.relation, set())
                        led_to.add(other.item)
                    following += leading
    return following


def _add(
    walk: Walk,
    node: _Node,
    row: IndexRow,
    withdrawn: _Withdrawals,
    limits: WalkLimits,
) -> bool:
    """Add an event, or one more reason for it; false where the walk is full."""
    event = walk.found.get(row.seq)
    if event is None:
        if len(walk.found) >= limits.events_max:
            walk.is_truncated = True
            return False
        event = FoundEvent(
            seq=row.seq,
            event_at=row.event_at,
            relation=node.relation,
            distance=node.distance,
            declared_at=withdrawn.at(row),
        )
        walk.found[row.seq] = event
    event.items.add(node.item)
    return True


def _next_nodes(
    node: _Node, row: IndexRow, role: Role, beside: Iterable[tuple[Role, int]]
) -> list[_Node]:
    """Return where one event leads: into a container, to a lot, to what was put in."""
    distance = node.distance + 1
    is_put_in = row.action == Action.ADD and role in CHILD_ROLES
    is_made = row.type == EventType.TRANSFORMATION and role not in INPUT_ROLES
    is_created = is_made or (row.type == EventType.OBJECT and row.action == Action.ADD)
    nodes: list[_Node] = []
    for other_role, other in beside:
        if is_put_in and other_role in PARENT_ROLES:
            nodes.append(
                _Node(
                    item=other,
                    relation=Relation.CONTAINER,
                    distance=distance,
                    since=row.event_at,
                    until=node.until,
                    carries=node.item,
                )
            )
        elif is_made and (other_role in INPUT_ROLES or other_role is Role.TRANSFORMATION):
            nodes.append(
                _Node(item=other, relation=Relation.INPUT, distance=distance, until=row.event_at)
            )
        elif is_created and other_role is Role.LOT and node.relation is not Relation.LOT:
            nodes.append(
                _Node(item=other, relation=Relation.LOT, distance=node.distance, until=node.until)
            )
    return nodes


def _emptied(
    node: _Node,
    rows: Iterable[IndexRow],
    beside: Mapping[int, Sequence[tuple[Role, int]]],
    withdrawn: _Withdrawals,
) -> _Node:
    """Return a container with the end of its time: when its content was taken out again."""
    if node.carries is None:
        return node
    until = node.until
    for row in rows:
        is_unpacking = (
            row.role == Role.PARENT
            and row.action == Action.DELETE
            and row.declared_at is None
            and withdrawn.at(row) is None
            and node.covers(row.event_at)
        )
        if is_unpacking:
            children = {item for role, item in beside.get(row.seq, ()) if role in CHILD_ROLES}
            # An unpacking that names no child takes out everything (ISO/IEC 19987 7.4.3.2).
            if (not children or node.carries in children) and (
                until is None or row.event_at < until
            ):
                until = row.event_at
    return _Node(
        item=node.item,
        relation=node.relation,
        distance=node.distance,
        since=node.since,
        until=until,
        carries=node.carries,
    )


def _rows_by_item(
    connection: Connection,
    log: int,
    items: set[int],
    relation: Relation,
    walk: Walk,
    rows_max: int,
) -> dict[int, list[IndexRow]]:
    """Return the index rows of each identifier, oldest first; marks the walk where they are cut."""
    wanted = sorted(items)
    # A container's own row as parent says when it was emptied.
    roles = [int(role) for role in _ROLES_THAT_TELL[relation] | PARENT_ROLES]
    by_item: dict[int, list[IndexRow]] = {}
    for start in range(0, len(wanted), _CHUNK):
        statement = (
            select(
                EVENT_ITEM.c.item,
                EVENT_ITEM.c.seq,
                EVENT_ITEM.c.role,
                EVENT.c.event_at,
                EVENT.c.type,
                EVENT.c.action,
                EVENT.c.event_id_key,
                EVENT.c.event_hash_key,
                EVENT.c.party_id,
                EVENT.c.declared_at,
            )
            .join(EVENT, (EVENT.c.log == EVENT_ITEM.c.log) & (EVENT.c.seq == EVENT_ITEM.c.seq))
            .where(
                EVENT_ITEM.c.log == log,
                EVENT.c.log == log,
                EVENT_ITEM.c.item.in_(wanted[start : start + _CHUNK]),
                EVENT_ITEM.c.role.in_(roles),
            )
            .order_by(EVENT_ITEM.c.item, EVENT_ITEM.c.seq, EVENT_ITEM.c.role)
            .limit(rows_max + 1)
        )
        rows = connection.execute(statement).all()
        walk.is_truncated = walk.is_truncated or len(rows) > rows_max
        for row in rows[:rows_max]:
            by_item.setdefault(row.item, []).append(row)
    return by_item


def _items_beside(
    connection: Connection, log: int, rows: Mapping[int, Sequence[IndexRow]]
) -> dict[int, list[tuple[Role, int]]]:
    """Return the identifiers beside those of `rows`, in events that lead further."""
    leading = {
        row.seq
        for of_item in rows.values()
        for row in of_item
        if row.action == Action.ADD or row.type == EventType.TRANSFORMATION
    }
    emptying = {
        row.seq
        for of_item in rows.values()
        for row in of_item
        if row.role == Role.PARENT and row.action == Action.DELETE
    }
    beside: dict[int, list[tuple[Role, int]]] = {}
    for seqs, roles in ((leading, _LEADING_ROLES), (emptying, CHILD_ROLES)):
        ordered = sorted(seqs)
        for start in range(0, len(ordered), _CHUNK):
            statement = select(EVENT_ITEM.c.seq, EVENT_ITEM.c.role, EVENT_ITEM.c.item).where(
                EVENT_ITEM.c.log == log,
                EVENT_ITEM.c.seq.in_(ordered[start : start + _CHUNK]),
                EVENT_ITEM.c.role.in_([int(role) for role in roles]),
            )
            for row in connection.execute(statement):
                beside.setdefault(row.seq, []).append((Role(row.role), row.item))
    return beside
