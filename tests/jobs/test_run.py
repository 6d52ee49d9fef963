"""`manage.py run` as people use it: started in a terminal, stopped, killed, started twice."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert

from base.config import Settings
from base.db import METADATA, open_engine, transaction
from base.redis_server import owning
from jobs.commands.run import how_a_phone_gets_here, is_new_ledger, where_data_lies
from jobs.listening import local_url
from ledger.tables import LEDGER_HEAD
from tests import asking
from tests.live import ROOT, clean_environment, manage
from tests.marked import MARK_NAME, marked_pids, new_mark
from tests.waiting import wait_until

WAIT_S = 90


class Terminal:
    """An installation started by `manage.py run`, with everything it said."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder / "data"
        self.log = folder / "run.log"
        self.mark = new_mark()
        env = {**clean_environment(self.folder, port="0"), MARK_NAME: self.mark}
        argv = [sys.executable, str(ROOT / "manage.py"), "run", *options]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                argv, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def is_up(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(self.said())
        return "Ctrl-C stops it" in self.said()

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def url(self) -> str:
        found = re.search(r"is running: (\S+)", self.said())
        if found is None:
            raise RuntimeError(self.said())
        return found[1]

    def pids(self) -> dict[int, str]:
        return marked_pids(self.mark, self.folder)

    def close(self) -> None:
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    started = Terminal(tmp_path, "--no-demo")
    try:
        wait_until(started.is_up, WAIT_S, "the banner")
        yield started
    finally:
        started.close()


@pytest.mark.crash
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGKILL, -9)]
)
def test_whatever_ends_it_nothing_is_left_running(
    terminal: Terminal, number: signal.Signals, code: int
) -> None:
    assert asking.get(f"{terminal.url()}/healthz").status_code == httpx.codes.OK
    # The run itself, Redis, the web server and its worker, the sealer, the worker of jobs.
    assert len(terminal.pids()) >= 6, terminal.pids()

    terminal.process.send_signal(number)

    assert terminal.process.wait(WAIT_S) == code, terminal.said()
    wait_until(lambda: not terminal.pids(), WAIT_S, "the end of every process")
    assert "killing it" not in terminal.said()


@pytest.mark.crash
def test_a_new_ledger_gets_the_demonstration_and_an_old_one_keeps_it(tmp_path: Path) -> None:
    said: list[str] = []
    for _ in range(2):
        terminal = Terminal(tmp_path)
        try:
            wait_until(terminal.is_up, WAIT_S, "the banner")
            scanned = re.search(r"/01/\d{14}/21/\w+", "".join([*said, terminal.said()]))
            assert scanned is not None
            assert asking.get(f"{terminal.url()}{scanned[0]}").status_code == httpx.codes.OK
            terminal.process.send_signal(signal.SIGINT)
            assert terminal.process.wait(WAIT_S) == 0
            said.append(terminal.said())
        finally:
            terminal.close()

    assert re.search(r" demo \| .*sx_[0-9a-f]+_[0-9a-f]+", said[0])
    assert "▄▄▄▄▄" in said[0]  # A finder pattern of the code (ISO/IEC 18004 6.3.3.1).
    # The second time nothing is posted, and the same is printed again.
    links = [set(re.findall(r"/01/\d{14}/\S+", text)) for text in said]
    assert len(links[0]) >= 5
    assert links[1] == links[0]
    assert "entries" in said[0]
    assert "entries" not in said[1]
    assert re.findall(r"sx_[0-9a-f]+_[0-9a-f]+", said[1]) == re.findall(
        r"sx_[0-9a-f]+_[0-9a-f]+", said[0]
    )
    assert "▄▄▄▄▄" in said[1]
    assert "SUXIN_HOST=0.0.0.0 SUXIN_PUBLIC_URL=" in said[1]


@pytest.mark.crash
def test_a_folder_in_use_is_refused_with_the_owner(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    with owning(folder):
        done = manage(clean_environment(folder, port="0"), "run")

    assert done.returncode == 1
    assert f"in use by process {os.getpid()}" in done.stderr


def test_a_port_in_use_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = manage(clean_environment(folder, port=str(port)), "run")

    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr
    assert "SUXIN_PORT" in done.stderr
    assert not folder.exists()


def test_a_ledger_is_new_until_its_first_entry(database_url: str, tmp_path: Path) -> None:
    settings = replace(Settings(), data_dir=tmp_path, database_url=database_url)
    engine = open_engine(database_url)
    head = {
        "log": 1,
        "origin": "suxin.test",
        "size": 0,
        "last_leaf": b"",
        "frontier": b"",
        "recorded_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    answers = [is_new_ledger(settings)]

    METADATA.create_all(engine, tables=[LEDGER_HEAD])
    answers.append(is_new_ledger(settings))
    with transaction(engine) as connection:
        connection.execute(insert(LEDGER_HEAD), head)
    answers.append(is_new_ledger(settings))
    with transaction(engine) as connection:
        connection.execute(LEDGER_HEAD.update().values(size=1))
    answers.append(is_new_ledger(settings))
    engine.dispose()

    assert answers == [True, True, True, False]


def test_asking_does_not_make_a_database(tmp_path: Path) -> None:
    assert is_new_ledger(replace(Settings(), data_dir=tmp_path))

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104 -- the address is the point
        ("::", "http://[::1]:8000"),
        ("trace.example", "http://trace.example:8000"),
    ],
)
def test_an_installation_reaches_itself_by_its_own_address(host: str, url: str) -> None:
    assert local_url(replace(Settings(), host=host)) == url


def test_the_banner_says_where_data_lies_without_a_password() -> None:
    settings = Settings()
    elsewhere = replace(settings, database_url="postgresql+psycopg://suxin:geheim@db/suxin")

    assert where_data_lies(settings) == (f"everything it knows is in {settings.data_dir}",)
    said = " ".join(where_data_lies(elsewhere))
    assert "recorded is in postgresql+psycopg://suxin:***@db/suxin" in said
    assert str(settings.data_dir) in said
    assert "geheim" not in said


@pytest.mark.parametrize(
    ("host", "public_url", "said"),
    [
        ("127.0.0.1", "", "SUXIN_HOST=0.0.0.0 SUXIN_PUBLIC_URL="),
        ("localhost", "", "SUXIN_HOST=0.0.0.0 SUXIN_PUBLIC_URL="),
        ("0.0.0.0", "", "set SUXIN_PUBLIC_URL"),  # noqa: S104 -- the address is the point
        ("127.0.0.1", "https://trace.example", "people reach it as https://trace.example"),
    ],
)
def test_the_banner_says_how_a_phone_gets_here(host: str, public_url: str, said: str) -> None:
    settings = replace(Settings(), host=host, public_url=public_url)

    assert said in " ".join(how_a_phone_gets_here(settings))
