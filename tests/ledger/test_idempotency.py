"""One key, one request, one receipt: whoever asks, however often, through whichever process."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from base.errors import Conflict
from ledger.batch import Receipt
from tests.instances import Installation
from tests.ledger.acts import batch, open_journal
from tests.ledger.crowd import CountingIndex, append_all, held_batches, receipts_of


def test_the_same_request_again_returns_the_same_receipt(installation: Installation) -> None:
    journal = open_journal(installation.engine, installation.clock)
    first = journal.append(batch("a", "b", key="k", subject="first"))
    journal.append(batch("between"))

    again = journal.append(batch("a", "b", key="k", subject="second"))

    assert (again.first_seq, again.count, again.kept) == (first.first_seq, 2, (0, 1))
    assert (again.subject, again.recorded_at) == ("first", first.recorded_at)
    assert again.is_replay
    assert installation.check() == 4


def test_another_body_under_the_same_key_is_a_conflict(installation: Installation) -> None:
    journal = open_journal(installation.engine, installation.clock)
    journal.append(batch("a", key="k"))

    with pytest.raises(Conflict) as refusal:
        journal.append(batch("b", key="k"))

    assert [problem.path for problem in refusal.value.problems] == ["Idempotency-Key"]
    assert installation.check() == 2


def test_a_key_belongs_to_one_actor(installation: Installation) -> None:
    journal = open_journal(installation.engine, installation.clock)

    receipts = [
        journal.append(batch("a", key="k", actor=actor)) for actor in ("party:1", "party:2")
    ]

    assert [receipt.first_seq for receipt in receipts] == [1, 2]
    assert installation.check() == 3


def test_another_process_answers_with_the_same_receipt(installation: Installation) -> None:
    other = installation.another_desk()
    first = open_journal(installation.engine, installation.clock).append(batch("a", key="k"))

    again = open_journal(other.engine, other.clock).append(batch("a", key="k"))

    assert (again.first_seq, again.is_replay) == (first.first_seq, True)
    other.engine.dispose()
    assert installation.check() == 2


def test_one_key_at_once_in_two_processes_is_recorded_once(installation: Installation) -> None:
    other = installation.another_desk()
    journals = [
        open_journal(installation.engine, installation.clock),
        open_journal(other.engine, other.clock),
    ]

    with ThreadPoolExecutor(16) as pool:
        receipts = list(pool.map(lambda n: journals[n % 2].append(batch("a", key="k")), range(16)))

    assert {receipt.first_seq for receipt in receipts} == {1}
    assert [receipt.is_replay for receipt in receipts].count(False) == 1
    other.engine.dispose()
    assert installation.check() == 2


def test_the_same_request_twice_in_one_transaction_has_one_receipt(
    installation: Installation,
) -> None:
    twins = [batch("a", key="k", subject=f"s{n}") for n in range(5)]

    _, answers = held_batches(installation, CountingIndex(), twins, entries=5)

    receipts = receipts_of(answers)
    assert {(one.first_seq, one.subject) for one in receipts} == {(2, receipts[0].subject)} or (
        len({one.subject for one in receipts}) == 1
    )
    assert [receipt.is_replay for receipt in receipts].count(False) == 1
    assert installation.check() == 3


def test_two_bodies_under_one_key_in_one_transaction_are_not_both_recorded(
    installation: Installation,
) -> None:
    _, answers = held_batches(
        installation, CountingIndex(), [batch("a", key="k"), batch("b", key="k")], entries=2
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Receipt"]
    assert installation.check() == 3


def test_a_thousand_keys_are_looked_up_at_once(installation: Installation) -> None:
    journal = open_journal(installation.engine, installation.clock)
    batches = [batch(f"n{number}", key=f"k{number}") for number in range(1200)]
    with ThreadPoolExecutor(128) as pool:
        first = list(pool.map(journal.append, batches))

    with ThreadPoolExecutor(128) as pool:
        again = list(pool.map(journal.append, batches))

    assert [receipt.first_seq for receipt in again] == [receipt.first_seq for receipt in first]
    assert all(receipt.is_replay for receipt in again)
    assert installation.check() == 1201


def test_a_refused_request_leaves_its_key_free(installation: Installation) -> None:
    journal = open_journal(installation.engine, installation.clock)
    (refusal,) = append_all(journal.append, [batch("a", key="k", actor="no actor")])

    receipt = journal.append(batch("a", key="k"))

    assert isinstance(refusal, Exception)
    assert isinstance(receipt, Receipt)
    assert not receipt.is_replay
    assert installation.check() == 2
