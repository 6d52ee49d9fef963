"""`manage.py capture`: the published documents, through the real door of a running installation."""

from collections.abc import Callable

import pytest

from jobs.client import connect
from jobs.key_files import operator_key_file, read_key_file
from tests import asking
from tests.live import LiveServer, manage
from tests.vectors import vectors_dir


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_every_valid_document_ends_in_the_ledger_and_no_invalid_one(
    database: str, request: pytest.FixtureRequest, new_live_server: Callable[..., LiveServer]
) -> None:
    documents = vectors_dir() / "epcis"
    settings = {}
    if database == "postgresql":
        settings["database_url"] = request.getfixturevalue("postgres_url")
    live = new_live_server(services=("serve",), **settings)
    words = ("--url", live.url, "--key", _producers_key(live))
    valid = sorted(map(str, (documents / "valid").glob("*.json")))
    invalid = sorted(map(str, (documents / "invalid").glob("*.json")))
    assert (len(valid), len(invalid)) >= (35, 8)

    before = _entries(live)
    taken = manage(live.env, "capture", *valid, *words)
    after = _entries(live)
    again = manage(live.env, "capture", *valid, *words)
    refused = manage(live.env, "capture", *invalid, *words)

    assert taken.returncode == 0, taken.stdout + taken.stderr
    assert len(taken.stdout.splitlines()) == len(valid)
    assert after - before >= len(valid)
    assert again.returncode == 0, again.stderr
    assert refused.returncode == 1
    blocks = refused.stderr.split(": refused (")
    assert len(blocks) == len(invalid) + 1
    assert all("epcisBody.eventList[" in block for block in blocks[1:])
    assert _entries(live) == after
    assert "nothing found" in live.manage("fsck")


def _entries(live: LiveServer) -> int:
    answer = asking.get(f"{live.url}/healthz")
    return int(answer.json()["entries"])


def _producers_key(live: LiveServer) -> str:
    key = read_key_file(operator_key_file(live.data_dir))
    with connect(live.url, key or "") as operator:
        named = {"uscc": "91130109MA0D5R7Y2T", "name_zh": "晴禾乳业", "kind": "plant"}
        party_id = operator.post("/api/v1/parties", {**named})["id"]
    words = ("key", "grant", "--role", "producer", "--party", str(party_id), "--label", "test")
    return live.manage(*words).split()[0]
