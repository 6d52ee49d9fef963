"""From the cells of a row to a record, or to everything that is wrong with the row.

The rule that must stay true: either there is a record and no fault, or there are faults and no
record. A fault says nothing of a person: neither its path nor its message holds a cell or a header
that the feed does not have.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from credit.feeds.model import Fault, Feed, Record, Value, Values
from credit.feeds.persons import told_header
from credit.feeds.values import clean, read_cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreted:
    """What came of one row."""

    record: Record | None
    faults: tuple[Fault, ...]


def interpret(feed: Feed, cells: Mapping[str, str], *, received_on: date) -> Interpreted:
    """Read a row that came in on a civil day, its cells under their headers."""
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    held: dict[str, str] = {}
    for place, (header, text) in enumerate(cells.items(), start=1):
        field = feed.by_header.get(header)
        if field is not None:
            # Of two headers of one field the first that holds anything counts.
            held[field.name] = held.get(field.name) or text
        elif clean(text) is not None:
            message = "is a column that this feed does not have"
            path = told_header(header, place)
            faults.append(Fault(path=path, code="left_over", message=message))
    for field in feed.fields:
        told = held.get(field.name, "")
        if not told and not field.is_required:
            continue
        read = read_cell(field, told, received_on)
        if isinstance(read, Fault):
            faults.append(read)
        else:
            values[field.name] = read
    if faults:
        return Interpreted(record=None, faults=tuple(faults))
    taken = Values(values, received_on)
    record = feed.map(taken)
    faults = taken.faults + [
        Fault(path=name, code="left_over", message="was not understood by the feed's mapping")
        for name in taken.left()
    ]
    return Interpreted(record=None if faults else record, faults=tuple(faults))
