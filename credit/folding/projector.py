"""Reads what was appended and makes the rows of credit: its own cursor moves with them.

The rule that must stay true: the rows are a fold over the entries, one entry after the other;
forgetting them and reading the log again gives the same rows.
"""

from collections.abc import Callable, Mapping
from trace.projections.tables import PROJECTION_CURSOR
from types import MappingProxyType
from typing import Final, TypeAlias

from sqlalchemy import Connection, Engine, Select, delete, select, update

from base.db import reading, transaction
from credit.folding.batches import fold_batch
from credit.intake.entries import BATCH_KIND
from credit.tables import CREDIT_CODE, CREDIT_FACT, CREDIT_SEEN, CREDIT_SUBJECT
from ledger.store import StoredEntry, read_head, scan_entries
from parties.rows import insert_once

NAME: Final = "credit"
CHUNK: Final = 1000

Fold: TypeAlias = Callable[[Connection, int, StoredEntry], None]
"""Makes the rows of one entry."""

FOLDS: Final[Mapping[str, Fold]] = MappingProxyType({BATCH_KIND: fold_batch})
"""What is done with which kind of entry. A new kind is one more row."""

FOLDED: Final = (CREDIT_FACT, CREDIT_SEEN, CREDIT_CODE, CREDIT_SUBJECT)
_MARKS: Final = tuple(kind.encode() for kind in FOLDS)


def bring_up_credit(engine: Engine, log: int) -> int:
    """Read everything that was appended since; return how many entries of credit there were."""
    with reading(engine) as connection:
        size = read_head(connection, log).size
    count, is_behind = 0, True
    while is_behind:
        read, at = _piece(engine, log, size)
        count += read
        is_behind = at < size
    return count


def forget_credit(connection: Connection, log: int) -> None:
    """Take the rows away and begin at the first entry again; the next run makes them anew."""
    _locked_cursor(connection, log)
    for table in FOLDED:
        connection.execute(delete(table).where(table.c.log == log))
    _move(connection, log, 0)


def _piece(engine: Engine, log: int, size: int) -> tuple[int, int]:
    """Fold the next piece of the log in one transaction; return entries folded and the end."""
    with transaction(engine) as connection:
        start = _locked_cursor(connection, log)
        end = min(start + CHUNK, size)
        count = 0
        for entry in scan_entries(connection, log, start=start, end=end):
            # A header is canonical JSON: it holds the kind as it is, and most entries are events.
            if any(mark in entry.header_bytes for mark in _MARKS):
                fold = FOLDS.get(entry.header.kind)
                if fold is not None:
                    fold(connection, log, entry)
                    count += 1
        _move(connection, log, max(start, end))
    return count, max(start, end)


def _locked_cursor(connection: Connection, log: int) -> int:
    insert_once(connection, PROJECTION_CURSOR, {"log": log, "name": NAME, "next_seq": 0})
    return int(connection.execute(_cursor(log).with_for_update()).scalar_one())


def _cursor(log: int) -> Select[int]:
    return select(PROJECTION_CURSOR.c.next_seq).where(
        PROJECTION_CURSOR.c.log == log, PROJECTION_CURSOR.c.name == NAME
    )


def _move(connection: Connection, log: int, end: int) -> None:
    moved = update(PROJECTION_CURSOR).where(
        PROJECTION_CURSOR.c.log == log, PROJECTION_CURSOR.c.name == NAME
    )
    connection.execute(moved.values(next_seq=end))
