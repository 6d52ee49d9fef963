"""Two takers of one batch: one has it at a time, and its rows are always those of its entry."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from base.db import reading, transaction
from base.errors import AppError, Busy, Conflict
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import BatchState, CreditBatch, Door, list_batches
from credit.intake.claiming import claim_batch, claim_terms, prove_claim, renewing
from credit.intake.entering import enter_batch, finish
from credit.intake.entries import Meaning
from credit.intake.files import keep_pieces
from credit.intake.handing import HandingDesk, plan_batch
from credit.intake.retrying import retry_batch
from credit.intake.sorting import Sorted
from credit.intake.taking import AS_IT_CAME, IntakeDesk, Sent, take_batch
from credit.rulebook.code_lists import code_lists
from credit.tables import CREDIT_BATCH, CREDIT_FACT
from parties.actors import Actor
from parties.ids import new_id
from parties.tables import TASK
from parties.tasks import Task
from tests.credit.rebuilding import rebuild
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, penalty
from tests.instances import Installation

PENALTY = FEEDS["penalty"]
BODY = csv_of([penalty(1), penalty(2)])
OTHER = csv_of([penalty(1), penalty(2, cf_wsh="青农罚〔2026〕9号")])
DOUBT = Sent(doubt="It is not signed.")
LEASE = claim_terms()[0].lasts
DRAFT = "credit.intake.entering.batch_draft"
THIRD = Actor(id="key:000000000000000b", role=AUTHORITY.role)


def _take(
    intake: IntakeDesk, actor: Actor = AUTHORITY, *, body: bytes = BODY, **options: Any
) -> CreditBatch:
    return take_batch(intake, actor, PENALTY, body, door=Door.FILE, **options)


def _release(intake: IntakeDesk, actor: Actor = COLLEAGUE) -> CreditBatch:
    return _take(intake, actor, is_released=True)


def _batches(intake: IntakeDesk) -> list[CreditBatch]:
    with reading(intake.journal.engine) as connection:
        return list_batches(connection, intake.journal.log, feed=None, state=None, rows_max=9)


def _is_whole(installation: Installation, *, facts: int = 2) -> None:
    """Hold what was taken against the ledger, and make it anew from there."""
    bring_up_credit(installation.engine, installation.log)
    with reading(installation.engine) as connection:
        assert len(connection.execute(select(CREDIT_FACT.c.id)).all()) == facts
    rebuild(installation)


def _once(monkeypatch: pytest.MonkeyPatch, place: str, act: Callable[[], object]) -> None:
    """Let something happen at a place, the first time that somebody comes by, and go on there."""
    module, _, name = place.rpartition(".")
    real = getattr(import_module(module), name)

    def between(*arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(place, real)
        act()
        return real(*arguments, **options)

    monkeypatch.setattr(place, between)


def _kept(refusals: list[AppError], act: Callable[[], object]) -> Callable[[], None]:
    """Return an act whose refusal is kept, to be looked at."""

    def try_it() -> None:
        try:
            act()
        except AppError as refusal:
            refusals.append(refusal)

    return try_it


def test_who_comes_between_rows_and_entry_is_told_to_wait_and_changes_nothing(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals: list[AppError] = []
    _once(monkeypatch, DRAFT, _kept(refusals, lambda: _take(intake, COLLEAGUE)))

    taken = _take(intake)

    (busy,) = refusals
    assert isinstance(busy, Busy)
    assert (busy.retry_after_s, "look at it again in 15 seconds" in busy.message) == (15, True)
    assert (taken.state, taken.claim, len(_batches(intake))) == (BatchState.ACCEPTED, None, 1)
    assert _take(intake, COLLEAGUE) == taken
    _is_whole(installation)


def test_two_releases_at_once_are_one_and_the_other_is_told(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _take(intake, sent=DOUBT).state is BatchState.HELD
    refusals: list[AppError] = []
    _once(monkeypatch, DRAFT, _kept(refusals, lambda: _release(intake, THIRD)))

    released = _release(intake)

    assert [type(one) for one in refusals] == [Busy]
    assert released.released_by == COLLEAGUE.id
    _is_whole(installation)


def test_a_worker_that_was_away_for_too_long_loses_the_batch_to_who_came_since(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def come_since() -> None:
        # Another batch tells of one of the rows: what the second one writes is other rows.
        installation.clock.instant += LEASE
        _take(intake, body=OTHER)
        _take(intake, COLLEAGUE)

    _once(monkeypatch, DRAFT, come_since)
    with pytest.raises(Conflict, match="look at what became of it"):
        _take(intake)

    states = [(one.state, one.duplicates) for one in _batches(intake)]
    assert states == [(BatchState.ACCEPTED, 0), (BatchState.ACCEPTED, 1)]
    _is_whole(installation, facts=3)


class _DeadError(Exception):
    """A worker that dies, and gives nothing back."""


def test_an_entry_is_refused_whose_rows_somebody_else_wrote_before_he_died(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any, **__: Any) -> None:
        raise _DeadError

    def come_and_die() -> None:
        installation.clock.instant += LEASE
        _take(intake, body=OTHER)
        with monkeypatch.context() as now:
            now.setattr(DRAFT, die)
            now.setattr("credit.intake.claiming.drop_claim", lambda *_: None)
            with pytest.raises(_DeadError):
                _take(intake, COLLEAGUE)

    _once(monkeypatch, DRAFT, come_and_die)
    with pytest.raises(Conflict, match="in the meantime"):
        _take(intake)
    with pytest.raises(Busy):
        _take(intake)
    installation.clock.instant += LEASE

    assert _take(intake).state is BatchState.ACCEPTED
    _is_whole(installation, facts=3)


def test_whoever_claimed_without_writing_does_not_stop_the_entry_and_gets_none_of_his_own(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take(intake, sent=DOUBT)
    late: list[CreditBatch] = []

    def claim() -> None:
        installation.clock.instant += LEASE
        mine = claim_batch(intake, _batches(intake)[0])
        assert mine is not None
        late.append(mine)

    _once(monkeypatch, DRAFT, claim)
    taken = _release(intake)

    with (
        pytest.raises(Conflict, match="in the meantime"),
        transaction(installation.engine) as connection,
    ):
        prove_claim(intake, connection, late[0])
    assert (taken.state, _batches(intake)) == (BatchState.ACCEPTED, [taken])
    _is_whole(installation)


def test_a_batch_becomes_an_entry_once_whoever_stands_behind_it(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take(intake, sent=DOUBT)
    signed = Sent(signer=new_id(installation.clock.now()))

    def sign() -> None:
        # The entry is appended, and its worker is away before its last word.
        installation.clock.instant += LEASE
        second.append(_take(intake, THIRD, sent=signed))

    second: list[CreditBatch] = []
    _once(monkeypatch, "credit.intake.entering.settle", sign)
    first = _release(intake)

    assert second == [first] == _batches(intake)
    installation.seal()
    assert installation.check() == 2
    _is_whole(installation)


def test_the_claim_of_a_worker_that_died_runs_out(
    installation: Installation, intake: IntakeDesk
) -> None:
    held = _take(intake, sent=DOUBT)
    assert claim_batch(intake, held) is not None

    with pytest.raises(Busy):
        _release(intake)
    installation.clock.instant += LEASE - timedelta(seconds=1)
    with pytest.raises(Busy):
        _release(intake)
    installation.clock.instant += timedelta(seconds=1)

    assert _release(intake).state is BatchState.ACCEPTED


def test_a_worker_that_fails_gives_its_claim_back(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die() -> None:
        raise _DeadError

    _once(monkeypatch, DRAFT, die)
    with pytest.raises(_DeadError):
        _take(intake)

    assert [(one.state, one.claim) for one in _batches(intake)] == [(BatchState.WAITING, None)]
    assert _take(intake, COLLEAGUE).state is BatchState.ACCEPTED
    _is_whole(installation)


def test_a_claim_is_renewed_while_rows_are_read(
    installation: Installation, intake: IntakeDesk
) -> None:
    mine = claim_batch(intake, _take(intake, sent=DOUBT))
    assert mine is not None
    desk = renewing(intake, mine)
    ends = []

    for _ in range(3):
        installation.clock.instant += LEASE / 3
        desk.tell(1000)
        ends.append(_batches(intake)[0].claimed_until)

    assert ends[0] == mine.claimed_until
    assert ends[1] == ends[2] == installation.clock.instant - LEASE / 3 + LEASE


def test_threads_that_take_one_waiting_batch_at_once_make_one_entry_of_it(
    installation: Installation, intake: IntakeDesk
) -> None:
    _take(intake, sent=DOUBT)
    with transaction(installation.engine) as connection:
        connection.execute(update(CREDIT_BATCH).values(state="waiting"))

    found = _at_once(lambda: _take(intake), count=4)

    assert {type(one) for one in found} <= {CreditBatch, Busy}
    accepted = {one.seq for one in found if isinstance(one, CreditBatch)}
    assert [one.seq for one in _batches(intake)] == list(accepted)
    installation.seal()
    assert installation.check() == 2
    _is_whole(installation)


def test_threads_that_hand_in_the_same_bytes_at_once_make_one_batch(
    installation: Installation, intake: IntakeDesk
) -> None:
    found = _at_once(lambda: _take(intake), count=4)

    assert {type(one) for one in found} <= {CreditBatch, Busy}
    (batch,) = _batches(intake)
    assert {one.id for one in found if isinstance(one, CreditBatch)} == {batch.id}
    _is_whole(installation)


def _at_once(act: Callable[[], CreditBatch], *, count: int) -> list[CreditBatch | AppError]:
    barrier, found = Barrier(count), list[CreditBatch | AppError]()

    def run() -> None:
        barrier.wait()
        try:
            found.append(act())
        except AppError as refusal:
            found.append(refusal)

    threads = [Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == count
    return found


def test_whose_bytes_came_in_a_moment_before_has_the_batch(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # After the second one looked for the same bytes and before he keeps his own.
    first: list[CreditBatch] = []
    _once(monkeypatch, "credit.intake.taking.new_batch", lambda: first.append(_take(intake, THIRD)))

    second = _take(intake)

    assert first == [second] == _batches(intake)
    _is_whole(installation)


def test_the_same_bytes_handed_over_at_once_are_one_batch_with_one_task(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    handing = HandingDesk(intake=intake, folder=tmp_path, waiting_max=9)
    came = keep_pieces(tmp_path, (BODY,))

    def plan() -> tuple[CreditBatch, Task | None]:
        return plan_batch(handing, AUTHORITY, PENALTY, came, door=Door.PUSH, sent=AS_IT_CAME)

    first: list[tuple[CreditBatch, Task | None]] = []
    _once(monkeypatch, "credit.intake.handing.new_batch", lambda: first.append(plan()))

    second = plan()

    assert first == [second]
    assert _batches(intake) == [second[0]]
    with reading(installation.engine) as connection:
        assert len(connection.execute(select(TASK.c.id)).all()) == 1


def test_of_the_same_bytes_one_batch_waits_and_no_other(
    installation: Installation, intake: IntakeDesk
) -> None:
    held = _take(intake, sent=DOUBT)
    with transaction(installation.engine) as connection:
        connection.execute(update(CREDIT_BATCH).values(state="waiting"))
    with reading(installation.engine) as connection:
        row = connection.execute(select(CREDIT_BATCH)).one()._asdict()
    row |= {"id": new_id(installation.clock.now())}

    with pytest.raises(IntegrityError), transaction(installation.engine) as connection:
        connection.execute(CREDIT_BATCH.insert().values(row))
    with transaction(installation.engine) as connection:
        connection.execute(CREDIT_BATCH.insert().values({**row, "door": Door.RETRY.value}))

    assert len(_batches(intake)) == 2
    assert held.id in [one.id for one in _batches(intake)]


def test_rows_that_two_read_again_at_once_are_one_batch(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = csv_of([penalty(1, cf_cflb="鞭刑"), penalty(2)])
    first = _take(intake, body=body)
    monkeypatch.setitem(_words(), "鞭刑", _words()["罚款"])
    refusals: list[AppError] = []
    again = _kept(refusals, lambda: retry_batch(intake, THIRD, first.id, body))
    _once(monkeypatch, DRAFT, again)

    retried = retry_batch(intake, COLLEAGUE, first.id, body)

    assert [type(one) for one in refusals] == [Busy]
    assert retried is not None
    assert (retried.state, len(_batches(intake))) == (BatchState.ACCEPTED, 2)
    _is_whole(installation)


def _words() -> dict[str, Any]:
    return code_lists().penalties._by_name


def test_what_nobody_has_a_claim_on_is_written_by_nobody(
    installation: Installation, intake: IntakeDesk
) -> None:
    held = _take(intake, sent=DOUBT)
    meaning = Meaning(is_snapshot=False, ordered_at=held.received_at)

    with pytest.raises(Conflict, match="in the meantime"):
        enter_batch(intake, held, Sorted(), meaning)
    with pytest.raises(Conflict, match="in the meantime"):
        finish(intake, held)

    assert _batches(intake) == [held]
    assert installation.check() == 1
