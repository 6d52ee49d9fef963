"""Reads snapshots of lists: which were taken, their lines, and whether the list still is the same.

The rule that must stay true: lines are handed out only as long as they are what the entry's root
stands for.
"""

import zlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, select

from base.errors import LedgerCorrupt, NotFound
from base.strict_json import JsonObject, loads
from credit.list_reading import AsKnown, count_on
from credit.reporting.layout import layout
from credit.reporting.snapshots import line_of, listed_whole
from credit.reporting.tables import CREDIT_SNAPSHOT
from ledger.merkle import leaf_hash, root_of

LINE_BYTES_MAX: Final = 1 << 20
LINE_DEPTH_MAX: Final = 6
_BRIEF: Final = tuple(
    column for column in CREDIT_SNAPSHOT.columns if column.name not in ("log", "lines", "paper")
)


class ListStanding(StrEnum):
    """What can be said of a snapshot today; a long list is not compared at every question."""

    CURRENT = "current"
    CHANGED = "changed"
    NOT_COMPARED = "not_compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A snapshot as it was taken, without its lines and its paper."""

    seq: int
    number: str
    list: str
    day: date
    known_at: datetime
    taken_at: datetime
    actor: str
    row_count: int
    root: bytes
    paper_hash: bytes


def read_snapshot(connection: Connection, log: int, number: str) -> Snapshot:
    """Return a snapshot by its number; raises `NotFound`."""
    statement = _brief(log).where(CREDIT_SNAPSHOT.c.number == number)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no snapshot of that number.")
    return _snapshot(row)


def snapshots_of(
    connection: Connection, log: int, *, list_id: str = "", before: int | None, rows_max: int
) -> list[Snapshot]:
    """Return the newest snapshots of a list, or of all."""
    statement = _brief(log).order_by(CREDIT_SNAPSHOT.c.seq.desc()).limit(rows_max)
    if list_id:
        statement = statement.where(CREDIT_SNAPSHOT.c.list == list_id)
    if before is not None:
        statement = statement.where(CREDIT_SNAPSHOT.c.seq < before)
    return [_snapshot(row) for row in connection.execute(statement)]


def snapshot_lines(connection: Connection, log: int, snapshot: Snapshot) -> list[bytes]:
    """Return the canonical lines of a snapshot."""
    packed = zlib.decompress(_kept(connection, log, snapshot, "lines"))
    lines = packed.split(b"\n") if packed else []
    if root_of([leaf_hash(line) for line in lines]) != snapshot.root:
        raise LedgerCorrupt(f"snapshot {snapshot.number}: its lines are not what its entry says")
    return lines


def snapshot_paper(connection: Connection, log: int, snapshot: Snapshot) -> bytes:
    """Return the PDF of a snapshot as it was drawn."""
    return _kept(connection, log, snapshot, "paper")


def line_read(line: bytes) -> JsonObject:
    """Return what a canonical line says."""
    value = loads(line, bytes_max=LINE_BYTES_MAX, depth_max=LINE_DEPTH_MAX)
    if not isinstance(value, dict):
        raise LedgerCorrupt("a line of a snapshot is no object")
    return value


def standing_of_snapshot(
    connection: Connection, log: int, snapshot: Snapshot, *, today: date
) -> ListStanding:
    """Return whether the list of today, as it is known now, says what the snapshot says."""
    if snapshot.row_count > layout().limits.snapshot_compared:
        return ListStanding.NOT_COMPARED
    if says_the_same(connection, log, snapshot, today=today):
        return ListStanding.CURRENT
    return ListStanding.CHANGED


def says_the_same(connection: Connection, log: int, snapshot: Snapshot, *, today: date) -> bool:
    """Return whether a list of today, however long it is, says what a snapshot says of it."""
    asked = AsKnown(list_id=snapshot.list, day=today)
    if count_on(connection, log, asked) != snapshot.row_count:
        return False
    now = [line_of(one) for one in listed_whole(connection, log, asked)]
    then = [line_read(one) for one in snapshot_lines(connection, log, snapshot)]
    told = [{name: text for name, text in one.items() if name != "proof"} for one in then]
    return told == now


def _brief(log: int) -> Select[*tuple[Any, ...]]:
    return select(*_BRIEF).where(CREDIT_SNAPSHOT.c.log == log)


def _kept(connection: Connection, log: int, snapshot: Snapshot, name: str) -> bytes:
    statement = select(CREDIT_SNAPSHOT.c[name]).where(
        CREDIT_SNAPSHOT.c.log == log, CREDIT_SNAPSHOT.c.seq == snapshot.seq
    )
    return bytes(connection.execute(statement).scalar_one())


def _snapshot(row: Row[Any]) -> Snapshot:
    return Snapshot(**dict(row._mapping))  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
