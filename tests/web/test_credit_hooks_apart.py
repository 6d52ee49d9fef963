"""One subscriber's program is no matter of another's: what is wrong with one stops no other."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from base.db import reading, transaction
from credit.folding.projector import bring_up_credit
from credit.watching.deliveries import due_hooks
from credit.watching.hooks import Stopped
from credit.watching.positions import Position, write_position
from credit.watching.tables import CREDIT_HOOK, CREDIT_HOOK_DELIVERY
from tests.credit.samples import serious
from tests.receiving import Receiver, receiving
from tests.web.credit_world import hand_in
from tests.web.hook_world import (
    HOOK,
    MORNING,
    bodies_of,
    deliver,
    json_of,
    keep_hook,
    open_to_hooks,
    state_of,
    watch,
)
from tests.web.house import House
from tests.web.issuing_world import send


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving("/changes") as found:
        yield found


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[House]:
    yield from open_to_hooks(sqlite_url, tmp_path)


def test_what_was_told_from_a_ledger_further_on_is_no_news_and_stops_no_other(
    house: House, receiver: Receiver
) -> None:
    for role in ("producer", "authority"):
        watch(house, 1, role=role)
        keep_hook(house, f"{receiver.url}?{role}", role=role)
    ahead = write_position(Position(seq=1 << 40, day=MORNING.date(), night=MORNING.date()))
    with transaction(house.services.engine) as connection:
        own = update(CREDIT_HOOK).where(CREDIT_HOOK.c.url.endswith("producer"))
        connection.execute(own.values(told=ahead))
    hand_in(house, "serious_listing", serious(1))

    deliver(house)

    assert len(bodies_of(receiver)) == 1
    assert len(state_of(house)["deliveries"]) == 1


def test_a_delivery_that_is_gone_meanwhile_stops_no_other(house: House, receiver: Receiver) -> None:
    for role in ("producer", "authority"):
        watch(house, 1, role=role)
        keep_hook(house, receiver.url, role=role)
    receiver.status = 500
    hand_in(house, "serious_listing", serious(1))
    deliver(house)
    own = CREDIT_HOOK_DELIVERY.c.actor == _actor(house, "producer")
    with transaction(house.services.engine) as connection:
        connection.execute(delete(CREDIT_HOOK_DELIVERY).where(own))
    receiver.status = 204
    house.clock.instant += timedelta(minutes=2)

    deliver(house)

    assert len(bodies_of(receiver)) == 3
    assert [one["outcome"] for one in state_of(house)["deliveries"]] == ["HTTP 204"]


@pytest.fixture
def narrow(database_url: str, tmp_path: Path) -> Iterator[House]:
    """Give a house that looks at one hook in a run."""
    yield from open_to_hooks(database_url, tmp_path, hooks_run_max=1)


def test_of_two_that_always_have_news_each_has_its_turn(narrow: House, receiver: Receiver) -> None:
    house = narrow
    for role in ("producer", "authority"):
        watch(house, 1, 2, role=role)
        keep_hook(house, receiver.url, role=role)
        house.clock.instant += timedelta(seconds=1)
    hand_in(house, "serious_listing", serious(1))
    deliver(house)
    hand_in(house, "serious_listing", serious(2))
    house.clock.instant += timedelta(seconds=1)

    deliver(house)

    assert len(state_of(house, role="producer")["deliveries"]) == 1
    assert len(state_of(house, role="authority")["deliveries"]) == 1


def test_who_was_told_everything_is_not_looked_at_until_credit_goes_on(
    house: House, receiver: Receiver
) -> None:
    watch(house, 1)
    keep_hook(house, receiver.url)
    hand_in(house, "serious_listing", serious(1))
    deliver(house)

    idle = _due(house)
    hand_in(house, "serious_listing", serious(2))
    deliver(house)
    looked = _due(house)
    house.clock.instant += timedelta(days=1)

    assert (idle, looked, _due(house)) == (0, 0, 1)
    assert len(bodies_of(receiver)) == 1


@pytest.fixture
def brief(sqlite_url: str, tmp_path: Path) -> Iterator[House]:
    """Give a house that reads no batch before it tells anybody."""
    yield from open_to_hooks(sqlite_url, tmp_path, credit_backlog_max=0)


def test_a_batch_of_a_city_is_read_by_others_and_told_by_a_later_run(
    brief: House, receiver: Receiver
) -> None:
    watch(brief, 1)
    keep_hook(brief, receiver.url)
    hand_in(brief, "serious_listing", serious(1))
    deliver(brief)
    early = len(bodies_of(receiver))

    bring_up_credit(brief.services.engine, brief.services.log)
    deliver(brief)

    assert (early, len(bodies_of(receiver))) == (0, 1)


def _due(house: House) -> int:
    parts = house.services
    with reading(parts.engine) as connection:
        return len(due_hooks(connection, parts.log, now=parts.clock.now(), rows_max=9))


def _actor(house: House, role: str) -> str:
    return house.services.key_ring.authenticate(house.keys[role]).id


@pytest.mark.parametrize("whose", ["another's key", "a key that watches nothing"])
def test_whose_right_is_another_one_by_now_hears_nothing(
    house: House, receiver: Receiver, whose: str
) -> None:
    keep_hook(house, receiver.url)
    json_of(send(house, "POST", f"{HOOK}/test", role="authority"))
    producer, auditor = (
        house.services.key_ring.authenticate(house.keys[role]) for role in ("producer", "auditor")
    )
    other = {"another's key": {"key_id": producer.key_id}}.get(
        whose, {"key_id": auditor.key_id, "actor": auditor.id}
    )
    with transaction(house.services.engine) as connection:
        connection.execute(update(CREDIT_HOOK).values(**other))

    deliver(house)

    assert receiver.got == []
    with reading(house.services.engine) as connection:
        assert connection.execute(select(CREDIT_HOOK.c.stopped)).scalar_one() == Stopped.RIGHT


def test_a_try_that_may_still_run_is_not_made_once_more(
    sqlite_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    # A worker may have died in the middle of one: its program has 60 seconds to answer.
    for house in open_to_hooks(sqlite_url, tmp_path, hook_wait_max_s=60):
        watch(house, 1)
        keep_hook(house, receiver.url)
        hand_in(house, "serious_listing", serious(1))
        receiver.status, tries = 503, list[int]()

        for seconds in (0, 119, 1):
            house.clock.instant += timedelta(seconds=seconds)
            deliver(house)
            tries.append(len(receiver.got))

        assert tries == [1, 1, 2]
