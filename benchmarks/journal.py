"""The journal in the process: single entries of 64 threads, and entries in bulk."""

import itertools
import threading
from collections.abc import Callable, Iterator
from functools import partial

from pymerkle import SqliteTree  # type: ignore[import-untyped] # It has no types.
from sqlalchemy import Engine

from base.clock import SystemClock
from base.db import METADATA, open_engine, transaction
from benchmarks.harness import (
    DATABASE_WORDS,
    DATABASES,
    Bench,
    Contest,
    Reading,
    Result,
    Side,
    compete,
    timed,
)
from ledger.batch import Batch
from ledger.draft import draft_of_parts
from ledger.journal import Journal, JournalLimits
from ledger.note import SignerKey
from ledger.opening import NoIndex, open_log
from ledger.parts import Part

THREADS = 64
BULK = 5000
_BODY = b'{"lot":"260301-01","note":"' + b"x" * 400 + b'"}'
_PAYLOAD = {"lot": "260301-01", "note": "x" * 400}
_LIMITS = JournalLimits(queue_entries_max=10_000_000, batch_entries_max=BULK)


def open_journal(bench: Bench, kind: str) -> Journal:
    """Return the journal of a new log whose entries have no index."""
    engine = open_engine(bench.database_url(kind), pool_size=2)
    bench.closing.callback(engine.dispose)
    METADATA.create_all(engine)
    clock = SystemClock()
    verifier = SignerKey.from_seed("bench.local", bytes(32)).verifier()
    with transaction(engine) as connection:
        open_log(connection, log=1, origin="bench.local", verifier=verifier, clock=clock)
    return Journal(
        engine=engine, log=1, index=NoIndex(), clock=clock, limits=_LIMITS, skew_max_ms=5000
    )


def fill(journal: Journal, entries: int) -> None:
    """Append entries in bulk until the log has `entries` more."""
    for start in range(0, entries, BULK):
        count = min(BULK, entries - start)
        drafts = [draft_of_parts("bench", {Part.PUBLIC: {**_PAYLOAD}}) for _ in range(count)]
        journal.append(Batch(actor="bench", subject="bulk", drafts=drafts))


def journal_single(bench: Bench) -> Iterator[Result]:
    """One entry a call from 64 threads, beside a bare insert and the peer's durable append."""
    for kind in DATABASES:
        journal = open_journal(bench, kind)
        engine = _bare(bench, kind)
        tree = SqliteTree(str(bench.new_folder() / "tree.db"))
        bench.closing.callback(tree.close)
        count = bench.scale.journal_entries
        few = max(THREADS, count // 50)
        contest = Contest(
            title=f"Journal append in the process, single entries, {DATABASE_WORDS[kind]}",
            about=f"{THREADS} threads, one entry of {len(_BODY)} bytes a call, durable when it "
            "returns; sealing and hashing included. The bare insert is one thread that commits "
            f"{THREADS} rows of that width at a time. pymerkle 7 (SqliteTree, on SQLite in both "
            "tables) commits each entry by itself under a lock: it has no group commit, so 64 "
            "threads are as fast as one. It keeps no chain, no parts, no idempotency keys.",
            unit="entries/s",
            target="≥ 20 × pymerkle's durable append",
            sides=(
                Side(name="journal", run=partial(_threads, count, partial(_append_one, journal))),
                Side(name="floor: bare insert", run=partial(_bare_insert, engine, count, THREADS)),
                Side(
                    name="peer: pymerkle append_entry",
                    run=partial(_threads, few, partial(tree.append_entry, _BODY)),
                ),
            ),
        )
        yield compete(contest, pairs=bench.pairs)


def journal_bulk(bench: Bench) -> Iterator[Result]:
    """Entries in batches, beside a bare insert and the peer's bulk append."""
    for kind in DATABASES:
        journal = open_journal(bench, kind)
        engine = _bare(bench, kind)
        tree = SqliteTree(str(bench.new_folder() / "tree.db"))
        bench.closing.callback(tree.close)
        count = bench.scale.journal_entries
        contest = Contest(
            title=f"Journal append in the process, bulk, {DATABASE_WORDS[kind]}",
            about=f"One thread, {BULK} entries of {len(_BODY)} bytes a transaction; sealing and "
            "hashing included. pymerkle stores entry and leaf hash, and neither header, salt, "
            "chain nor inner nodes.",
            unit="entries/s",
            sides=(
                Side(
                    name="journal",
                    run=partial(timed, partial(fill, journal, count), count=count),
                ),
                Side(name="floor: bare insert", run=partial(_bare_insert, engine, count, BULK)),
                Side(name="peer: pymerkle append_entries", run=partial(_tree_bulk, tree, count)),
            ),
        )
        yield compete(contest, pairs=bench.pairs)


def _append_one(journal: Journal) -> None:
    draft = draft_of_parts("bench", {Part.PUBLIC: {**_PAYLOAD}})
    journal.append(Batch(actor="bench", subject="one", drafts=(draft,)))


def _threads(count: int, work: Callable[[], object]) -> Reading:
    """Call `work` so often, from all threads together."""
    numbers = itertools.count()

    def run() -> None:
        while next(numbers) < count:
            work()

    def run_all() -> None:
        threads = [threading.Thread(target=run) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return timed(run_all, count=count)


def _bare(bench: Bench, kind: str) -> Engine:
    engine = open_engine(bench.database_url(kind), pool_size=1)
    bench.closing.callback(engine.dispose)
    body = "BYTEA" if kind == "postgresql" else "BLOB"
    with transaction(engine) as connection:
        connection.exec_driver_sql(f"CREATE TABLE bare (body {body} NOT NULL)")
    return engine


def _bare_insert(engine: Engine, count: int, rows: int) -> Reading:
    is_postgresql = engine.dialect.name == "postgresql"

    def insert() -> None:
        for _ in range(0, count, rows):
            with transaction(engine) as connection:
                cursor = connection.connection.cursor()
                if is_postgresql:
                    with cursor.copy("COPY bare FROM STDIN (FORMAT BINARY)") as copy:
                        copy.set_types(["bytea"])
                        for _ in range(rows):
                            copy.write_row((_BODY,))
                else:
                    cursor.executemany("INSERT INTO bare VALUES (?)", [(_BODY,)] * rows)
                cursor.close()

    return timed(insert, count=count)


def _tree_bulk(tree: SqliteTree, count: int) -> Reading:
    return timed(
        lambda: [tree.append_entries([_BODY] * BULK) for _ in range(0, count, BULK)], count=count
    )
