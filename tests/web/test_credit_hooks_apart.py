"""One subscriber's program is no matter of another's: what is wrong with one stops no other."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from base.db import transaction
from credit.watching.positions import Position, write_position
from credit.watching.tables import CREDIT_HOOK, CREDIT_HOOK_DELIVERY
from tests.credit.samples import serious
from tests.receiving import Receiver, receiving
from tests.web.credit_world import hand_in
from tests.web.hook_world import (
    MORNING,
    bodies_of,
    deliver,
    keep_hook,
    open_to_hooks,
    state_of,
    watch,
)
from tests.web.house import House


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


def _actor(house: House, role: str) -> str:
    return house.services.key_ring.authenticate(house.keys[role]).id
