"""Many callers at once, and indexes that hold, count or break a transaction."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, insert

from base.errors import Problem
from ledger.batch import Appended, Batch, Receipt
from ledger.opening import NoIndex
from ledger.tables import LEDGER_CHECKPOINT
from tests.instances import Installation
from tests.ledger.acts import batch, open_journal
from tests.waiting import wait_until


class CountingIndex(NoIndex):
    """Counts transactions, and can hold the first one until told to go on."""

    def __init__(self) -> None:
        self.transactions = 0
        self.is_first_in = threading.Event()
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def hold(self) -> None:
        self.may_go_on.clear()

    def admit(
        self, connection: Connection, batches: Sequence[Batch]
    ) -> Sequence[Mapping[int, Problem]]:
        self.transactions += 1
        self.is_first_in.set()
        assert self.may_go_on.wait(30)
        return super().admit(connection, batches)


class RowIndex(NoIndex):
    """Writes one row for each batch whose note gives one, so that a constraint can be broken."""

    def write(self, connection: Connection, appended: Sequence[Appended]) -> None:
        for place in appended:
            if place.batch.note == "boom":
                raise ValueError("this batch cannot be indexed")
            if isinstance(place.batch.note, int):
                connection.execute(
                    insert(LEDGER_CHECKPOINT).values(
                        log=2,
                        size=place.batch.note,
                        root=bytes(32),
                        note=b"",
                        signed_at=place.recorded_at,
                    )
                )


def append_all(
    append: Callable[[Batch], Receipt], batches: Sequence[Batch]
) -> list[Receipt | Exception]:
    """Append each batch in a thread of its own, all at once; return each one's answer."""
    together = threading.Barrier(len(batches))

    def run(one: Batch) -> Receipt | Exception:
        together.wait(30)
        try:
            return append(one)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(batches)) as pool:
        return list(pool.map(run, batches))


def receipts_of(answers: Sequence[Receipt | Exception]) -> list[Receipt]:
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    assert len(receipts) == len(answers), answers
    return receipts


def held_batches(
    installation: Installation, index: CountingIndex, batches: Sequence[Batch], *, entries: int
) -> tuple[Receipt, list[Receipt | Exception]]:
    """Append the batches while a first one is being written, so that they are merged into one."""
    journal = open_journal(installation.engine, installation.clock, index=index)
    index.hold()
    with ThreadPoolExecutor(1 + len(batches)) as pool:
        first = pool.submit(journal.append, batch("first"))
        assert index.is_first_in.wait(30)
        rest = [pool.submit(journal.append, one) for one in batches]
        wait_until(lambda: journal._entries_waiting >= entries, 30, "a queue of every caller")
        index.may_go_on.set()
        answers = [future.exception() or future.result() for future in rest]
        return first.result(), [
            answer for answer in answers if isinstance(answer, Receipt | Exception)
        ]
