"""Whether the stored links and quantities are those that the log gives; nothing is changed.

The rule that must stay true: a row is compared with what the projector would write today, and only
up to the entry that it has read; what is still to be read is late and not wrong.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from trace.events.model import Role
from trace.projections.lineage import (
    BY_ONE_EVENT,
    CHUNK,
    CONTAINING,
    cursor_of,
    links_of,
    standing_events,
    stay_rows,
)
from trace.projections.quantities import quantity_rows
from trace.projections.reading import (
    IndexedEvent,
    events_at,
    events_between,
    events_of_parents,
    taken_back_by,
)
from trace.projections.tables import EVENT_QUANTITY, LINK
from trace.types import EventType
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select, true

Difference: TypeAlias = tuple[int | None, str, str]
"""The entry (None for the whole log), a code and a message."""

Row: TypeAlias = tuple[Any, ...]
_DST: Final = [column.name for column in LINK.columns].index("dst")


def differing_links(connection: Connection, log: int, size: int) -> Iterator[Difference]:
    """Yield where the stored links and quantities of a log of `size` entries are not its own.

    Raises `LedgerCorrupt` where an entry cannot be read.
    """
    done = int(connection.execute(cursor_of(log)).scalar() or 0)
    if done > size:
        yield None, "links_beyond_head", f"links are whole up to entry {done} of {size}"
        return
    check = _Check(connection, log, _unsettled(connection, log, done, size))
    stays = 0
    for start in range(0, done, CHUNK):
        end = min(start + CHUNK, done)
        events = events_between(connection, log, start, end)
        yield from check.own_rows(start, end, events)
        for kind in CONTAINING:
            parents = check.first_named(kind, [one for one in events if one.type == kind])
            stored = check.stored_stays(kind, parents)
            stays += len(stored)
            yield from check.stays(kind, parents, stored)
    yield from check.beyond(done, stays)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unsettled:
    """What entries that the projector has not read yet will change: no difference is told of it."""

    seqs: frozenset[int]
    containers: frozenset[int]


def _unsettled(connection: Connection, log: int, done: int, size: int) -> _Unsettled:
    seqs: set[int] = set()
    containers: set[int] = set()
    for start in range(done, size, CHUNK):
        late = events_between(connection, log, start, min(start + CHUNK, size))
        declarations = [one for one in late if one.is_declaration]
        reversed_seqs = taken_back_by(connection, log, declarations) if declarations else set()
        seqs |= reversed_seqs
        for event in (*late, *events_at(connection, log, reversed_seqs)):
            containers.update(event.of(Role.PARENT))
    return _Unsettled(seqs=frozenset(seqs), containers=frozenset(containers))


@dataclass(frozen=True, slots=True)
class _Check:
    connection: Connection
    log: int
    unsettled: _Unsettled

    def own_rows(
        self, start: int, end: int, events: Sequence[IndexedEvent]
    ) -> Iterator[Difference]:
        """Compare what each event gives by itself: links and quantities."""
        standing = standing_events(self.connection, self.log, events)
        links: set[Row] = {row for event in standing for row in links_of(self.log, event)}
        by_one_event = LINK.c.kind.in_([int(kind) for kind in BY_ONE_EVENT])
        stored = self._stored(LINK, LINK.c.seq >= start, LINK.c.seq < end, by_one_event)
        yield from self._compare("links_differ", links, stored, LINK)
        amounts: set[Row] = set(quantity_rows(self.connection, self.log, standing))
        of_piece = (EVENT_QUANTITY.c.seq >= start, EVENT_QUANTITY.c.seq < end)
        stored = self._stored(EVENT_QUANTITY, *of_piece)
        yield from self._compare("quantities_differ", amounts, stored, EVENT_QUANTITY)

    def first_named(self, kind: EventType, events: Sequence[IndexedEvent]) -> list[int]:
        """Return the containers that no earlier event of this kind names."""
        named = {parent for event in events for parent in event.of(Role.PARENT)}
        first: dict[int, int] = {}
        for event in events_of_parents(self.connection, self.log, named, [kind]):
            for parent in event.of(Role.PARENT):
                first.setdefault(parent, event.seq)
        seqs = {event.seq for event in events}
        return sorted(parent for parent in named if first[parent] in seqs)

    def stored_stays(self, kind: EventType, parents: Sequence[int]) -> set[Row]:
        """Return the stays in these containers as they are stored."""
        stored: set[Row] = set()
        for at in range(0, len(parents), CHUNK // 2):
            of_some = LINK.c.dst.in_(parents[at : at + CHUNK // 2])
            stored |= self._stored(LINK, of_some, LINK.c.kind == int(CONTAINING[kind]))
        return stored

    def stays(
        self, kind: EventType, parents: Sequence[int], stored: Collection[Row]
    ) -> Iterator[Difference]:
        """Compare the stays in these containers with those that all their events give."""
        settled = [one for one in parents if one not in self.unsettled.containers]
        rows = set(stay_rows(self.connection, self.log, kind, settled))
        in_settled = {row for row in stored if row[_DST] not in self.unsettled.containers}
        yield from self._compare("stays_differ", rows, in_settled, LINK)

    def beyond(self, done: int, stays: int) -> Iterator[Difference]:
        """Tell of rows that no event up to `done` can have given."""
        # A stay is made of all events of its container, those that wait to be read among them.
        by_one_event = LINK.c.kind.in_([int(kind) for kind in BY_ONE_EVENT])
        for table, condition in ((LINK, by_one_event), (EVENT_QUANTITY, true())):
            count = self._count(table, and_(table.c.seq >= done, condition))
            if count:
                message = f"{count} rows of {table.name} lie beyond what was read"
                yield None, "links_beyond_head", message
        in_containers = LINK.c.kind.in_([int(kind) for kind in CONTAINING.values()])
        extra = self._count(LINK, in_containers) - stays
        if extra:
            yield None, "stays_extra", f"{extra} stays in containers that no event names"

    def _compare(
        self, code: str, expected: Collection[Row], stored: Collection[Row], table: Table
    ) -> Iterator[Difference]:
        seq_at = [column.name for column in table.columns].index("seq")
        wrong = {row[seq_at] for row in set(expected) ^ set(stored)}
        for seq in sorted(wrong - self.unsettled.seqs):
            yield seq, code, f"its rows of {table.name} are not those that the event gives"

    def _stored(self, table: Table, *conditions: ColumnElement[bool]) -> set[Row]:
        statement = select(table).where(table.c.log == self.log, *conditions)
        return {tuple(row) for row in self.connection.execute(statement)}

    def _count(self, table: Table, condition: ColumnElement[bool]) -> int:
        statement = select(func.count()).select_from(table).where(table.c.log == self.log)
        return self.connection.execute(statement.where(condition)).scalar_one()
