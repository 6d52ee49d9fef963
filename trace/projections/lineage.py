"""Lineage and containment of a log, brought up to its newest entry.

The rule that must stay true: a link is a function of the set of events that the log holds, never of
the order in which they came. What an event says by itself is written once and taken away when the
event is; the stays in a container are made anew from all of its events whenever one of them comes
or goes. So late events and error declarations need nothing of their own, and a rebuild is the same.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from trace.events.model import Role
from trace.projections.quantities import (
    Amounts,
    amounts_of,
    delete_quantities,
    write_quantities,
)
from trace.projections.reading import (
    IndexedEvent,
    events_at,
    events_between,
    events_of_parents,
    taken_back,
    taken_back_by,
)
from trace.projections.stays import Packing, Stay, stays_of
from trace.projections.tables import (
    EVENT_QUANTITY,
    LINK,
    PROJECTION_CURSOR,
    LinkKind,
    making_of,
)
from trace.types import Action, EventType
from typing import Final, TypeAlias

from sqlalchemy import Connection, Engine, Select, delete, select, update

from base.bulk import insert_rows
from base.db import reading, to_micros, transaction
from ledger.store import read_head
from parties.rows import insert_once

LinkRow: TypeAlias = tuple[int, int, int, int, int, int, int | None, int | None]
"""A row of the table of links, in the order of its columns."""

NAME: Final = "lineage"
CHUNK: Final = 1000
_COLUMNS: Final = tuple(column.name for column in LINK.columns)

_INPUTS: Final = (Role.INPUT, Role.INPUT_CLASS)
_OUTPUTS: Final = (Role.OUTPUT, Role.OUTPUT_CLASS)
_ITEMS: Final = (Role.EPC, Role.OUTPUT)
_TREATED: Final = (Role.EPC, Role.EPC_CLASS, Role.CHILD, Role.CHILD_CLASS)
_CHILDREN: Final = (Role.CHILD, Role.CHILD_CLASS)
CONTAINING: Final = {
    EventType.AGGREGATION: LinkKind.PACKED_IN,
    EventType.ASSOCIATION: LinkKind.JOINED_TO,
}
BY_ONE_EVENT: Final = (LinkKind.USED_IN, LinkKind.MADE_BY, LinkKind.LOT_OF, LinkKind.USED_ON)


def bring_up(engine: Engine, log: int) -> int:
    """Read everything that was appended since, and return the size up to which links are whole."""
    return bring_up_within(engine, log, None).size


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """How far the links are whole, and how many entries of the log are not read yet."""

    size: int
    behind: int


def bring_up_within(engine: Engine, log: int, entries_max: int | None) -> Brought:
    """Read what was appended since, but no more than `entries_max` entries; None reads all.

    Who only asks must not wait for a long backlog: the worker reads on, and the answer says how far
    behind it is.
    """
    with reading(engine) as connection:
        size = read_head(connection, log).size
        done = int(connection.execute(cursor_of(log)).scalar() or 0)
    end = size if entries_max is None else min(size, done + entries_max)
    while done < end:
        done = advance(engine, log, end)
    return Brought(size=done, behind=max(size - done, 0))


def advance(engine: Engine, log: int, size: int) -> int:
    """Read the next piece of the log in one transaction; return how far the links are whole."""
    with transaction(engine) as connection:
        start = _locked_cursor(connection, log)
        end = min(start + CHUNK, size)
        if start < end:
            project(connection, log, start, end)
            moved = update(PROJECTION_CURSOR).where(
                PROJECTION_CURSOR.c.log == log, PROJECTION_CURSOR.c.name == NAME
            )
            connection.execute(moved.values(next_seq=end))
    return max(start, end)


def project(connection: Connection, log: int, start: int, end: int) -> None:
    """Write the links that entries `start` … `end - 1` give, change or take away."""
    fresh = events_between(connection, log, start, end)
    declarations = [event for event in fresh if event.is_declaration]
    reversed_seqs = taken_back_by(connection, log, declarations) if declarations else set()
    gone = [
        event
        for event in events_at(connection, log, {seq for seq in reversed_seqs if seq < start})
        if not event.is_declaration
    ]
    _take_away(connection, log, gone)
    standing = standing_events(connection, log, fresh)
    rows = [row for event in standing for row in links_of(log, event)]
    insert_rows(connection, LINK, _COLUMNS, list(dict.fromkeys(rows)))
    write_quantities(connection, log, standing)
    _renew_stays(connection, log, [*fresh, *gone])


def rebuild(connection: Connection, log: int, size: int) -> None:
    """Make every link of a log anew from its first entry on."""
    for table in (LINK, EVENT_QUANTITY):
        connection.execute(delete(table).where(table.c.log == log))
    _locked_cursor(connection, log)
    for start in range(0, size, CHUNK):
        project(connection, log, start, min(start + CHUNK, size))
    cursor = update(PROJECTION_CURSOR).where(
        PROJECTION_CURSOR.c.log == log, PROJECTION_CURSOR.c.name == NAME
    )
    connection.execute(cursor.values(next_seq=size))


def _locked_cursor(connection: Connection, log: int) -> int:
    """Return how far the links are whole, with the cursor locked until the transaction ends."""
    insert_once(connection, PROJECTION_CURSOR, {"log": log, "name": NAME, "next_seq": 0})
    return int(connection.execute(cursor_of(log).with_for_update()).scalar_one())


def cursor_of(log: int) -> Select[int]:
    """Return the statement that reads up to which entry the links of a log are whole."""
    return select(PROJECTION_CURSOR.c.next_seq).where(
        PROJECTION_CURSOR.c.log == log, PROJECTION_CURSOR.c.name == NAME
    )


def standing_events(
    connection: Connection, log: int, events: Sequence[IndexedEvent]
) -> list[IndexedEvent]:
    """Return those that are no declaration and that no declaration took back."""
    plain = [event for event in events if not event.is_declaration]
    wrong = taken_back(connection, log, plain)
    return [event for event in plain if event.seq not in wrong]


def _take_away(connection: Connection, log: int, events: Collection[IndexedEvent]) -> None:
    delete_quantities(connection, log, [event.seq for event in events])
    for event in events:
        connection.execute(
            delete(LINK).where(
                LINK.c.log == log,
                LINK.c.seq == event.seq,
                LINK.c.kind.in_([int(kind) for kind in BY_ONE_EVENT]),
            )
        )


def links_of(log: int, event: IndexedEvent) -> Iterator[LinkRow]:
    """Yield the links that an event gives by itself."""
    links: list[tuple[LinkKind, int, int]] = []
    if event.type == EventType.TRANSFORMATION:
        making = next(iter(event.of(Role.TRANSFORMATION)), making_of(event.seq))
        links += [(LinkKind.USED_IN, item, making) for item in event.of(*_INPUTS)]
        links += [(LinkKind.MADE_BY, making, item) for item in event.of(*_OUTPUTS)]
        links += [(LinkKind.USED_ON, item, making) for item in event.of(Role.NAMED_INPUT)]
    else:
        pairs = product(event.of(Role.NAMED_INPUT), event.of(*_TREATED))
        links += [(LinkKind.USED_ON, *pair) for pair in pairs if pair[0] != pair[1]]
    if event.type == EventType.TRANSFORMATION or event.action == Action.ADD:
        pairs = product(event.of(Role.LOT), event.of(*_ITEMS))
        links += [(LinkKind.LOT_OF, lot, item) for lot, item in pairs]
    for kind, src, dst in links:
        yield (src, log, dst, event.seq, int(kind), to_micros(event.event_at), None, None)


def _renew_stays(connection: Connection, log: int, events: Iterable[IndexedEvent]) -> None:
    """Make the stays in every container anew that one of these events is about."""
    parents: dict[int, set[int]] = {}
    for event in events:
        if event.type in CONTAINING:
            parents.setdefault(event.type, set()).update(event.of(Role.PARENT))
    for kind, of_kind in parents.items():
        link = CONTAINING[EventType(kind)]
        rows = stay_rows(connection, log, EventType(kind), of_kind)
        ordered = sorted(of_kind)
        for at in range(0, len(ordered), CHUNK // 2):
            some = ordered[at : at + CHUNK // 2]
            connection.execute(
                delete(LINK).where(
                    LINK.c.log == log, LINK.c.dst.in_(some), LINK.c.kind == int(link)
                )
            )
        insert_rows(connection, LINK, _COLUMNS, rows)


def stay_rows(
    connection: Connection, log: int, kind: EventType, parents: Collection[int]
) -> list[LinkRow]:
    """Return the stays in these containers, from all the events of a kind that name them."""
    read = events_of_parents(connection, log, parents, [kind])
    found = standing_events(connection, log, read)
    amounts = amounts_of(connection, log, [event.seq for event in found])
    packings = _packings(found, set(parents), amounts)
    return [
        _stay_row(log, parent, CONTAINING[kind], one)
        for parent in parents
        for one in stays_of(packings.get(parent, ()))
    ]


def _stay_row(log: int, parent: int, kind: LinkKind, stay: Stay) -> LinkRow:
    until_us = None if stay.until_at is None else to_micros(stay.until_at)
    from_us = to_micros(stay.from_at)
    return (stay.child, log, parent, stay.seq, int(kind), from_us, until_us, stay.until_seq)


def _packings(
    events: Iterable[IndexedEvent], parents: set[int], amounts: Mapping[int, Amounts]
) -> dict[int, list[Packing]]:
    """Return what was packed into and taken out of each of these containers."""
    found: dict[int, list[Packing]] = {}
    for event in events:
        if event.action is None:
            continue
        packing = Packing(
            seq=event.seq,
            event_at=event.event_at,
            action=Action(event.action),
            children=event.of(*_CHILDREN),
            amounts=amounts.get(event.seq, {}),
        )
        for parent in parents.intersection(event.of(Role.PARENT)):
            found.setdefault(parent, []).append(packing)
    return found
