"""How much of each class an event speaks of, read back from the ledger.

The rule that must stay true: a quantity is what its sender wrote, as a decimal in its shortest
spelling; what was not said is not guessed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from trace.events.model import QUANTITY_FIELDS, Quantity, Role, read_quantities
from trace.identifiers import find_ids
from trace.projections.reading import IndexedEvent
from trace.projections.tables import EVENT_QUANTITY
from trace.reading import members_of
from typing import Final, TypeAlias

from sqlalchemy import Connection, delete

from base.bulk import find_rows, insert_rows
from base.errors import LedgerCorrupt
from codes.model import CodeError
from ledger.store import StoredEntry, read_entries
from schemas.cbv import STANDARD_PREFIXES

Amounts: TypeAlias = Mapping[int, Mapping[str | None, Decimal]]
"""How much of each item, by unit; a unit of None counts pieces."""

QuantityRow: TypeAlias = tuple[int, int, int, int, int, str | None, str | None]
"""A row of the table of quantities, in the order of its columns."""

_CLASSES: Final = (Role.EPC_CLASS, Role.CHILD_CLASS, Role.INPUT_CLASS, Role.OUTPUT_CLASS)
_COLUMNS: Final = tuple(column.name for column in EVENT_QUANTITY.columns)


def write_quantities(connection: Connection, log: int, events: Sequence[IndexedEvent]) -> None:
    """Write the quantities of these events; raises `LedgerCorrupt` where one is not readable."""
    insert_rows(connection, EVENT_QUANTITY, _COLUMNS, quantity_rows(connection, log, events))


def quantity_rows(
    connection: Connection, log: int, events: Sequence[IndexedEvent]
) -> list[QuantityRow]:
    """Return how much these events say, read from their entries; raises as above."""
    seqs = [event.seq for event in events if event.of(*_CLASSES)]
    entries = read_entries(connection, log, seqs)
    if len(entries) < len(seqs):
        missing = min(set(seqs) - entries.keys())
        raise LedgerCorrupt(f"log {log}: entry {missing} has index rows and is missing")
    found = {seq: _told_by(entry) for seq, entry in entries.items()}
    ids = find_ids(connection, log, {one.uri for many in found.values() for one in many})
    return [
        (ids[one.uri], log, seq, position, int(one.role), _text(one), one.uom)
        for seq, many in sorted(found.items())
        for position, one in enumerate(many)
    ]


def _told_by(entry: StoredEntry) -> tuple[Quantity, ...]:
    sent, namespaces = members_of(entry, QUANTITY_FIELDS)
    try:
        # What the EPCIS context binds for everybody is not stored with each event.
        return read_quantities(sent, {**STANDARD_PREFIXES, **namespaces})
    except (CodeError, KeyError, ValueError) as error:
        raise LedgerCorrupt(f"entry {entry.seq}: not readable as an event: {error!r}") from None


def amounts_of(connection: Connection, log: int, seqs: Sequence[int]) -> dict[int, Amounts]:
    """Return how much of each child class these events packed or unpacked, as far as they say."""
    columns = ("seq", "item", "uom", "quantity", "role")
    found: dict[int, dict[int, dict[str | None, Decimal]]] = {}
    for seq, item, unit, quantity, role in find_rows(
        connection, EVENT_QUANTITY, columns, log, seqs
    ):
        if role == Role.CHILD_CLASS and quantity is not None:
            of_item = found.setdefault(seq, {}).setdefault(item, {})
            of_item[unit] = of_item.get(unit, Decimal(0)) + Decimal(quantity)
    return {seq: dict(items) for seq, items in found.items()}


def delete_quantities(connection: Connection, log: int, seqs: Sequence[int]) -> None:
    """Take away the quantities of events that were taken back."""
    for seq in seqs:
        connection.execute(
            delete(EVENT_QUANTITY).where(EVENT_QUANTITY.c.log == log, EVENT_QUANTITY.c.seq == seq)
        )


def _text(one: Quantity) -> str | None:
    return None if one.quantity is None else format(one.quantity.normalize(), "f")
