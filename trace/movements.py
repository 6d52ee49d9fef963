"""What happened to things, by themselves and in what they were packed in.

The rule that must stay true: a movement is what an event says that stands: nothing that its own
recorder took back, and of a container only what happened while the thing was in it. State, custody,
balance and findings are all told from movements, so that they cannot contradict each other.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from trace.edges import STAYS, Edge, Moment, edges_of
from trace.events.model import Role
from trace.projections.reading import IndexedEvent, events_at, taken_back
from trace.projections.tables import EVENT_QUANTITY
from trace.tables import EVENT_ITEM
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from base.db import to_micros

_CHUNK: Final = 900
# Pallets in containers in a ship; deeper than that is a circle.
_NESTING_MAX: Final = 8
# Where a container is named for what it carries, or for what it was emptied of.
_CARRYING_ROLES: Final = frozenset({Role.EPC, Role.CHILD, Role.INPUT})
# Whoever names an input in a field says nothing of where it is.
_SIDES: Final = frozenset({Role.SOURCE, Role.DESTINATION, Role.NAMED_INPUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A thing in a container from one moment up to, and not at, another; None where it still is.

    `seq` is the entry that put it in, or put in what it was in.
    """

    item: int
    seq: int
    container: int
    since: Moment
    until: Moment | None

    def holds_at(self, moment: Moment) -> bool:
        """Return whether the thing was in the container at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


class Movement(NamedTuple):
    """One event in the life of a thing: in which role, and in which container it was meant.

    `container` is None where the event names the thing itself, else `stay` is that in it.
    `quantities` are those of the thing in that event, or those it was packed with, as (amount,
    unit); a unit of None counts pieces. There are many thousand of them, so it is a bare tuple.
    """

    item: int
    role: Role
    container: int | None
    event: IndexedEvent
    quantities: tuple[tuple[Decimal | None, str | None], ...] = ()
    stay: Stay | None = None

    @property
    def moment(self) -> Moment:
        """Return when it happened: the event's time and, among equal ones, the entry."""
        return to_micros(self.event.event_at), self.event.seq


def movements_of(
    connection: Connection, log: int, items: Collection[int]
) -> dict[int, tuple[Movement, ...]]:
    """Return the movements of each item in the order in which they happened.

    The links must have been brought up (`trace.projections.lineage.bring_up`).
    """
    wanted = frozenset(items)
    stays = stays_of_items(connection, log, wanted)
    containers = {stay.container for stay in stays}
    events = _events_naming(connection, log, wanted | containers)
    quantities = _quantities(connection, log, wanted)
    found: dict[int, list[Movement]] = {item: [] for item in wanted}
    of_container: dict[int, list[Movement]] = {}
    for event in events.values():
        for role, item in event.items:
            if item in wanted and role not in _SIDES:
                amounts = tuple(quantities.get((item, event.seq, role), ()))
                found[item].append(_movement(item, role, None, event, amounts))
            if item in containers and role in _CARRYING_ROLES:
                of_container.setdefault(item, []).append(_movement(item, role, None, event))
    for stay in stays:
        found[stay.item] += _taken_out(stay, events)
        for one in of_container.get(stay.container, ()):
            if stay.holds_at(one.moment):
                packed = tuple(quantities.get((stay.item, stay.seq, Role.CHILD_CLASS), ()))
                found[stay.item].append(
                    _movement(stay.item, one.role, stay.container, one.event, packed, stay)
                )
    return {item: _in_order(many) for item, many in found.items()}


def _taken_out(stay: Stay, events: Mapping[int, IndexedEvent]) -> Iterator[Movement]:
    """Yield the end of a stay where a container was emptied without saying of what."""
    event = events.get(stay.until[1]) if stay.until is not None else None
    if event is None or stay.container not in event.of(Role.PARENT):
        return
    if not event.of(Role.CHILD, Role.CHILD_CLASS):
        yield _movement(stay.item, Role.CHILD, None, event)


def stays_of_items(connection: Connection, log: int, items: Collection[int]) -> list[Stay]:
    """Return every stay of each item, in what it was packed in and in what that was packed in."""
    found: dict[Stay, None] = {}
    layer = [
        Stay(item=edge.src, seq=edge.seq, container=edge.dst, since=edge.since, until=edge.until)
        for edge in _stays(connection, log, items)
    ]
    for _ in range(_NESTING_MAX):
        layer = [stay for stay in layer if stay not in found]
        if not layer:
            break
        found.update(dict.fromkeys(layer))
        outer: dict[int, list[Edge]] = {}
        for edge in _stays(connection, log, {stay.container for stay in layer}):
            outer.setdefault(edge.src, []).append(edge)
        layer = [
            nested
            for stay in layer
            for edge in outer.get(stay.container, ())
            if (nested := _nested(stay, edge)) is not None
        ]
    return list(found)


def _movement(
    item: int,
    role: Role,
    container: int | None,
    event: IndexedEvent,
    quantities: tuple[tuple[Decimal | None, str | None], ...] = (),
    stay: Stay | None = None,
) -> Movement:
    return Movement(item, role, container, event, quantities, stay)


def _in_order(movements: Iterable[Movement]) -> tuple[Movement, ...]:
    return tuple(sorted(movements, key=lambda one: (one.moment, one.role, one.container or 0)))


def _nested(stay: Stay, edge: Edge) -> Stay | None:
    """Return when a thing was in what its container was in; None where it never was."""
    since = max(stay.since, edge.since)
    until = min((end for end in (stay.until, edge.until) if end is not None), default=None)
    if edge.dst == stay.item or (until is not None and until <= since):
        return None
    return Stay(item=stay.item, seq=stay.seq, container=edge.dst, since=since, until=until)


def _stays(connection: Connection, log: int, items: Collection[int]) -> list[Edge]:
    return [edge for edge in edges_of(connection, log, items, near="src") if edge.kind in STAYS]


def _events_naming(
    connection: Connection, log: int, items: Collection[int]
) -> Mapping[int, IndexedEvent]:
    seqs: set[int] = set()
    for some in _pieces(sorted(items)):
        statement = select(EVENT_ITEM.c.seq).where(
            EVENT_ITEM.c.log == log,
            EVENT_ITEM.c.item.in_(some),
            EVENT_ITEM.c.role.not_in([int(role) for role in _SIDES]),
        )
        seqs.update(connection.execute(statement).scalars())
    events = [event for event in events_at(connection, log, seqs) if not event.is_declaration]
    wrong = taken_back(connection, log, events)
    return {event.seq: event for event in events if event.seq not in wrong}


def _quantities(
    connection: Connection, log: int, items: Collection[int]
) -> Mapping[tuple[int, int, Role], list[tuple[Decimal | None, str | None]]]:
    found: dict[tuple[int, int, Role], list[tuple[Decimal | None, str | None]]] = {}
    for some in _pieces(sorted(items)):
        statement = (
            select(EVENT_QUANTITY)
            .where(EVENT_QUANTITY.c.log == log, EVENT_QUANTITY.c.item.in_(some))
            .order_by(EVENT_QUANTITY.c.item, EVENT_QUANTITY.c.seq, EVENT_QUANTITY.c.position)
        )
        for row in connection.execute(statement):
            amount = None if row.quantity is None else Decimal(row.quantity)
            found.setdefault((row.item, row.seq, Role(row.role)), []).append((amount, row.uom))
    return found


def _pieces(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
