"""The city as rows of the results: rates, recalls, and what was found of what was planted."""

from collections.abc import Iterator

from benchmarks.city.measuring import Rate, Recall, capture, find, project, recall, tell_only
from benchmarks.city.people import build_city
from benchmarks.city.place import open_place
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
            redis_url="redis://127.0.0.1:1/0",
            closing=bench.closing,
        )
        told = tell_only(Stream(city=people, seed=_SEED, events=events))
        stream, walk = Stream(city=people, seed=_SEED, events=events), EventWalk()
        rates = [told, capture(place, stream, walk), project(place)]
        recalls = recall(place, stream, walk)
        judged, reconciliation = find(place, stream)
        yield Note(
            title=f"A city of {told.count:,} events, {DATABASE_WORDS[kind]}",
            about="600 parties and 18 classes told from a seed, captured by one thread in the"
            f" parties' own documents ({place.documents:,} of them). The scope of each recall is"
            " that of a walk of the events which knows nothing of the projections.",
            columns=("what", "how many", "a second, or seconds"),
            rows=(*_rates([*rates, judged]), *_recalls(recalls), *_faults(reconciliation)),
        )


def _rates(rates: list[Rate]) -> Iterator[tuple[str, ...]]:
    for one in rates:
        yield one.what, f"{one.count:,}", f"{one.per_s:,.0f} a second"


def _recalls(recalls: list[Recall]) -> Iterator[tuple[str, ...]]:
    for one in recalls:
        same = "as walked" if one.is_equal else "NOT as walked"
        yield f"recall, {one.code}: scope {same}", f"{one.scope:,}", f"{one.seconds:.3f} s"


def _faults(one: Reconciliation) -> Iterator[tuple[str, ...]]:
    planted, found = sum(one.planted.values()), sum(one.found.values())
    accused = len({lot for lot, _ in one.accused})
    yield "planted faults found", f"{found:,}", f"of {planted:,}"
    yield "clean lots accused", f"{accused:,}", f"of {one.clean:,}"
