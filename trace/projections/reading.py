"""What the projector reads of the event index: new events, their items, and who took back what."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.events.model import Role
from trace.tables import EVENT, EVENT_ITEM
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, and_, or_, select

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedEvent:
    """One event as its index rows tell it: `items` are (role, identifier)."""

    seq: int
    type: int
    action: int | None
    event_at: datetime
    party_id: UUID | None
    event_id_key: int
    event_hash_key: int
    is_declaration: bool
    items: tuple[tuple[Role, int], ...]

    def of(self, *roles: Role) -> tuple[int, ...]:
        """Return the identifiers in these roles."""
        return tuple(item for role, item in self.items if role in roles)


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
    keys = {key for one in declarations for key in (one.event_id_key, one.event_hash_key)}
    parties = {
        (one.party_id, key)
        for one in declarations
        for key in (one.event_id_key, one.event_hash_key)
    }
    return {
        row.seq
        for row in _with_keys(connection, log, keys)
        if row.declared_at is None
        and (
            (row.party_id, row.event_id_key) in parties
            or (row.party_id, row.event_hash_key) in parties
        )
    }


def taken_back(connection: Connection, log: int, events: Collection[IndexedEvent]) -> set[int]:
    """Return which of these events were declared to be wrong, whenever that was."""
    keys = {key for one in events for key in (one.event_id_key, one.event_hash_key)}
    declared = {
        (row.party_id, key)
        for row in _with_keys(connection, log, keys, declared_only=True)
        for key in (row.event_id_key, row.event_hash_key)
    }
    return {
        one.seq
        for one in events
        if (one.party_id, one.event_id_key) in declared
        or (one.party_id, one.event_hash_key) in declared
    }


def _with_keys(
    connection: Connection, log: int, keys: Collection[int], *, declared_only: bool = False
) -> Iterator[Row[*tuple[Any, ...]]]:
    columns = ("seq", "party_id", "event_id_key", "event_hash_key", "declared_at")
    for some in _pieces(sorted(keys)):
        statement = select(*(EVENT.c[name] for name in columns)).where(
            EVENT.c.log == log,
            or_(EVENT.c.event_id_key.in_(some), EVENT.c.event_hash_key.in_(some)),
        )
        if declared_only:
            statement = statement.where(EVENT.c.declared_at.is_not(None))
        yield from connection.execute(statement)


def _read(connection: Connection, log: int, condition: Any) -> list[IndexedEvent]:
    rows = connection.execute(
        select(EVENT).where(EVENT.c.log == log, condition).order_by(EVENT.c.seq)
    ).all()
    items: dict[int, list[tuple[Role, int]]] = {row.seq: [] for row in rows}
    for some in _pieces([row.seq for row in rows]):
        statement = select(EVENT_ITEM.c.seq, EVENT_ITEM.c.role, EVENT_ITEM.c.item).where(
            EVENT_ITEM.c.log == log, EVENT_ITEM.c.seq.in_(some)
        )
        for seq, role, item in connection.execute(statement):
            items[seq].append((Role(role), item))
    return [
        IndexedEvent(
            seq=row.seq,
            type=row.type,
            action=row.action,
            event_at=row.event_at,
            party_id=row.party_id,
            event_id_key=row.event_id_key,
            event_hash_key=row.event_hash_key,
            is_declaration=row.declared_at is not None,
            items=tuple(sorted(items[row.seq])),
        )
        for row in rows
    ]


def _pieces(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
