"""Capture over HTTP: documents of many events, and single events of many clients."""

import itertools
import sys
from collections.abc import Iterator
from functools import partial
from trace.capture import Submission, submit

from base.db import open_engine
from benchmarks.data import EventSource
from benchmarks.floor_app import create_table
from benchmarks.floors import Snapshot, take_snapshot, write_snapshot
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
from benchmarks.places import THREADS, WORKERS, free_port, new_place, serve, start, wait_for
from schemas.epcis import read_document

EVENTS_PER_DOCUMENT = 500
BULK_CLIENTS = 8
SINGLE_CLIENTS = 64


def capture_bulk(bench: Bench) -> Iterator[Result]:
    """Documents of 500 events, on each database, beside a bare insert of the same rows."""
    for kind in DATABASES:
        place = new_place(bench, kind)
        url, key = serve(bench, place), place.new_key()
        floor = open_engine(bench.database_url(kind))
        bench.closing.callback(floor.dispose)
        snapshot = _snapshot_of(bench, kind)

        def post(url: str = url, key: str = key) -> Reading:
            source = EventSource(f"b{bench.number()}x")
            count = bench.scale.documents
            requests = [
                _post("/epcis/capture", key, document)
                for document in source.documents(count, EVENTS_PER_DOCUMENT)
            ]
            reading = drive(url, iter(requests), clients=BULK_CLIENTS, statuses=(202,))
            return Reading(
                per_s=reading.per_s * EVENTS_PER_DOCUMENT,
                p50_ms=reading.p50_ms,
                p99_ms=reading.p99_ms,
            )

        contest = Contest(
            title=f"Capture of {EVENTS_PER_DOCUMENT}-event documents over HTTP, "
            f"{DATABASE_WORDS[kind]}",
            about=f"{BULK_CLIENTS} clients, {bench.scale.documents} documents a run; validated, "
            "hashed, split, chained, indexed and durable when answered. Latency is a document's. "
            "The floor writes the same rows into the same schema, one transaction a document, "
            "with no HTTP, no check and no hash before it.",
            unit="events/s",
            target={"postgresql": "≥ 12,000; ≥ 0.6 of the floor"}.get(
                kind, "≥ 8,000; ≥ 0.6 of the floor"
            ),
            sides=(
                Side(name="capture", run=post),
                Side(
                    name="floor: bare COPY" if kind == "postgresql" else "floor: bare executemany",
                    run=partial(write_snapshot, floor, snapshot),
                ),
            ),
        )
        yield compete(contest, pairs=bench.pairs)


def _snapshot_of(bench: Bench, kind: str) -> Snapshot:
    """Record documents in this process, one transaction each, and read the rows back."""
    place = new_place(bench, kind)
    source = EventSource("floor")
    actor, parts = place.actor(), place.services
    for body in source.documents(bench.scale.documents, EVENTS_PER_DOCUMENT):
        document = read_document(body, limits=parts.document_limits)
        submit(parts.desk, Submission(actor=actor, document=document))
    return take_snapshot(parts.engine, transactions=bench.scale.documents)


def capture_single(bench: Bench) -> Iterator[Result]:
    """Single events of 64 clients, beside a bare merging writer behind the same server."""
    for kind in DATABASES:
        place = new_place(bench, kind)
        url, key = serve(bench, place), place.new_key()
        floor_url = start_floor(bench, kind)

        def post(url: str = url, key: str = key, path: str = "/epcis/capture") -> Reading:
            source = EventSource(f"s{bench.number()}x")
            requests = (_post(path, key, source.document(1)) for _ in itertools.count())
            return drive(
                url,
                requests,
                clients=SINGLE_CLIENTS,
                seconds=bench.scale.single_s,
                statuses=(201, 202),
            )

        contest = Contest(
            title=f"Capture of single events over HTTP, {DATABASE_WORDS[kind]}",
            about=f"{SINGLE_CLIENTS} clients, one event in each document, {WORKERS} processes of "
            f"{THREADS} threads. The floor is the same server, framework and settings with a "
            "merging writer of one row a request and nothing else. The client makes the events "
            "as it goes, on the same cores, for both.",
            unit="events/s",
            target="≥ 0.6 of the floor; p99 < 100 ms",
            sides=(
                Side(name="capture", run=post),
                Side(
                    name="floor: bare merging writer",
                    run=partial(post, floor_url, "none", "/event"),
                ),
            ),
        )
        yield compete(contest, pairs=bench.pairs)


def start_floor(bench: Bench, kind: str, *, page: bytes = b"") -> str:
    """Start the floor's server; return its address."""
    url, port = bench.database_url(kind), free_port()
    engine = open_engine(url)
    create_table(engine)
    engine.dispose()
    file = bench.new_folder() / "page"
    file.write_bytes(page)
    words = [str(port), str(WORKERS), str(THREADS), url, str(file)]
    start(bench, [sys.executable, "-m", "benchmarks.floor_app", *words], {})
    address = f"http://127.0.0.1:{port}"
    wait_for(f"{address}/page")
    return address


def _post(path: str, key: str, body: bytes) -> bytes:
    headers = (("Authorization", f"Bearer {key}"), ("Content-Type", "application/json"))
    return request_bytes("POST", path, headers=headers, body=body)
