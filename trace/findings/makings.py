"""What went into each making and what came out of it, over all the events that tell of it.

One rule: an event that was taken back tells of nothing, and one amount that is not told makes the
whole unknown.
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from trace.events.model import Role
from trace.findings.measures import PIECES, in_one_unit
from trace.findings.model import Making
from trace.movements import Movement
from trace.projections.reading import IndexedEvent, events_at, taken_back
from trace.projections.tables import EVENT_QUANTITY
from trace.tables import EVENT_ITEM
from trace.types import EventType
from typing import Final, TypeAlias

from sqlalchemy import Connection, select

from base.bulk import find_rows

_CHUNK: Final = 900
_OUTPUTS: Final = (Role.OUTPUT_CLASS, Role.OUTPUT)
_INPUTS: Final = (Role.INPUT_CLASS, Role.INPUT)
_SINGLE: Final = frozenset({Role.INPUT, Role.OUTPUT})

_Amounts: TypeAlias = dict[tuple[int, Role], list[tuple[Decimal | None, str | None]]]


def makings_of(
    connection: Connection, log: int, movements: Mapping[int, Collection[Movement]]
) -> dict[int, dict[int, Making]]:
    """Return, for each thing, the makings it came out of, by the entry that says so."""
    outputs = {
        (item, one.event.seq): one.event
        for item, many in movements.items()
        for one in many
        if one.role in _OUTPUTS and one.event.type == EventType.TRANSFORMATION
    }
    together = _events_together(connection, log, list(outputs.values()))
    seqs = {event.seq for many in together.values() for event in many}
    amounts = _amounts(connection, log, sorted(seqs))
    made = {seq: _making(many, amounts) for seq, many in together.items()}
    found: dict[int, dict[int, Making]] = {}
    for item, seq in outputs:
        found.setdefault(item, {})[seq] = made[seq]
    return found


def _events_together(
    connection: Connection, log: int, events: Collection[IndexedEvent]
) -> dict[int, list[IndexedEvent]]:
    """Return, for each event, all that tell of the same making: those with its number."""
    by_seq = {event.seq: event for event in events}
    numbers = {number for event in events for number in event.of(Role.TRANSFORMATION)}
    of_number: dict[int, set[int]] = {}
    wanted = sorted(numbers)
    for start in range(0, len(wanted), _CHUNK):
        statement = select(EVENT_ITEM.c.item, EVENT_ITEM.c.seq).where(
            EVENT_ITEM.c.log == log,
            EVENT_ITEM.c.item.in_(wanted[start : start + _CHUNK]),
            EVENT_ITEM.c.role == int(Role.TRANSFORMATION),
        )
        for row in connection.execute(statement):
            of_number.setdefault(row.item, set()).add(row.seq)
    others = {seq for seqs in of_number.values() for seq in seqs} - by_seq.keys()
    read = [event for event in events_at(connection, log, others) if not event.is_declaration]
    wrong = taken_back(connection, log, read) if read else set()
    by_seq |= {event.seq: event for event in read if event.seq not in wrong}
    return {
        event.seq: [
            by_seq[seq]
            for seq in sorted(
                {event.seq}.union(*(of_number.get(n, ()) for n in event.of(Role.TRANSFORMATION)))
            )
            if seq in by_seq
        ]
        for event in events
    }


def _amounts(connection: Connection, log: int, seqs: list[int]) -> _Amounts:
    found: _Amounts = {}
    columns = ("seq", "role", "quantity", "uom")
    for seq, role, quantity, unit in find_rows(connection, EVENT_QUANTITY, columns, log, seqs):
        amount = None if quantity is None else Decimal(quantity)
        found.setdefault((seq, Role(role)), []).append((amount, unit))
    return found


def _making(events: list[IndexedEvent], amounts: _Amounts) -> Making:
    outputs = [item for role in _OUTPUTS for event in events for item in event.of(role)]
    classes = [item for event in events for item in event.of(Role.OUTPUT_CLASS)]
    return Making(
        seqs=tuple(event.seq for event in events),
        lead=min(classes or outputs),
        inputs=_sum(events, amounts, _INPUTS),
        outputs=_sum(events, amounts, _OUTPUTS),
    )


def _sum(
    events: Iterable[IndexedEvent], amounts: _Amounts, roles: Collection[Role]
) -> dict[str | None, Decimal] | None:
    total: dict[str | None, Decimal] = {}
    single = Decimal(0)
    for event in events:
        for role in roles:
            if role in _SINGLE:
                single += len(event.of(role))
                continue
            for told, named in amounts.get((event.seq, role), []):
                if told is None:
                    return None
                amount, unit = in_one_unit(told, named)
                total[unit] = total.get(unit, Decimal(0)) + amount
    # Pieces may be told twice, by their codes and as a number of their lot.
    pieces = max(single, total.get(PIECES, Decimal(0)))
    return total | {PIECES: pieces} if pieces else total
