"""What a consumer's scan costs: the page of a lot, the redirect of a typed code, the proof."""

import itertools
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from trace.capture import Submission, submit

from benchmarks.capture import start_floor
from benchmarks.data import GTIN, EventSource
from benchmarks.harness import (
    DATABASE_WORDS,
    DATABASES,
    Bench,
    Contest,
    Reading,
    Result,
    Side,
    compete,
)
from benchmarks.load import drive, request_bytes
from benchmarks.places import THREADS, WORKERS, Place, new_place, serve
from schemas.epcis import read_document

CLIENTS = 16
_LOTS = 10
_EVENTS = 200
_SEALED_S = 30.0


def pages(bench: Bench) -> Iterator[Result]:
    """Scan page, redirect and proof bundle of a few lots, warm, beside a bare view."""
    for kind in DATABASES:
        place = new_place(bench, kind)
        _record(place)
        url = serve(bench, place)
        addresses = {
            "Scan page (Digital Link)": [f"/01/{GTIN}/10/page{lot}" for lot in range(_LOTS)],
            "Redirect of a typed code": [f"/t/(01){GTIN}(10)page{lot}" for lot in range(_LOTS)],
            "Proof bundle": [
                f"/ledger/bundle?code=https://id.gs1.org/01/{GTIN}/10/page{lot}"
                for lot in range(_LOTS)
            ],
        }
        _wait_until_sealed(url + addresses["Proof bundle"][-1])
        for title, paths in addresses.items():
            floor = start_floor(bench, kind, page=_fetch(url + paths[0]))
            is_redirect = title.startswith("Redirect")
            contest = Contest(
                title=f"{title}, {DATABASE_WORDS[kind]}",
                about=f"{CLIENTS} clients over {_LOTS} lots of {_EVENTS // _LOTS} events, "
                f"{WORKERS} processes of {THREADS} threads. The floor is a bare view of the same "
                "framework and server that answers with the bytes of the page.",
                unit="requests/s",
                target="" if title == "Proof bundle" else "≥ 1,500",
                sides=(
                    Side(name="page", run=partial(_get, bench, url, paths, is_redirect)),
                    Side(
                        name="floor: bare view", run=partial(_get, bench, floor, ["/page"], False)
                    ),
                ),
            )
            yield compete(contest, pairs=bench.pairs)


def _record(place: Place) -> None:
    document = EventSource("page").document(_EVENTS)
    read = read_document(document, limits=place.services.document_limits)
    submit(place.services.desk, Submission(actor=place.actor(), document=read))


def _get(bench: Bench, url: str, paths: list[str], is_redirect: bool) -> Reading:
    # Each look by a phone of its own, so that each of them is a scan to be written.
    phones = itertools.count()
    requests = (
        request_bytes("GET", path, headers=[("User-Agent", f"Mozilla/5.0 Phone {next(phones)}")])
        for path in itertools.cycle(paths)
    )
    return drive(
        url,
        requests,
        clients=CLIENTS,
        seconds=bench.scale.page_s,
        statuses=(307,) if is_redirect else (200,),
    )


def _fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 -- our own loopback address
        body: bytes = answer.read()
    return body


def _wait_until_sealed(url: str) -> None:
    deadline = time.monotonic() + _SEALED_S
    while True:
        try:
            _fetch(url)
        except urllib.error.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
