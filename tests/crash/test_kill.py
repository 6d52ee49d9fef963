"""The web server killed with SIGKILL in the middle of a load: what it acknowledged is there, whole.

The same data folder over all rounds, so that what one recovery leaves is what the next starts from.
"""

import random

import pytest

from ledger.opening import DEFAULT_LOG
from tests.checking import check_ledger
from tests.crash.load import DOCUMENT_EVENTS
from tests.crash.victim import (
    WAIT_S,
    NewLiveServer,
    check_everything,
    engine_of,
    fsck,
    kill,
    load_of,
    verifiers_of,
)
from tests.waiting import wait_until

pytestmark = pytest.mark.crash


ROUNDS = 20


def test_a_killed_web_server_loses_nothing_that_it_acknowledged(
    new_live_server: NewLiveServer, database: dict[str, str]
) -> None:
    live = new_live_server(services=("serve",), **database)
    engine = engine_of(live)
    load = load_of(live, engine)
    chance = random.Random(20261122)  # noqa: S311 -- the same moments in every run

    for number in range(ROUNDS):
        enough = len(load.acknowledged) + chance.randrange(1, 60)
        with load.running():
            wait_until(lambda: len(load.acknowledged) >= enough, WAIT_S, "a load")  # noqa: B023 -- called at once
            kill(live, "serve")
        live.start("serve")
        live.wait_until_healthy()
        check_everything(engine, load)
        load.retry_unanswered()
        if number % 5 == 4:
            check_ledger(engine, DEFAULT_LOG, verifiers_of(engine))

    check_everything(engine, load)
    report = fsck(live)
    events = sum(len(request.items) for request in load.acknowledged)
    assert report["findings"] == []
    # Entry 0 opens the log, two keys were granted; everything else is the load's.
    assert report["size"] == 3 + events
    assert sum(len(request.items) == DOCUMENT_EVENTS for request in load.acknowledged) >= ROUNDS
    engine.dispose()
