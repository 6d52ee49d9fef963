"""The one writer: merging, order, and an answer of its own for each caller."""

import io
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from base.bulk import insert_rows
from base.db import DatabaseLimits, open_engine, transaction
from base.errors import Busy, Conflict, LedgerCorrupt
from base.log import configure_logging
from ledger.append import lock_head
from ledger.batch import Appended, Batch
from ledger.draft import draft_of_parts
from ledger.journal import JournalLimits
from ledger.opening import NoIndex
from ledger.parts import Part
from ledger.tables import LEDGER_CHECKPOINT, LEDGER_IDEMPOTENCY
from tests.instances import Installation
from tests.ledger.acts import batch, open_journal
from tests.ledger.crowd import CountingIndex, RowIndex, append_all, held_batches, receipts_of
from tests.waiting import wait_until

THREADS = 64


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
