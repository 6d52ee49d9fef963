"""What each feed hands in over the years: deltas, lists with removals, whole lists, the register.

The rule that must stay true: a row that was refused for its dirt is told again clean one period
later, as its sender does once it has the report; and a record keeps its key for life.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from random import Random
from types import MappingProxyType
from typing import Final

from benchmarks.credit_city.dirt import ACCEPTED, BETWEEN_THOUSAND, dirt_of
from benchmarks.credit_city.enterprises import Enterprise
from benchmarks.credit_city.files import MORE
from benchmarks.credit_city.persons import adult_number, default, punish
from benchmarks.credit_city.stream import KNOWN, NEW, Batches, CreditCity, ToldBatch, ToldRow
from benchmarks.credit_city.telling import TELLERS, Row

_NUMBERS: Final = 1_000_000
_REPEATED, _CONFLICTING, _RESENT, _MORE_CELLS = 3, 2, 20, 1
_PERSONS: Final[Mapping[str, tuple[float, Callable[[Random, Row, str], None]]]] = MappingProxyType(
    {"penalty": (0.08, punish), "judgment_default": (0.6, default)}
)
# What tells another version of a record, where a file has the same key twice.
_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {"penalty": "cf_sy", "permit": "xk_nr", "inspection": "product", "honour": "authority"}
)


@dataclass(slots=True, kw_only=True)
class _Told:
    """A record in the making: its clean row, and how it was told first."""

    clean: Row
    row: ToldRow

    @property
    def is_in(self) -> bool:
        return self.row.fate == NEW


@dataclass(slots=True, kw_only=True)
class _Desk:
    """One feed's desk: it draws what happened in a period and writes it down, dirt included."""

    city: CreditCity
    feed: str
    a_year: int
    corrected: list[Row] = field(default_factory=list)

    def source(self, period: int) -> Random:
        return Random(f"{self.city.seed}:{self.feed}:{period}")

    def tell(self, random: Random, period: int) -> Iterator[_Told]:
        """Yield the records of a period; `a_year` of a thousand enterprises have one in a year."""
        enterprises = self.city.enterprises
        part = len(enterprises) * self.a_year * self.city.step_months
        count = max(1, part // (12 * BETWEEN_THOUSAND))
        start, end = self.city.start_of(period), self.city.start_of(period + 1)
        for at, one in enumerate(random.sample(enterprises, min(count, len(enterprises)))):
            day = start + timedelta(days=random.randrange((end - start).days))
            clean = TELLERS[self.feed](random, one, day, period * _NUMBERS + at)
            yield self.smeared(random, clean)

    def smeared(self, random: Random, clean: Row) -> _Told:
        share, turn_into_person = _PERSONS.get(self.feed, (0.0, default))
        if random.random() < share:
            number = adult_number(random, seed=self.city.seed, people=self.city.people)
            turn_into_person(random, clean, number)
            return _Told(clean=clean, row=ToldRow(cells=clean, fate=NEW))
        dirt = dirt_of(random, self.feed)
        if dirt is None:
            return _Told(clean=clean, row=ToldRow(cells=clean, fate=NEW))
        cells = dict(clean)
        dirt.smear(random, cells)
        if dirt.code != ACCEPTED:
            self.corrected.append(clean)
        fate = NEW if dirt.code == ACCEPTED else dirt.code
        return _Told(clean=clean, row=ToldRow(cells=cells, fate=fate, dirt=dirt.id))

    def take_corrected(self) -> list[ToldRow]:
        rows = [ToldRow(cells=row, fate=NEW, dirt="corrected") for row in self.corrected]
        self.corrected = []
        return rows

    def batch(self, period: int, rows: list[ToldRow]) -> ToldBatch:
        day = self.city.start_of(period + 1)
        return ToldBatch(feed=self.feed, day=day, number=period, rows=rows)


def deltas(city: CreditCity, *, feed: str, a_year: int) -> Batches:
    """Yield a feed of single records: new, repeated, contradicting, and sent once more."""
    desk, last = _Desk(city=city, feed=feed, a_year=a_year), list[Row]()
    for period in range(city.periods):
        random = desk.source(period)
        rows = desk.take_corrected()
        told = list(desk.tell(random, period))
        clean = [one.clean for one in told if one.is_in and one.row.dirt != "dummy_code"]
        rows += [one.row for one in told]
        rows += _spoiled(random, feed, clean)
        rows += [_resent(row) for row in last if random.randrange(BETWEEN_THOUSAND) < _RESENT]
        yield desk.batch(period, rows)
        last = clean


def _spoiled(random: Random, feed: str, clean: list[Row]) -> Iterator[ToldRow]:
    """Yield rows that are wrong beside others: the same twice, two versions, too many cells."""
    for row in clean:
        drawn = random.randrange(BETWEEN_THOUSAND)
        if drawn < _REPEATED:
            yield ToldRow(cells=row, fate=KNOWN, dirt="repeated")
        elif drawn < _REPEATED + _CONFLICTING:
            cells = {**row, _TITLES[feed]: f"{row[_TITLES[feed]]}（更正）"}
            yield ToldRow(cells=cells, fate="conflicting", dirt="conflicting")
        elif drawn < _REPEATED + _CONFLICTING + _MORE_CELLS:
            yield ToldRow(cells={**row, MORE: "多出的一格"}, fate="left_over", dirt="more_cells")


def _resent(row: Row) -> ToldRow:
    """Return a record that is sent again: its last day of publication has moved, as it does."""
    if "cf_gsjzq" not in row:
        return ToldRow(cells=row, fate=KNOWN, dirt="resent")
    moved = date.fromisoformat(row["cf_gsjzq"]) + timedelta(days=90)
    return ToldRow(cells={**row, "cf_gsjzq": moved.isoformat()}, fate=KNOWN, dirt="moved_deadline")


def listings(
    city: CreditCity, *, feed: str, a_year: int, removed_share: float, removal: Row
) -> Batches:
    """Yield a list whose removals are told in the rows: some entries are told again with theirs."""
    desk = _Desk(city=city, feed=feed, a_year=a_year)
    due: dict[int, list[Row]] = {}
    for period in range(city.periods):
        random = desk.source(period)
        rows = desk.take_corrected()
        for one in desk.tell(random, period):
            rows.append(one.row)
            if one.is_in and random.random() < removed_share:
                due.setdefault(period + random.randrange(1, 9), []).append(one.clean)
        removed_on = city.start_of(period).isoformat()
        for row in due.pop(period, []):
            rows.append(ToldRow(cells={**row, **removal, "removed_on": removed_on}, fate=NEW))
        yield desk.batch(period, rows)


def whole_lists(city: CreditCity, *, feed: str, a_year: int, stays: tuple[int, int]) -> Batches:
    """Yield whole lists: everybody who is on it, each for a number of periods."""
    desk = _Desk(city=city, feed=feed, a_year=a_year)
    active: list[tuple[int, Row]] = []
    for period in range(city.periods):
        random = desk.source(period)
        rows = [ToldRow(cells=row, fate=KNOWN) for until, row in active if until > period]
        active = [(until, row) for until, row in active if until > period]
        corrected = desk.take_corrected()
        told = list(desk.tell(random, period))
        entered = [row.cells for row in corrected] + [one.clean for one in told if one.is_in]
        active += [(period + random.randrange(*stays), row) for row in entered]
        yield desk.batch(period, [*rows, *corrected, *(one.row for one in told)])


def yearly_grades(city: CreditCity, *, feed: str, share: float) -> Batches:
    """Yield the grade A taxpayers of each year: most of them have it again."""
    desk = _Desk(city=city, feed=feed, a_year=0)
    for period in range(0, city.periods, max(1, 12 // city.step_months)):
        random = desk.source(period)
        desk.corrected = []
        rows = [
            desk.smeared(random, TELLERS[feed](random, one, city.start_of(period + 1), 0)).row
            for one in city.enterprises
            if not one.is_sole_trader and random.random() < _leaning(one, share)
        ]
        yield desk.batch(period, rows)


def _leaning(one: Enterprise, share: float) -> float:
    """Return how likely an enterprise has the grade: the same third of them nearly always."""
    return min(0.95, share * 6) if one.at % 8 == 0 else share / 4


def register(city: CreditCity, *, feed: str, a_year: int) -> Batches:
    """Yield the register: everybody on the first day, then whatever changes."""
    desk = _Desk(city=city, feed=feed, a_year=a_year)
    random = desk.source(-1)
    everybody = [
        desk.smeared(random, TELLERS[feed](random, one, city.start_of(0), one.at)).row
        for one in city.enterprises
    ]
    yield desk.batch(-1, everybody)
    for period in range(city.periods):
        random = desk.source(period)
        corrected = desk.take_corrected()
        told = {row.cells["uscc"] for row in corrected}
        changed = [
            one
            for one in desk.tell(random, period + 1)
            # Who is put right in this very batch says nothing else in it.
            if one.clean["uscc"] not in told
        ]
        yield desk.batch(period, [*corrected, *(one.row for one in changed)])


FEEDS: Final[Mapping[str, Callable[[CreditCity], Batches]]] = MappingProxyType(
    {
        "registration": partial(register, feed="registration", a_year=50),
        "permit": partial(deltas, feed="permit", a_year=400),
        "penalty": partial(deltas, feed="penalty", a_year=35),
        "inspection": partial(deltas, feed="inspection", a_year=80),
        "honour": partial(deltas, feed="honour", a_year=10),
        "abnormal_listing": partial(
            listings,
            feed="abnormal_listing",
            a_year=40,
            removed_share=0.8,
            removal={"removed_why": "已履行公示义务"},
        ),
        "serious_listing": partial(
            listings,
            feed="serious_listing",
            a_year=2,
            removed_share=0.3,
            removal={"removed_no": "石市监移出〔2026〕1号", "removed_why": "已履行义务"},
        ),
        "judgment_default": partial(whole_lists, feed="judgment_default", a_year=10, stays=(2, 10)),
        "tax_case": partial(whole_lists, feed="tax_case", a_year=1, stays=(6, 12)),
        "tax_grade": partial(yearly_grades, feed="tax_grade", share=0.12),
    }
)
"""The feeds of the city, in the order in which those of one day are handed in.

`a_year` is how many of a thousand enterprises have a record in a year.
"""
