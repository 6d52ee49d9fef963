"""A program of somebody else's, on a real server of this machine: it keeps what it is sent."""

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass(slots=True)
class Receiver:
    """A program that keeps what it was sent, and answers with `status`; it may lead elsewhere."""

    url: str
    status: int = 204
    location: str = ""
    is_endless: bool = False
    is_slow: bool = False
    trickled: int = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


def lead_by_environment(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Name a proxy in the environment, as the operator of a machine may."""
    for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, url)


@contextmanager
def receiving(path: str) -> Iterator[Receiver]:
    """Give a program that listens at a path."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((dict(self.headers), body))
            with contextlib.suppress(OSError):
                self._answer()

        def _answer(self) -> None:
            while found.is_slow and not over.wait(0.2):
                self.wfile.write(b"HTTP/1.1 204 No" if not found.trickled else b" ")
                found.trickled += 1
            self.send_response(found.status)
            if found.location:
                self.send_header("Location", found.location)
            self.end_headers()
            while found.is_endless and not over.is_set():
                self.wfile.write(bytes(1 << 20))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Receiver(f"http://127.0.0.1:{server.server_port}{path}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    over.set()
    server.shutdown()
    thread.join()
    server.server_close()
