"""The city as rows of the results: rates, recalls, and what was found of what was planted."""

from collections.abc import Iterator

from base.redis_server import running_redis
from benchmarks.city.measuring import Rate, Recall, capture, find, hold_recalls, project, recall
from benchmarks.city.people import build_city
from benchmarks.city.place import open_place
from benchmarks.city.recalling import HeldRecall
from benchmarks.city.reconciling import Reconciliation
from benchmarks.city.stream import Stream
from benchmarks.city.walking import EventWalk
from benchmarks.harness import DATABASE_WORDS, DATABASES, Bench, Note

_SEED = 1


def city(bench: Bench) -> Iterator[Note]:
    """Capture a city on each database, recall lots of it and look for what was planted."""
    events = bench.scale.city_events
    people = build_city(_SEED)
    for kind in DATABASES:
        folder = bench.new_folder()
        place = open_place(
            people,
            folder=folder,
            database_url=bench.database_url(kind),
            redis_url=bench.closing.enter_context(running_redis(folder)),
            closing=bench.closing,
            is_served=True,
        )
        stream, walk = Stream(city=people, seed=_SEED, events=events), EventWalk()
        rates = [capture(place, stream, walk), project(place)]
        traced = recall(place, stream, walk)
        judged, reconciliation = find(place, stream)
        held = hold_recalls(place, stream, walk)
        yield Note(
            title=f"A city of {place.captured:,} events, {DATABASE_WORDS[kind]}",
            about="600 parties and 18 classes told from a seed, captured by one thread in the"
            f" parties' own documents ({place.documents:,} of them), {place.posted:,} of the events"
            " over HTTP. What a lot leads to and the scope of each recall are those of a walk of"
            " the events which knows nothing of the projections. The recalls are held over HTTP,"
            " by the authority and every holder.",
            columns=("what", "how many", "a second, or seconds"),
            rows=(
                *_rates([*rates, judged]),
                *_traces(traced),
                *_faults(reconciliation),
                *(row for one, is_equal in held for row in _recalls(one, is_equal)),
            ),
        )


def _rates(rates: list[Rate]) -> Iterator[tuple[str, ...]]:
    for one in rates:
        yield one.what, f"{one.count:,}", f"{one.per_s:,.0f} a second"


def _traces(traced: list[Recall]) -> Iterator[tuple[str, ...]]:
    for one in traced:
        same = "as walked" if one.is_equal else "NOT as walked"
        yield f"from a lot, {one.code}: scope {same}", f"{one.scope:,}", f"{one.seconds:.3f} s"


def _recalls(one: HeldRecall, is_equal: bool) -> Iterator[tuple[str, ...]]:
    same = "as walked" if is_equal else "NOT as walked"
    yield f"recall over the {one.door}, {one.code}: scope {same}", f"{len(one.reached):,}", ""
    for what, seconds in one.steps:
        yield f"recall over the {one.door}: {what}", f"{one.holders:,} holders", f"{seconds:.3f} s"


def _faults(one: Reconciliation) -> Iterator[tuple[str, ...]]:
    planted, found = sum(one.planted.values()), sum(one.found.values())
    accused = len({lot for lot, _ in one.accused})
    yield "planted faults found", f"{found:,}", f"of {planted:,}"
    yield "clean lots accused", f"{accused:,}", f"of {one.clean:,}"
