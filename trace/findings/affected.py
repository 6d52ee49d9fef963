"""Which things an entry may change the findings of: those it names, and what is in them.

The rule that must stay true: it names too many things rather than too few. What is in a container
is what was in there at the event's time; after packing, what was in there from then on.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from trace.edges import STAYS, Edge, edges_of
from trace.events.model import Role
from trace.findings.births import items_of_labelled
from trace.findings.spoilt import lots_of_spoilt
from trace.projections.reading import (
    IndexedEvent,
    events_at,
    events_between,
    taken_back_by,
)
from trace.projections.tables import LINK, LinkKind
from trace.recall.hearing import changed_by_recalls
from trace.types import EventType
from typing import Final

from sqlalchemy import Connection

from base.bulk import find_rows
from base.db import to_micros

_NOT_THINGS: Final = frozenset(
    {Role.TRANSFORMATION, Role.SOURCE, Role.DESTINATION, Role.NAMED_INPUT}
)
_CARRIERS: Final = frozenset({Role.EPC, Role.PARENT, Role.CHILD, Role.INPUT})
_PACKING: Final = frozenset({EventType.AGGREGATION, EventType.ASSOCIATION})
# As deep as `trace.movements` looks.
_NESTING_MAX: Final = 8
_FOREVER: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class _Window:
    """A container from one instant to another, both included, in microseconds since 1970."""

    item: int
    since_us: int
    until_us: int


def affected_by(connection: Connection, log: int, start: int, end: int) -> set[int]:
    """Return the things whose findings the entries `start` … `end - 1` may change.

    The links must have been brought up to `end` (`trace.projections.lineage.bring_up`).
    """
    fresh = events_between(connection, log, start, end)
    declarations = [event for event in fresh if event.is_declaration]
    wrong = taken_back_by(connection, log, declarations) if declarations else set()
    events = [*fresh, *events_at(connection, log, wrong)]
    found = {item for event in events for role, item in event.items if role not in _NOT_THINGS}
    numbers = {number for event in events for number in event.of(Role.TRANSFORMATION)}
    found |= _made_in(connection, log, numbers)
    found |= items_of_labelled(connection, log, events)
    found |= lots_of_spoilt(connection, log, events)
    found |= changed_by_recalls(connection, log, start, end)
    return found | _contents(connection, log, _windows(events))


def _made_in(connection: Connection, log: int, numbers: Collection[int]) -> set[int]:
    """Return what came out of the makings with these numbers."""
    columns = ("src", "dst", "kind")
    rows = find_rows(connection, LINK, columns, log, list(numbers))
    return {item for _, item, kind in rows if kind == LinkKind.MADE_BY}


def _windows(events: Iterable[IndexedEvent]) -> set[_Window]:
    windows: set[_Window] = set()
    for event in events:
        at_us = to_micros(event.event_at)
        # What is packed differently is somewhere else from then on.
        until_us = _FOREVER if event.type in _PACKING else at_us
        windows |= {_Window(item, at_us, until_us) for item in event.of(*_CARRIERS)}
    return windows


def _contents(connection: Connection, log: int, windows: set[_Window]) -> set[int]:
    found: set[int] = set()
    seen: set[_Window] = set()
    for _ in range(_NESTING_MAX):
        fresh = windows - seen
        if not fresh:
            break
        seen |= fresh
        by_item: dict[int, list[_Window]] = {}
        for window in fresh:
            by_item.setdefault(window.item, []).append(window)
        windows = {
            inner
            for edge in edges_of(connection, log, by_item, near="dst")
            if edge.kind in STAYS
            for inner in _inside(edge, by_item)
        }
        found |= {window.item for window in windows}
    return found


def _inside(edge: Edge, by_item: Mapping[int, list[_Window]]) -> Iterable[_Window]:
    ends_us = _FOREVER if edge.until_us is None else edge.until_us
    for window in by_item[edge.dst]:
        since_us, until_us = max(window.since_us, edge.from_us), min(window.until_us, ends_us)
        if since_us <= until_us:
            yield _Window(edge.src, since_us, until_us)
