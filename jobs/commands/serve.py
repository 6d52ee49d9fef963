"""`manage.py serve`: the web server."""

import importlib
import os
import signal
import sys
from collections.abc import Callable, MutableMapping
from functools import partial
from typing import Any, Final

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from base.config import load_settings
from base.processes import die_with_parent
from jobs.initialised import require_initialised
from jobs.listening import address_of, free_port, require_free

_BACKLOG: Final = 2048
_STOP_S: Final = 10
# The server warns of more threads than cores. Ours mostly wait for the disk, where the journal
# merges what they bring: only its errors are news.
_LOG_LEVEL: Final = LogLevels.error


@click.command()
@click.pass_obj
def command(environ: MutableMapping[str, str]) -> None:
    """Serve the pages and the API until told to stop (SIGTERM, Ctrl-C)."""
    settings = load_settings(environ)
    if settings.port == 0:
        # Written into the environment, so that the application knows its own address too.
        environ["SUXIN_PORT"] = str(free_port(settings.host))
        settings = load_settings(environ)
    require_free(settings)
    require_initialised(settings)
    server = Server(
        "wsgi:app",
        # It takes no name, only an address.
        address=address_of(settings.host),
        port=settings.port,
        interface=Interfaces.WSGI,
        websockets=False,
        workers=settings.web_workers,
        # The threads of Python; `runtime_threads` are the ones that only move bytes.
        blocking_threads=settings.web_threads,
        backlog=_BACKLOG,
        backpressure=_BACKLOG,
        log_level=_LOG_LEVEL,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_S,
    )
    click.echo(f"listening on http://{settings.host}:{settings.port}")
    sys.stdout.flush()
    server.serve(target_loader=partial(load_application, os.getpid()), wrap_loader=False)


def load_application(server_pid: int) -> Callable[..., Any]:
    """Import the application in a worker process, which from then on dies with its server."""
    die_with_parent(server_pid)
    # A forked worker inherits the server's handlers, which only tell the server's main loop:
    # until it has set its own, it would not hear that it is to stop.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    # Here and not above: only a worker process may open the database.
    application: Callable[..., Any] = importlib.import_module("wsgi").app
    return application
