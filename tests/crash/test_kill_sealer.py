"""The sealer killed with SIGKILL: every checkpoint is whole, and the next sealer goes on."""

import pytest
from sqlalchemy import Engine, text

from base.db import reading
from ledger.opening import DEFAULT_LOG
from tests import asking
from tests.checking import check_ledger
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

SEALER_ROUNDS = 6


def test_a_killed_sealer_leaves_only_whole_checkpoints(
    new_live_server: NewLiveServer, database: dict[str, str]
) -> None:
    live = new_live_server(services=("serve", "seal"), seal_interval_ms="50", **database)
    engine = engine_of(live)
    load = load_of(live, engine)

    def newest() -> int:
        answer = asking.get(f"{live.url}/ledger/checkpoint")
        return int(answer.text.split("\n")[1])

    with load.running():
        for _ in range(SEALER_ROUNDS):
            before = newest()
            wait_until(lambda: newest() > before + 5, WAIT_S, "a newer checkpoint")  # noqa: B023 -- called at once
            kill(live, "seal")
            live.start("seal")
    wait_until(lambda: newest() == _head(engine), WAIT_S, "the checkpoint of the last entry")

    check_everything(engine, load)
    check_ledger(engine, DEFAULT_LOG, verifiers_of(engine))
    report = fsck(live)
    assert report["findings"] == []
    assert report["checkpoints"] > SEALER_ROUNDS
    engine.dispose()


def _head(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text("SELECT size FROM ledger_head")).scalar_one())
