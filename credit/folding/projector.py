"""Reads what was appended and makes the rows of credit: its own cursor moves with them.

The rule that must stay true: the rows are a fold over the entries, one entry after the other;
forgetting them and reading the log again gives the same rows.
"""

from collections.abc import Callable, Mapping
from trace.projections.tables import PROJECTION_CURSOR
from types import MappingProxyType
from typing import Final, TypeAlias

from sqlalchemy import Connection, Engine, Integer, Select, bindparam, delete, func, select, update

from base.db import glancing, plan_afresh, transaction
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
from credit.intake.entries import BATCH_KIND
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
from ledger.store import StoredEntry, scan_entries
from parties.rows import insert_once

NAME: Final = CURSOR
CHUNK: Final = 100

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


def bring_up_credit(engine: Engine, log: int) -> int:
    """Read every entry of credit that was appended since; return how many there were."""
    count = 0
    while True:
        with glancing(engine) as connection:
            if not is_behind(connection, log):
                return count
        count += _piece(engine, log)


def is_behind(connection: Connection, log: int) -> bool:
    """Return whether an entry of credit was appended that was not read yet."""
    return connection.execute(_BEHIND, {"of_log": log}).first() is not None


def forget_credit(connection: Connection, log: int) -> None:
    """Take the rows away and begin at the first entry again; the next run makes them anew."""
    _locked_cursor(connection, log)
    for table in FOLDED:
        connection.execute(delete(table).where(table.c.log == log))
    reindex_credit(connection, log)
    _move(connection, log, 0)


def _piece(engine: Engine, log: int) -> int:
    """Fold some entries in one transaction; return how many."""
    with transaction(engine) as connection:
        plan_afresh(connection)
        start = _locked_cursor(connection, log)
        seqs = list(connection.execute(_waiting(log, start).limit(CHUNK)).scalars())
        for seq in seqs:
            (entry,) = scan_entries(connection, log, start=seq, end=seq + 1)
            FOLDS[entry.header.kind](connection, log, entry)
        if seqs:
            _move(connection, log, seqs[-1] + 1)
    return len(seqs)


def _waiting(log: int, start: int) -> Select[int]:
    entry = CREDIT_ENTRY.c
    return select(entry.seq).where(entry.log == log, entry.seq >= start).order_by(entry.seq)


def _behind() -> Select[int]:
    """Return the query for one entry that was not read yet; `of_log` is its parameter."""
    entry, cursor = CREDIT_ENTRY.c, PROJECTION_CURSOR.c
    log = bindparam("of_log", type_=Integer())
    read = select(cursor.next_seq).where(cursor.log == log, cursor.name == NAME).scalar_subquery()
    return select(entry.seq).where(entry.log == log, entry.seq >= func.coalesce(read, 0)).limit(1)


# Every answer asks it first: putting it together takes longer than the database.
_BEHIND: Final = _behind()


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
