"""`python -m benchmarks.credit_city`: load it through the doors and reconcile every row."""

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from base.log import configure_logging
from benchmarks.credit_city.feeding import FEEDS
from benchmarks.credit_city.files import file_of
from benchmarks.credit_city.loading import Load, load_feeds
from benchmarks.credit_city.place import open_place
from benchmarks.credit_city.stream import CreditCity, build_city, told_batches
from tests.postgres import start_postgres

_SAID_EVERY = 50
_NO_REDIS = "redis://127.0.0.1:1/0"


def main(words: list[str]) -> int:
    """Load a city; return 1 where a count is not what was told."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.credit_city", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--enterprises", type=int, default=1_300)
    parser.add_argument("--people", type=int, default=105_000)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--months", type=int, default=3, help="how often a feed hands in")
    parser.add_argument(
        "--database",
        default="sqlite",
        metavar="URL",
        help="`sqlite` or `postgresql`, made for the run, or the URL of a new, empty database",
    )
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write files, load nothing")
    given = parser.parse_args(words)
    configure_logging("warning")
    city = build_city(
        given.seed,
        enterprises=given.enterprises,
        people=given.people,
        years=given.years,
        step_months=given.months,
    )
    if given.write is not None:
        return _write(city, given.write)
    with ExitStack() as closing:
        return _load(city, given.database, closing)


def _write(city: CreditCity, folder: Path) -> int:
    """Write every batch as a file named by its day, feed and number."""
    folder.mkdir(parents=True, exist_ok=True)
    for told in told_batches(city, FEEDS):
        name = f"{told.day:%Y-%m-%d}-{told.feed}-{told.number + 1:04}"
        (folder / name).write_bytes(file_of(told))
    return 0


def _load(city: CreditCity, database: str, closing: ExitStack) -> int:
    folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="suxin-credit-city-")))
    url = _database_url(database, folder, closing)
    place = open_place(folder=folder, database_url=url, redis_url=_NO_REDIS, closing=closing)
    print(f"seed {city.seed}: {len(city.enterprises):,} enterprises, {city.people:,} people")
    load = Load()
    for load in load_feeds(place.desk, place.clock, city):
        if load.batches % _SAID_EVERY == 0:
            print(f"  {load.batches} batches, {load.received:,} rows", flush=True)
    _say(load)
    return 1 if load.differences else 0


def _database_url(database: str, folder: Path, closing: ExitStack) -> str:
    if database == "postgresql":
        server = start_postgres(is_durable=True)
        closing.callback(server.stop)
        return server.url(server.new_database())
    return f"sqlite:///{folder / 'city.db'}" if database == "sqlite" else database


def _say(load: Load) -> None:
    print(
        f"received {load.received:,} = accepted {load.accepted:,} + quarantined"
        f" {load.quarantined:,} + duplicates {load.duplicates:,}; {load.ended:,} ended"
    )
    print(
        f"{load.batches} batches, {load.file_bytes:,} bytes: taken in {load.seconds:.1f} s"
        f" ({load.received / load.seconds:,.0f} rows/s), folded in {load.fold_seconds:.1f} s"
        f" ({load.received / load.fold_seconds:,.0f} rows/s); load {os.getloadavg()[0]:.1f}"
    )
    for what, counted in (
        ("rows by feed", load.feeds),
        ("held and released", load.held),
        ("planted", load.planted),
        ("found", load.codes),
    ):
        print(f"{what}: " + ", ".join(f"{name} {count:,}" for name, count in counted.most_common()))
    for difference in load.differences:
        print(f"NOT AS TOLD: {difference}")
    if not load.differences:
        print("every batch reconciles to the row")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
