"""Processes killed with SIGKILL in the middle of a load: what was acknowledged is there, whole.

The same data folder over all rounds, so that what one recovery leaves is what the next starts from.
"""

import json
import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from base.db import open_engine, reading
from base.processes import kill_group
from ledger.note import VerifierKey
from ledger.opening import DEFAULT_LOG, read_verifiers
from tests.checking import check_ledger
from tests.crash.load import DOCUMENT_EVENTS, Load
from tests.live import LiveServer
from tests.parties.samples import new_party
from tests.waiting import wait_until

pytestmark = pytest.mark.crash

ROUNDS = 20
SEALER_ROUNDS = 6
_WAIT_S = 60

NewLiveServer = Callable[..., LiveServer]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """Give the settings of a database that outlives the killed process."""
    if request.param == "sqlite":
        return {}
    return {"database_url": str(request.getfixturevalue("postgres_url"))}


def _engine_of(live: LiveServer) -> Engine:
    path = live.data_dir / "suxin.db"
    return open_engine(live.env.get("SUXIN_DATABASE_URL", f"sqlite:///{path}"))


def _load_of(live: LiveServer, engine: Engine) -> Load:
    party = new_party(engine)
    words = ("key", "grant", "--role", "producer", "--party", str(party), "--label", "load")
    return Load(url=live.url, api_key=live.manage(*words).strip())


def _verifiers(engine: Engine) -> tuple[VerifierKey, ...]:
    with reading(engine) as connection:
        return read_verifiers(connection, DEFAULT_LOG)


def _kill(live: LiveServer, service: str) -> None:
    kill_group(live.services[service].pid)
    live.services[service].wait(_WAIT_S)


def _places(engine: Engine) -> dict[str, list[int]]:
    """Return the entries that name each thing, read from the evidence and not from the index."""
    found: dict[str, list[int]] = {}
    with engine.connect() as connection:
        for seq, body in connection.execute(text("SELECT seq, chain_body FROM ledger_payload")):
            leaves = {} if body is None else json.loads(bytes(body))
            if "/event/epcList#0" in leaves:
                found.setdefault(leaves["/event/epcList#0"], []).append(seq)
    return found


def _check_everything(engine: Engine, load: Load) -> None:
    places = _places(engine)
    for request, first_seq in load.acknowledged.items():
        # Every entry is where its receipt says, and nowhere else.
        assert [places.get(item) for item in request.items] == [
            [first_seq + offset] for offset in range(len(request.items))
        ]
    for request in load.unanswered:
        recorded = [item for item in request.items if item in places]
        assert recorded in ([], list(request.items))


def _fsck(live: LiveServer) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(live.manage("fsck", "--json"))
    return report


def test_a_killed_web_server_loses_nothing_that_it_acknowledged(
    new_live_server: NewLiveServer, database: dict[str, str]
) -> None:
    live = new_live_server(services=("serve",), **database)
    engine = _engine_of(live)
    load = _load_of(live, engine)
    chance = random.Random(20261122)  # noqa: S311 -- the same moments in every run

    for number in range(ROUNDS):
        enough = len(load.acknowledged) + chance.randrange(1, 60)
        with load.running():
            wait_until(lambda: len(load.acknowledged) >= enough, _WAIT_S, "a load")  # noqa: B023 -- called at once
            _kill(live, "serve")
        live.start("serve")
        live.wait_until_healthy()
        _check_everything(engine, load)
        load.retry_unanswered()
        if number % 5 == 4:
            check_ledger(engine, DEFAULT_LOG, _verifiers(engine))

    _check_everything(engine, load)
    report = _fsck(live)
    events = sum(len(request.items) for request in load.acknowledged)
    assert report["findings"] == []
    # Entry 0 opens the log, two keys were granted; everything else is the load's.
    assert report["size"] == 3 + events
    assert sum(len(request.items) == DOCUMENT_EVENTS for request in load.acknowledged) >= ROUNDS
    engine.dispose()


def test_a_killed_sealer_leaves_only_whole_checkpoints(
    new_live_server: NewLiveServer, database: dict[str, str]
) -> None:
    live = new_live_server(services=("serve", "seal"), seal_interval_ms="50", **database)
    engine = _engine_of(live)
    load = _load_of(live, engine)

    def newest() -> int:
        answer = httpx.get(f"{live.url}/ledger/checkpoint")
        return int(answer.text.split("\n")[1])

    with load.running():
        for _ in range(SEALER_ROUNDS):
            before = newest()
            wait_until(lambda: newest() > before + 5, _WAIT_S, "a newer checkpoint")  # noqa: B023 -- called at once
            _kill(live, "seal")
            live.start("seal")
    wait_until(lambda: newest() == _head(engine), _WAIT_S, "the checkpoint of the last entry")

    _check_everything(engine, load)
    check_ledger(engine, DEFAULT_LOG, _verifiers(engine))
    report = _fsck(live)
    assert report["findings"] == []
    assert report["checkpoints"] > SEALER_ROUNDS
    engine.dispose()


def _head(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text("SELECT size FROM ledger_head")).scalar_one())
