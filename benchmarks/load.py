"""A load client: some connections that each send the next request as soon as they have an answer.

One rule: it does as little as it can, because it runs on the cores it measures. It reads a status
line and a length and nothing else of an answer.
"""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks.harness import Reading, reading_of

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class _Run:
    """What the connections of one run share."""

    requests: Iterator[bytes]
    statuses: frozenset[bytes]
    deadline: float
    done: "asyncio.Future[None]"
    open_count: int = 0
    latencies_s: list[float] = field(default_factory=list)


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self._run = run
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._expected = 0
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("not a stream")
        self._transport = transport
        self._run.open_count += 1
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._expected:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._received[: end + 2])
            length = _LENGTH.search(head)
            if head[9:12] not in self._run.statuses or (length is None and head[9:12] != b"304"):
                self._fail(RuntimeError(f"unexpected answer: {bytes(self._received[:800])!r}"))
                return
            self._expected = end + 4 + (int(length[1]) if length else 0)
        if len(self._received) >= self._expected:
            self._run.latencies_s.append(time.perf_counter() - self._sent_at)
            self._received.clear()
            self._expected = 0
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._received or exc is not None:
            self._fail(exc or RuntimeError("the server closed a connection"))

    def _send(self) -> None:
        transport, now = self._transport, time.perf_counter()
        request = next(self._run.requests, None) if now < self._run.deadline else None
        if transport is None:
            return
        if request is None:
            transport.close()
            self._run.open_count -= 1
            if not self._run.open_count and not self._run.done.done():
                self._run.done.set_result(None)
            return
        self._sent_at = now
        transport.write(request)

    def _fail(self, error: Exception) -> None:
        if not self._run.done.done():
            self._run.done.set_exception(error)


def drive(
    url: str,
    requests: Iterator[bytes],
    *,
    clients: int,
    seconds: float = 3600.0,
    statuses: Sequence[int] = (200,),
) -> Reading:
    """Send requests over `clients` connections until they run out or `seconds` are over."""
    return asyncio.run(
        _drive(url, requests, clients, seconds, frozenset(str(one).encode() for one in statuses))
    )


async def _drive(
    url: str, requests: Iterator[bytes], clients: int, seconds: float, statuses: frozenset[bytes]
) -> Reading:
    loop = asyncio.get_running_loop()
    parts = urlsplit(url)
    started = time.perf_counter()
    run = _Run(
        requests=requests,
        statuses=statuses,
        deadline=started + seconds,
        done=loop.create_future(),
    )
    for _ in range(clients):
        await loop.create_connection(
            lambda: _Connection(run), parts.hostname or "", parts.port or 80
        )
    await run.done
    return reading_of(run.latencies_s, time.perf_counter() - started)


def request_bytes(
    method: str, path: str, *, headers: Sequence[tuple[str, str]] = (), body: bytes = b""
) -> bytes:
    """Return the bytes of one request over a connection that stays open."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
