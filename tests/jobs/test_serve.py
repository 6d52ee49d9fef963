"""The web server as a real process."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from base.processes import kill_group, start_process
from tests import asking
from tests.live import ROOT, clean_environment, manage
from tests.marked import MARK_NAME, marked_pids, new_mark
from tests.waiting import PATIENCE_S, wait_until

WAIT_S = PATIENCE_S
WORKERS = 2


class Web:
    """A server with two worker processes on a port it chose itself."""

    def __init__(self, folder: Path) -> None:
        self.mark = new_mark()
        self.log = folder / "serve.log"
        env = clean_environment(
            folder, port="0", web_workers=str(WORKERS), web_threads="2", log_level="debug"
        )
        env[MARK_NAME] = self.mark
        initialised = manage(env, "init")
        if initialised.returncode != 0:
            raise RuntimeError(initialised.stderr)
        argv = (sys.executable, str(ROOT / "manage.py"), "serve")
        with self.log.open("wb") as log:
            self.process = start_process(argv, env=env, output=log, cwd=str(folder))

    def is_up(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(self.log.read_text())
        said = re.search(r"listening on (\S+)\n", self.log.read_text())
        if said is None:
            return False
        try:
            answer = asking.get(f"{said[1]}/healthz")
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK

    def pids(self) -> dict[int, str]:
        return marked_pids(self.mark)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    server = Web(tmp_path)
    try:
        wait_until(server.is_up, WAIT_S, "the web server")
        yield server
    finally:
        kill_group(server.process.pid)
        server.process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_server_and_its_workers(web: Web, number: signal.Signals) -> None:
    assert len(web.pids()) == 1 + WORKERS

    web.process.send_signal(number)

    assert web.process.wait(WAIT_S) == 0, web.log.read_text()
    assert not web.pids()


def test_the_workers_of_a_killed_server_die_with_it(web: Web) -> None:
    web.process.kill()
    web.process.wait(WAIT_S)

    wait_until(lambda: not web.pids(), WAIT_S, "the end of the workers")


def test_a_killed_worker_is_replaced(web: Web) -> None:
    before = set(web.pids()) - {web.process.pid}
    victim = min(before)

    subprocess.run(["kill", "-KILL", str(victim)], check=True)

    def is_replaced() -> bool:
        workers = set(web.pids()) - {web.process.pid}
        return victim not in workers and len(workers) == WORKERS

    wait_until(is_replaced, WAIT_S, "a new worker")
    wait_until(web.is_up, WAIT_S, "an answer")


@pytest.mark.parametrize("path", ["/t/{0}", "/t/?code={0}", "/api/v1/codes/identify?text={0}"])
def test_the_server_writes_down_nothing_that_was_asked(web: Web, path: str) -> None:
    person = "130102199003077774"

    for host in re.findall(r"listening on (\S+)\n", web.log.read_text()):
        answer = asking.get(host + path.format(person))
        assert answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR
    web.process.send_signal(signal.SIGTERM)
    web.process.wait(WAIT_S)

    assert person not in web.log.read_text()
