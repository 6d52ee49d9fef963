"""What came in later counts: batches beside each other, read again, and released late."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from base.db import reading, transaction
from base.errors import Conflict
from credit.feeds.model import Semantics
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit, forget_credit
from credit.intake.batches import BatchState, CreditBatch, Door
from credit.intake.entering import enter_batch
from credit.intake.retrying import retry_batch
from credit.intake.taking import AS_IT_CAME, IntakeDesk, Sent, take_batch
from credit.rulebook.code_lists import code_lists
from credit.tables import CREDIT_FACT, CREDIT_QUARANTINE
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, defaulter, penalty
from tests.instances import Installation

PENALTY, COURT = FEEDS["penalty"], FEEDS["judgment_default"]
ENTER = "credit.intake.taking.enter_batch"
DAY = timedelta(days=1)
DOUBT = Sent(doubt="It is not signed.")


def _take(
    intake: IntakeDesk, feed: Any, *rows: dict[str, str], sent: Sent = AS_IT_CAME
) -> CreditBatch:
    return take_batch(intake, AUTHORITY, feed, csv_of(rows), door=Door.FILE, sent=sent)


def _release(intake: IntakeDesk, feed: Any, *rows: dict[str, str]) -> CreditBatch:
    body = csv_of(rows)
    return take_batch(intake, COLLEAGUE, feed, body, door=Door.FILE, is_released=True)


def _facts(intake: IntakeDesk) -> list[tuple[str, int, str, str]]:
    bring_up_credit(intake.journal.engine, intake.journal.log)
    fact = CREDIT_FACT.c
    statement = select(fact.number, fact.version, fact.title, fact.state).where(fact.is_latest)
    with reading(intake.journal.engine) as connection:
        return [tuple(row) for row in connection.execute(statement.order_by(fact.number))]


def _title(intake: IntakeDesk) -> str:
    ((_, _, title, _),) = _facts(intake)
    return title


def _again(intake: IntakeDesk) -> None:
    """Make the facts anew: they must be the same."""
    before = _facts(intake)
    with transaction(intake.journal.engine) as connection:
        forget_credit(connection, intake.journal.log)
    assert _facts(intake) == before


def test_of_two_batches_at_once_the_one_that_came_later_counts(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take(intake, PENALTY, penalty(1, cf_wfxw="甲"), penalty(2))
    installation.clock.instant += DAY
    enter, clock = enter_batch, installation.clock

    def enter_after_another(*arguments: Any) -> CreditBatch:
        # Between its reading and its entry another batch is taken whole, which came in before it.
        monkeypatch.setattr(ENTER, enter)
        clock.instant -= timedelta(hours=1)
        _take(intake, PENALTY, penalty(1, cf_wfxw="乙"))
        clock.instant += timedelta(hours=1)
        return enter(*arguments)

    monkeypatch.setattr(ENTER, enter_after_another)
    later = _take(intake, PENALTY, penalty(1, cf_wfxw="甲"))

    assert later.state is BatchState.ACCEPTED
    assert [fact[1:3] for fact in _facts(intake)][:1] == [(3, "甲")]
    _again(intake)


def test_two_batches_at_once_that_say_the_same_make_one_version(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter = enter_batch

    def enter_after_another(*arguments: Any) -> CreditBatch:
        monkeypatch.setattr(ENTER, enter)
        _take(intake, PENALTY, penalty(1), penalty(2))
        return enter(*arguments)

    monkeypatch.setattr(ENTER, enter_after_another)
    _take(intake, PENALTY, penalty(1))

    assert [version for _, version, _, _ in _facts(intake)] == [1, 1]


def test_a_held_batch_that_is_released_late_changes_nothing_that_came_since(
    installation: Installation, intake: IntakeDesk
) -> None:
    old = penalty(1, cf_wfxw="旧")
    assert _take(intake, PENALTY, old, sent=DOUBT).state is BatchState.HELD
    installation.clock.instant += DAY
    _take(intake, PENALTY, penalty(1, cf_wfxw="新"))

    released = _release(intake, PENALTY, old)

    assert (released.state, released.accepted, released.duplicates) == (BatchState.ACCEPTED, 0, 1)
    assert _title(intake) == "新"
    _again(intake)


def test_an_old_whole_list_is_not_released_when_a_newer_one_came(
    installation: Installation, intake: IntakeDesk
) -> None:
    old = [defaulter(number) for number in range(10)]
    assert _take(intake, COURT, *old, sent=DOUBT).state is BatchState.HELD
    installation.clock.instant += DAY
    _take(intake, COURT, *old[:9])

    with pytest.raises(Conflict, match="would roll it back"):
        _release(intake, COURT, *old)

    assert len(_facts(intake)) == 9


def test_a_row_that_is_read_again_does_not_override_what_came_since(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [penalty(1, cf_wfxw="旧", cf_cflb="鞭刑"), penalty(1, cf_wsh="青农罚〔2026〕9号")]
    first = _take(intake, PENALTY, *rows)
    installation.clock.instant += DAY
    _take(intake, PENALTY, penalty(1, cf_wfxw="新"))
    monkeypatch.setitem(_words(), "鞭刑", _words()["罚款"])

    retried = retry_batch(intake, COLLEAGUE, first.id, csv_of(rows))

    assert retried is not None
    assert (retried.accepted, retried.duplicates) == (0, 1)
    assert "新" in [title for _, _, title, _ in _facts(intake)]
    _again(intake)


def test_a_row_that_lost_to_another_of_its_file_is_not_read_again(intake: IntakeDesk) -> None:
    rows = [penalty(1, cf_wfxw="甲"), penalty(1, cf_wfxw="乙")]
    first = _take(intake, PENALTY, *rows)
    assert (first.accepted, first.quarantined) == (1, 1)

    assert retry_batch(intake, COLLEAGUE, first.id, csv_of(rows)) is None

    assert [fact[1:3] for fact in _facts(intake)] == [(1, "甲")]


def test_rows_that_are_read_again_twice_are_one_batch(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [penalty(1, cf_cflb="鞭刑"), penalty(2)]
    first = _take(intake, PENALTY, *rows)
    monkeypatch.setitem(_words(), "鞭刑", _words()["罚款"])
    retried = retry_batch(intake, COLLEAGUE, first.id, csv_of(rows))
    # As a worker leaves it that dies before it closes the rows.
    with transaction(installation.engine) as connection:
        connection.execute(update(CREDIT_QUARANTINE).values(state="open"))

    again = retry_batch(intake, COLLEAGUE, first.id, csv_of(rows))

    assert retried is not None
    assert again is not None
    assert again.id == retried.id
    assert [version for _, version, _, _ in _facts(intake)] == [1, 1]


def test_rows_of_a_whole_list_are_not_read_again_when_a_newer_one_came(
    installation: Installation, intake: IntakeDesk
) -> None:
    rows = [defaulter(number) for number in range(10)]
    first = _take(intake, COURT, *rows[:9], defaulter(9, disrupttypename="欠揍"))
    installation.clock.instant += DAY
    _take(intake, COURT, *rows[:9])

    with pytest.raises(Conflict, match="count no more"):
        retry_batch(intake, COLLEAGUE, first.id, csv_of(rows))


def test_the_file_of_a_batch_stays_its_own_after_rows_of_it_were_read_again(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [penalty(1, cf_cflb="鞭刑"), penalty(2)]
    first = _take(intake, PENALTY, *rows)
    installation.clock.instant += DAY
    monkeypatch.setitem(_words(), "鞭刑", _words()["罚款"])
    retry_batch(intake, COLLEAGUE, first.id, csv_of(rows))

    assert _take(intake, PENALTY, *rows).id == first.id


def test_who_handed_a_batch_in_does_not_release_it(intake: IntakeDesk) -> None:
    _take(intake, PENALTY, penalty(1), sent=DOUBT)
    body = csv_of([penalty(1)])

    with pytest.raises(Conflict, match="another one has to"):
        take_batch(intake, AUTHORITY, PENALTY, body, door=Door.FILE, is_released=True)


def test_a_file_that_nobody_looked_at_is_not_released_by_saying_so(intake: IntakeDesk) -> None:
    feed = replace(PENALTY, rows_min=5, semantics=Semantics.DELTA)
    body = csv_of([penalty(1)])

    taken = take_batch(intake, AUTHORITY, feed, body, door=Door.FILE, is_released=True)

    assert taken.state is BatchState.HELD


def _words() -> dict[str, Any]:
    return code_lists().penalties._by_name
