"""An installation to be killed, and the check of everything that it acknowledged."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, text

from base.db import open_engine, reading
from base.processes import kill_group
from ledger.note import VerifierKey
from ledger.opening import DEFAULT_LOG, read_verifiers
from tests.crash.load import Load
from tests.live import LiveServer
from tests.parties.samples import new_party

WAIT_S = 60


NewLiveServer = Callable[..., LiveServer]


def engine_of(live: LiveServer) -> Engine:
    path = live.data_dir / "suxin.db"
    return open_engine(live.env.get("SUXIN_DATABASE_URL", f"sqlite:///{path}"))


def load_of(live: LiveServer, engine: Engine) -> Load:
    party = new_party(engine)
    words = ("key", "grant", "--role", "producer", "--party", str(party), "--label", "load")
    return Load(url=live.url, api_key=live.manage(*words).strip())


def verifiers_of(engine: Engine) -> tuple[VerifierKey, ...]:
    with reading(engine) as connection:
        return read_verifiers(connection, DEFAULT_LOG)


def kill(live: LiveServer, service: str) -> None:
    kill_group(live.services[service].pid)
    live.services[service].wait(WAIT_S)


def places_of(engine: Engine) -> dict[str, list[int]]:
    """Return the entries that name each thing, read from the evidence and not from the index."""
    found: dict[str, list[int]] = {}
    with engine.connect() as connection:
        for seq, body in connection.execute(text("SELECT seq, chain_body FROM ledger_payload")):
            leaves = {} if body is None else json.loads(bytes(body))
            if "/event/epcList#0" in leaves:
                found.setdefault(leaves["/event/epcList#0"], []).append(seq)
    return found


def check_everything(engine: Engine, load: Load) -> None:
    places = places_of(engine)
    for request, first_seq in load.acknowledged.items():
        # Every entry is where its receipt says, and nowhere else.
        assert [places.get(item) for item in request.items] == [
            [first_seq + offset] for offset in range(len(request.items))
        ]
    for request in load.unanswered:
        recorded = [item for item in request.items if item in places]
        assert recorded in ([], list(request.items))


def fsck(live: LiveServer) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(live.manage("fsck", "--json"))
    return report
