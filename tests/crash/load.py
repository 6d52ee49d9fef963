"""Clients that post events with known things in them, and remember what was acknowledged."""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from base.tls import trusting_nobody
from tests.instances import document_bytes, observation, serial

DOCUMENT_EVENTS = 50
_THREADS = 6
_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: its idempotency key and the things that its events name."""

    key: str
    items: tuple[str, ...]

    def send(self, client: httpx.Client) -> int:
        """Post it; return the number of its first entry. Raises `httpx.HTTPError`."""
        events = [observation(item) for item in self.items]
        headers = {"Idempotency-Key": self.key, "Content-Type": "application/json"}
        if len(events) == 1:
            answer = client.post("/epcis/events", json=events[0], headers=headers)
            answer.raise_for_status()
            return int(answer.json()["sx:proof"].rpartition("/")[2])
        answer = client.post("/epcis/capture", content=document_bytes(events), headers=headers)
        answer.raise_for_status()
        receipt = answer.json()["receipt"]
        if receipt["count"] != len(events):
            raise ValueError(f"{len(events)} events were sent, the receipt says {receipt}")
        return int(receipt["firstSeq"])


@dataclass(slots=True, kw_only=True)
class Load:
    """What was asked of one installation and what it acknowledged, over all rounds."""

    url: str
    api_key: str
    acknowledged: dict[Request, int] = field(default_factory=dict)
    unanswered: list[Request] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def client(self) -> httpx.Client:
        """Return a client with the producer's key."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        return httpx.Client(
            base_url=self.url, headers=headers, timeout=_TIMEOUT_S, verify=trusting_nobody()
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        """Post from several threads until the block has ended and each of them has noticed."""
        is_over = threading.Event()
        threads = [
            threading.Thread(target=self._post, args=(number, is_over))
            for number in range(_THREADS)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
        if self.trouble:
            raise self.trouble[0]

    def retry_unanswered(self) -> None:
        """Send again, under the same key, whatever a crash left without an answer."""
        with self.client() as client:
            while self.unanswered:
                request = self.unanswered.pop()
                self.acknowledged[request] = request.send(client)

    def _post(self, number: int, is_over: threading.Event) -> None:
        with self.client() as client:
            while not is_over.is_set():
                request = self._next(is_document=number % 3 == 0)
                try:
                    self.acknowledged[request] = request.send(client)
                except httpx.TransportError:
                    self.unanswered.append(request)
                    return
                except Exception as error:  # It is raised in the test's own thread.
                    self.trouble.append(error)
                    return

    def _next(self, *, is_document: bool) -> Request:
        count = DOCUMENT_EVENTS if is_document else 1
        numbers = [next(self._numbers) for _ in range(count)]
        items = tuple(serial(number) for number in numbers)
        return Request(key=f"k{numbers[0]}", items=items)
