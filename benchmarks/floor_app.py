"""The floor of the HTTP benchmarks: the same server and framework with next to nothing behind it.

`python -m benchmarks.floor_app PORT WORKERS THREADS DATABASE_URL PAGE_FILE` serves

    POST /event    one row with the body, durable before the answer; callers are merged
    GET  /page     the bytes of the file

One rule: the writer merges its callers as the journal does, and does nothing else: no check, no
number, no hash, no index.
"""

import itertools
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
from sqlalchemy import Engine

from base.db import open_engine, transaction
from base.processes import die_with_parent

FLOOR_TABLE = "bench_floor"


@dataclass(slots=True)
class _Caller:
    row: tuple[int, int, bytes]
    written: threading.Event = field(default_factory=threading.Event)


class MergingWriter:
    """One thread that writes whatever rows have come, in one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[_Caller] = []
        self._has_work = threading.Condition()
        self._numbers = itertools.count()
        threading.Thread(target=self._write_for_ever, daemon=True).start()

    def write(self, body: bytes) -> int:
        """Return the row's number once it is durable."""
        caller = _Caller((os.getpid(), next(self._numbers), body))
        with self._has_work:
            self._waiting.append(caller)
            self._has_work.notify()
        caller.written.wait()
        return caller.row[1]

    def _write_for_ever(self) -> None:
        mark = "%s" if self._engine.dialect.name == "postgresql" else "?"
        statement = f"INSERT INTO {FLOOR_TABLE} VALUES ({mark}, {mark}, {mark})"  # noqa: S608 -- constants
        while True:
            with self._has_work:
                self._has_work.wait_for(lambda: bool(self._waiting))
                callers, self._waiting = self._waiting, []
            with transaction(self._engine) as connection:
                connection.exec_driver_sql(statement, [caller.row for caller in callers])
            for caller in callers:
                caller.written.set()


def create_table(engine: Engine) -> None:
    """Make the one table of the floor."""
    kind = "BYTEA" if engine.dialect.name == "postgresql" else "BLOB"
    with transaction(engine) as connection:
        connection.exec_driver_sql(
            f"CREATE TABLE {FLOOR_TABLE} (process INTEGER, number BIGINT, body {kind},"
            " PRIMARY KEY (process, number))"
        )


def _application(parent: int, url: str, page: bytes) -> Callable[..., Any]:
    die_with_parent(parent)
    writer = MergingWriter(open_engine(url, pool_size=2))
    app = Flask("floor")

    @app.post("/event")
    def post_event() -> tuple[dict[str, int], int]:
        return {"number": writer.write(request.get_data())}, 201

    @app.get("/page")
    def get_page() -> Response:
        return Response(page, content_type="text/html; charset=utf-8")

    return app


def main(port: int, workers: int, threads: int, url: str, page: bytes) -> None:
    """Serve until told to stop, set up as the product's own server is."""
    server = Server(
        "floor",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        websockets=False,
        workers=workers,
        blocking_threads=threads,
        backlog=2048,
        backpressure=2048,
        log_level=LogLevels.error,
        log_access=False,
    )
    server.serve(target_loader=partial(_application, os.getpid(), url, page), wrap_loader=False)


if __name__ == "__main__":
    main(
        int(sys.argv[1]),
        int(sys.argv[2]),
        int(sys.argv[3]),
        sys.argv[4],
        Path(sys.argv[5]).read_bytes(),
    )
