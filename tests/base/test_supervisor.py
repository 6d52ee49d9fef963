"""Real processes, really killed: nothing may be left running."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.marked import MARK_NAME, marked_pids, new_mark
from tests.waiting import PATIENCE_S, wait_until

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = PATIENCE_S


@dataclass(frozen=True, slots=True)
class Run:
    process: "subprocess.Popen[bytes]"
    mark: str
    log: Path

    def pids(self) -> dict[int, str]:
        return marked_pids(self.mark, self.log.parent)

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def is_saying(self, *texts: str) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"ended with {self.process.returncode}:\n{self.text()}")
        return all(text in self.text() for text in texts)

    def commands(self) -> str:
        return "\n".join(self.pids().values())


class Runs:
    """Starts supervisors and, whatever happens, kills what carries their mark."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs: list[Run] = []

    def start(self, *names: str) -> Run:
        mark = new_mark()
        log = self.folder / f"{mark}.log"
        argv = [sys.executable, "-m", "tests.base.supervised", str(self.folder), *names]
        with log.open("wb") as output:
            process = subprocess.Popen(
                argv,
                cwd=ROOT,
                env={**os.environ, MARK_NAME: mark, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.runs.append(Run(process, mark, log))
        return self.runs[-1]

    def sweep(self) -> None:
        for run in self.runs:
            for pid in run.pids():
                os.kill(pid, signal.SIGKILL)
            run.process.wait()


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    started = Runs(tmp_path)
    yield started
    started.sweep()


def started_fully(runs: Runs) -> Run:
    run = runs.start("redis", "parent", "polite")
    wait_until(
        lambda: run.is_saying("ready", "grandchild is up", "polite is up"), WAIT_S, "a full start"
    )
    # The supervisor, Redis, the parent, its child, the polite one.
    assert len(run.pids()) == 5, run.commands()
    assert "redis-server" in run.commands()
    return run


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_in_reverse_order(runs: Runs, number: signal.Signals) -> None:
    run = started_fully(runs)

    run.process.send_signal(number)

    assert run.process.wait(WAIT_S) == 0
    wait_until(lambda: not run.pids(), WAIT_S, "the end of every process")
    assert "polite says goodbye" in run.text()
    assert "killing it" not in run.text()


def test_a_killed_supervisor_takes_everything_along(runs: Runs) -> None:
    run = started_fully(runs)

    run.process.kill()
    run.process.wait(WAIT_S)

    wait_until(lambda: not run.pids(), WAIT_S, "the end of every process")


def test_a_child_that_does_not_listen_is_killed_after_its_time(runs: Runs) -> None:
    run = runs.start("deaf")
    wait_until(lambda: run.is_saying("deaf is up"), WAIT_S, "the deaf child")

    run.process.send_signal(signal.SIGTERM)

    assert run.process.wait(WAIT_S) == 0
    assert "deaf did not end in 3 s: killing it" in run.text()
    assert not run.pids()


def test_a_child_that_cannot_live_is_given_up_and_stops_the_others(runs: Runs) -> None:
    run = runs.start("polite", "crasher")

    assert run.process.wait(WAIT_S) == 1
    assert run.text().count("going down") == 3
    assert "crasher ended with exit code 3, 3 times by now: giving up" in run.text()
    assert not run.pids()


def test_a_killed_child_is_started_again(runs: Runs) -> None:
    run = runs.start("polite")
    wait_until(lambda: run.is_saying("polite is up"), WAIT_S, "the child")
    (child,) = (pid for pid in run.pids() if pid != run.process.pid)

    os.kill(child, signal.SIGKILL)

    wait_until(lambda: run.text().count("polite is up") == 2, WAIT_S, "the second start")
    assert "polite ended with SIGKILL, starting it again in 0.05 s" in run.text()
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(WAIT_S) == 0
    assert not run.pids()


def test_a_second_supervisor_on_the_same_folder_is_refused(runs: Runs) -> None:
    first = started_fully(runs)

    second = runs.start("redis")

    assert second.process.wait(WAIT_S) == 1
    assert f"in use by process {first.process.pid}" in second.text()
    assert first.is_saying("ready")
    assert len(first.pids()) == 5


def test_output_is_prefixed_without_colour_in_a_file(runs: Runs) -> None:
    run = runs.start("polite")

    wait_until(lambda: run.is_saying("polite is up"), WAIT_S, "the child")

    assert "\npolite | polite is up\n" in "\n" + run.text()
    assert "\x1b" not in run.text()
