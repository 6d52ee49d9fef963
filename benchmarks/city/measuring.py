"""Captures the city, recalls lots in it, and says how long each took.

One rule: a recall counts only where its scope is what the walk of the events gives.
"""

import time
from dataclasses import dataclass
from trace.findings.evaluator import Sources, bring_up_findings
from trace.lineage import Direction, Reach
from trace.projections.lineage import bring_up
from trace.tracing import trace_goods

from benchmarks.city.aftermath import listings_of, tell_the_rest
from benchmarks.city.place import CityPlace
from benchmarks.city.reconciling import Reconciliation, read_findings, reconcile
from benchmarks.city.stream import Stream
from benchmarks.city.templates import templates
from benchmarks.city.walking import EventWalk

RECALLED = ("dairy", "pesticide")
"""The classes of which a lot is recalled: raw milk, and a batch that farms put on their crops."""

_REACH = Reach(items_max=1_000_000, depth_max=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many things in so many seconds."""

    what: str
    count: int
    seconds: float

    @property
    def per_s(self) -> float:
        """Return how many in a second."""
        return self.count / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """The scope of one lot, the time from the lot to it, and whether the walk gives the same."""

    code: str
    root: str
    scope: int
    seconds: float
    is_equal: bool


def tell_only(stream: Stream) -> Rate:
    """Tell the city to nobody."""
    templates()
    started = time.perf_counter()
    count = sum(1 for _ in stream.told())
    return Rate(what="events generated", count=count, seconds=time.perf_counter() - started)


def capture(place: CityPlace, stream: Stream, walk: EventWalk) -> Rate:
    """Capture the city through the door; what is told besides is walked later."""
    spent = 0.0
    for told in stream.told():
        walk.add(told.event)
        started = time.perf_counter()
        place.hand_in(told)
        spent += time.perf_counter() - started
    started = time.perf_counter()
    place.hand_in_rest()
    spent += time.perf_counter() - started
    walk.close()
    return Rate(what="events captured", count=place.captured, seconds=spent)


def project(place: CityPlace) -> Rate:
    """Bring the links up."""
    started = time.perf_counter()
    bring_up(place.services.engine, place.log)
    seconds = time.perf_counter() - started
    return Rate(what="events projected", count=place.captured, seconds=seconds)


def find(place: CityPlace, stream: Stream) -> tuple[Rate, Reconciliation]:
    """Work out every finding, and compare them with what was planted."""
    tell_the_rest(place, stream.truth.faults)
    sources = Sources(clock=place.clock, listings=listings_of(place, stream.city))
    started = time.perf_counter()
    bring_up_findings(place.services.engine, place.log, sources)
    seconds = time.perf_counter() - started
    found = read_findings(place.services.engine, place.log)
    rate = Rate(what="events judged", count=place.captured, seconds=seconds)
    return rate, reconcile(stream.truth, found)


def recall(place: CityPlace, stream: Stream, walk: EventWalk) -> list[Recall]:
    """Recall the lot of each class that reaches furthest."""
    found = []
    for code in RECALLED:
        scopes = {root: walk.forward(root) for root in stream.truth.roots[code]}
        root = max(scopes, key=lambda one: len(scopes[one]))
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
                is_equal=reached == scopes[root],
            )
        )
    return found
