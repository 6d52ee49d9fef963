"""Inclusion proofs: whether their cost stays flat as the log grows."""

import random
import time
from collections.abc import Callable, Iterator
from functools import partial

from pymerkle import SqliteTree  # type: ignore[import-untyped] # It has no types.

from base.db import reading
from benchmarks.harness import (
    DATABASE_WORDS,
    DATABASES,
    Bench,
    Contest,
    Reading,
    Result,
    Side,
    compete,
    reading_of,
)
from benchmarks.journal import fill, open_journal
from ledger.journal import Journal
from ledger.merkle import inclusion_path
from ledger.store import tile_reader

_PART = 20  # The small log has a twentieth of the entries.


def proofs(bench: Bench) -> Iterator[Result]:
    """A proof of a random entry, in a log and in one of a twentieth, beside the peer's."""
    entries = bench.scale.proof_entries
    tree = SqliteTree(str(bench.new_folder() / "tree.db"))
    bench.closing.callback(tree.close)
    for start in range(0, entries, 10_000):
        tree.append_entries([b"x" * 400] * min(10_000, entries - start))
    for kind in DATABASES:
        large, small = open_journal(bench, kind), open_journal(bench, kind)
        fill(large, entries - 1)
        fill(small, entries // _PART - 1)
        samples = bench.scale.proof_samples
        name = DATABASE_WORDS[kind]
        contest = Contest(
            title=f"Inclusion proof among {entries:,} entries, {name}",
            about=f"One thread, {samples} random entries a run, a transaction of its own for each "
            "and nothing kept between them; computed from stored tiles. The second line is the "
            "same in a small log: flat where the ratio is near 1. pymerkle computes from its "
            "leaves and keeps hashes of subtrees in memory, so its later runs are warm.",
            unit="proofs/s",
            target="p99 < 5 ms, flat",
            sides=(
                Side(name="proof", run=partial(_sample, samples, entries, _prover(large))),
                Side(
                    name=f"the same among {entries // _PART:,} entries",
                    run=partial(_sample, samples, entries // _PART, _prover(small)),
                ),
                Side(
                    name="peer: pymerkle prove_inclusion",
                    run=partial(
                        _sample,
                        max(1, samples // 10),
                        entries,
                        lambda index, size: tree.prove_inclusion(index + 1, size),
                    ),
                ),
            ),
        )
        yield compete(contest, pairs=bench.pairs)


def _prover(journal: Journal) -> Callable[[int, int], object]:
    def prove(index: int, size: int) -> object:
        with reading(journal.engine) as connection:
            return inclusion_path(index, size, tile_reader(connection, journal.log).get_node)

    return prove


def _sample(samples: int, size: int, prove: Callable[[int, int], object]) -> Reading:
    chosen = random.Random(7)
    latencies_s = []
    started = time.perf_counter()
    for _ in range(samples):
        index, before = chosen.randrange(size), time.perf_counter()
        prove(index, size)
        latencies_s.append(time.perf_counter() - before)
    return reading_of(latencies_s, time.perf_counter() - started)
