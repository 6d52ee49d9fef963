"""A counter's check, asked as a program inside and as a request at the HTTP door.

One rule: who is asked about is drawn from the whole city, so that no cache of a few parties helps.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from io import BytesIO
from itertools import cycle
from random import Random
from typing import Any, Final
from wsgiref.types import WSGIEnvironment

from base.db import glancing
from benchmarks.credit_city.place import CreditPlace
from benchmarks.credit_city.stream import CreditCity
from benchmarks.harness import Reading, reading_of
from credit.checking import check_party
from credit.rulebook.reading import rulebook
from parties.actors import Role
from parties.keys import KeyRequest, grant
from web.app import create_app

MATTER: Final = "government_procurement"
_ASKED_MAX: Final = 20_000

Ask = Callable[[str], None]
"""Asks about a code; raises where there is no answer."""


def codes_asked(city: CreditCity) -> Sequence[str]:
    """Return codes of the city in no order."""
    some = Random(city.seed).sample(city.enterprises, min(_ASKED_MAX, len(city.enterprises)))
    return [one.uscc for one in some]


def asked(ask: Ask, codes: Sequence[str], seconds: float) -> Reading:
    """Ask one after the other for some time, with one thread."""
    latencies: list[float] = []
    of_codes = cycle(codes)
    started = now = time.perf_counter()
    while now - started < seconds:
        ask(next(of_codes))
        then, now = now, time.perf_counter()
        latencies.append(now - then)
    return reading_of(latencies, now - started)


def inside(place: CreditPlace, day: date) -> Ask:
    """Return what asks the database through `check_party`, on a connection of the pool."""
    engine, log, book = place.services.engine, place.log, rulebook()

    def ask(code: str) -> None:
        with glancing(engine) as connection:
            answer = check_party(connection, log, book, uscc=code, matter=MATTER, day=day)
        if not answer.is_known:
            raise LookupError(code)

    return ask


def at_the_door(place: CreditPlace) -> Ask:
    """Return what calls the application as its server does: with a key, through every hook."""
    answer = _door(place)

    def ask(code: str) -> None:
        answer(code)

    return ask


def answer_at_the_door(place: CreditPlace, code: str) -> bytes:
    """Return the body of one answer."""
    return _door(place)(code)


def _door(place: CreditPlace) -> Callable[[str], bytes]:
    app = create_app(place.services.settings, services=place.services)
    headers = {"HTTP_AUTHORIZATION": f"Bearer {_key(place)}"}

    def answer(code: str) -> bytes:
        query = f"uscc={code}&matter={MATTER}"
        return call(app.wsgi_app, "/api/v1/credit/check", query, headers)

    return answer


def call(app: Any, path: str, query: str, headers: dict[str, str]) -> bytes:
    """Return the body that an application answers with; raises where it is not 200."""
    said: list[str] = []

    def start(status: str, _: Any, __: Any = None) -> None:
        said.append(status)

    answer: Iterator[bytes] = app(_environ(path, query, headers), start)
    try:
        body = b"".join(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
    if not said[0].startswith("200"):
        raise LookupError(f"{said[0]}: {body[:400]!r}")
    return body


def _environ(path: str, query: str, headers: dict[str, str]) -> WSGIEnvironment:
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT": "application/json",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **headers,
    }


def _key(place: CreditPlace) -> str:
    parts = place.services
    granted = grant(
        parts.engine,
        KeyRequest(label="counter", role=Role.AUTHORITY, party_id=None),
        now=parts.clock.now(),
        record=parts.recorder("system"),
    )
    if granted.text is None:
        raise ValueError("a key that was just made has its text")
    return granted.text
