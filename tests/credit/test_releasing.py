"""A held batch: everything it is doubted for, its release by the numbers of today, its refusal."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import uuid4

import pytest

from base.db import reading
from base.errors import Busy, Conflict, InvalidInput
from credit.casework.trial import try_batch
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import BatchState, CreditBatch, Door, read_batch
from credit.intake.claiming import claim_batch
from credit.intake.desk import AS_IT_CAME
from credit.intake.refusing import refuse_batch
from credit.intake.taking import IntakeDesk, Sent, take_batch
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, defaulter, penalty
from tests.instances import Installation

UNSIGNED: Final = Sent(doubt="It is not signed.")


class Hands:
    """Somebody who hands in whole lists, and a colleague who releases them."""

    def __init__(self, installation: Installation, desk: IntakeDesk) -> None:
        self.installation, self.desk = installation, desk
        self.acts: list[tuple[str, Mapping[str, str], Mapping[str, str]]] = []
        self.released = 0

    def send(
        self, numbers: Iterable[int], *, sent: Sent = AS_IT_CAME, feed: str = "judgment_default"
    ) -> CreditBatch:
        self.installation.clock.instant += timedelta(hours=1)
        return self._take(csv_of(map(defaulter, numbers)), feed, sent=sent)

    def _take(self, body: bytes, feed: str, *, sent: Sent) -> CreditBatch:
        batch = take_batch(self.desk, AUTHORITY, FEEDS[feed], body, door=Door.PUSH, sent=sent)
        bring_up_credit(self.desk.journal.engine, self.desk.journal.log)
        return batch

    def release(self, numbers: Iterable[int]) -> CreditBatch:
        def told() -> None:
            self.released += 1

        body, feed = csv_of(map(defaulter, numbers)), FEEDS["judgment_default"]
        desk = replace(self.desk, on_release=told)
        batch = take_batch(desk, COLLEAGUE, feed, body, door=Door.PUSH, is_released=True)
        bring_up_credit(self.desk.journal.engine, self.desk.journal.log)
        return batch

    def refuse(self, batch: CreditBatch, *, by: object = COLLEAGUE, why: str = "测试文件") -> None:
        actor = AUTHORITY if by is AUTHORITY else COLLEAGUE
        refuse_batch(self.desk, actor, batch.id, reason=why, record=self.record)

    def record(self, kind: str, public: Mapping[str, str], authority: Mapping[str, str]) -> None:
        self.acts.append((kind, public, authority))

    def now(self, batch: CreditBatch) -> CreditBatch:
        with reading(self.desk.journal.engine) as connection:
            return read_batch(connection, batch.log, batch.id)


@pytest.fixture
def hands(sqlite_world_parts: tuple[Installation, IntakeDesk]) -> Hands:
    return Hands(*sqlite_world_parts)


def test_everything_that_is_odd_about_a_batch_is_told(hands: Hands) -> None:
    hands.send(range(10))

    held = hands.send(range(20, 45), sent=Sent(doubt="It is not signed.", rows=26))

    assert held.message == (
        "It is not signed. It has 25 rows, and its sender says 26."
        " It has 25 rows; the largest one before had 10."
        " It would end 10 of 10 records: are rows missing?"
    )


def test_a_release_goes_by_the_numbers_of_today_and_not_by_those_that_were_told(
    hands: Hands,
) -> None:
    hands.send(range(10))
    hands.send(range(20), sent=UNSIGNED)
    short = hands.send(range(9), sent=UNSIGNED)
    hands.release(range(20))

    with pytest.raises(Conflict, match="it stays held"):
        hands.release(range(9))
    again = hands.now(short)

    assert (short.ended, short.message) == (1, "It is not signed.")
    assert (again.state, again.ended, again.released_by) == (BatchState.HELD, 11, None)
    assert again.message == "It is not signed. It would end 11 of 20 records: are rows missing?"
    assert hands.released == 1

    taken = hands.release(range(9))

    assert (taken.state, taken.ended, hands.released) == (BatchState.ACCEPTED, 11, 2)


def test_a_doubt_that_was_told_does_not_hold_a_batch_twice(hands: Hands) -> None:
    hands.send(range(10))
    hands.send(range(5))

    taken = hands.release(range(5))

    assert (taken.state, hands.released) == (BatchState.ACCEPTED, 1)
    assert taken.message == "It would end 5 of 10 records: are rows missing?"


def test_a_batch_that_its_sender_signs_later_keeps_no_doubt(hands: Hands) -> None:
    hands.send(range(3), sent=Sent(rows=5, signer=uuid4()))

    taken = hands.send(range(3), sent=Sent(rows=3, signer=uuid4()))

    assert (taken.state, taken.message) == (BatchState.ACCEPTED, "")


def test_a_whole_list_that_a_wrong_one_followed_can_be_handed_in_again(hands: Hands) -> None:
    right = hands.send(range(10))
    wrong = hands.send(range(50, 60))
    hands.release(range(50, 60))
    body = csv_of(map(defaulter, range(10)))
    feed = FEEDS["judgment_default"]
    bring_up_credit(hands.desk.journal.engine, hands.desk.journal.log)

    trial = try_batch(hands.desk, AUTHORITY, feed, body, rows_max=5)
    back = take_batch(hands.desk, AUTHORITY, feed, body, door=Door.FILE)

    assert wrong.state is BatchState.HELD
    assert (trial.same, trial.batch.ended) == (None, 10)
    assert back.id != right.id
    assert back.message == trial.doubt


@pytest.mark.parametrize("by", ["colleague", "sender"])
def test_a_held_batch_is_refused_with_a_reason_and_its_file_may_come_again(
    hands: Hands, by: str
) -> None:
    held = hands.send(range(3), sent=UNSIGNED)

    hands.refuse(held, by=AUTHORITY if by == "sender" else COLLEAGUE, why=" 测试  文件 ")
    refused, again = hands.now(held), hands.send(range(3))

    assert (refused.state, refused.claim, refused.seq) == (BatchState.REFUSED, None, None)
    assert (
        refused.message
        == {
            "colleague": "A person refused it: 测试 文件",
            "sender": "Whoever handed it in took it back: 测试 文件",
        }[by]
    )
    assert hands.acts == [
        (
            "credit_batch_refused",
            {"batch": str(held.id)},
            {"reason": "测试 文件", "doubt": "It is not signed."},
        )
    ]
    assert (again.state, again.id != held.id) == (BatchState.ACCEPTED, True)


def _accepted(hands: Hands) -> CreditBatch:
    return hands.send(range(3))


def _refused(hands: Hands) -> CreditBatch:
    held = hands.send(range(3), sent=UNSIGNED)
    hands.refuse(held)
    hands.acts.clear()
    return held


@pytest.mark.parametrize("made", [_accepted, _refused])
def test_only_a_held_batch_is_refused(hands: Hands, made: Callable[[Hands], CreditBatch]) -> None:
    batch = made(hands)

    with pytest.raises(Conflict, match="only a held one is refused"):
        hands.refuse(batch)

    assert hands.acts == []


def test_a_batch_is_not_refused_without_a_reason_or_while_somebody_is_at_it(hands: Hands) -> None:
    held = hands.send(range(3), sent=UNSIGNED)

    with pytest.raises(InvalidInput, match="Say why"):
        hands.refuse(held, why="  ")
    assert claim_batch(hands.desk, held) is not None
    with pytest.raises(Busy):
        hands.refuse(held)

    assert (hands.now(held).state, hands.acts) == (BatchState.HELD, [])


def test_what_could_not_be_read_whole_leaves_the_desk_too(hands: Hands) -> None:
    body = csv_of([penalty(1), penalty(2)])[:-30]
    feed = FEEDS["penalty"]
    torn = take_batch(hands.desk, AUTHORITY, feed, body, door=Door.PUSH, sent=AS_IT_CAME)

    hands.refuse(torn)

    assert torn.state is BatchState.HELD
    assert hands.now(torn).state is BatchState.REFUSED
