"""Captures the city, recalls lots in it, and says how long each took.

One rule: a recall counts only where its scope is what the walk of the events gives.
"""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from trace.findings.evaluator import Sources, bring_up_findings
from trace.lineage import Direction, Reach
from trace.projections.lineage import bring_up
from trace.recall.report import check_report
from trace.tracing import trace_goods

from benchmarks.city.aftermath import listings_of, tell_the_rest
from benchmarks.city.place import CityPlace
from benchmarks.city.recalling import Case, HeldRecall, recall_by_api, recall_by_pages
from benchmarks.city.reconciling import Reconciliation, read_findings, reconcile
from benchmarks.city.stream import Stream
from benchmarks.city.templates import templates
from benchmarks.city.walking import EventWalk
from ledger.sealing import seal

RECALLED = ("dairy", "pesticide")
"""The classes of which a lot is recalled: raw milk, and a batch that farms put on their crops."""

_DOMAINS = {"dairy": "food", "pesticide": "pesticide"}
_FROZEN_EVERY = 100_000
_REACH = Reach(items_max=1_000_000, depth_max=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many things in so many seconds, and how many of these a processor worked for it."""

    what: str
    count: int
    seconds: float
    cpu_s: float

    @property
    def per_s(self) -> float:
        """Return how many in a second."""
        return self.count / self.seconds

    @property
    def per_cpu_s(self) -> float:
        """Return how many in a second of a processor, of which this process has one at a time."""
        return self.count / self.cpu_s


@dataclass(slots=True, kw_only=True)
class _Spent:
    """The time spent in some blocks: on the wall, and of this process's processor."""

    seconds: float = 0.0
    cpu_s: float = 0.0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        started, worked = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - started
        self.cpu_s += time.process_time() - worked

    def rate(self, what: str, count: int) -> Rate:
        """Return the rate of so many things done in that time."""
        return Rate(what=what, count=count, seconds=self.seconds, cpu_s=self.cpu_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """The scope of one lot, the time from the lot to it, and whether the walk gives the same."""

    code: str
    root: str
    scope: int
    seconds: float
    is_equal: bool


def capture(place: CityPlace, stream: Stream, walk: EventWalk) -> Rate:
    """Capture the city through the door; what is told besides is walked later."""
    templates()
    seconds = cpu_s = 0.0
    for number, told in enumerate(stream.told()):
        walk.add(told.event)
        if number % _FROZEN_EVERY == 0:
            # What the walk remembers belongs to no installation: the collector need not see it.
            gc.freeze()
        started, worked = time.perf_counter(), time.process_time()
        place.hand_in(told)
        seconds += time.perf_counter() - started
        cpu_s += time.process_time() - worked
    rest = _Spent(seconds=seconds, cpu_s=cpu_s)
    with rest():
        place.hand_in_rest()
    walk.close()
    gc.freeze()
    return rest.rate("events captured", place.captured)


def project(place: CityPlace) -> Rate:
    """Bring the links up."""
    spent = _Spent()
    with spent():
        bring_up(place.services.engine, place.log)
    return spent.rate("events projected", place.captured)


def find(place: CityPlace, stream: Stream) -> tuple[Rate, Reconciliation]:
    """Work out every finding, and compare them with what was planted."""
    tell_the_rest(place, stream.truth.faults)
    sources = Sources(clock=place.clock, listings=listings_of(place, stream.city))
    spent = _Spent()
    with spent():
        bring_up_findings(place.services.engine, place.log, sources)
    found = read_findings(place.services.engine, place.log)
    return spent.rate("events judged", place.captured), reconcile(stream.truth, found)


def recall(place: CityPlace, stream: Stream, walk: EventWalk) -> list[Recall]:
    """Follow the lot of each class that reaches furthest."""
    found = []
    for code in RECALLED:
        root = _furthest(stream, walk, code)
        walked = walk.forward(root)
        started = time.perf_counter()
        trace = trace_goods(place.services.engine, place.log, [root], Direction.FORWARD, _REACH)
        seconds = time.perf_counter() - started
        reached = {one.uri for one in trace.reached}
        found.append(
            Recall(
                code=code,
                root=root,
                scope=len(reached),
                seconds=seconds,
                is_equal=reached == walked,
            )
        )
    return found


def hold_recalls(
    place: CityPlace, stream: Stream, walk: EventWalk
) -> list[tuple[HeldRecall, bool]]:
    """Recall milk over the API and a pesticide over the pages; tell of each whether it is right."""
    if place.desk is None:
        raise ValueError("recalls are held over HTTP: the place must be served")
    held = []
    for code, hold in zip(RECALLED, (recall_by_api, recall_by_pages), strict=True):
        case = Case(
            code=code,
            root=_furthest(stream, walk, code),
            domain=_DOMAINS[code],
            later=partial(_wait, place),
            seal=partial(_seal, place),
        )
        one = hold(place.desk, case)
        check_report(one.report, [place.signer.verifier()])
        held.append((one, one.reached == walk.recalled(case.root)))
    return held


def _furthest(stream: Stream, walk: EventWalk, code: str) -> str:
    """Return the lot of a class that reaches furthest."""
    return max(stream.truth.roots[code], key=lambda root: len(walk.forward(root)))


def _wait(place: CityPlace) -> None:
    place.clock.instant += timedelta(minutes=30)


def _seal(place: CityPlace) -> None:
    seal(place.services.engine, place.log, place.signer, place.clock)
