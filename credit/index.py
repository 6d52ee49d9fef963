"""Which entries of the log are of credit, written in the append's transaction.

One rule: an entry of credit has its row here from the moment it is in the log, and no other entry
has one. What the entry means is worked out by the projector, in order.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, Engine, delete

from base.bulk import insert_rows
from base.clock import Clock
from base.config import Settings
from base.errors import LedgerCorrupt, Problem
from credit.applying.entries import APPLIED_KIND, LIFTED_KIND
from credit.applying.once import FirstApplications
from credit.cases.entries import CASE_KIND, DUE_KIND
from credit.cases.steps import CaseSteps, forget_steps, rewrite_steps, write_steps
from credit.inspecting.entries import COMMITTED_KIND, DRAWN_KIND, RESULT_KIND
from credit.inspecting.once import FirstResults
from credit.inspecting.steps import (
    DrawSteps,
    forget_draw_steps,
    rewrite_draw_steps,
    write_draw_steps,
)
from credit.intake.entries import BATCH_KIND
from credit.intake.fencing import KeptRows, write_entered
from credit.judging.entries import JUDGED_KIND, UNDONE_KIND
from credit.persons.entries import ERASED_KIND, PERSONS_KIND
from credit.reporting.entries import RECORD_ERASED_KIND, REPORT_KIND, SNAPSHOT_KIND
from credit.reporting.keeping import write_kept
from credit.tables import CREDIT_ENTRY
from credit.warning.entries import ACT_KIND, NIGHT_KIND
from credit.warning.steps import (
    WarningSteps,
    forget_warning_steps,
    rewrite_warning_steps,
    write_warning_steps,
)
from ledger.batch import Appended, Batch
from ledger.journal import Journal, JournalLimits
from ledger.opening import DEFAULT_LOG
from ledger.store import StoredEntry, read_head, scan_entries

CREDIT_KINDS: Final = frozenset(
    {
        BATCH_KIND,
        CASE_KIND,
        DUE_KIND,
        APPLIED_KIND,
        LIFTED_KIND,
        PERSONS_KIND,
        ERASED_KIND,
        NIGHT_KIND,
        ACT_KIND,
        REPORT_KIND,
        SNAPSHOT_KIND,
        RECORD_ERASED_KIND,
        COMMITTED_KIND,
        DRAWN_KIND,
        RESULT_KIND,
        JUDGED_KIND,
        UNDONE_KIND,
    }
)
_COLUMNS: Final = ("log", "seq", "kind")
_CHUNK: Final = 1000
_MARKS: Final = tuple(kind.encode() for kind in CREDIT_KINDS)


class CreditIndex:
    """Writes the rows of one log; refuses whatever is not of credit."""

    def __init__(self, log: int) -> None:
        self._log = log

    def admit(
        self,
        connection: Connection,
        batches: Sequence[Batch],
    ) -> Sequence[Mapping[int, Problem]]:
        """Refuse what is not of credit, what a case or warning cannot take, and what comes second.

        Second are another result of an inspection, a measure that its office has in use already, a
        draw that somebody else made, and a batch whose rows somebody else wrote.
        """
        steps, acts = CaseSteps(connection, self._log), WarningSteps(connection, self._log)
        results, rows = FirstResults(connection, self._log), KeptRows(connection, self._log)
        draws, used = DrawSteps(connection, self._log), FirstApplications(connection, self._log)
        return [
            {
                **_refused(batch),
                **steps.refused(batch),
                **acts.refused(batch),
                **results.refused(batch),
                **rows.refused(batch),
                **draws.refused(batch),
                **used.refused(batch),
            }
            for batch in batches
        ]

    def write(self, connection: Connection, appended: Sequence[Appended]) -> None:
        """Add the rows of the appended entries."""
        rows = [
            (self._log, place.first_seq + offset, place.batch.drafts[at].kind)
            for place in appended
            for offset, at in enumerate(place.kept)
        ]
        insert_rows(connection, CREDIT_ENTRY, _COLUMNS, rows)
        write_steps(connection, self._log, appended)
        write_warning_steps(connection, self._log, appended)
        write_draw_steps(connection, self._log, appended)
        write_kept(connection, self._log, appended)
        write_entered(connection, self._log, appended)


def open_credit_journal(settings: Settings, engine: Engine, clock: Clock) -> Journal:
    """Return what appends entries of credit to this installation's log."""
    return Journal(
        engine=engine,
        log=DEFAULT_LOG,
        index=CreditIndex(DEFAULT_LOG),
        clock=clock,
        limits=JournalLimits(
            queue_entries_max=settings.append_queue_entries_max,
            batch_entries_max=settings.append_batch_entries_max,
        ),
        skew_max_ms=settings.clock_skew_max_ms,
    )


def reindex_credit(connection: Connection, log: int) -> int:
    """Write the rows of a log anew from its first entry on; return how many there are."""
    connection.execute(delete(CREDIT_ENTRY).where(CREDIT_ENTRY.c.log == log))
    forget_steps(connection, log)
    forget_warning_steps(connection, log)
    forget_draw_steps(connection, log)
    size = read_head(connection, log).size
    count = 0
    for found in credit_entries(connection, log, size):
        rewrite_index(connection, log, found)
        count += len(found)
    return count


def credit_entries(connection: Connection, log: int, size: int) -> Iterator[Sequence[StoredEntry]]:
    """Yield the entries of credit below `size`, in pieces; what the rows say of them is not asked.

    Raises `LedgerCorrupt` where entries are missing.
    """
    for start in range(0, size, _CHUNK):
        end = min(start + _CHUNK, size)
        entries = list(scan_entries(connection, log, start=start, end=end))
        if len(entries) != end - start:
            raise LedgerCorrupt(f"log {log}: entries from {start} to {end - 1} are missing")
        # A header is canonical JSON: it holds the kind as it is, and most entries are events.
        yield [
            entry
            for entry in entries
            if any(mark in entry.header_bytes for mark in _MARKS)
            and entry.header.kind in CREDIT_KINDS
        ]


def rewrite_index(connection: Connection, log: int, entries: Sequence[StoredEntry]) -> None:
    """Write the rows of these entries of credit."""
    rows = [(log, entry.seq, entry.header.kind) for entry in entries]
    insert_rows(connection, CREDIT_ENTRY, _COLUMNS, rows)
    rewrite_steps(connection, log, entries)
    rewrite_warning_steps(connection, log, entries)
    rewrite_draw_steps(connection, log, entries)


def _refused(batch: Batch) -> Mapping[int, Problem]:
    problem = Problem(path="kind", code="kind", message="only credit is recorded by this door")
    return {
        position: problem
        for position, draft in enumerate(batch.drafts)
        if draft.kind not in CREDIT_KINDS
    }
