import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from trace.query import PARAMETERS
from uuid import UUID

import pytest

from jobs.client import connect
from jobs.key_files import operator_key_file, read_key_file
from parties.access import Action, Allowed, Subject, may, visible_parts
from parties.actors import ANONYMOUS, Actor, Role, actor_of_key
from tests.docs.pages import ROOT, blocks_of, quoted_in
from tests.live import LiveServer
from web.app import API_BLUEPRINTS
from web.errors import STATUS_OF_ERROR

PAGE = ROOT / "docs/api.md"
_ROW = re.compile(
    r"^\| `(\w+)`[^|\n]*\|([^|\n]*)\|([^|\n]*)\|([^|\n]*)\|([^|\n]*)\|([^|\n]*)\|$", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    url: str
    key: str


@pytest.fixture(scope="module")
def sender(live_server: LiveServer) -> Sender:
    """Register the dairy of the examples on the live server and give it a key."""
    operator_key = read_key_file(operator_key_file(live_server.data_dir))
    with connect(live_server.url, operator_key or "") as operator:
        named = {"uscc": "91130109MA0D5R7Y2T", "name_zh": "晴禾乳业", "kind": "plant"}
        party_id = operator.post("/api/v1/parties", {**named})["id"]
        site = {"party_id": party_id, "uri": "https://id.gs1.org/414/6959990700022"}
        operator.post("/api/v1/sites", {**site, "name_zh": "工厂"})
    words = ("key", "grant", "--role", "producer", "--party", str(party_id), "--label", "docs")
    return Sender(url=live_server.url, key=live_server.manage(*words).split()[0])


def test_the_curl_examples_of_the_page_work(sender: Sender) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    env = {**os.environ, "URL": sender.url, "KEY": sender.key}

    answers = [
        subprocess.run(
            ["bash", "-euc", block], cwd=ROOT, env=env, capture_output=True, text=True, check=True
        ).stdout
        for block in blocks_of(PAGE, "sh")
    ]

    capture, query, evidence = answers
    events = json.loads(query)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert json.loads(capture)["success"] is True
    assert [event["epcList"] for event in events] == [
        ["https://id.gs1.org/01/06959990701029/21/HELLO1"]
    ]
    assert evidence.startswith("suxin.local/log/1\n")


def test_the_client_of_the_page_records_and_fetches_a_proof(
    sender: Sender, live_server: LiveServer, tmp_path: Path
) -> None:
    (program,) = blocks_of(PAGE, "python")
    (tmp_path / "client.py").write_text(program, encoding="utf-8")
    document = (ROOT / "docs/examples/event.json").read_text(encoding="utf-8")
    (tmp_path / "own.json").write_text(document.replace("HELLO1", "HELLO2"), encoding="utf-8")

    said = subprocess.run(
        [sys.executable, "client.py", sender.url, sender.key, "own.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert json.loads(said)["count"] == 1
    with connect(sender.url, "") as anybody:
        vkey = anybody.http.get(f"{sender.url}/ledger/key").text.strip()
    checked = subprocess.run(
        [sys.executable, "-m", "ledger.verify", str(tmp_path / "proof.json"), "--key", vkey],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "HELLO2" in checked


def test_the_client_says_what_was_refused(sender: Sender, tmp_path: Path) -> None:
    (program,) = blocks_of(PAGE, "python")
    (tmp_path / "client.py").write_text(program, encoding="utf-8")
    (tmp_path / "wrong.json").write_text('{"type": "EPCISDocument"}', encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "client.py", sender.url, sender.key, "wrong.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "schemaVersion: is required" in done.stderr


def _actors() -> list[Actor]:
    keys = [
        actor_of_key(
            key_id=UUID(int=1), role=role, party_id=UUID(int=2) if role is Role.PRODUCER else None
        )
        for role in (Role.PRODUCER, Role.AUTHORITY, Role.AUDITOR, Role.OPERATOR)
    ]
    return [ANONYMOUS, *keys]


def test_the_table_of_rights_is_the_one_of_the_code() -> None:
    own = Subject(party_ids=frozenset({UUID(int=2)}))
    decided = {
        action.value: [isinstance(may(actor, action, own), Allowed) for actor in _actors()]
        for action in Action
    }

    written = {
        name: [bool(cell.strip()) for cell in cells]
        for name, *cells in _ROW.findall(PAGE.read_text(encoding="utf-8"))
    }

    assert written == decided


def test_the_parts_of_the_page_are_those_of_the_code() -> None:
    own = Subject(party_ids=frozenset({UUID(int=2)}))
    anonymous, producer, authority, auditor, operator = _actors()

    assert visible_parts(anonymous) == visible_parts(operator) == {"public"}
    assert visible_parts(producer) == {"public"}
    assert visible_parts(producer, own) == {"public", "chain"}
    assert visible_parts(authority) == visible_parts(auditor) == {"public", "chain", "authority"}


def test_every_filter_and_no_other_is_on_the_page() -> None:
    named = {word for word in quoted_in(PAGE) if re.match(r"(EQ|GE|LT|MATCH)_|eventType$", word)}

    assert named == set(PARAMETERS)


def test_every_error_a_caller_may_meet_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")

    for error, status in STATUS_OF_ERROR.items():
        if status != 500 and error.code != "verification_failed":
            assert f"| {status} | `{error.code}` |" in text


def test_every_group_of_operations_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert {one.url_prefix for one in API_BLUEPRINTS if one.url_prefix} == {
        prefix for prefix in ("/epcis", "/ledger", "/api/v1") if f"`{prefix}/" in text
    }
