"""`manage.py run`: a whole installation in one terminal.

The rule that must stay true: one installation per data folder, and nothing of it is left running
when this command is gone.
"""

import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import click
import httpx
from sqlalchemy import Engine, func, inspect, select

from base.config import Settings, load_settings
from base.db import open_database, reading
from base.errors import ConfigurationError
from base.processes import StopSignal
from base.redis_server import answers, log_path, owning, redis_command
from base.supervisor import Program, Supervisor
from base.tls import trusting_nobody
from jobs.commands.settings import without_password
from jobs.listening import address_of, free_port, local_url, require_free
from ledger.tables import LEDGER_HEAD

_MANAGE: Final = str(Path(__file__).resolve().parents[2] / "manage.py")
_REDIS_S: Final = 30.0
_WEB_S: Final = 120.0
_ASK_S: Final = 2.0


class _Stopped(Exception):
    """A stop was asked for before everything was up."""


@click.command()
@click.option(
    "--demo/--no-demo",
    default=None,
    help="Post the demonstration data through the API (default: when the ledger is new).",
)
@click.pass_obj
def command(environ: MutableMapping[str, str], demo: bool | None) -> int:
    """Run everything: database, embedded Redis, web server, sealer and worker. Ctrl-C ends it."""
    settings = _with_a_port(environ)
    with (
        owning(settings.data_dir) as lock,
        StopSignal() as stop,
        closing(Supervisor(stop=stop)) as supervisor,
    ):
        try:
            return _run(_Run(settings, environ, supervisor, lock), demo)
        except _Stopped:
            return 0


class _Run:
    """One run's settings, environment and supervisor, and what it starts with them."""

    def __init__(
        self,
        settings: Settings,
        environ: MutableMapping[str, str],
        supervisor: Supervisor,
        lock: int,
    ) -> None:
        self.settings = settings
        self.supervisor = supervisor
        self.lock = lock
        self.env = {**environ, "PYTHONUNBUFFERED": "1"}

    def program(self, *words: str) -> Program:
        """Return one of our own commands as a program."""
        return Program(
            name=words[-1] if words[0] == "work" else words[0],
            argv=(sys.executable, _MANAGE, *words),
            env=self.env,
        )

    def start_redis(self) -> None:
        """Start the embedded Redis and wait until it has read its files."""
        folder = self.settings.data_dir
        argv = redis_command(folder)
        self.supervisor.start(Program(name="redis", argv=argv, env=self.env, pass_fds=(self.lock,)))
        self._wait(
            f"the embedded Redis (log: {log_path(folder)})", lambda: answers(folder), _REDIS_S
        )

    def start_web(self) -> None:
        """Start the web server and wait until it answers."""
        self.supervisor.start(self.program("serve"))
        self._wait("the web server", lambda: _is_healthy(local_url(self.settings)), _WEB_S)

    def finish(self, *words: str) -> None:
        """Run one of our own commands to its end; it has to succeed."""
        code = self.supervisor.run_once(self.program(*words))
        if self.supervisor.stop.is_set():
            raise _Stopped
        if code != 0:
            raise ConfigurationError(f"`manage.py {words[0]}` failed with exit code {code}")

    def _wait(self, what: str, is_true: Callable[[], bool], seconds_max: float) -> None:
        if self.supervisor.wait_until(is_true, seconds_max=seconds_max):
            return
        if self.supervisor.stop.is_set():
            raise _Stopped
        raise ConfigurationError(f"{what} did not come up; see what it says above")


def _run(run: _Run, demo: bool | None) -> int:
    was_new = is_new_ledger(run.settings)
    run.finish("init")
    if not run.settings.redis_url:
        run.start_redis()
    run.start_web()
    run.supervisor.start(run.program("seal"))
    run.supervisor.start(run.program("work", "--queue", "short"))
    run.supervisor.start(run.program("work", "--queue", "long"))
    run.supervisor.start(run.program("work", "--queue", "notices"))
    run.supervisor.start(run.program("work", "--queue", "changes"))
    if was_new if demo is None else demo:
        run.finish("demo", "--post", local_url(run.settings))
    elif demo is None:
        # What was printed at the first start has scrolled away. That it cannot be shown again is
        # told by the command, and is no reason to end everything.
        run.supervisor.run_once(run.program("demo", "--show", local_url(run.settings)))
    _show_banner(run)
    return run.supervisor.run()


def _with_a_port(environ: MutableMapping[str, str]) -> Settings:
    settings = load_settings(environ)
    environ["SUXIN_DATA_DIR"] = str(settings.data_dir)
    if settings.port == 0:
        environ["SUXIN_PORT"] = str(free_port(settings.host))
        return load_settings(environ)
    require_free(settings)
    return settings


def is_new_ledger(settings: Settings) -> bool:
    """Return whether nothing was ever written to the ledger of this installation."""
    if not settings.database_url and not (settings.data_dir / "suxin.db").exists():
        return True  # Opening it would make the file.
    with disposing(open_database(settings)) as engine:
        if not inspect(engine).has_table(LEDGER_HEAD.name):
            return True
        with reading(engine) as connection:
            size = connection.execute(select(func.sum(LEDGER_HEAD.c.size))).scalar()
    return not size


@contextmanager
def disposing(engine: Engine) -> Iterator[Engine]:
    """Close an engine's connections at the end of the block."""
    try:
        yield engine
    finally:
        engine.dispose()


def _is_healthy(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/healthz", timeout=_ASK_S, verify=trusting_nobody())
    except httpx.HTTPError:
        return False
    return answer.status_code == httpx.codes.OK


def _show_banner(run: _Run) -> None:
    settings = run.settings
    lines = (
        f"Suxin 溯信 is running: {local_url(settings)}",
        *where_data_lies(settings),
        *how_a_phone_gets_here(settings),
        "Ctrl-C stops it",
    )
    rule = "=" * 72
    for line in (rule, *lines, rule):
        run.supervisor.say(line)


def where_data_lies(settings: Settings) -> tuple[str, ...]:
    """Return the lines that say what has to be backed up."""
    if not settings.database_url:
        return (f"everything it knows is in {settings.data_dir}",)
    return (
        f"everything recorded is in {without_password(settings.database_url)}",
        f"the keys are in {settings.data_dir}",
    )


def how_a_phone_gets_here(settings: Settings) -> tuple[str, ...]:
    """Return the lines for whoever wants to scan: nothing where people reach it already."""
    if settings.public_url:
        return (f"people reach it as {settings.public_url}",)
    if address_of(settings.host) not in ("127.0.0.1", "::1"):
        return ("set SUXIN_PUBLIC_URL to the address that phones reach, for links and codes",)
    return (
        "this machine alone reaches it; for a phone in the same network start it with",
        f"  SUXIN_HOST=0.0.0.0 SUXIN_PUBLIC_URL=http://<this machine>:{settings.port} make run",
    )
