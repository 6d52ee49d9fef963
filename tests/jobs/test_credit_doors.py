"""Doors that nobody knocks at: a folder for each sender, addresses that are asked, long files."""

import base64
import contextlib
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update

from base.config import Settings
from base.db import reading, transaction
from base.errors import InvalidInput
from credit.feeds.registry import FEEDS
from credit.intake.batches import BatchState, CreditBatch, Door, list_batches
from credit.intake.desk import AS_IT_CAME
from credit.intake.dropping import SETTLES_AFTER, at_folder, make_folders
from credit.intake.fetching import FetchLimits, fetch
from credit.intake.files import FOLDER as KEPT
from credit.intake.files import keep_pieces
from credit.intake.handing import HandingDesk, plan_batch, progress_of
from credit.intake.senders import Sender, add_sender, revoke_sender, signed_bytes
from credit.intake.sources import Source, SourceRequest, add_source, end_source, list_sources
from credit.tables import CREDIT_SOURCE
from jobs.credit_doors import ask_sources, look_at_folders, look_at_sources, take_dropped
from jobs.credit_files import sweep_batch_files
from jobs.instance import Instance
from jobs.tasks import intake_desk, run_task
from parties.tables import TASK
from parties.tasks import TaskState
from tests.credit.samples import AUTHORITY, csv_of, penalty
from tests.jobs.workshop import open_installed

KEY = Ed25519PrivateKey.from_private_bytes(bytes([3] * 32))


@dataclass(slots=True, kw_only=True)
class Yard:
    """A worker's instance, and a sender with a folder of its own."""

    parts: Instance
    sender: Sender
    inside: Path

    def leave(self, name: str, body: bytes, *, rows: int | None = None, old: bool = False) -> Path:
        """Leave a file, signed where its rows are told, as if written long ago where `old`."""
        path = self.inside / "penalty" / name
        path.write_bytes(body)
        if rows is not None:
            signature = base64.b64encode(KEY.sign(signed_bytes("penalty", rows, body))).decode()
            told = json.dumps({"rows": rows, "signature": signature})
            path.with_name(f"{name}.sig").write_text(told)
        if old:
            long_ago = path.stat().st_mtime - SETTLES_AFTER.total_seconds() - 5
            os.utime(path, (long_ago, long_ago))
        return path

    def put(self, place: str) -> dict[str, str]:
        """Return what lies in one of the folders, by the end of its name."""
        folder = self.inside.parent / place / "penalty"
        found = sorted(folder.iterdir()) if folder.is_dir() else []
        return {
            one.name.partition("Z-")[2][9:]: one.read_text("utf-8-sig", "replace") for one in found
        }

    def batches(self) -> list[CreditBatch]:
        with reading(self.parts.engine) as connection:
            log = self.parts.desk.journal.log
            return list_batches(connection, log, feed=None, state=None, rows_max=10)


@pytest.fixture
def yard(sqlite_url: str, tmp_path: Path) -> Iterator[Yard]:
    settings = Settings(data_dir=tmp_path, database_url=sqlite_url, hooks_private_allowed=1)
    parts = open_installed(settings)
    sender = add_sender(
        parts.engine,
        name="青岛市农业农村局",
        feeds=["penalty", "permit"],
        public_key=KEY.public_key().public_bytes_raw(),
        now=parts.clock.now(),
        record=lambda *_: None,
    )
    inside = make_folders(settings.effective_files_dir, sender)
    yield Yard(parts=parts, sender=sender, inside=inside)
    parts.engine.dispose()


@pytest.mark.parametrize("made_at", ["2026-03-02T01:00:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_that_is_written_otherwise_signs_nothing(yard: Yard, made_at: str) -> None:
    path = yard.leave("三月.csv", csv_of([penalty(1)]), rows=1)
    signature = path.with_name("三月.csv.sig")
    told = json.loads(signature.read_text())
    signature.write_text(json.dumps({**told, "made_at": made_at}))

    take_dropped()

    (batch,) = yard.batches()
    assert (batch.state, batch.message) == (BatchState.HELD, "It is not signed.")


def test_a_signed_file_is_taken_and_put_away_with_its_report(yard: Yard) -> None:
    yard.leave("三月.csv", csv_of([penalty(1), penalty(2, cf_jdrq="2022-09-31")]), rows=2)

    take_dropped()

    (batch,) = yard.batches()
    assert (batch.state, batch.door, batch.accepted) == (BatchState.ACCEPTED, Door.DROP, 1)
    assert (batch.signer_id, batch.actor) == (yard.sender.id, f"sender:{yard.sender.id}")
    done = yard.put("done")
    assert sorted(done) == ["三月.csv", "三月.csv.report.csv", "三月.csv.sig", "三月.csv.txt"]
    assert "3,cf_jdrq,no_such_day" in done["三月.csv.report.csv"]
    assert done["三月.csv.txt"].startswith("accepted\nbatch ")
    assert list((yard.inside / "penalty").iterdir()) == []


def test_a_file_that_is_held_for_its_rows_has_a_report_of_them_beside_it(yard: Yard) -> None:
    yard.leave("bad.csv", csv_of([penalty(1, cf_jdrq="2022-09-31")]), rows=1)

    take_dropped()

    held = yard.put("held")
    assert "None of its rows was understood." in held["bad.csv.txt"]
    assert "2,cf_jdrq,no_such_day" in held["bad.csv.report.csv"]


def test_an_unsigned_file_waits_until_it_is_whole_and_is_held_then(yard: Yard) -> None:
    path = yard.leave("a.csv", csv_of([penalty(1)]))

    early = list(look_at_folders(yard.parts))
    yard.leave("a.csv", path.read_bytes(), old=True)
    (held,) = look_at_folders(yard.parts)

    assert early == []
    assert held.state is BatchState.HELD
    assert "It is not signed." in yard.put("held")["a.csv.txt"]


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("empty.csv", b"", "There is nothing in the file."),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .xlsx"),
    ],
)
def test_what_is_no_file_of_rows_is_put_away_as_refused(
    yard: Yard, name: str, body: bytes, told: str
) -> None:
    yard.leave(name, body, rows=1)

    (looked,) = look_at_folders(yard.parts)

    assert looked.state is BatchState.REFUSED
    assert told in yard.put("refused")[f"{name}.txt"]


def test_what_is_not_finished_or_leads_out_of_the_folder_is_left_alone(
    yard: Yard, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(csv_of([penalty(1)]))
    for name in ("b.csv.part", ".hidden", "c.tmp"):
        yard.leave(name, csv_of([penalty(1)]), old=True)
    (yard.inside / "penalty" / "link.csv").symlink_to(secret)
    (yard.inside / "penalty" / "folder.csv").mkdir()
    (yard.inside / "permit").rmdir()
    (yard.inside / "permit").symlink_to(tmp_path)

    assert list(look_at_folders(yard.parts)) == []
    assert yard.batches() == []


def test_a_worker_that_died_before_it_put_the_file_away_takes_it_once(yard: Yard) -> None:
    body = csv_of([penalty(1)])
    yard.leave("a.csv", body, rows=1)
    list(look_at_folders(yard.parts))
    yard.leave("a.csv", body, rows=1)

    list(look_at_folders(yard.parts))

    assert len(yard.batches()) == 1
    assert yard.batches()[0].seq is not None


def test_one_worker_at_a_time_is_at_a_folder(yard: Yard) -> None:
    yard.leave("a.csv", csv_of([penalty(1)]), rows=1)
    files = yard.parts.settings.effective_files_dir

    with at_folder(files, yard.sender) as is_ours:
        assert is_ours
        assert list(look_at_folders(yard.parts)) == []


def test_the_folder_of_a_revoked_sender_is_not_looked_at(yard: Yard) -> None:
    yard.leave("a.csv", csv_of([penalty(1)]), rows=1)
    now, engine = yard.parts.clock.now(), yard.parts.engine
    revoke_sender(engine, yard.sender.id, now=now, record=lambda *_: None)

    assert list(look_at_folders(yard.parts)) == []


def test_files_that_nobody_needs_go_and_those_that_somebody_has_to_look_at_stay(yard: Yard) -> None:
    yard.leave("clean.csv", csv_of([penalty(1)]), rows=1)
    yard.leave("dirty.csv", csv_of([penalty(1), penalty(1, cf_jdrq="2022-09-31")]), rows=2)
    yard.leave("held.csv", csv_of([penalty(1)], "gb18030"), old=True)
    take_dropped()
    files = yard.parts.settings.effective_files_dir
    kept = sorted((files / KEPT).iterdir())

    def left_after(days: int) -> tuple[int, int]:
        then = yard.parts.clock.now().timestamp() - days * 86_400 - 60
        for path in (one for one in files.rglob("*") if one.is_file()):
            os.utime(path, (then, then))
        sweep_batch_files()
        put_away = [one for one in files.glob("drop/*/*/penalty/*") if one.suffix == ".csv"]
        return len(list((files / KEPT).iterdir())), len(put_away)

    # A report is a CSV as well: of the dirty one there are two.
    assert (len(kept), left_after(0), left_after(1), left_after(91)) == (3, (3, 4), (2, 4), (1, 0))


def _handing(parts: Instance) -> HandingDesk:
    return HandingDesk(
        intake=intake_desk(parts), folder=parts.settings.effective_files_dir, waiting_max=9
    )


def test_a_long_file_is_a_task_that_tells_how_far_it_is(yard: Yard) -> None:
    rows = [penalty(number) for number in range(1, 1201)]
    handing = _handing(yard.parts)
    came = keep_pieces(handing.folder, (csv_of(rows),))
    feed = FEEDS["penalty"]
    batch, task = plan_batch(handing, AUTHORITY, feed, came, door=Door.FILE, sent=AS_IT_CAME)
    again, same = plan_batch(handing, AUTHORITY, feed, came, door=Door.FILE, sent=AS_IT_CAME)
    assert task is not None
    assert (again.id, same) == (batch.id, task)
    told = []

    with reading(yard.parts.engine) as connection:
        told.append(progress_of(connection, batch))
    run_task(str(task.id))

    (taken,) = yard.batches()
    with reading(yard.parts.engine) as connection:
        state, done = connection.execute(select(TASK.c.state, TASK.c.done)).one()
        told.append(progress_of(connection, taken))
    assert told == [{"state": "waiting", "rows_read": 0, "rows": 1200}, None]
    assert (taken.id, taken.state, taken.accepted) == (batch.id, BatchState.ACCEPTED, 1200)
    assert (state, done) == (TaskState.DONE.value, 1200)


@dataclass(slots=True)
class Site:
    """A sender's own site: what it answers with."""

    url: str
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: int = 0
    is_endless: bool = False
    is_slow: bool = False

    def sign(self, rows: int) -> None:
        signature = KEY.sign(signed_bytes("penalty", rows, self.body))
        self.headers["Suxin-Rows"] = str(rows)
        self.headers["Suxin-Signature"] = base64.b64encode(signature).decode()


@pytest.fixture
def site() -> Iterator[Site]:
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked += 1
            with contextlib.suppress(OSError):
                while found.is_slow and not over.wait(0.1):
                    self.wfile.write(b"HTTP/1.1 200 O")
                self.send_response(found.status)
                for name, text in found.headers.items():
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(found.body)
                while found.is_endless and not over.is_set():
                    self.wfile.write(bytes(1 << 16))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Site(f"http://127.0.0.1:{server.server_port}/penalties.csv")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield found
    over.set()
    server.shutdown()
    server.server_close()


def _source(yard: Yard, site: Site, *, is_signed: bool = True) -> Source:
    return add_source(
        yard.parts.engine,
        SourceRequest(
            sender_id=yard.sender.id,
            feed="penalty",
            url=site.url,
            every_minutes=60,
            is_signed=is_signed,
            may_be_private=True,
        ),
        now=yard.parts.clock.now(),
        record=lambda *_: None,
    )


def _later(yard: Yard) -> None:
    with transaction(yard.parts.engine) as connection:
        hour_ago = yard.parts.clock.now() - timedelta(minutes=61)
        connection.execute(update(CREDIT_SOURCE).values(asked_at=hour_ago))


def test_an_address_is_asked_when_its_time_has_come_and_not_before(yard: Yard, site: Site) -> None:
    site.body = csv_of([penalty(1)])
    site.sign(1)
    _source(yard, site)

    ask_sources()
    ask_sources()
    asked_at_first = site.asked
    _later(yard)
    ask_sources()

    (batch,) = yard.batches()
    assert (batch.state, batch.door) == (BatchState.ACCEPTED, Door.PULL)
    assert batch.signer_id == yard.sender.id
    assert (asked_at_first, site.asked) == (1, 2)
    with reading(yard.parts.engine) as connection:
        (source,) = list_sources(connection)
    assert "accepted batch" in source.outcome


@pytest.mark.parametrize(("is_signed", "state"), [(True, "held"), (False, "accepted")])
def test_what_comes_without_a_signature_is_held_unless_the_address_is_enough(
    yard: Yard, site: Site, is_signed: bool, state: str
) -> None:
    site.body = csv_of([penalty(1)])
    _source(yard, site, is_signed=is_signed)

    (looked,) = look_at_sources(yard.parts)

    assert looked.state.value == state


def test_an_address_that_ended_is_asked_no_more(yard: Yard, site: Site) -> None:
    source, now = _source(yard, site), yard.parts.clock.now()
    end_source(yard.parts.engine, source.id, now=now, record=lambda *_: None)

    assert list(look_at_sources(yard.parts)) == []
    assert site.asked == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"status": 302, "headers": {"Location": "http://127.0.0.1/"}}, "HTTP 302"),
        ({"status": 500}, "HTTP 500"),
        ({"is_endless": True}, "more than 100000 bytes"),
        ({"is_slow": True}, "took too long"),
        ({"body": b""}, "nothing in the answer"),
        ({"headers": {"Suxin-Rows": "-1"}}, "Suxin-Rows"),
    ],
)
def test_an_answer_that_is_none_is_told_and_costs_no_more_than_it_may(
    yard: Yard, site: Site, change: dict[str, object], told: str
) -> None:
    site.body = b"x"
    for name, value in change.items():
        setattr(site, name, value)
    limits = FetchLimits(bytes_max=100_000, seconds_max=1, may_be_private=True)

    with pytest.raises(InvalidInput, match=told):
        fetch(_source(yard, site), limits)


def test_nothing_is_fetched_from_inside_or_without_https(yard: Yard, site: Site) -> None:
    source = _source(yard, site)
    closed = FetchLimits(bytes_max=10, seconds_max=5)
    inside = SourceRequest(
        sender_id=yard.sender.id, feed="penalty", url="https://127.0.0.1/x", every_minutes=5
    )
    now = yard.parts.clock.now()

    with pytest.raises(InvalidInput, match="https"):
        fetch(source, closed)
    with pytest.raises(InvalidInput, match="not public"):
        add_source(yard.parts.engine, inside, now=now, record=lambda *_: None)
    assert site.asked == 0
