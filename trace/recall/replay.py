"""Recalls read back from the ledger: their rows made anew, or compared with what is stored.

One rule: only the entries' own bytes count.
"""

from collections.abc import Iterator, Sequence
from trace.recall.entries import READERS, read_note
from trace.recall.rows import Placed, Row, rows_of, write_rows
from trace.recall.tables import TABLES
from typing import Final

from sqlalchemy import Connection, delete, select

from ledger.store import StoredEntry
from ledger.told import told_by

RECALL_KINDS: Final = frozenset(READERS)


def recall_by(entry: StoredEntry) -> Placed:
    """Read an entry of one of `RECALL_KINDS`; raises `LedgerCorrupt` where it cannot be read."""
    header = entry.header
    with told_by(entry, "a recall") as payload:
        note = read_note(header.kind, payload)
    return Placed(seq=entry.seq, recorded_at=header.recorded_at, actor=header.actor, note=note)


def forget_recalls(connection: Connection, log: int) -> None:
    """Delete every row of a log that `write_recalls` makes again."""
    for table in TABLES:
        connection.execute(delete(table).where(table.c.log == log))


def write_recalls(connection: Connection, log: int, placed: Sequence[Placed]) -> None:
    """Write the rows of these entries."""
    write_rows(connection, log, placed)


def differing_recalls(
    connection: Connection, log: int, start: int, end: int, placed: Sequence[Placed]
) -> Iterator[tuple[int, str]]:
    """Yield entry number and message wherever the stored rows from `start` to `end` differ."""
    given = dict.fromkeys((table.name for table in TABLES), frozenset[Row]())
    given |= {table.name: frozenset(rows) for table, rows in rows_of(log, placed)}
    for table in TABLES:
        statement = select(table).where(table.c.log == log, table.c.seq >= start, table.c.seq < end)
        stored = frozenset(tuple(row) for row in connection.execute(statement))
        at = list(table.columns.keys()).index("seq")
        for seq in sorted({int(str(row[at])) for row in given[table.name] ^ stored}):
            yield seq, f"its row in {table.name} is not the one that the entry gives"
