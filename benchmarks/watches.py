"""The feed of changes: everything that is new for a subscriber who watches much of a city.

The floor reads the newest facts of the same parties in one bare query and makes nothing of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Final

from base.clock import CIVIL_ZONE
from base.db import reading
from benchmarks.credit_city.enterprises import Enterprise
from benchmarks.credit_city.files import csv_of
from benchmarks.credit_city.loading import RELEASER, SENDER, load_feeds
from benchmarks.credit_city.place import CreditPlace, open_place
from benchmarks.credit_city.stream import CreditCity, build_city
from benchmarks.credit_city.telling import TELLERS
from benchmarks.harness import (
    DATABASE_WORDS,
    DATABASES,
    Bench,
    Contest,
    Reading,
    Result,
    Side,
    compete,
    timed,
)
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import BatchState, Door
from credit.intake.taking import take_batch
from credit.rulebook.reading import rulebook
from credit.watching.feed import FeedAsked, page_of
from credit.watching.keeping import Wanted, add_watches
from credit.watching.limits import limit_on, watch_limits
from credit.watching.positions import Position, write_position
from credit.watching.telling import position_now

_SEED: Final = 1
_NO_REDIS: Final = "redis://127.0.0.1:1/0"
_STIRRED_SHARE: Final = 50
"""Of so many watched parties one is listed on the day that is asked about."""
_PAGE_ROWS: Final = 100
"""So many changes a subscriber asks for at a time: what the interface gives unasked."""
_FLOOR: Final = (
    "SELECT w.code, f.id, f.version, f.list, f.state, f.starts_on, f.stops_on, f.body"
    " FROM credit_watch w"
    " JOIN credit_code c ON c.log = w.log AND c.code = w.code AND c.scheme = 'uscc'"
    " LEFT JOIN credit_fact f ON f.log = c.log AND f.subject_id = c.subject_id AND f.is_latest"
    " WHERE w.log = 1 AND w.actor = {}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """A city with one subscriber, and two moments: the day before, and the morning."""

    place: CreditPlace
    count: int
    city: CreditCity
    day_before: Position
    morning: Position

    def ask(self, told: Position) -> Reading:
        """Time all changes behind a position."""
        return timed(lambda: self.changes(told), count=self.count)

    def changes(self, told: Position) -> int:
        """Return how many changes there are behind a position, read page by page."""
        parts, after, count = self.place.services, write_position(told), 0
        while True:
            bring_up_credit(parts.engine, self.place.log)
            asked = FeedAsked(
                after=after,
                rows_max=_PAGE_ROWS,
                to_lift_max=_PAGE_ROWS,
                book=rulebook(),
                now=self.place.clock.now(),
            )
            with reading(parts.engine) as connection:
                page = page_of(connection, self.place.log, SENDER, asked)
            count, after = count + len(page.to_lift), page.feed.after
            if page.feed.is_last:
                return count

    def stir(self) -> Position:
        """Let some watched parties be listed in the course of the day; return the moment after."""
        random, day = Random(_SEED), self.city.last_day + timedelta(days=1)
        stirred = _watched(self.city, self.count)[: max(1, self.count // _STIRRED_SHARE)]
        tell = TELLERS["serious_listing"]
        rows = [tell(random, one, day, 900_000_000 + at) for at, one in enumerate(stirred)]
        _take(self.place, rows)
        return _at(self.place, day)

    def contest(self, told: Position, title: str, about: str) -> Contest:
        """Return the contest of those who ask for all changes behind a position."""
        database = self.place.services.engine.dialect.name
        enterprises = len(self.city.enterprises)
        return Contest(
            title=f"What changed for {self.count:,} watches, {title}, {DATABASE_WORDS[database]}",
            about=f"{about} {self.changes(told):,} changes of one subscriber's parties among"
            f" {enterprises:,}, told in pages of {_PAGE_ROWS}. The floor reads the newest facts"
            " of the same parties in one query.",
            unit="watches/s",
            sides=(
                Side(name="changes", run=partial(self.ask, told)),
                Side(name="floor: bare query", run=self.read_facts),
            ),
        )

    def read_facts(self) -> Reading:
        """Time the bare query."""
        engine = self.place.services.engine
        statement = _FLOOR.format("%s" if engine.dialect.name == "postgresql" else "?")

        def work() -> None:
            with reading(engine) as connection:
                if not connection.exec_driver_sql(statement, (SENDER.id,)).fetchall():
                    raise LookupError("nobody is watched")

        return timed(work, count=self.count)


def watches(bench: Bench) -> Iterator[Result]:
    """Load a year of a city on each database, watch some of it, and ask what changed."""
    scale = bench.scale
    city = build_city(
        _SEED,
        enterprises=scale.credit_enterprises,
        people=scale.credit_people,
        years=1,
        step_months=12,
    )
    for kind in DATABASES:
        place = open_place(
            folder=bench.new_folder(),
            database_url=bench.database_url(kind),
            redis_url=_NO_REDIS,
            closing=bench.closing,
        )
        for _ in load_feeds(place.desk, place.clock, city):
            pass
        stage = _stage(place, city, min(scale.watches, scale.credit_enterprises))
        yield compete(
            stage.contest(
                stage.day_before,
                "over midnight",
                "A day has begun and nothing else has come in.",
            ),
            pairs=bench.pairs,
        )
        after = stage.stir()
        for told, title, about in (
            (stage.day_before, "a day later", "The next day some were listed, too."),
            (stage.morning, "the same day", "It is still the day on which it was asked last."),
            (after, "with nothing new", "Nothing has changed since."),
        ):
            yield compete(stage.contest(told, title, about), pairs=bench.pairs)


def _stage(place: CreditPlace, city: CreditCity, count: int) -> _Stage:
    day_before = _at(place, city.last_day)
    _watch(place, [one.uscc for one in _watched(city, count)], day_before)
    morning = _at(place, city.last_day + timedelta(days=1))
    return _Stage(place=place, count=count, city=city, day_before=day_before, morning=morning)


def _watched(city: CreditCity, count: int) -> Sequence[Enterprise]:
    return Random(_SEED).sample(city.enterprises, count)


def _at(place: CreditPlace, day: date) -> Position:
    """Let it be the morning of a day; return how far everything has come by then."""
    nine = datetime(day.year, day.month, day.day, 9, tzinfo=CIVIL_ZONE)
    place.clock.instant = max(place.clock.now(), nine)
    with reading(place.services.engine) as connection:
        return position_now(connection, place.log, place.clock.now())


def _watch(place: CreditPlace, codes: list[str], since: Position) -> None:
    engine, now = place.services.engine, place.clock.now()
    # The city's time lies before the first day of the bounds.
    bound_on = max(one.from_on for one in watch_limits())
    at_once = limit_on(SENDER.role, bound_on).at_once
    for start in range(0, len(codes), at_once):
        wanted = Wanted(
            codes=codes[start : start + at_once],
            purpose="bench",
            since=since,
            day=bound_on,
            now=now,
        )
        add_watches(engine, place.log, SENDER, wanted)


def _take(place: CreditPlace, rows: list[dict[str, str]]) -> None:
    feed, body = FEEDS["serious_listing"], csv_of(rows, "utf-8-sig")
    batch = take_batch(place.desk, SENDER, feed, body, door=Door.PUSH)
    if batch.state is BatchState.HELD:
        batch = take_batch(place.desk, RELEASER, feed, body, door=Door.PUSH, is_released=True)
    if batch.state is not BatchState.ACCEPTED:
        raise ValueError(f"{batch.state.value}: {batch.message}")
    bring_up_credit(place.services.engine, place.log)
