"""Whether the stored rows of credit are those that the ledger gives; nothing is changed.

The rule that must stay true: the entries are folded once more by the projector's own folds, into a
file that is thrown away, and only as far as the projector has read; what is still to be read is
late and not wrong. What came in by a batch is taken from its kept rows, which the entry's root
fixes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from trace.projections.tables import PROJECTION_CURSOR
from typing import Final

from sqlalchemy import Column, ColumnElement, Connection, MetaData, Table, select

from base.db import open_engine, transaction
from base.errors import LedgerCorrupt
from credit.folding.comparing import Difference, copy_rows, differing_rows
from credit.folding.kept import differing_kept
from credit.folding.projector import FOLDED, FOLDS, NAME
from credit.folding.tiles import differing_tiles
from credit.index import credit_entries, rewrite_index
from credit.inspecting.tables import CREDIT_DRAW_STEP
from credit.intake.entries import BATCH_KIND, batch_of
from credit.reporting.tables import CREDIT_REPORT
from credit.tables import CREDIT_BATCH, CREDIT_ENTRY, CREDIT_ROW, CREDIT_STEP
from credit.warning.tables import CREDIT_WARNING_STEP
from ledger.store import StoredEntry
from parties.tables import PARTY

INDEXED: Final = (CREDIT_ENTRY, CREDIT_STEP, CREDIT_WARNING_STEP, CREDIT_DRAW_STEP)
"""What is written with an entry, and is whole up to the head of the log."""

# Of the register the folds read no more than this, and whoever checks may read no more.
_PARTY: Final = Table(
    PARTY.name,
    MetaData(),
    *(Column(one.name, one.type) for one in (PARTY.c.id, PARTY.c.uscc, PARTY.c.name_zh)),
)
# What the folds read besides, or empty when somebody is erased.
_BESIDES: Final = (CREDIT_BATCH, CREDIT_ROW, CREDIT_REPORT, _PARTY)


def differing_credit(connection: Connection, log: int, size: int) -> Iterator[Difference]:
    """Yield where the stored rows of credit of a log of `size` entries are not its own."""
    statement = select(PROJECTION_CURSOR.c.next_seq).where(
        PROJECTION_CURSOR.c.log == log, PROJECTION_CURSOR.c.name == NAME
    )
    done = int(connection.execute(statement).scalar() or 0)
    if done > size:
        yield None, "credit_beyond_head", f"credit is whole up to entry {done} of {size}"
        return
    with _scratch() as scratch:
        copy_rows(connection, _PARTY, scratch, _PARTY)
        at = 0
        try:
            for entries in credit_entries(connection, log, size):
                rewrite_index(scratch, log, entries)
                for entry in entries:
                    at = entry.seq
                    if entry.seq < done:
                        _fold(connection, scratch, log, entry)
        except LedgerCorrupt as error:
            # Whatever comes behind it stands on it: to compare it would tell of nothing new.
            yield at, "credit_unreadable", f"not compared: {error}"
            return
        for table in (*INDEXED, *FOLDED):
            yield from differing_rows(connection, scratch, table, log)
        yield from _unerased(connection, scratch, log)
    yield from differing_kept(connection, log, size)
    yield from differing_tiles(connection, log, size)


@contextmanager
def _scratch() -> Iterator[Connection]:
    """Give a database with the tables that the folds read and write, for as long as it is used."""
    with TemporaryDirectory(prefix="suxin-check-") as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'credit.db'}", pool_size=1)
        try:
            with transaction(engine) as scratch:
                for table in (*INDEXED, *FOLDED, *_BESIDES):
                    table.create(scratch)
                yield scratch
        finally:
            engine.dispose()


def _fold(connection: Connection, scratch: Connection, log: int, entry: StoredEntry) -> None:
    if entry.header.kind == BATCH_KIND:
        batch_id = batch_of(entry).batch_id
        for table, key in ((CREDIT_BATCH, CREDIT_BATCH.c.id), (CREDIT_ROW, CREDIT_ROW.c.batch_id)):
            copy_rows(connection, table, scratch, table, table.c.log == log, key == batch_id)
    FOLDS[entry.header.kind](scratch, log, entry)


def _unerased(connection: Connection, scratch: Connection, log: int) -> Iterator[Difference]:
    """Yield the rows of batches that an erasure should have emptied."""
    row = CREDIT_ROW.c
    erased = select(row.batch_id, row.position).where(row.log == log, row.body.is_(None))
    for batch_id, position in scratch.execute(erased.order_by(row.batch_id, row.position)):
        own: tuple[ColumnElement[bool], ...] = (
            row.log == log,
            row.batch_id == batch_id,
            row.position == position,
            row.body.is_not(None),
        )
        if connection.execute(select(row.position).where(*own)).first() is not None:
            yield None, "credit_not_erased", f"row {position} of batch {batch_id} is still kept"
