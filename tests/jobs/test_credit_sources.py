"""Addresses that are asked for their files: when, how far they are trusted, at what cost."""

import base64
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import update

from base.db import reading, transaction
from base.errors import InvalidInput
from credit.intake.batches import BatchState, Door
from credit.intake.fetching import FetchLimits, fetch
from credit.intake.senders import signed_bytes
from credit.intake.sources import Source, SourceRequest, add_source, end_source, list_sources
from credit.tables import CREDIT_SOURCE
from jobs.credit_doors import ask_sources, look_at_sources
from tests.credit.samples import csv_of, penalty
from tests.jobs.credit_yard import KEY, Yard, open_yard
from tests.receiving import lead_by_environment, receiving

LIMITS = FetchLimits(bytes_max=100_000, seconds_max=1, may_be_private=True)


@pytest.fixture
def yard(sqlite_url: str, tmp_path: Path) -> Iterator[Yard]:
    yield from open_yard(sqlite_url, tmp_path)


@dataclass(slots=True)
class Site:
    """A sender's own site: what it answers with."""

    url: str
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: int = 0
    is_endless: bool = False
    is_slow: bool = False

    def sign(self, rows: int) -> None:
        signature = KEY.sign(signed_bytes("penalty", rows, self.body))
        self.headers["Suxin-Rows"] = str(rows)
        self.headers["Suxin-Signature"] = base64.b64encode(signature).decode()


@pytest.fixture
def site() -> Iterator[Site]:
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked += 1
            with contextlib.suppress(OSError):
                while found.is_slow and not over.wait(0.1):
                    self.wfile.write(b"HTTP/1.1 200 O")
                self.send_response(found.status)
                for name, text in found.headers.items():
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(found.body)
                while found.is_endless and not over.is_set():
                    self.wfile.write(bytes(1 << 16))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Site(f"http://127.0.0.1:{server.server_port}/penalties.csv")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield found
    over.set()
    server.shutdown()
    server.server_close()


def _source(yard: Yard, site: Site, *, is_signed: bool = True) -> Source:
    return add_source(
        yard.parts.engine,
        SourceRequest(
            sender_id=yard.sender.id,
            feed="penalty",
            url=site.url,
            every_minutes=60,
            is_signed=is_signed,
            may_be_private=True,
        ),
        now=yard.parts.clock.now(),
        record=lambda *_: None,
    )


def _later(yard: Yard) -> None:
    with transaction(yard.parts.engine) as connection:
        hour_ago = yard.parts.clock.now() - timedelta(minutes=61)
        connection.execute(update(CREDIT_SOURCE).values(asked_at=hour_ago))


def test_an_address_is_asked_when_its_time_has_come_and_not_before(yard: Yard, site: Site) -> None:
    site.body = csv_of([penalty(1)])
    site.sign(1)
    _source(yard, site)

    ask_sources()
    ask_sources()
    asked_at_first = site.asked
    _later(yard)
    ask_sources()

    (batch,) = yard.batches()
    assert (batch.state, batch.door) == (BatchState.ACCEPTED, Door.PULL)
    assert batch.signer_id == yard.sender.id
    assert (asked_at_first, site.asked) == (1, 2)
    with reading(yard.parts.engine) as connection:
        (source,) = list_sources(connection)
    assert "accepted batch" in source.outcome


@pytest.mark.parametrize(("is_signed", "state"), [(True, "held"), (False, "accepted")])
def test_what_comes_without_a_signature_is_held_unless_the_address_is_enough(
    yard: Yard, site: Site, is_signed: bool, state: str
) -> None:
    site.body = csv_of([penalty(1)])
    _source(yard, site, is_signed=is_signed)

    (looked,) = look_at_sources(yard.parts)

    assert looked.state.value == state


def test_an_address_that_ended_is_asked_no_more(yard: Yard, site: Site) -> None:
    source, now = _source(yard, site), yard.parts.clock.now()
    end_source(yard.parts.engine, source.id, now=now, record=lambda *_: None)

    assert list(look_at_sources(yard.parts)) == []
    assert site.asked == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"status": 302, "headers": {"Location": "http://127.0.0.1/"}}, "HTTP 302"),
        ({"status": 500}, "HTTP 500"),
        ({"is_endless": True}, "more than 100000 bytes"),
        ({"is_slow": True}, "took too long"),
        ({"body": b""}, "nothing in the answer"),
        ({"headers": {"Suxin-Rows": "-1"}}, "Suxin-Rows"),
    ],
)
def test_an_answer_that_is_none_is_told_and_costs_no_more_than_it_may(
    yard: Yard, site: Site, change: dict[str, object], told: str
) -> None:
    site.body = b"x"
    for name, value in change.items():
        setattr(site, name, value)

    with pytest.raises(InvalidInput, match=told):
        fetch(_source(yard, site), LIMITS)


def test_what_is_fetched_goes_through_no_proxy_that_the_environment_names(
    yard: Yard, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.body = csv_of([penalty(1)])
    source = _source(yard, site)

    with receiving("/proxy") as proxy:
        # A proxy would look the name up anew, and connect to whatever it finds then.
        lead_by_environment(monkeypatch, proxy.url)
        fetched = fetch(source, LIMITS)

    assert (fetched.body, site.asked) == (site.body, 1)


def test_nothing_is_fetched_from_inside_or_without_https(yard: Yard, site: Site) -> None:
    source = _source(yard, site)
    closed = FetchLimits(bytes_max=10, seconds_max=5)
    inside = SourceRequest(
        sender_id=yard.sender.id, feed="penalty", url="https://127.0.0.1/x", every_minutes=5
    )
    now = yard.parts.clock.now()

    with pytest.raises(InvalidInput, match="https"):
        fetch(source, closed)
    with pytest.raises(InvalidInput, match="not public"):
        add_source(yard.parts.engine, inside, now=now, record=lambda *_: None)
    assert site.asked == 0
