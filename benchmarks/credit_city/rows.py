"""Credit as rows of the results: people, feeds, nights and checks, each beside its floor."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, islice
from random import Random
from typing import Final

from base.clock import CIVIL_ZONE
from benchmarks.credit_city import bare
from benchmarks.credit_city.asking import Ask, answer_at_the_door, asked, codes_asked, inside
from benchmarks.credit_city.asking import at_the_door as door_of
from benchmarks.credit_city.files import csv_of
from benchmarks.credit_city.loading import SENDER, Load, load_feeds
from benchmarks.credit_city.night import night_desk
from benchmarks.credit_city.people import person_numbers
from benchmarks.credit_city.place import CreditPlace, open_place
from benchmarks.credit_city.population import person_desk
from benchmarks.credit_city.stream import CreditCity, build_city
from benchmarks.credit_city.telling import TELLERS
from benchmarks.harness import (
    DATABASE_WORDS,
    DATABASES,
    Bench,
    Contest,
    Note,
    Reading,
    Result,
    Side,
    compete,
    timed,
)
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import BatchState, CreditBatch, Door
from credit.intake.taking import take_batch
from credit.nightly.running import run_night
from credit.persons.loading import take_people
from parties.actors import CONSOLE

_SEED: Final = 1
_NO_REDIS: Final = "redis://127.0.0.1:1/0"
_PEOPLE_MAX: Final = 50_000_000
_BATCH_SHARE: Final = 4
"""A batch that is timed has one permit for every so many enterprises."""


@dataclass(slots=True, kw_only=True)
class _Stage:
    """A loaded city, and what the runs take from it: people and permits that nobody told of."""

    bench: Bench
    place: CreditPlace
    city: CreditCity
    numbers: Iterator[str] = field(default_factory=lambda: person_numbers(_SEED, _PEOPLE_MAX))
    permits: Iterator[int] = field(default_factory=lambda: count(900_000_000))
    nights: Iterator[int] = field(default_factory=count)
    batch: CreditBatch | None = None
    body: bytes = b""

    def take_people(self) -> Reading:
        people = self.bench.scale.credit_people
        lines = [f"{one},张伟\n" for one in islice(self.numbers, people)]
        file = io.BytesIO(("公民身份号码,姓名\n" + "".join(lines)).encode())
        desk = person_desk(self.place)
        return timed(lambda: take_people(desk, CONSOLE, file), count=people)

    def write_people(self) -> Reading:
        rows = bare.people_rows(self.bench.scale.credit_people)
        engine = self.place.services.engine
        return timed(lambda: bare.write_people(engine, rows), count=len(rows))

    def take_batch(self) -> Reading:
        enterprises, day = self.city.enterprises, self.city.last_day
        random, some = Random(next(self.permits)), max(20, len(enterprises) // _BATCH_SHARE)
        rows = [
            TELLERS["permit"](random, random.choice(enterprises), day, next(self.permits))
            for _ in range(some)
        ]
        self.body = csv_of(rows, "utf-8-sig")
        return timed(self._take, count=some)

    def write_batch(self) -> Reading:
        if self.batch is None:
            raise ValueError("the first side runs first")
        engine = self.place.services.engine
        rows = bare.batch_rows(engine, self.batch)
        return timed(lambda: bare.write_batch(engine, self.body, rows), count=self.batch.received)

    def run_night(self) -> Reading:
        day = self.city.last_day + timedelta(days=next(self.nights))
        morning = datetime(day.year, day.month, day.day, 9, tzinfo=CIVIL_ZONE).astimezone(UTC)
        self.place.clock.instant = morning
        desk = night_desk(self.place)
        return timed(lambda: run_night(desk, day=day), count=len(self.city.enterprises))

    def read_everything(self) -> Reading:
        engine = self.place.services.engine
        return timed(lambda: bare.read_everything(engine), count=len(self.city.enterprises))

    def ask(self, ask: Ask) -> Reading:
        return asked(ask, codes_asked(self.city), self.bench.scale.page_s)

    def _take(self) -> None:
        desk = self.place.desk
        batch = take_batch(desk, SENDER, FEEDS["permit"], self.body, door=Door.PUSH)
        if batch.state is not BatchState.ACCEPTED:
            raise ValueError(f"{batch.state.value}: {batch.message}")
        bring_up_credit(desk.journal.engine, desk.journal.log)
        self.batch = batch


def credit(bench: Bench) -> Iterator[Result | Note]:
    """Load a city on each database and time what is done in it."""
    scale = bench.scale
    city = build_city(
        _SEED,
        enterprises=scale.credit_enterprises,
        people=scale.credit_people,
        step_months=scale.credit_months,
    )
    for kind in DATABASES:
        words = DATABASE_WORDS[kind]
        place = open_place(
            folder=bench.new_folder(),
            database_url=bench.database_url(kind),
            redis_url=_NO_REDIS,
            closing=bench.closing,
        )
        *_, load = load_feeds(place.desk, place.clock, city)
        yield _loaded(load, city, words)
        stage = _Stage(bench=bench, place=place, city=city)
        for contest in _contests(stage, words):
            yield compete(contest, pairs=bench.pairs)


def _contests(stage: _Stage, words: str) -> Iterator[Contest]:
    engine = stage.place.services.engine
    enterprises, people = len(stage.city.enterprises), stage.bench.scale.credit_people
    yield Contest(
        title=f"People taken, {words}",
        about=f"Files of {people:,} people each, from the bytes to the entry: read, checked, keyed,"
        " salted, hashed, looked up and written by one process. The floor writes as many rows into"
        " the same table, already made.",
        unit="people/s",
        target="≥ 50,000",
        sides=(
            Side(name="register of people", run=stage.take_people),
            Side(name="floor: bare rows", run=stage.write_people),
        ),
    )
    yield Contest(
        title=f"A batch of permits, {words}",
        about="From the bytes of a CSV to facts: interpreted, judged, entered in the ledger and"
        " folded. The floor splits the cells of the same file and writes the same rows.",
        unit="rows/s",
        sides=(
            Side(name="intake and fold", run=stage.take_batch),
            Side(name="floor: bare rows", run=stage.write_batch),
        ),
    )
    yield Contest(
        title=f"A night for {enterprises:,} enterprises, {words}",
        about="Facts, rules, grades, lists and warnings of a day, whatever changed since the day"
        " before. The floor reads the facts of everybody and makes nothing of them.",
        unit="enterprises/s",
        target="130,000 in 60 s, so ≥ 2,167",
        sides=(
            Side(name="night run", run=stage.run_night),
            Side(name="floor: facts read", run=stage.read_everything),
        ),
    )
    yield Contest(
        title=f"Check of a party inside, {words}",
        about=f"One thread, parties of {enterprises:,} in no order, with the measures of a matter."
        " The floor is one bare statement for the same rows.",
        unit="checks/s",
        target="≥ 1,000 a core, p99 < 5 ms",
        sides=(
            Side(name="check", run=partial(stage.ask, inside(stage.place, stage.city.last_day))),
            Side(name="floor: bare query", run=partial(stage.ask, bare.bare_check(engine))),
        ),
    )
    door = door_of(stage.place)
    answer = answer_at_the_door(stage.place, codes_asked(stage.city)[0])
    yield Contest(
        title=f"Check of a party at the HTTP door, {words}",
        about="The same over the application as its server calls it, in one thread: key, right,"
        " reading of the query, answer as JSON. The floor is a bare view with the same answer.",
        unit="requests/s",
        target="≥ 1,000 a core, p99 < 5 ms",
        sides=(
            Side(name="check", run=partial(stage.ask, door)),
            Side(name="floor: bare view", run=partial(stage.ask, bare.bare_view(answer))),
        ),
    )


def _loaded(load: Load, city: CreditCity, words: str) -> Note:
    is_right = "to the row" if not load.differences else f"NOT: {load.differences[0]}"
    return Note(
        title=f"A city of {len(city.enterprises):,} enterprises loaded, {words}",
        about=f"{city.years} years of ten feeds with their dirt, handed in at the door by one"
        " thread and folded after each batch.",
        columns=("what", "how many", "a second"),
        rows=(
            ("rows received", f"{load.received:,}", f"{load.received / load.seconds:,.0f}"),
            ("accepted", f"{load.accepted:,}", ""),
            ("quarantined, each as planted", f"{load.quarantined:,}", ""),
            ("known already", f"{load.duplicates:,}", ""),
            ("rows folded", f"{load.received:,}", f"{load.received / load.fold_seconds:,.0f}"),
            ("batches", f"{load.batches:,}", ""),
            ("reconciles", is_right, ""),
        ),
    )
