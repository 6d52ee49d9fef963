"""Until when the lot of an item keeps, by what made the lot.

One rule: a making that was taken back says nothing, and a label of other items is no word of these.
"""

from collections.abc import Collection, Iterable
from datetime import date
from trace.edges import edges_of
from trace.events.model import Role
from trace.findings.tables import EVENT_FACT
from trace.movements import Movement
from trace.projections.reading import IndexedEvent, events_at, taken_back
from trace.projections.tables import LinkKind
from trace.tables import EVENT_ITEM
from trace.types import Action
from typing import Final

from sqlalchemy import Connection, select

from base.bulk import find_rows

_CHUNK: Final = 900
_CLASSES: Final = (Role.EPC_CLASS, Role.OUTPUT_CLASS)


def lots_of(movements: Iterable[Movement]) -> set[int]:
    """Return the lots that a thing is told to be of where it comes into being."""
    return {
        lot
        for one in movements
        if one.role in (Role.EPC, Role.OUTPUT) and one.event.action in (None, Action.ADD)
        for lot in one.event.of(Role.LOT)
    }


def last_days(connection: Connection, log: int, lots: Collection[int]) -> dict[int, list[date]]:
    """Return the last days that the makings of these lots name."""
    seqs: set[int] = set()
    wanted = sorted(lots)
    for start in range(0, len(wanted), _CHUNK):
        statement = select(EVENT_ITEM.c.seq).where(
            EVENT_ITEM.c.log == log,
            EVENT_ITEM.c.item.in_(wanted[start : start + _CHUNK]),
            EVENT_ITEM.c.role.in_([int(role) for role in _CLASSES]),
        )
        seqs.update(connection.execute(statement).scalars())
    days = _days(connection, log, seqs)
    events = [one for one in events_at(connection, log, days) if not one.is_declaration]
    wrong = taken_back(connection, log, events) if events else set()
    found: dict[int, list[date]] = {}
    for event in events:
        if event.seq in wrong or event.action not in (None, Action.ADD):
            continue
        for lot in event.of(*_CLASSES):
            found.setdefault(lot, []).append(days[event.seq])
    return found


def items_of_labelled(connection: Connection, log: int, events: Iterable[IndexedEvent]) -> set[int]:
    """Return the items of the lots of which one of these events names the last day."""
    classes = {event.seq: event.of(*_CLASSES) for event in events}
    labelled = _days(connection, log, {seq for seq, lots in classes.items() if lots})
    lots = {lot for seq in labelled for lot in classes[seq]}
    edges = edges_of(connection, log, lots, near="src")
    return {edge.dst for edge in edges if edge.kind == LinkKind.LOT_OF}


def _days(connection: Connection, log: int, seqs: Collection[int]) -> dict[int, date]:
    rows = find_rows(connection, EVENT_FACT, ("seq", "expires_on"), log, sorted(seqs))
    return {seq: date.fromisoformat(day) for seq, day in rows if day is not None}
