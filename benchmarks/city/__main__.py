"""`python -m benchmarks.city`: generate a city, capture it, and reconcile what is found in it."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from base.log import configure_logging
from base.redis_server import running_redis
from benchmarks.city.measuring import Rate, Recall, capture, find, project, recall, tell_only
from benchmarks.city.people import build_city
from benchmarks.city.place import open_place
from benchmarks.city.reconciling import Reconciliation
from benchmarks.city.stream import Stream
from benchmarks.city.walking import EventWalk


def main(words: list[str]) -> int:
    """Run a city; return 1 where a recall or a finding is not what was planted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.city", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--database", default="", metavar="URL", help="a new, empty database")
    given = parser.parse_args(words)
    configure_logging("warning")
    city = build_city(given.seed)
    _say_rate(tell_only(Stream(city=city, seed=given.seed, events=given.events)))
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="suxin-city-")))
        place = open_place(
            city,
            folder=folder,
            database_url=given.database or f"sqlite:///{folder / 'city.db'}",
            redis_url=closing.enter_context(running_redis(folder)),
            closing=closing,
        )
        stream, walk = Stream(city=city, seed=given.seed, events=given.events), EventWalk()
        _say_rate(capture(place, stream, walk))
        _say_rate(project(place))
        recalls = recall(place, stream, walk)
        for one in recalls:
            _say_recall(one)
        rate, reconciliation = find(place, stream)
        _say_rate(rate)
        _say_reconciliation(reconciliation)
    return 0 if all(one.is_equal for one in recalls) and reconciliation.is_right else 1


def _say_rate(rate: Rate) -> None:
    print(f"{rate.what}: {rate.count} in {rate.seconds:.1f} s, {rate.per_s:,.0f}/s", flush=True)


def _say_recall(one: Recall) -> None:
    words = "as walked" if one.is_equal else "NOT AS WALKED"
    print(f"recall of {one.code} {one.root}: {one.scope} in {one.seconds:.3f} s, {words}")


def _say_reconciliation(one: Reconciliation) -> None:
    print(f"{'planted fault':22} planted found")
    for code, planted in one.planted.items():
        print(f"{code:22} {planted:7} {one.found[code]:5}")
    for fault in one.missed:
        print(f"missed: {fault.code} of {fault.subjects[0]}")
    for lot, code in one.accused:
        print(f"accused: {lot} of {code}")
    lots = {lot for lot, _ in one.accused}
    print(f"clean lots accused: {len(lots)} of {one.clean}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
