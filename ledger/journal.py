"""The journal: the one writer of a log. Callers of one process are merged into one transaction.

What must stay true: entry numbers are given only under the lock on the log's head row; the head
moves by compare-and-swap in the transaction that adds the entries; a caller gets its receipt only
after the commit. A process that dies before the commit leaves nothing, after it everything.
"""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import psycopg
import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from base.clock import Clock
from base.db import describe_error, transaction
from base.errors import Busy, LedgerCorrupt
from ledger.append import AppendRules, Index, append_batches
from ledger.batch import Batch, Outcome, Receipt

_log = structlog.get_logger(__name__)

# The binary COPY of `base.bulk` raises the driver's own errors, every other statement SQLAlchemy's.
_ROWS_REFUSED: Final = (IntegrityError, DataError, psycopg.IntegrityError, psycopg.DataError)
_DATABASE_AWAY: Final = (DBAPIError, PoolTimeout, psycopg.Error)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLimits:
    """Bounds of one process's writer: entries that may wait, and entries of one transaction."""

    queue_entries_max: int
    batch_entries_max: int


@dataclass(slots=True)
class _Ticket:
    """One caller's place in the queue. `leads` tells a waiting caller to take over the writing."""

    batch: Batch
    woken: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome | None = None
    leads: bool = False


class Journal:
    """Appends batches to one log. Safe to share between the threads of a process."""

    def __init__(
        self,
        *,
        engine: Engine,
        log: int,
        index: Index,
        clock: Clock,
        limits: JournalLimits,
        skew_max_ms: int,
    ) -> None:
        self.engine = engine
        self.log = log
        self._index = index
        self._limits = limits
        self._rules = AppendRules(log=log, clock=clock, skew_max_ms=skew_max_ms)
        self._mutex = threading.Lock()
        self._queue: deque[_Ticket] = deque()
        self._entries_waiting = 0
        self._is_led = False

    def append(self, batch: Batch) -> Receipt:
        """Return the receipt of a batch once it is durable.

        Raises what the index refused it with (`Conflict`, …), `Busy` where the queue is full or
        the database is away (then retry with the same idempotency key), `LedgerCorrupt` where
        the stored head contradicts itself.
        """
        ticket = _Ticket(batch)
        with self._mutex:
            if self._entries_waiting + len(batch.drafts) > self._limits.queue_entries_max:
                raise Busy("The writer's queue is full; nothing was recorded.", retry_after_s=1)
            self._entries_waiting += len(batch.drafts)
            self._queue.append(ticket)
            ticket.leads = not self._is_led
            self._is_led = True
        if not ticket.leads:
            ticket.woken.wait()
        if ticket.leads:
            self._lead(ticket)
        if isinstance(ticket.outcome, Receipt):
            return ticket.outcome
        if ticket.outcome is None:
            raise LedgerCorrupt("the writer ended without an answer for this caller")
        raise ticket.outcome

    def _lead(self, own: _Ticket) -> None:
        """Write until the own batch is answered, then hand over to the next caller."""
        taken: list[_Ticket] = []
        try:
            while own.outcome is None:
                taken = self._take()
                self._write(taken)
        finally:
            # Whatever ended this thread, nobody may wait for an answer that never comes.
            for ticket in taken:
                if ticket.outcome is None:
                    _answer(ticket, _away())
            with self._mutex:
                successor = self._queue[0] if self._queue else None
                self._is_led = successor is not None
            if successor is not None:
                successor.leads = True
                successor.woken.set()

    def _take(self) -> list[_Ticket]:
        """Take the callers of the next transaction: at least one, in order of arrival."""
        taken: list[_Ticket] = []
        entries = 0
        with self._mutex:
            while self._queue:
                more = len(self._queue[0].batch.drafts)
                if taken and entries + more > self._limits.batch_entries_max:
                    break
                taken.append(self._queue.popleft())
                entries += more
            self._entries_waiting -= entries
        return taken

    def _write(self, tickets: Sequence[_Ticket]) -> None:
        """Answer each caller; a failure that belongs to one caller must not touch the others."""
        try:
            outcomes: Sequence[Outcome | None] = self._commit([ticket.batch for ticket in tickets])
        except (Busy, LedgerCorrupt) as error:
            # A clock that is behind and a head that contradicts itself concern every caller.
            outcomes = [error for _ in tickets]
        except _ROWS_REFUSED as error:
            # The driver's own sentence quotes the refused row, and so somebody's personal part.
            message = f"the database refused the rows of an entry: {describe_error(error)}"
            outcomes = self._apart(tickets, LedgerCorrupt(message))
        except _DATABASE_AWAY as error:
            # Whether the commit arrived is unknown, so it is not tried again here.
            _log.warning("append_failed", error=describe_error(error), callers=len(tickets))
            outcomes = [_away() for _ in tickets]
        except Exception as error:  # Broad: one caller's draft must not take the others with it.
            outcomes = self._apart(tickets, error)
        for ticket, outcome in zip(tickets, outcomes, strict=True):
            if outcome is not None:
                _answer(ticket, outcome)

    def _apart(self, tickets: Sequence[_Ticket], error: Exception) -> Sequence[Outcome | None]:
        """Answer a single caller with the error; try several one by one.

        The transaction was undone before its commit, so nothing is written twice.
        """
        if len(tickets) == 1:
            return [error]
        for ticket in tickets:
            self._write([ticket])
        return [None for _ in tickets]

    def _commit(self, batches: Sequence[Batch]) -> list[Outcome]:
        with transaction(self.engine) as connection:
            return append_batches(connection, self._rules, self._index, batches)


def _answer(ticket: _Ticket, outcome: Outcome) -> None:
    ticket.outcome = outcome
    if not ticket.leads:
        ticket.woken.set()


def _away() -> Busy:
    return Busy(
        "The database did not answer, so it is unknown whether this was recorded."
        " Send it again with the same Idempotency-Key.",
        retry_after_s=2,
    )
