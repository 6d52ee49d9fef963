"""Two takers of one batch: one has it at a time, and its rows are always those of its entry."""

from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from base.db import transaction
from base.errors import AppError, Busy, Conflict
from credit.intake.batches import BatchState, CreditBatch
from credit.intake.claiming import claim_batch, prove_claim, renewing
from credit.intake.entering import enter_batch, finish
from credit.intake.entries import Meaning
from credit.intake.retrying import retry_batch
from credit.intake.sorting import Sorted
from credit.intake.taking import IntakeDesk, Sent
from credit.rulebook.code_lists import code_lists
from credit.tables import CREDIT_BATCH
from parties.ids import new_id
from tests.credit.samples import COLLEAGUE, csv_of, penalty
from tests.credit.taking_world import (
    DOUBT,
    DRAFT,
    LEASE,
    OTHER,
    THIRD,
    at_once,
    batches,
    is_whole,
    kept,
    once,
    release,
    take,
)
from tests.instances import Installation


def test_who_comes_between_rows_and_entry_is_told_to_wait_and_changes_nothing(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals: list[AppError] = []
    once(monkeypatch, DRAFT, kept(refusals, lambda: take(intake, COLLEAGUE)))

    taken = take(intake)

    (busy,) = refusals
    assert isinstance(busy, Busy)
    assert (busy.retry_after_s, "look at it again in 15 seconds" in busy.message) == (15, True)
    assert (taken.state, taken.claim, len(batches(intake))) == (BatchState.ACCEPTED, None, 1)
    assert take(intake, COLLEAGUE) == taken
    is_whole(installation)


def test_two_releases_at_once_are_one_and_the_other_is_told(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert take(intake, sent=DOUBT).state is BatchState.HELD
    refusals: list[AppError] = []
    once(monkeypatch, DRAFT, kept(refusals, lambda: release(intake, THIRD)))

    released = release(intake)

    assert [type(one) for one in refusals] == [Busy]
    assert released.released_by == COLLEAGUE.id
    is_whole(installation)


def test_a_worker_that_was_away_for_too_long_loses_the_batch_to_who_came_since(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def come_since() -> None:
        # Another batch tells of one of the rows: what the second one writes is other rows.
        installation.clock.instant += LEASE
        take(intake, body=OTHER)
        take(intake, COLLEAGUE)

    once(monkeypatch, DRAFT, come_since)
    with pytest.raises(Conflict, match="look at what became of it"):
        take(intake)

    states = [(one.state, one.duplicates) for one in batches(intake)]
    assert states == [(BatchState.ACCEPTED, 0), (BatchState.ACCEPTED, 1)]
    is_whole(installation, facts=3)


class _DeadError(Exception):
    """A worker that dies, and gives nothing back."""


def test_an_entry_is_refused_whose_rows_somebody_else_wrote_before_he_died(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any, **__: Any) -> None:
        raise _DeadError

    def come_and_die() -> None:
        installation.clock.instant += LEASE
        take(intake, body=OTHER)
        with monkeypatch.context() as now:
            now.setattr(DRAFT, die)
            now.setattr("credit.intake.claiming.drop_claim", lambda *_: None)
            with pytest.raises(_DeadError):
                take(intake, COLLEAGUE)

    once(monkeypatch, DRAFT, come_and_die)
    with pytest.raises(Conflict, match="in the meantime"):
        take(intake)
    with pytest.raises(Busy):
        take(intake)
    installation.clock.instant += LEASE

    assert take(intake).state is BatchState.ACCEPTED
    is_whole(installation, facts=3)


def test_the_ledger_does_not_wait_for_who_writes_other_rows_just_then(
    postgres_world_parts: tuple[Installation, IntakeDesk], monkeypatch: pytest.MonkeyPatch
) -> None:
    installation, intake = postgres_world_parts
    take(intake, sent=DOUBT)
    with ExitStack() as second:

        def come_and_write() -> None:
            installation.clock.instant += LEASE
            mine = claim_batch(intake, batches(intake)[0])
            assert mine is not None
            prove_claim(intake, second.enter_context(transaction(installation.engine)), mine)

        once(monkeypatch, DRAFT, come_and_write)
        # Its transaction is open: the head of the log would be locked until it ends.
        with pytest.raises(Conflict, match="in the meantime"):
            release(intake)

    installation.clock.instant += LEASE
    assert release(intake).state is BatchState.ACCEPTED
    is_whole(installation)


def test_whoever_claimed_without_writing_does_not_stop_the_entry_and_gets_none_of_his_own(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(intake, sent=DOUBT)
    late: list[CreditBatch] = []

    def claim() -> None:
        installation.clock.instant += LEASE
        mine = claim_batch(intake, batches(intake)[0])
        assert mine is not None
        late.append(mine)

    once(monkeypatch, DRAFT, claim)
    taken = release(intake)

    with (
        pytest.raises(Conflict, match="in the meantime"),
        transaction(installation.engine) as connection,
    ):
        prove_claim(intake, connection, late[0])
    assert (taken.state, batches(intake)) == (BatchState.ACCEPTED, [taken])
    is_whole(installation)


def test_a_batch_becomes_an_entry_once_whoever_stands_behind_it(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(intake, sent=DOUBT)
    signed = Sent(signer=new_id(installation.clock.now()))

    def sign() -> None:
        # The entry is appended, and its worker is away before its last word.
        installation.clock.instant += LEASE
        second.append(take(intake, THIRD, sent=signed))

    second: list[CreditBatch] = []
    once(monkeypatch, "credit.intake.entering.settle", sign)
    first = release(intake)

    assert second == [first] == batches(intake)
    installation.seal()
    assert installation.check() == 2
    is_whole(installation)


def test_an_entry_in_another_name_that_nobody_was_told_of_is_found_before_rows_are_written(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(intake, sent=DOUBT)
    signed = Sent(signer=new_id(installation.clock.now()))

    def die(*_: Any) -> None:
        raise _DeadError

    def sign_and_die() -> None:
        with monkeypatch.context() as now:
            now.setattr("credit.intake.entering.settle", die)
            with pytest.raises(_DeadError):
                take(intake, THIRD, sent=signed)

    once(monkeypatch, "credit.intake.taking.claim_batch", sign_and_die)
    with pytest.raises(Conflict, match="in the meantime"):
        release(intake)

    found = release(intake)
    assert (found.state, found.actor, found.released_by) == (BatchState.ACCEPTED, THIRD.id, None)
    is_whole(installation)


def test_the_claim_of_a_worker_that_died_runs_out(
    installation: Installation, intake: IntakeDesk
) -> None:
    held = take(intake, sent=DOUBT)
    assert claim_batch(intake, held) is not None

    with pytest.raises(Busy):
        release(intake)
    installation.clock.instant += LEASE - timedelta(seconds=1)
    with pytest.raises(Busy):
        release(intake)
    installation.clock.instant += timedelta(seconds=1)

    assert release(intake).state is BatchState.ACCEPTED


def test_a_worker_that_fails_gives_its_claim_back(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die() -> None:
        raise _DeadError

    once(monkeypatch, DRAFT, die)
    with pytest.raises(_DeadError):
        take(intake)

    assert [(one.state, one.claim) for one in batches(intake)] == [(BatchState.WAITING, None)]
    assert take(intake, COLLEAGUE).state is BatchState.ACCEPTED
    is_whole(installation)


def test_a_claim_is_renewed_while_rows_are_read(
    installation: Installation, intake: IntakeDesk
) -> None:
    mine = claim_batch(intake, take(intake, sent=DOUBT))
    assert mine is not None
    desk = renewing(intake, mine)
    ends = []

    for _ in range(3):
        installation.clock.instant += LEASE / 3
        desk.tell(1000)
        ends.append(batches(intake)[0].claimed_until)

    assert ends[0] == mine.claimed_until
    assert ends[1] == ends[2] == installation.clock.instant - LEASE / 3 + LEASE


def test_threads_that_take_one_waiting_batch_at_once_make_one_entry_of_it(
    installation: Installation, intake: IntakeDesk
) -> None:
    take(intake, sent=DOUBT)
    with transaction(installation.engine) as connection:
        connection.execute(update(CREDIT_BATCH).values(state="waiting"))

    found = at_once(lambda: take(intake), count=4)

    assert {type(one) for one in found} <= {CreditBatch, Busy}
    accepted = {one.seq for one in found if isinstance(one, CreditBatch)}
    assert [one.seq for one in batches(intake)] == list(accepted)
    installation.seal()
    assert installation.check() == 2
    is_whole(installation)


def test_rows_that_two_read_again_at_once_are_one_batch(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = csv_of([penalty(1, cf_cflb="鞭刑"), penalty(2)])
    first = take(intake, body=body)
    monkeypatch.setitem(_words(), "鞭刑", _words()["罚款"])
    refusals: list[AppError] = []
    again = kept(refusals, lambda: retry_batch(intake, THIRD, first.id, body))
    once(monkeypatch, DRAFT, again)

    retried = retry_batch(intake, COLLEAGUE, first.id, body)

    assert [type(one) for one in refusals] == [Busy]
    assert retried is not None
    assert (retried.state, len(batches(intake))) == (BatchState.ACCEPTED, 2)
    is_whole(installation)


def _words() -> dict[str, Any]:
    return code_lists().penalties._by_name


def test_what_nobody_has_a_claim_on_is_written_by_nobody(
    installation: Installation, intake: IntakeDesk
) -> None:
    held = take(intake, sent=DOUBT)
    meaning = Meaning(is_snapshot=False, ordered_at=held.received_at)

    with pytest.raises(Conflict, match="in the meantime"):
        enter_batch(intake, held, Sorted(), meaning)
    with pytest.raises(Conflict, match="in the meantime"):
        finish(intake, held)

    assert batches(intake) == [held]
    assert installation.check() == 1
