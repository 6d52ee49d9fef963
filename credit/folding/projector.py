"""Reads what was appended and makes the rows of credit: its own cursor moves with them.

The rule that must stay true: the rows are a fold over the entries, one entry after the other;
forgetting them and reading the log again gives the same rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from trace.projections.tables import PROJECTION_CURSOR
from types import MappingProxyType
from typing import Final, TypeAlias

from sqlalchemy import Connection, Engine, Integer, Select, bindparam, delete, func, select, update

from base.db import glancing, plan_afresh, reading, transaction
from credit.applying.entries import APPLIED_KIND, LIFTED_KIND
from credit.cases.entries import CASE_KIND, DUE_KIND
from credit.folding.applying import fold_applied, fold_lifted
from credit.folding.batches import fold_batch
from credit.folding.cases import fold_case, fold_due
from credit.folding.erasing import fold_erased, fold_nothing
from credit.folding.judging import fold_judged, fold_undone
from credit.index import reindex_credit
from credit.inspecting.entries import COMMITTED_KIND, DRAWN_KIND, RESULT_KIND
from credit.inspecting.folding import fold_commit, fold_drawn
from credit.inspecting.tables import CREDIT_DRAW, CREDIT_INSPECTION
from credit.intake.entries import BATCH_KIND, batch_of
from credit.intake.nodes import renew_nodes
from credit.judging.entries import JUDGED_KIND, UNDONE_KIND
from credit.persons.entries import ERASED_KIND, PERSONS_KIND
from credit.reporting.entries import RECORD_ERASED_KIND, REPORT_KIND, SNAPSHOT_KIND
from credit.tables import (
    CREDIT_ALIAS,
    CREDIT_APPLICATION,
    CREDIT_CASE,
    CREDIT_CODE,
    CREDIT_ENTRY,
    CREDIT_FACT,
    CREDIT_JUDGEMENT,
    CREDIT_MENTION,
    CREDIT_NAME,
    CREDIT_OWN,
    CREDIT_SEEN,
    CREDIT_SUBJECT,
    CURSOR,
)
from credit.warning.entries import ACT_KIND, NIGHT_KIND
from credit.warning.folding import fold_act, fold_inspected, fold_night
from credit.warning.tables import CREDIT_WARNING
from ledger.store import StoredEntry, read_entries
from parties.rows import insert_once

NAME: Final = CURSOR
CHUNK: Final = 100
PIECE_ROWS: Final = 10_000
"""So many rows are folded in one transaction, unless one entry alone has more."""

ENTRY_ROWS: Final = 20
"""What an entry other than a batch weighs: it takes about as long as so many rows."""

Fold: TypeAlias = Callable[[Connection, int, StoredEntry], None]
"""Makes the rows of one entry."""


FOLDS: Final[Mapping[str, Fold]] = MappingProxyType(
    {
        BATCH_KIND: fold_batch,
        CASE_KIND: fold_case,
        DUE_KIND: fold_due,
        APPLIED_KIND: fold_applied,
        LIFTED_KIND: fold_lifted,
        NIGHT_KIND: fold_night,
        ACT_KIND: fold_act,
        PERSONS_KIND: fold_nothing,
        ERASED_KIND: fold_nothing,
        REPORT_KIND: fold_nothing,
        SNAPSHOT_KIND: fold_nothing,
        RECORD_ERASED_KIND: fold_erased,
        COMMITTED_KIND: fold_commit,
        DRAWN_KIND: fold_drawn,
        RESULT_KIND: fold_inspected,
        JUDGED_KIND: fold_judged,
        UNDONE_KIND: fold_undone,
    }
)
"""What is done with which kind of entry. A new kind is one more row."""

FOLDED: Final = (
    CREDIT_WARNING,
    CREDIT_INSPECTION,
    CREDIT_DRAW,
    CREDIT_APPLICATION,
    CREDIT_CASE,
    CREDIT_FACT,
    CREDIT_SEEN,
    CREDIT_CODE,
    CREDIT_SUBJECT,
    CREDIT_NAME,
    CREDIT_MENTION,
    CREDIT_OWN,
    CREDIT_ALIAS,
    CREDIT_JUDGEMENT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What an answer lacks: it is of the first `size` entries; `entries` of credit came since."""

    size: int
    entries: int


def bring_up_credit(engine: Engine, log: int) -> int:
    """Read every entry of credit that was appended since; return how many there were."""
    count = 0
    while True:
        with glancing(engine) as connection:
            if not is_behind(connection, log):
                return count
        count += _piece(engine, log)[0]


def bring_up_within(
    engine: Engine, log: int, rows_max: int, *, is_waiting: bool = False
) -> Behind | None:
    """Read what was appended since, but no more than `rows_max` rows; None where nothing is left.

    Who only asks must not wait for the batch of a whole city: whoever handed it in, or the worker,
    reads on. An entry is read whole or not at all, and none before those that came earlier. With
    `is_waiting` one waits for another process that is folding what is short enough.
    """
    left = rows_max
    while True:
        with glancing(engine) as connection:
            if not is_behind(connection, log):
                return None
        with reading(engine) as connection:
            start = folded_upto(connection, log)
            # Looked at before anything is locked: whoever folds a long batch locks the cursor.
            if not _next(connection, log, start, left)[0]:
                return _behind_at(connection, log, start)
        count, rows = _piece(engine, log, left, is_waiting=is_waiting)
        # Whoever waited looks again: the other one has folded some of it.
        if not count and not is_waiting:
            with reading(engine) as connection:
                return _behind_at(connection, log, folded_upto(connection, log))
        left -= rows


def is_behind(connection: Connection, log: int) -> bool:
    """Return whether an entry of credit was appended that was not read yet."""
    return connection.execute(_BEHIND, {"of_log": log}).first() is not None


def folded_upto(connection: Connection, log: int) -> int:
    """Return the entry behind the last one that was read; whatever is in the rows is of before."""
    return int(connection.execute(_cursor(log)).scalar() or 0)


def forget_credit(connection: Connection, log: int) -> None:
    """Take the rows away and begin at the first entry again; the next run makes them anew."""
    _locked_cursor(connection, log)
    for table in FOLDED:
        connection.execute(delete(table).where(table.c.log == log))
    reindex_credit(connection, log)
    renew_nodes(connection, log)
    _move(connection, log, 0)


def _piece(
    engine: Engine, log: int, rows_max: int | None = None, *, is_waiting: bool = True
) -> tuple[int, int]:
    """Fold some entries in one transaction; return how many entries and rows they were.

    Without `rows_max` at least one. With it there may be none, also because another process is
    folding: whoever only asks does not wait for it.
    """
    with transaction(engine) as connection:
        plan_afresh(connection)
        start = _locked_cursor(connection, log, is_waiting=is_waiting)
        if start is None:
            return 0, 0
        most = PIECE_ROWS if rows_max is None else rows_max
        seqs, rows = _next(connection, log, start, most, is_one_taken=rows_max is None)
        entries = read_entries(connection, log, seqs)
        for seq in seqs:
            entry = entries[seq]
            FOLDS[entry.header.kind](connection, log, entry)
        if seqs:
            _move(connection, log, seqs[-1] + 1)
    return len(seqs), rows


def _next(
    connection: Connection, log: int, start: int, rows_max: int, *, is_one_taken: bool = False
) -> tuple[Sequence[int], int]:
    """Return the entries that come next and together have at most so many rows, and their rows.

    With `is_one_taken` the first one whatever it has.
    """
    seqs: list[int] = []
    rows = 0
    for seq, kind in connection.execute(_waiting(log, start).limit(CHUNK)).all():
        more = ENTRY_ROWS
        if kind == BATCH_KIND:
            note = batch_of(read_entries(connection, log, [seq])[seq])
            more += note.rows + note.ended
        if rows + more > rows_max and not (is_one_taken and not seqs):
            break
        seqs.append(seq)
        rows += more
    return seqs, rows


def _behind_at(connection: Connection, log: int, start: int) -> Behind | None:
    entry = CREDIT_ENTRY.c
    own = select(func.count(), func.min(entry.seq)).where(entry.log == log, entry.seq >= start)
    count, first = connection.execute(own).one()
    return Behind(size=first, entries=count) if count else None


def _waiting(log: int, start: int) -> Select[int, str]:
    entry = CREDIT_ENTRY.c
    own = (entry.log == log, entry.seq >= start)
    return select(entry.seq, entry.kind).where(*own).order_by(entry.seq)


def _behind() -> Select[int]:
    """Return the query for one entry that was not read yet; `of_log` is its parameter."""
    entry, cursor = CREDIT_ENTRY.c, PROJECTION_CURSOR.c
    log = bindparam("of_log", type_=Integer())
    read = select(cursor.next_seq).where(cursor.log == log, cursor.name == NAME).scalar_subquery()
    return select(entry.seq).where(entry.log == log, entry.seq >= func.coalesce(read, 0)).limit(1)


# Every answer asks it first: putting it together takes longer than the database.
_BEHIND: Final = _behind()


def _locked_cursor(connection: Connection, log: int, *, is_waiting: bool = True) -> int | None:
    """Return how far was read, with the cursor locked; None where another has it and one waits not.

    SQLite has one writer at a time, for whom everybody waits.
    """
    insert_once(connection, PROJECTION_CURSOR, {"log": log, "name": NAME, "next_seq": 0})
    locked = _cursor(log).with_for_update(skip_locked=not is_waiting)
    found = connection.execute(locked).scalar_one_or_none()
    return None if found is None else int(found)


def _cursor(log: int) -> Select[int]:
    return select(PROJECTION_CURSOR.c.next_seq).where(
        PROJECTION_CURSOR.c.log == log, PROJECTION_CURSOR.c.name == NAME
    )


def _move(connection: Connection, log: int, end: int) -> None:
    moved = update(PROJECTION_CURSOR).where(
        PROJECTION_CURSOR.c.log == log, PROJECTION_CURSOR.c.name == NAME
    )
    connection.execute(moved.values(next_seq=end))
