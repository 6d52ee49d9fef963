"""What a walk reads from the event index: rows by identifier, and who stands beside them.

One rule: what is read is bounded for each identifier by itself, so that a pallet in daily use
cannot push another one's rows out of sight.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.events.model import Role
from trace.tables import EVENT, EVENT_ITEM
from trace.types import Action, EventType
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, Row, func, or_, select

_CHUNK: Final = 500

IndexRow: TypeAlias = Row[*tuple[Any, ...]]
"""An identifier in an event: item, seq, role, event_at, type, action, event_id_key,
event_hash_key, party_id, declared_at, is_warning."""

Moment: TypeAlias = tuple[datetime, int]
"""When something happened: the event's time and, among equal times, its entry number."""

PARENT_ROLES: Final = frozenset({Role.PARENT})
CHILD_ROLES: Final = frozenset({Role.CHILD, Role.CHILD_CLASS})
INPUT_ROLES: Final = frozenset({Role.INPUT, Role.INPUT_CLASS})
OUTPUT_ROLES: Final = frozenset({Role.OUTPUT, Role.OUTPUT_CLASS})
_LEADING_ROLES: Final = PARENT_ROLES | INPUT_ROLES | {Role.LOT, Role.TRANSFORMATION}


def moment_of(row: IndexRow) -> Moment:
    """Return when the row's event happened."""
    return row.event_at, row.seq


class Withdrawals:
    """Which events their own recorders declared to be wrong (ISO/IEC 19987 7.4.1.4).

    A declaration is matched by eventID and, since senders forget to repeat it, by event hash. It
    counts for the declaring party's own events: nobody can take back what another one said.
    """

    def __init__(self, rows: Iterable[IndexRow]) -> None:
        self._declared: dict[tuple[UUID | None, int], datetime] = {}
        for row in rows:
            if row.declared_at is not None:
                for key in (row.event_id_key, row.event_hash_key):
                    # Of several declarations the first one counts, whatever order they came in.
                    known = self._declared.get((row.party_id, key), row.declared_at)
                    self._declared[row.party_id, key] = min(known, row.declared_at)

    def at(self, row: IndexRow) -> datetime | None:
        """Return when an event was declared to be wrong, None where it stands."""
        return self._declared.get((row.party_id, row.event_id_key)) or self._declared.get(
            (row.party_id, row.event_hash_key)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsAsked:
    """Which rows a walk needs: those of `items` in these roles, at most `rows_max` for each.

    Between `since` and `until`, where given. Rows as a child are needed from the beginning, since
    what was loaded earlier may still be on board, and declarations whatever time they bear.
    """

    items: frozenset[int]
    roles: frozenset[Role]
    rows_max: int
    since: datetime | None = None
    until: datetime | None = None


RowsFound: TypeAlias = tuple[Mapping[int, Sequence[IndexRow]], Mapping[int, Moment]]
"""The rows of each identifier by time, and up to when those are whole that were cut."""

Beside: TypeAlias = Mapping[int, Sequence[tuple[Role, int]]]
"""The identifiers beside, by entry number."""


class RowReader:
    """Reads the index for one walk, each question once however often the walk is gone."""

    def __init__(self, connection: Connection, log: int) -> None:
        self._connection = connection
        self._log = log
        self._known: dict[RowsAsked, tuple[RowsFound, Beside]] = {}

    def read(self, asked: RowsAsked) -> tuple[RowsFound, Beside]:
        """Return the rows asked for, and what stands beside them in events that lead further."""
        if asked not in self._known:
            found = rows_by_item(self._connection, self._log, asked)
            self._known[asked] = found, items_beside(self._connection, self._log, found[0])
        return self._known[asked]


def rows_by_item(connection: Connection, log: int, asked: RowsAsked) -> RowsFound:
    """Return the rows of each identifier by time, and up to when those are whole that were cut."""
    wanted = sorted(asked.items)
    by_item: dict[int, list[IndexRow]] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        for row in connection.execute(_statement(log, chunk, asked)):
            by_item.setdefault(row.item, []).append(row)
    cut: dict[int, Moment] = {}
    for item, rows in by_item.items():
        if len(rows) > asked.rows_max:
            del rows[asked.rows_max :]
            cut[item] = moment_of(rows[-1])
        rows.sort(key=lambda row: (moment_of(row), row.role))
    return by_item, cut


def _statement(log: int, items: Sequence[int], asked: RowsAsked) -> Any:
    # Warnings first: however long a history is, none of them is beyond the limit.
    order = (EVENT.c.is_warning.desc(), EVENT.c.event_at, EVENT.c.seq, EVENT_ITEM.c.role)
    rank = func.row_number().over(partition_by=EVENT_ITEM.c.item, order_by=order)
    found = (
        select(
            EVENT_ITEM.c.item,
            EVENT_ITEM.c.seq,
            EVENT_ITEM.c.role,
            EVENT.c.event_at,
            EVENT.c.type,
            EVENT.c.action,
            EVENT.c.event_id_key,
            EVENT.c.event_hash_key,
            EVENT.c.party_id,
            EVENT.c.declared_at,
            EVENT.c.is_warning,
            rank.label("rank"),
        )
        .join(EVENT, (EVENT.c.log == EVENT_ITEM.c.log) & (EVENT.c.seq == EVENT_ITEM.c.seq))
        .where(
            EVENT_ITEM.c.log == log,
            EVENT.c.log == log,
            EVENT_ITEM.c.item.in_(items),
            EVENT_ITEM.c.role.in_([int(role) for role in asked.roles]),
        )
    )
    # A recall after an ingredient was used concerns whoever eats what was made of it.
    is_declaration = or_(EVENT.c.declared_at.is_not(None), EVENT.c.is_warning)
    if asked.since is not None:
        is_child = EVENT_ITEM.c.role.in_([int(role) for role in CHILD_ROLES])
        found = found.where(or_(EVENT.c.event_at >= asked.since, is_child, is_declaration))
    if asked.until is not None:
        found = found.where(or_(EVENT.c.event_at <= asked.until, is_declaration))
    ranked = found.subquery()
    # One row too many tells that there are more.
    return (
        select(ranked)
        .where(ranked.c.rank <= asked.rows_max + 1)
        .order_by(ranked.c.item, ranked.c.rank)
    )


def items_beside(
    connection: Connection, log: int, rows: Mapping[int, Sequence[IndexRow]]
) -> dict[int, list[tuple[Role, int]]]:
    """Return the identifiers beside those of `rows`, in events that lead further."""
    leading = {
        row.seq
        for of_item in rows.values()
        for row in of_item
        if row.action == Action.ADD or row.type == EventType.TRANSFORMATION
    }
    emptying = {
        row.seq
        for of_item in rows.values()
        for row in of_item
        if row.role == Role.PARENT and row.action == Action.DELETE
    }
    beside: dict[int, list[tuple[Role, int]]] = {}
    for seqs, roles in ((leading, _LEADING_ROLES), (emptying, CHILD_ROLES)):
        ordered = sorted(seqs)
        for start in range(0, len(ordered), _CHUNK):
            statement = select(EVENT_ITEM.c.seq, EVENT_ITEM.c.role, EVENT_ITEM.c.item).where(
                EVENT_ITEM.c.log == log,
                EVENT_ITEM.c.seq.in_(ordered[start : start + _CHUNK]),
                EVENT_ITEM.c.role.in_([int(role) for role in roles]),
            )
            for row in connection.execute(statement):
                beside.setdefault(row.seq, []).append((Role(row.role), row.item))
    return beside
