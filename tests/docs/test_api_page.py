import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from trace.query import PARAMETERS
from uuid import UUID

import pytest
from werkzeug.exceptions import HTTPException, default_exceptions

from jobs.client import connect
from jobs.demo.register import PRODUCTS
from jobs.key_files import operator_key_file, read_key_file
from parties.access import Action, Allowed, Subject, may, visible_parts
from parties.actors import ANONYMOUS, Actor, Role, actor_of_key
from schemas.epcis import DocumentLimits, event_namespaces, read_document
from schemas.profiles.registry import check_event
from tests.docs.pages import ROOT, blocks_of, quoted_in
from tests.live import LiveServer, start_live_server
from tests.ports import find_free_port
from web.app import API_BLUEPRINTS
from web.errors import STATUS_OF_ERROR, answer_of

PAGE = ROOT / "docs/api.md"
_ROW = re.compile(
    r"^\| `(\w+)`[^|\n]*\|([^|\n]*)\|([^|\n]*)\|([^|\n]*)\|([^|\n]*)\|([^|\n]*)\|$", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    url: str
    key: str


@pytest.fixture(scope="module")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """An installation of its own: the page's dairy bears the credit code of the demonstration's."""
    live = start_live_server(tmp_path_factory.mktemp("page"), find_free_port())
    yield live
    live.stop()


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
    assert [event["outputEPCList"] for event in events] == [
        ["https://id.gs1.org/01/06959990701029/21/HELLO1"]
    ]
    assert evidence.startswith("suxin.local/log/1\n")


def test_the_example_says_all_that_is_asked_of_the_demonstrations_yoghurt() -> None:
    document = read_document(
        (ROOT / "docs/examples/event.json").read_bytes(), limits=DocumentLimits()
    )
    (event,) = document.events

    checked = check_event(
        event,
        event_namespaces(event, document.namespaces),
        class_code=PRODUCTS["yoghurt_cup"].class_code,
    )

    assert event["outputEPCList"] == [f"{PRODUCTS['yoghurt_cup'].uri}/21/HELLO1"]
    assert checked is not None
    assert checked.findings == ()


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
        [sys.executable, "-m", "ledger.verify", str(tmp_path / "suxin-proof.json"), "--key", vkey],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "HELLO2" in checked


def run_client(sender: Sender, folder: Path, name: str) -> "subprocess.CompletedProcess[str]":
    (program,) = blocks_of(PAGE, "python")
    (folder / "client.py").write_text(program, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "client.py", sender.url, sender.key, name],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_client_takes_another_document_of_the_same_name(sender: Sender, tmp_path: Path) -> None:
    document = (ROOT / "docs/examples/event.json").read_text(encoding="utf-8")
    counts = []
    for serial in ("HELLO3", "HELLO4", "HELLO4"):
        text = document.replace("HELLO1", serial)
        (tmp_path / "today.json").write_text(text, encoding="utf-8")
        done = run_client(sender, tmp_path, "today.json")
        counts.append((done.returncode, json.loads(done.stdout)["firstSeq"]))

    assert [code for code, _ in counts] == [0, 0, 0]
    assert counts[0][1] != counts[1][1] == counts[2][1]


def test_the_client_fails_where_a_worker_found_the_document_wrong(tmp_path: Path) -> None:
    job = {
        "captureID": "1",
        "running": False,
        "success": False,
        "receipt": {"log": None, "firstSeq": None, "count": 0},
        "errors": [{"path": "epcisBody.eventList[3].action", "title": "is required"}],
    }
    (tmp_path / "late.json").write_text("{}", encoding="utf-8")
    with answering(json.dumps(job).encode()) as url:
        done = run_client(Sender(url=url, key="sx_1"), tmp_path, "late.json")

    assert done.returncode == 1
    assert "epcisBody.eventList[3].action: is required" in done.stderr
    assert not (tmp_path / "suxin-proof.json").exists()


@contextmanager
def answering(body: bytes) -> Iterator[str]:
    """Serve one answer to every POST: what a server says of a job that has ended badly."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(202)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is the library's
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
        code = "internal" if status == 500 else error.code
        assert f"| {status} | `{code}`" in text
    for status in (405, 415):
        assert f"| {status} | `{answer_of(abort_of(status)).code}`" in text


def abort_of(status: int) -> HTTPException:
    return default_exceptions[status]()


def test_every_group_of_operations_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert {one.url_prefix for one in API_BLUEPRINTS if one.url_prefix} == {
        prefix for prefix in ("/epcis", "/ledger", "/api/v1") if f"`{prefix}/" in text
    }
