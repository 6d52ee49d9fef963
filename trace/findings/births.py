"""Until when and how the lot of an item keeps, by what made the lot.

One rule: a making that was taken back says nothing, and a label of other items is no word of these.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from trace.edges import edges_of
from trace.events.model import Role
from trace.findings.facts import read_label_facts
from trace.findings.model import EventFact, Label, civil_day
from trace.findings.ranges import Said, cold_table
from trace.findings.storage import Storage, storage_of
from trace.movements import Movement
from trace.projections.reading import IndexedEvent, events_at, taken_back
from trace.projections.tables import LinkKind
from trace.state import Flow, flow_of
from trace.tables import EVENT_ITEM
from trace.types import Action
from typing import Final

from sqlalchemy import Connection, select

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


def is_birth(one: Movement) -> bool:
    """Return whether a thing comes into being, or is labelled for the first time."""
    is_label = one.role is Role.LOT and one.event.action in (None, Action.ADD)
    return is_label or flow_of(one) is Flow.MADE


def labels_of_lots(
    connection: Connection, log: int, lots: Collection[int]
) -> dict[int, list[Label]]:
    """Return what the makings of these lots say of how long and how they keep."""
    seqs: set[int] = set()
    wanted = sorted(lots)
    for start in range(0, len(wanted), _CHUNK):
        statement = select(EVENT_ITEM.c.seq).where(
            EVENT_ITEM.c.log == log,
            EVENT_ITEM.c.item.in_(wanted[start : start + _CHUNK]),
            EVENT_ITEM.c.role.in_([int(role) for role in _CLASSES]),
        )
        seqs.update(connection.execute(statement).scalars())
    facts = read_label_facts(connection, log, sorted(seqs))
    events = [one for one in events_at(connection, log, facts) if not one.is_declaration]
    wrong = taken_back(connection, log, events) if events else set()
    found: dict[int, list[Label]] = {}
    for event in sorted(events, key=lambda one: one.seq):
        if event.seq in wrong or event.action not in (None, Action.ADD):
            continue
        label = Label(made_on=civil_day(event.event_at), fact=facts[event.seq])
        for lot in event.of(*_CLASSES):
            found.setdefault(lot, []).append(label)
    return found


def said_of(
    movements: Iterable[Movement],
    facts: Mapping[int, EventFact],
    lot_labels: Sequence[Label],
    specs: Iterable[str],
) -> Said:
    """Return how a thing is to be stored: by its own labels, else its lot's, else the register."""
    own = [
        Label(made_on=civil_day(one.event.event_at), fact=facts[one.event.seq])
        for one in movements
        if is_birth(one) and one.event.seq in facts
    ]
    keeps = _keeps_days(own) or _keeps_days(lot_labels)
    for labels in (own, lot_labels):
        told = {one for label in labels if (one := _storage(label.fact)) is not None}
        if told:
            return Said(storages=frozenset(told), keeps_days=keeps)
    registered = {one for spec in specs if (one := storage_of(spec)) is not None}
    return Said(storages=frozenset(registered), keeps_days=keeps)


def _keeps_days(labels: Iterable[Label]) -> int | None:
    told = [
        (label.fact.expires_on - label.made_on).days
        for label in labels
        if label.fact.expires_on is not None
    ]
    return max(told, default=None)


def _storage(fact: EventFact) -> Storage | None:
    if fact.storage_text is not None:
        return storage_of(fact.storage_text)
    kind = cold_table().heat_treatments.get(fact.heat_treatment or "")
    return None if kind is None else Storage(kind=kind)


def items_of_labelled(connection: Connection, log: int, events: Iterable[IndexedEvent]) -> set[int]:
    """Return the items of the lots of which one of these events says how they keep."""
    classes = {event.seq: event.of(*_CLASSES) for event in events}
    named = sorted(seq for seq, lots in classes.items() if lots)
    labelled = read_label_facts(connection, log, named)
    lots = {lot for seq in labelled for lot in classes[seq]}
    edges = edges_of(connection, log, lots, near="src")
    return {edge.dst for edge in edges if edge.kind == LinkKind.LOT_OF}
