"""A real installation for a test: web server, sealer and worker as processes, on a free port."""

import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from base.processes import start_process, stop_process
from base.redis_server import running_redis
from base.tls import trusting_nobody
from tests.marked import MARK_NAME, new_mark
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ("serve", "seal", "work")
_START_S = 60
_STOP_S = 20
_COMMAND_S = 120


def clean_environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """Return an environment with these settings alone: none of the caller's own reach a test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SUXIN_")}
    given = {f"SUXIN_{name.upper()}": value for name, value in settings.items()}
    return {**kept, "PYTHONUNBUFFERED": "1", "SUXIN_DATA_DIR": str(data_dir), **given}


def manage(
    env: dict[str, str], *words: str, stdin: str | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run `manage.py WORDS` to its end and return what it said."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *words],
        env=env,
        cwd=ROOT,
        input=stdin or "",
        capture_output=True,
        text=True,
        timeout=_COMMAND_S,
        check=False,
    )


@dataclass(slots=True, kw_only=True)
class LiveServer:
    """A running installation: `url` without a slash at the end."""

    url: str
    data_dir: Path
    env: dict[str, str]
    mark: str
    services: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)
    _closing: ExitStack = field(default_factory=ExitStack)

    def manage(self, *words: str) -> str:
        """Run a command of this installation; raises with what it said when it fails."""
        done = manage(self.env, *words)
        if done.returncode != 0:
            raise RuntimeError(f"manage.py {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def log(self, service: str) -> str:
        """Return everything a service said."""
        return (self.data_dir / f"{service}.log").read_text(encoding="utf-8", errors="replace")

    def start(self, service: str) -> None:
        """Start one of the services (again)."""
        argv = (sys.executable, str(ROOT / "manage.py"), service)
        with (self.data_dir / f"{service}.log").open("ab") as log:
            self.services[service] = start_process(argv, env=self.env, output=log, cwd=str(ROOT))

    def wait_until_healthy(self) -> None:
        """Return when the web server answers; raise with its log when it does not."""

        def is_healthy(client: httpx.Client) -> bool:
            if self.services["serve"].poll() is not None:
                raise RuntimeError(f"the web server ended: {self.log('serve')}")
            try:
                return client.get("/healthz").status_code == httpx.codes.OK
            except httpx.HTTPError:
                return False

        with httpx.Client(base_url=self.url, timeout=5, verify=trusting_nobody()) as client:
            wait_until(lambda: is_healthy(client), _START_S, f"{self.url}/healthz")

    def stop(self) -> None:
        """Stop every service, the last started first, then Redis."""
        for process in reversed(self.services.values()):
            stop_process(process, seconds_max=_STOP_S)
        self._closing.close()


def start_live_server(
    data_dir: Path, port: int, *, services: tuple[str, ...] = SERVICES, **settings: str
) -> LiveServer:
    """Initialise an installation in an empty folder and start its services.

    `settings` are written as in `base/config.py`: `database_url="…"`. Without `redis_url` it gets
    an embedded Redis of its own.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    closing = ExitStack()
    if "redis_url" not in settings:
        settings["redis_url"] = closing.enter_context(running_redis(data_dir))
    mark = new_mark()
    env = clean_environment(data_dir, port=str(port), **settings)
    env[MARK_NAME] = mark
    url = f"http://127.0.0.1:{port}"
    live = LiveServer(url=url, data_dir=data_dir, env=env, mark=mark, _closing=closing)
    try:
        live.manage("init")
        for service in services:
            live.start(service)
        live.wait_until_healthy()
    except BaseException:  # Also on Ctrl-C: nothing may be left running.
        live.stop()
        raise
    return live
