"""`python -m benchmarks.city`: generate a city, capture it, and reconcile what is found in it."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from base.log import configure_logging
from base.redis_server import running_redis
from benchmarks.city.measuring import Rate, Recall, capture, find, hold_recalls, project, recall
from benchmarks.city.people import build_city
from benchmarks.city.place import open_place
from benchmarks.city.recalling import HeldRecall
from benchmarks.city.reconciling import Reconciliation
from benchmarks.city.stream import Stream
from benchmarks.city.walking import EventWalk
from tests.postgres import start_postgres


def main(words: list[str]) -> int:
    """Run a city; return 1 where a recall or a finding is not what was planted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.city", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument(
        "--database",
        default="sqlite",
        metavar="URL",
        help="`sqlite` or `postgresql`, made for the run, or the URL of a new, empty database",
    )
    given = parser.parse_args(words)
    configure_logging("warning")
    with ExitStack() as closing:
        return _run(given.seed, given.events, given.database, closing)


def _run(seed: int, events: int, database: str, closing: ExitStack) -> int:
    city = build_city(seed)
    folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="suxin-city-")))
    place = open_place(
        city,
        folder=folder,
        database_url=_database_url(database, folder, closing),
        redis_url=closing.enter_context(running_redis(folder)),
        closing=closing,
        is_served=True,
    )
    stream, walk = Stream(city=city, seed=seed, events=events), EventWalk()
    print(f"a city of seed {seed}: {len(city.people)} parties", flush=True)
    _say_rate(capture(place, stream, walk))
    print(f"in {place.documents} documents, {place.posted} of the events over HTTP")
    _say_rate(project(place))
    traced = recall(place, stream, walk)
    for one in traced:
        _say_recall(one)
    rate, reconciliation = find(place, stream)
    _say_rate(rate)
    _say_reconciliation(reconciliation)
    held = hold_recalls(place, stream, walk)
    for recalled, is_equal in held:
        _say_held(recalled, is_equal)
    is_right = all(one.is_equal for one in traced) and all(is_equal for _, is_equal in held)
    return 0 if is_right and reconciliation.is_right else 1


def _database_url(database: str, folder: Path, closing: ExitStack) -> str:
    if database == "postgresql":
        server = start_postgres(is_durable=True)
        closing.callback(server.stop)
        return server.url(server.new_database())
    return f"sqlite:///{folder / 'city.db'}" if database == "sqlite" else database


def _say_rate(rate: Rate) -> None:
    print(
        f"{rate.what}: {rate.count} in {rate.seconds:.1f} s, {rate.per_s:,.0f}/s;"
        f" {rate.per_cpu_s:,.0f} in a second of the processor",
        flush=True,
    )


def _say_recall(one: Recall) -> None:
    words = "as walked" if one.is_equal else "NOT AS WALKED"
    print(f"from {one.code} {one.root}: {one.scope} codes in {one.seconds:.3f} s, {words}")


def _say_held(one: HeldRecall, is_equal: bool) -> None:
    words = "as walked" if is_equal else "NOT AS WALKED"
    print(f"recall {one.number} of {one.code} {one.root}, over the {one.door}: {one.state}")
    print(f"  {len(one.reached)} codes in {one.lines} lines, {words}")
    print(
        f"  {one.holders} holders: {one.answered} answered, {one.explained} explained,"
        f" {one.percent} % read it"
    )
    for what, seconds in one.steps:
        print(f"  {what}: {seconds:.3f} s")
    for name, minutes in one.stages:
        print(f"  {name}: {'never' if minutes is None else f'minute {minutes}'}")
    print(f"  report of {len(one.report):,} bytes, its proofs checked", flush=True)


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
