"""What the projector reads of the event index: new events, their items, and who took back what."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from trace.events.model import Role
from trace.tables import EVENT, EVENT_ITEM
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, FromClause, Row, and_, select

from base.bulk import find_rows

_CHUNK: Final = 500
_ROLES: Final = {int(role): role for role in Role}
_EVENT_COLUMNS: Final = (
    EVENT.c.seq,
    EVENT.c.type,
    EVENT.c.action,
    EVENT.c.event_at,
    EVENT.c.recorded_at,
    EVENT.c.biz_step,
    EVENT.c.disposition,
    EVENT.c.read_point,
    EVENT.c.biz_location,
    EVENT.c.party_id,
    EVENT.c.event_id_key,
    EVENT.c.event_hash_key,
    EVENT.c.declared_at,
)


class IndexedEvent(NamedTuple):
    """One event as its index rows tell it: `items` are (role, identifier).

    Findings and links read each event several times over, so it is a bare tuple.
    """

    seq: int
    type: int
    action: int | None
    event_at: datetime
    recorded_at: datetime
    biz_step: str | None
    disposition: str | None
    read_point: int | None
    biz_location: int | None
    party_id: UUID | None
    event_id_key: int
    event_hash_key: int
    is_declaration: bool
    items: tuple[tuple[Role, int], ...]

    def of(self, *roles: Role) -> tuple[int, ...]:
        """Return the identifiers in these roles."""
        # A list first: it takes half the time of a generator, and this is asked a million times.
        return tuple([item for role, item in self.items if role in roles])


def events_between(connection: Connection, log: int, start: int, end: int) -> list[IndexedEvent]:
    """Return the events of entries `start` … `end - 1`, in order."""
    return _read(connection, log, and_(EVENT.c.seq >= start, EVENT.c.seq < end))


def events_at(connection: Connection, log: int, seqs: Collection[int]) -> list[IndexedEvent]:
    """Return the events with these entry numbers, in order."""
    found: list[IndexedEvent] = []
    for some in _pieces(sorted(seqs)):
        found += _read(connection, log, EVENT.c.seq.in_(some))
    return found


def events_of_parents(
    connection: Connection, log: int, parents: Collection[int], types: Sequence[int]
) -> list[IndexedEvent]:
    """Return every event of these types that names one of `parents` as its parent."""
    seqs: set[int] = set()
    for some in _pieces(sorted(parents)):
        statement = select(EVENT_ITEM.c.seq).where(
            EVENT_ITEM.c.log == log,
            EVENT_ITEM.c.item.in_(some),
            EVENT_ITEM.c.role == int(Role.PARENT),
        )
        seqs.update(connection.execute(statement).scalars())
    return [event for event in events_at(connection, log, seqs) if event.type in types]


def taken_back_by(
    connection: Connection, log: int, declarations: Collection[IndexedEvent]
) -> set[int]:
    """Return the entry numbers of the events that these declarations say were wrong.

    A declaration counts for its own party's events alone, and is matched by eventID and by event
    hash (ISO/IEC 19987 7.4.1.4), as in `trace.walk_rows.Withdrawals`.
    """
    by_id = {(one.party_id, one.event_id_key) for one in declarations}
    by_hash = {(one.party_id, one.event_hash_key) for one in declarations}
    same_id = EVENT.c.event_id_key
    found = _with_keys(connection, log, same_id, {key for _, key in by_id}, EVENT)
    # Events of one hash name the same things, and these have an index.
    items = {item for one in declarations for _, item in one.items[:1]}
    beside = EVENT.join(
        EVENT_ITEM, (EVENT.c.log == EVENT_ITEM.c.log) & (EVENT.c.seq == EVENT_ITEM.c.seq)
    )
    named = _with_keys(connection, log, EVENT_ITEM.c.item, items, beside)
    return {
        row.seq
        for row in (*found, *named)
        if row.declared_at is None
        and (
            (row.party_id, row.event_id_key) in by_id
            or (row.party_id, row.event_hash_key) in by_hash
        )
    }


def taken_back(connection: Connection, log: int, events: Collection[IndexedEvent]) -> set[int]:
    """Return which of these events were declared to be wrong, whenever that was."""
    declared: set[tuple[UUID | None, int]] = set()
    for column, keys in (
        (EVENT.c.event_id_key, {one.event_id_key for one in events}),
        (EVENT.c.event_hash_key, {one.event_hash_key for one in events}),
    ):
        for row in _with_keys(connection, log, column, keys, EVENT, is_declaration=True):
            declared |= {(row.party_id, row.event_id_key), (row.party_id, row.event_hash_key)}
    return {
        one.seq
        for one in events
        if (one.party_id, one.event_id_key) in declared
        or (one.party_id, one.event_hash_key) in declared
    }


def _with_keys(
    connection: Connection,
    log: int,
    column: ColumnElement[Any],
    keys: Collection[int],
    source: FromClause,
    *,
    is_declaration: bool = False,
) -> Iterator[Row[*tuple[Any, ...]]]:
    for some in _pieces(sorted(keys)):
        statement = (
            select(
                EVENT.c.seq,
                EVENT.c.party_id,
                EVENT.c.event_id_key,
                EVENT.c.event_hash_key,
                EVENT.c.declared_at,
            )
            .select_from(source)
            .where(EVENT.c.log == log, column.in_(some))
        )
        if is_declaration:
            statement = statement.where(EVENT.c.declared_at.is_not(None))
        yield from connection.execute(statement)


def _read(connection: Connection, log: int, condition: Any) -> list[IndexedEvent]:
    rows = connection.execute(
        select(*_EVENT_COLUMNS).where(EVENT.c.log == log, condition).order_by(EVENT.c.seq)
    ).all()
    items: dict[int, list[tuple[Role, int]]] = {row[0]: [] for row in rows}
    columns = ("seq", "role", "item")
    for seq, role, item in find_rows(connection, EVENT_ITEM, columns, log, list(items)):
        items[seq].append((_ROLES[role], item))
    # The columns are the fields in their order, but for the last two.
    return [
        IndexedEvent._make((*row[:-1], row[-1] is not None, tuple(sorted(items[row[0]]))))
        for row in rows
    ]


def _pieces(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
