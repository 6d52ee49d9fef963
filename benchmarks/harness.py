"""Runs contestants in turn and sums up what they reached.

One rule: the sides of a contest run alternately (A B A B), so that whatever else the machine does
falls on all of them, and a ratio is taken pair by pair before it is summed up.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.postgres import PostgresServer, start_postgres


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One run of one side: things done in a second, and the latency of one where it was taken."""

    per_s: float
    p50_ms: float | None = None
    p99_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A contestant; each call of `run` does a whole run."""

    name: str
    run: Callable[[], Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """The same work done by several; the first side is this project's."""

    title: str
    about: str
    unit: str
    sides: tuple[Side, ...]
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All readings of a contest, by side, in the order of the pairs."""

    contest: Contest
    readings: Mapping[str, Sequence[Reading]]

    def ratios(self, name: str) -> list[float]:
        """Return how often this project's figure is the figure of `name`, pair by pair."""
        own = self.readings[self.contest.sides[0].name]
        return [
            ours.per_s / theirs.per_s for ours, theirs in zip(own, self.readings[name], strict=True)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Words and a small table that belong to a result but are no contest."""

    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is done: `name` is what the command line calls it."""

    name: str
    documents: int
    single_s: float
    journal_entries: int
    proof_entries: int
    proof_samples: int
    page_s: float
    pure_s: float
    serials: int
    links: int
    lineage_levels: int
    city_events: int
    credit_enterprises: int
    credit_people: int
    credit_months: int
    watches: int
    name_pairs: int


SCALES: Mapping[str, Scale] = {
    scale.name: scale
    for scale in (
        Scale(
            name="tiny",
            documents=1,
            single_s=0.2,
            journal_entries=128,
            proof_entries=600,
            proof_samples=5,
            page_s=0.2,
            pure_s=0.02,
            serials=2_000,
            links=500,
            lineage_levels=2,
            city_events=1_500,
            credit_enterprises=60,
            credit_people=2_000,
            credit_months=60,
            watches=20,
            name_pairs=200,
        ),
        Scale(
            name="small",
            documents=24,
            single_s=3.0,
            journal_entries=20_000,
            proof_entries=20_000,
            proof_samples=300,
            page_s=3.0,
            pure_s=0.5,
            serials=100_000,
            links=1_000_000,
            lineage_levels=3,
            city_events=20_000,
            credit_enterprises=3_000,
            credit_people=100_000,
            credit_months=12,
            watches=1_000,
            name_pairs=4_000,
        ),
        Scale(
            name="full",
            documents=80,
            single_s=10.0,
            journal_entries=100_000,
            proof_entries=1_000_000,
            proof_samples=1000,
            page_s=10.0,
            pure_s=2.0,
            serials=1_000_000,
            links=10_000_000,
            lineage_levels=3,
            city_events=1_000_000,
            credit_enterprises=130_000,
            credit_people=500_000,
            credit_months=3,
            watches=10_000,
            name_pairs=20_000,
        ),
    )
}


@dataclass(slots=True, kw_only=True)
class Bench:
    """What a benchmark works with: a scale, a folder, what closes at the end, a PostgreSQL."""

    scale: Scale
    pairs: int
    folder: Path
    closing: ExitStack
    _postgres: list[PostgresServer] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(1_000_000)))

    def database_url(self, kind: str) -> str:
        """Return the address of a new, empty database that waits for the disk."""
        if kind == "sqlite":
            return f"sqlite:///{self.new_folder() / 'bench.db'}"
        if not self._postgres:
            self._postgres.append(start_postgres(is_durable=True))
            self.closing.callback(self._postgres[0].stop)
        return self._postgres[0].url(self._postgres[0].new_database())

    def new_folder(self) -> Path:
        """Return an empty folder that goes when the run ends."""
        folder = self.folder / str(next(self._numbers))
        folder.mkdir()
        return folder

    def number(self) -> int:
        """Return a number that was not given before."""
        return next(self._numbers)


Benchmark = Callable[[Bench], Iterator["Result | Note"]]

DATABASES = ("postgresql", "sqlite")
DATABASE_WORDS: Mapping[str, str] = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


def compete(contest: Contest, *, pairs: int) -> Result:
    """Run every side once to warm up and then `pairs` times, in turn."""
    readings: dict[str, list[Reading]] = {side.name: [] for side in contest.sides}
    for number in range(pairs + 1):
        for side in contest.sides:
            reading = side.run()
            if number > 0:
                readings[side.name].append(reading)
    return Result(contest=contest, readings=readings)


def timed(work: Callable[[], object], *, count: int) -> Reading:
    """Return the rate of `count` things that one call of `work` does."""
    started = time.perf_counter()
    work()
    return Reading(per_s=count / (time.perf_counter() - started))


def looped(work: Callable[[], object], *, count: int, seconds: float) -> Reading:
    """Return the rate of `count` things a call, called over and over for some processor time.

    Processor time and not the clock's: a share of a core is what these figures are about.
    """
    calls = 0
    started = now = time.process_time()
    while now - started < seconds:
        work()
        calls += 1
        now = time.process_time()
    return Reading(per_s=count * calls / (now - started))


def reading_of(latencies_s: Iterable[float], elapsed_s: float) -> Reading:
    """Return the rate and the percentiles of single requests."""
    ordered = sorted(latencies_s)
    return Reading(
        per_s=len(ordered) / elapsed_s,
        p50_ms=1000 * _at(ordered, 0.5),
        p99_ms=1000 * _at(ordered, 0.99),
    )


def middle(values: Sequence[float]) -> tuple[float, float, float]:
    """Return median, least and greatest."""
    return median(values), min(values), max(values)


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
