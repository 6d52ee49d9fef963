"""The one writer: merging, order, answers to each caller, and what an outage leaves behind."""

import io
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import Connection, Engine, event, insert, text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from base.bulk import insert_rows
from base.db import DatabaseLimits, open_engine, transaction
from base.errors import Busy, Conflict, LedgerCorrupt, Problem
from base.log import configure_logging
from ledger.append import lock_head
from ledger.batch import Appended, Batch, Receipt
from ledger.draft import draft_of_parts
from ledger.journal import JournalLimits
from ledger.opening import NoIndex
from ledger.parts import Part
from ledger.tables import LEDGER_CHECKPOINT, LEDGER_IDEMPOTENCY
from tests.faults import make_fragile, outage
from tests.instances import Installation, open_installation
from tests.ledger.acts import batch, open_journal
from tests.waiting import wait_until

THREADS = 64


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


def test_appends_of_many_threads_are_merged_in_one_order(installation: Installation) -> None:
    index = CountingIndex()
    names = [f"n{number}" for number in range(THREADS)]

    first, answers = held_batches(
        installation, index, [batch(name) for name in names], entries=THREADS
    )

    receipts = receipts_of(answers)
    assert first.first_seq == 1
    assert sorted(receipt.first_seq for receipt in receipts) == list(range(2, 2 + THREADS))
    assert index.transactions == 2
    assert installation.check() == 2 + THREADS


def test_every_thread_gets_the_receipt_of_its_own_entries(installation: Installation) -> None:
    journal = open_journal(installation.engine, installation.clock)

    answers = append_all(
        journal.append, [batch(*(f"{n}-{i}" for i in range(n % 4 + 1))) for n in range(THREADS)]
    )

    with installation.engine.connect() as connection:
        rows = connection.execute(text("SELECT seq, public_body FROM ledger_payload")).all()
    bodies = {row.seq: bytes(row.public_body) for row in rows}
    for number, receipt in enumerate(receipts_of(answers)):
        assert receipt.count == number % 4 + 1
        for offset in range(receipt.count):
            name = f'"/name":"{number}-{offset}"'.encode()
            assert name in bodies[receipt.first_seq + offset]
    installation.check()


def test_a_batch_is_never_cut_by_the_bound_of_a_transaction(installation: Installation) -> None:
    limits = JournalLimits(queue_entries_max=1000, batch_entries_max=10)
    journal = open_journal(installation.engine, installation.clock, limits=limits)

    receipt = journal.append(batch(*map(str, range(50))))

    assert (receipt.first_seq, receipt.count) == (1, 50)
    assert installation.check() == 51


def test_rows_that_break_a_constraint_are_refused_to_their_caller_alone(
    installation: Installation,
) -> None:
    class HeldRowIndex(CountingIndex):
        def write(self, connection: Connection, appended: Sequence[Appended]) -> None:
            RowIndex().write(connection, appended)

    batches = [batch(f"n{n}", note=7) for n in range(2)] + [batch(f"m{n}") for n in range(6)]

    _, answers = held_batches(installation, HeldRowIndex(), batches, entries=8)

    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert [type(error) for error in refused] == [LedgerCorrupt]
    assert installation.entry_count() == 2 + 7
    with transaction(installation.engine) as connection:
        connection.execute(text("DELETE FROM ledger_checkpoint WHERE log = 2"))
    installation.check()


def test_a_batch_that_cannot_be_indexed_is_refused_alone(installation: Installation) -> None:
    class HeldRowIndex(CountingIndex):
        def write(self, connection: Connection, appended: Sequence[Appended]) -> None:
            RowIndex().write(connection, appended)

    batches = [batch("a"), batch("b", note="boom"), batch("c"), batch("d", actor="no actor")]

    _, answers = held_batches(installation, HeldRowIndex(), batches, entries=4)

    assert [type(answer).__name__ for answer in answers] == [
        "Receipt",
        "ValueError",
        "Receipt",
        "InvalidInput",
    ]
    assert installation.check() == 4


def test_a_full_queue_refuses_at_once_and_records_nothing(installation: Installation) -> None:
    limits = JournalLimits(queue_entries_max=5, batch_entries_max=5)
    index = CountingIndex()
    journal = open_journal(installation.engine, installation.clock, index=index, limits=limits)
    index.hold()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(journal.append, batch("first"))
        assert index.is_first_in.wait(30)
        waiting = pool.submit(journal.append, batch("1", "2", "3"))
        wait_until(lambda: journal._entries_waiting == 3, 30, "a full queue")
        with pytest.raises(Busy) as refusal:
            journal.append(batch("4", "5", "6"))
        index.may_go_on.set()
        assert (first.result().first_seq, waiting.result().count) == (1, 3)

    assert refusal.value.retry_after_s > 0
    assert installation.check() == 5


def test_a_caller_that_is_refused_by_a_full_queue_may_come_again(
    installation: Installation,
) -> None:
    limits = JournalLimits(queue_entries_max=2, batch_entries_max=2)
    journal = open_journal(installation.engine, installation.clock, limits=limits)

    with pytest.raises(Busy):
        journal.append(batch("1", "2", "3"))

    assert journal.append(batch("1", "2")).first_seq == 1
    assert installation.check() == 3


def test_a_batch_without_drafts_has_a_receipt_of_nothing(installation: Installation) -> None:
    journal = open_journal(installation.engine, installation.clock)

    receipt = journal.append(batch(key="empty"))

    assert (receipt.first_seq, receipt.count, receipt.kept) == (1, 0, ())
    assert journal.append(batch(key="empty")).is_replay
    assert journal.append(batch("next")).first_seq == 1
    assert installation.check() == 2


def test_a_clock_that_lies_a_little_behind_repeats_the_last_instant(
    installation: Installation,
) -> None:
    journal = open_journal(installation.engine, installation.clock, skew_max_ms=5000)
    before = journal.append(batch("a"))
    installation.clock.instant -= timedelta(seconds=5)

    after = journal.append(batch("b"))

    assert after.recorded_at == before.recorded_at
    installation.check()


def test_a_clock_that_lies_far_behind_stops_the_writing_for_every_caller(
    installation: Installation,
) -> None:
    journal = open_journal(installation.engine, installation.clock, skew_max_ms=5000)
    journal.append(batch("a"))
    installation.clock.instant -= timedelta(milliseconds=5001)

    answers = append_all(journal.append, [batch(f"n{n}") for n in range(8)])

    assert {type(answer) for answer in answers} == {Busy}
    installation.clock.instant += timedelta(seconds=6)
    assert journal.append(batch("b")).first_seq == 2
    assert installation.check() == 3


def test_a_head_that_contradicts_its_frontier_stops_the_writing(
    installation: Installation,
) -> None:
    journal = open_journal(installation.engine, installation.clock)
    journal.append(batch("a"))
    _set_head(installation.engine, "size = size + 1")

    answers = append_all(journal.append, [batch(f"n{n}") for n in range(8)])

    assert {type(answer) for answer in answers} == {LedgerCorrupt}
    _set_head(installation.engine, "size = size - 1")
    assert installation.check() == 2


def test_a_head_that_names_another_last_entry_stops_the_writing(
    installation: Installation,
) -> None:
    journal = open_journal(installation.engine, installation.clock)
    journal.append(batch("a"))
    (leaf,) = _set_head(installation.engine, "last_leaf = :leaf", leaf=bytes(32))

    with pytest.raises(LedgerCorrupt, match="last"):
        journal.append(batch("b"))

    _set_head(installation.engine, "last_leaf = :leaf", leaf=leaf)
    assert installation.check() == 2


def test_a_log_that_was_never_opened_takes_nothing(installation: Installation) -> None:
    with transaction(installation.engine) as connection:
        connection.execute(text("UPDATE ledger_head SET log = 9"))
    journal = open_journal(installation.engine, installation.clock)

    with pytest.raises(LedgerCorrupt, match="never opened"):
        journal.append(batch("a"))

    with transaction(installation.engine) as connection:
        connection.execute(text("UPDATE ledger_head SET log = 1"))
    assert installation.check() == 1


def _set_head(engine: Engine, change: str, **values: object) -> tuple[bytes]:
    """Change the head's row behind the journal's back; return the last leaf it named before."""
    with transaction(engine) as connection:
        leaf = connection.execute(text("SELECT last_leaf FROM ledger_head")).scalar_one()
        connection.execute(text(f"UPDATE ledger_head SET {change}"), values)  # noqa: S608 -- a test's own words
    return (bytes(leaf),)


def test_two_journals_of_one_database_share_one_chain(installation: Installation) -> None:
    other = installation.another_desk()
    journals = [
        open_journal(installation.engine, installation.clock),
        open_journal(other.engine, other.clock),
    ]

    answers = append_all(
        lambda one: journals[len(one.drafts) % 2].append(one),
        [batch(*map(str, range(n % 3 + 1))) for n in range(24)],
    )

    places = sorted((receipt.first_seq, receipt.count) for receipt in receipts_of(answers))
    assert [seq for seq, _ in places] == [
        1 + sum(count for _, count in places[:position]) for position in range(24)
    ]
    other.engine.dispose()
    assert installation.check() == 1 + sum(count for _, count in places)


def test_a_head_that_moved_under_its_lock_is_refused(installation: Installation) -> None:
    class Meddler(NoIndex):
        def admit(
            self, connection: Connection, batches: Sequence[Batch]
        ) -> Sequence[Mapping[int, Problem]]:
            connection.execute(text("UPDATE ledger_head SET size = size + 1"))
            return super().admit(connection, batches)

    journal = open_journal(installation.engine, installation.clock, index=Meddler())

    with pytest.raises(LedgerCorrupt, match="moved"):
        journal.append(batch("a"))

    assert installation.check() == 1


WRITES_OF_ONE_APPEND = 7  # idempotency, entry, payload, node, head, checkpoint row, commit


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_each_write_in_turn_fails_and_nothing_is_half_done(
    database_url: str, is_after: bool
) -> None:
    installation = open_installation(database_url)
    make_fragile(installation.engine)
    # A connection that was opened before it was made fragile would not fail.
    installation.engine.dispose()
    journal = open_journal(installation.engine, installation.clock, index=RowIndex())
    with outage() as counted:
        journal.append(batch(*map(str, range(300)), key="whole", note=1))
    assert counted.seen[-1] == "COMMIT"
    acknowledged = 301

    for at in range(len(counted.seen)):
        names = [f"{at}-{n}" for n in range(300)]
        with outage(at=at, is_after=is_after), pytest.raises(Busy, match="Idempotency-Key"):
            journal.append(batch(*names, key=f"k{at}", note=2 + at))
        is_persisted = is_after and counted.seen[at] == "COMMIT"

        again = journal.append(batch(*names, key=f"k{at}", note=2 + at))

        assert again.is_replay is is_persisted
        assert (again.first_seq, again.count) == (acknowledged, 300)
        acknowledged += 300

    with transaction(installation.engine) as connection:
        connection.execute(text("DELETE FROM ledger_checkpoint WHERE log = 2"))
    assert len(counted.seen) >= WRITES_OF_ONE_APPEND - 1
    assert installation.check() == acknowledged
    installation.engine.dispose()


def test_an_outage_is_told_to_every_merged_caller(installation: Installation) -> None:
    make_fragile(installation.engine)
    installation.engine.dispose()
    index = CountingIndex()
    journal = open_journal(installation.engine, installation.clock, index=index)

    with outage(at=0):
        answers = append_all(journal.append, [batch(f"n{n}", key=f"k{n}") for n in range(12)])

    lost = [n for n, answer in enumerate(answers) if isinstance(answer, Busy)]
    assert lost
    retried = [journal.append(batch(f"n{n}", key=f"k{n}")) for n in lost]
    assert not any(receipt.is_replay for receipt in retried)
    assert installation.check() == 13


def test_a_full_disk_is_an_outage_and_not_a_loss(sqlite_url: str) -> None:
    installation = open_installation(sqlite_url)
    journal = open_journal(installation.engine, installation.clock)
    acknowledged = [journal.append(batch("x" * 2000)).first_seq for _ in range(5)]

    with installation.engine.connect() as connection:
        limit = [connection.exec_driver_sql("PRAGMA page_count").scalar_one()]

    @event.listens_for(installation.engine, "begin")
    def _bound(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {limit[0]}")

    wide = batch(*("y" * 2000 + str(number) for number in range(50)), key="wide")
    with pytest.raises(Busy):
        journal.append(wide)
    limit[0] = 1 << 30

    receipt = journal.append(wide)

    assert (acknowledged, receipt.first_seq, receipt.is_replay) == ([1, 2, 3, 4, 5], 6, False)
    assert installation.check() == 56
    installation.engine.dispose()


def test_a_conflict_has_no_effect_on_the_callers_it_was_merged_with(
    installation: Installation,
) -> None:
    open_journal(installation.engine, installation.clock).append(batch("old", key="k"))
    batches = [batch("new", key="k"), *(batch(f"n{n}") for n in range(5))]

    _, answers = held_batches(installation, CountingIndex(), batches, entries=6)

    assert isinstance(answers[0], Conflict)
    assert len(receipts_of(answers[1:])) == 5
    assert installation.check() == 1 + 1 + 1 + 5


SECRET = "陈晓梅 13800000000"


class PersonIndex(NoIndex):
    """Writes each personal part where a constraint refuses it, as a damaged index would."""

    def write(self, connection: Connection, appended: Sequence[Appended]) -> None:
        for place in appended:
            body = place.batch.drafts[0].parts[Part.PERSONAL].body
            row = {"log": 2, "size": 1, "root": body, "note": body}
            connection.execute(insert(LEDGER_CHECKPOINT), {**row, "signed_at": None})


class PersonCopy(NoIndex):
    """Does the same through the bulk way, whose errors are the driver's own."""

    def write(self, connection: Connection, appended: Sequence[Appended]) -> None:
        for place in appended:
            body = place.batch.drafts[0].parts[Part.PERSONAL].body
            columns = ("log", "actor", "key", "request_hash", "subject")
            insert_rows(connection, LEDGER_IDEMPOTENCY, columns, [(2, SECRET, SECRET, body, None)])


@pytest.mark.parametrize("index", [PersonIndex(), PersonCopy()], ids=["insert", "copy"])
def test_a_refused_personal_part_is_neither_logged_nor_quoted(
    installation: Installation, index: NoIndex, caplog: pytest.LogCaptureFixture
) -> None:
    journal = open_journal(installation.engine, installation.clock, index=index)
    drafts = [draft_of_parts("act", {Part.PERSONAL: {"name": SECRET}})]
    stream = io.StringIO()
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    configure_logging("debug", stream=stream)

    with pytest.raises(LedgerCorrupt) as caught:
        journal.append(Batch(actor="party:1", subject="a person", drafts=drafts))
    structlog.get_logger("test").error("failed", exc_info=caught.value)
    structlog.reset_defaults()
    logging.getLogger().handlers = handlers
    logging.getLogger().setLevel(level)

    assert "IntegrityError" in str(caught.value) or "NotNullViolation" in str(caught.value)
    for text_seen in (str(caught.value), stream.getvalue(), caplog.text):
        assert "13800000000" not in text_seen
        assert SECRET.encode().hex() not in text_seen
    assert "LedgerCorrupt" in stream.getvalue()
    installation.check()


def test_a_failed_append_is_logged_by_its_class_alone(installation: Installation) -> None:
    class Away(NoIndex):
        def write(self, connection: Connection, appended: Sequence[Appended]) -> None:
            row = f"{connection.dialect.name}, {len(appended)}: {SECRET}"
            raise OperationalError("INSERT", {"body": SECRET}, Exception(row))

    journal = open_journal(installation.engine, installation.clock, index=Away())

    with capture_logs() as logged, pytest.raises(Busy):
        journal.append(batch("a"))

    assert [one["error"] for one in logged] == ["OperationalError of Exception"]
    assert installation.check() == 1


def test_a_head_that_somebody_else_holds_too_long_is_busy_and_no_endless_wait(
    installation: Installation,
) -> None:
    impatient = open_engine(
        installation.settings.effective_database_url, limits=DatabaseLimits(lock_wait_ms=100)
    )
    journal = open_journal(impatient, installation.clock)

    with transaction(installation.engine) as connection:
        lock_head(connection, installation.log)
        with pytest.raises(Busy):
            journal.append(batch("a", key="k"))
    receipt = journal.append(batch("a", key="k"))
    impatient.dispose()

    assert (receipt.first_seq, receipt.is_replay) == (1, False)
    assert installation.check() == 2
