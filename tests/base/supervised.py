"""A program for the tests: supervises an embedded Redis, a child with a grandchild, a crasher.

Run as `python -m tests.base.supervised FOLDER WHAT...`.
"""

import multiprocessing
import os
import signal
import sys
from pathlib import Path

from base.processes import StopSignal, die_with_parent
from base.redis_server import answers, owning, redis_command
from base.supervisor import Program, RestartRule, Supervisor

_STOP_S = 3.0


def _wait_for_ever() -> None:
    die_with_parent()
    sys.stdout.write("grandchild is up\n")
    sys.stdout.flush()
    while True:
        signal.pause()


def _parent() -> None:
    multiprocessing.get_context("fork").Process(target=_wait_for_ever).start()
    while True:
        signal.pause()


def _deaf() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdout.write("deaf is up\n")
    sys.stdout.flush()
    while True:
        signal.pause()


def _polite() -> None:
    with StopSignal() as stop:
        sys.stdout.write("polite is up\n")
        sys.stdout.flush()
        stop.wait(600.0)
    sys.stdout.write("polite says goodbye")


def _supervise(folder: Path, names: list[str]) -> int:
    rule = RestartRule(attempts_max=2, pause_s=0.05)
    with owning(folder) as lock, StopSignal() as stop:
        supervisor = Supervisor(stop=stop, rule=rule)
        try:
            for name in names:
                module = (sys.executable, "-m", "tests.base.supervised", str(folder), f"={name}")
                argv = redis_command(folder) if name == "redis" else module
                env = dict(os.environ)
                program = Program(name=name, argv=argv, env=env, stop_s=_STOP_S, pass_fds=(lock,))
                supervisor.start(program)
            if "redis" in names:
                supervisor.wait_until(lambda: answers(folder), seconds_max=20)
            supervisor.say("ready")
            return supervisor.run()
        finally:
            supervisor.close()


def main() -> int:
    """Be the supervisor, or the child named with a leading `=`."""
    folder, *names = sys.argv[1:]
    if names == ["=parent"]:
        _parent()
    if names == ["=deaf"]:
        _deaf()
    if names == ["=polite"]:
        _polite()
        return 0
    if names == ["=crasher"]:
        sys.stderr.write("going down\n")
        return 3
    return _supervise(Path(folder), names)


if __name__ == "__main__":
    sys.exit(main())
