"""`python -m benchmarks.credit_city`: load it through the doors, reconcile every row, measure."""

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from base.clock import CIVIL_ZONE
from base.log import configure_logging
from benchmarks.credit_city.asking import Ask, asked, at_the_door, codes_asked, inside
from benchmarks.credit_city.feeding import FEEDS
from benchmarks.credit_city.files import file_of
from benchmarks.credit_city.loading import Load, load_feeds
from benchmarks.credit_city.night import night_desk
from benchmarks.credit_city.place import CreditPlace, open_place
from benchmarks.credit_city.population import PeopleLoad, load_people, people_files
from benchmarks.credit_city.stream import CreditCity, build_city, told_batches
from credit.nightly.running import Night, run_night
from tests.postgres import start_postgres

_SAID_EVERY = 50
_ASKED_S = 5.0
_NO_REDIS = "redis://127.0.0.1:1/0"


def main(words: list[str]) -> int:
    """Load a city and run two nights in it; return 1 where a count is not what was told."""
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
    """Write every batch as a file named by its day, feed and number, and the people's files."""
    folder.mkdir(parents=True, exist_ok=True)
    for told in told_batches(city, FEEDS):
        name = f"{told.day:%Y-%m-%d}-{told.feed}-{told.number + 1:04}"
        (folder / name).write_bytes(file_of(told))
    for number, file in enumerate(people_files(city)):
        (folder / f"people-{number:04}.csv").write_bytes(file.body)
    return 0


def _load(city: CreditCity, database: str, closing: ExitStack) -> int:
    folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="suxin-credit-city-")))
    url = _database_url(database, folder, closing)
    place = open_place(folder=folder, database_url=url, redis_url=_NO_REDIS, closing=closing)
    print(f"seed {city.seed}: {len(city.enterprises):,} enterprises, {city.people:,} people")
    load, people = Load(), PeopleLoad()
    for load in load_feeds(place.desk, place.clock, city):
        if load.batches % _SAID_EVERY == 0:
            print(f"  {load.batches} batches, {load.received:,} rows", flush=True)
    _say(load)
    for people in load_people(place, city):
        print(
            f"  {people.received:,} people; slowest file {people.slowest_per_s:,.0f}/s; {_busy()}"
        )
    _say_people(people)
    _measure(place, city)
    differences = load.differences + people.differences
    for difference in differences:
        print(f"NOT AS TOLD: {difference}")
    if not differences:
        print("every batch and every file reconciles to the row")
    return 1 if differences else 0


def _measure(place: CreditPlace, city: CreditCity) -> None:
    """Run the nights of two days and ask at the counter."""
    today = place.clock.now().astimezone(CIVIL_ZONE).date()
    for day in (today, today + timedelta(days=1)):
        _run_night(place, day)
    codes = codes_asked(city)
    doors: dict[str, Ask] = {
        "inside": inside(place, today),
        "at the HTTP door": at_the_door(place),
    }
    for name, ask in doors.items():
        asked(ask, codes, _ASKED_S / 5)
        got = asked(ask, codes, _ASKED_S)
        print(
            f"check {name}: {got.per_s:,.0f}/s, p50 {got.p50_ms:.2f} ms, p99 {got.p99_ms:.2f} ms;"
            f" {_busy()}",
            flush=True,
        )


def _run_night(place: CreditPlace, day: date) -> None:
    place.clock.instant = datetime(day.year, day.month, day.day, 9, tzinfo=CIVIL_ZONE)
    started = last = time.perf_counter()
    before, stages = "facts", dict[str, float]()

    def tell(night: Night) -> None:
        nonlocal last, before
        now = time.perf_counter()
        stages[before] = stages.get(before, 0.0) + now - last
        last, before = now, night.stage

    night = run_night(night_desk(place), day=day, told=tell)
    seconds = time.perf_counter() - started
    told = ", ".join(f"{name} {took:.2f} s" for name, took in stages.items())
    print(f"night of {day}: {seconds:.2f} s ({told}); {_busy()}")
    print("  " + ", ".join(f"{name} {count:,}" for name, count in night.counts.items()))


def _busy() -> str:
    return f"{datetime.now(UTC):%H:%M} UTC, load {os.getloadavg()[0]:.1f}"


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
        f" ({load.received / load.fold_seconds:,.0f} rows/s); {_busy()}"
    )
    for what, counted in (
        ("rows by feed", load.feeds),
        ("held and released", load.held),
        ("planted", load.planted),
        ("found", load.codes),
    ):
        print(f"{what}: " + ", ".join(f"{name} {count:,}" for name, count in counted.most_common()))


def _say_people(people: PeopleLoad) -> None:
    print(
        f"people received {people.received:,} = accepted {people.accepted:,} + quarantined"
        f" {people.quarantined:,} + duplicates {people.duplicates:,}, in {people.seconds:.1f} s"
        f" ({people.received / people.seconds:,.0f} rows/s); {_busy()}"
    )
    codes = ", ".join(f"{name} {count:,}" for name, count in people.codes.most_common())
    print(f"found: {codes}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
