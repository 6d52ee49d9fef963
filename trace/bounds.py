"""What an event may say of times, amounts and measured values: dated rows of `bounds.yaml`.

The rule that must stay true: a bound judges what arrives, never what is recorded; what cannot be is
told apart from what is merely odd, and each is told with the path of its value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path as FilePath
from trace.events.model import QUANTITY_FIELDS
from trace.events.parts import Path, objects, sensor_reports, times
from trace.events.times import read_instant
from types import MappingProxyType
from typing import Final

from base.clock import CIVIL_ZONE
from base.errors import Problem
from base.strict_json import JsonObject, JsonValue, field_path
from schemas.profiles.model import NOTHING_SAID, Words
from schemas.profiles.units import unit_words
from schemas.profiles.values import number_of
from schemas.profiles.yaml_rows import Faults, Rows, read_rows

_FILE: Final = FilePath(__file__).with_name("bounds.yaml")
_VERIFIED: Final = ("text", "memory", "own")
_VALUES: Final = ("value", "minValue", "maxValue", "meanValue", "percValue")
_AMOUNT: Final = Words(zh="数量", en="a quantity")
_UNDER: Final = Words(zh="低于", en="under")
_OVER: Final = Words(zh="高于", en="over")
_BEFORE: Final = Words(zh="早于", en="before")
_AFTER: Final = Words(zh="晚于", en="after")
_CHECK_DAY: Final = Words(zh="请核对日期", en="check the day")
_CHECK_VALUE: Final = Words(zh="请核对数值和单位", en="check the value and its unit")
_NO_AMOUNT: Final = Words(
    zh="这个单位不能表示货物的数量", en="this unit measures no amount of goods"
)
CODE: Final = "implausible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """How far a value may reach; None is no bound. Days are counted as `date.toordinal` does."""

    about: Words
    least: Decimal | None
    most: Decimal | None
    odd_least: Decimal | None
    odd_most: Decimal | None
    unit: Words = NOTHING_SAID
    is_day: bool = False

    def breach(self, value: Decimal) -> tuple[bool, Words] | None:
        """Return whether a value cannot be, and in words which bound it passes; None if none."""
        for is_refused, low, high in (
            (True, self.least, self.most),
            (False, self.odd_least, self.odd_most),
        ):
            if low is not None and value < low:
                return is_refused, self._words(is_refused, low, _BEFORE if self.is_day else _UNDER)
            if high is not None and value > high:
                return is_refused, self._words(is_refused, high, _AFTER if self.is_day else _OVER)
        return None

    def _words(self, is_refused: bool, bound: Decimal, side: Words) -> Words:
        written = f"{date.fromordinal(int(bound))}" if self.is_day else f"{bound:,f}"
        zh, en = f"{written} {self.unit.zh}".rstrip(), f"{written} {self.unit.en}".rstrip()
        if is_refused:
            check = _CHECK_DAY if self.is_day else _CHECK_VALUE
            return Words(
                zh=f"{self.about.zh}不可能{side.zh} {zh}：{check.zh}",
                en=f"{self.about.en} cannot be {side.en} {en}: {check.en}",
            )
        return Words(
            zh=f"{self.about.zh}{side.zh} {zh}，很少见：请核对，如有误请更正",
            en=f"{self.about.en} {side.en} {en} is rare: correct it if it is a slip",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """All bounds: of instants and days in days since year 1, of measures, of amounts by unit."""

    since: date
    times: Bound
    days: Bound
    day_names: tuple[str, ...]
    by_kind: Mapping[str, Bound]
    by_unit: Mapping[str, Bound]
    kind_units: Mapping[str, frozenset[str]]
    amounts: Mapping[str, Bound]
    no_amounts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one event says that cannot be, and what is odd."""

    refusals: tuple[Problem, ...] = ()
    advice: tuple[Problem, ...] = ()


def judged(sent: JsonObject, *, path: str, now: datetime, advice_prefix: str) -> Judged:
    """Return what is out of bounds in an event that has its shape; `path` is where it stands.

    An error declaration repeats what it takes back, however wrong that was: nothing is asked of it.
    """
    rules = bounds()
    if "errorDeclaration" in sent or now.astimezone(CIVIL_ZONE).date() < rules.since:
        return Judged()
    refusals: list[Problem] = []
    advice: list[Problem] = []
    for inside, is_refused, words in _breaches(sent, rules):
        problem = Problem(
            path=".".join(part for part in (path, field_path(inside)) if part),
            code=CODE if is_refused else f"{advice_prefix}{CODE}",
            message=words.en,
            message_zh=words.zh,
        )
        (refusals if is_refused else advice).append(problem)
    return Judged(refusals=tuple(refusals), advice=tuple(advice))


def _breaches(sent: JsonObject, rules: Bounds) -> Iterator[tuple[Path, bool, Words]]:
    for inside, bound, value in _bounded(sent, rules):
        found = bound.breach(value)
        if found is not None:
            yield inside, *found
    for name in QUANTITY_FIELDS:
        for at, element in enumerate(objects(sent.get(name))):
            if element.get("uom") in rules.no_amounts:
                yield (name, at, "uom"), True, _NO_AMOUNT


def _bounded(sent: JsonObject, rules: Bounds) -> Iterator[tuple[Path, Bound, Decimal]]:
    """Yield each value that has a bound, with its path."""
    for inside, text in times(sent):
        # The receiver's own clock writes `recordTime`; what a sender put there counts for nothing.
        if inside != ("recordTime",):
            yield inside, rules.times, Decimal(read_instant(text).date().toordinal())
    ilmd = sent.get("ilmd")
    for name, value in ilmd.items() if isinstance(ilmd, dict) else ():
        day = _day(value) if name.lower().endswith(rules.day_names) else None
        if day is not None:
            yield ("ilmd", name), rules.days, Decimal(day.toordinal())
    for name in QUANTITY_FIELDS:
        for at, element in enumerate(objects(sent.get(name))):
            bound = rules.amounts.get(str(element.get("uom", "")))
            value = element.get("quantity")
            if bound is not None and value is not None:
                yield (name, at, "quantity"), bound, Decimal(repr(value))
    for inside, report in sensor_reports(sent):
        bound = _of_report(report, rules)
        if bound is None:
            continue
        for name in _VALUES:
            number = number_of(report.get(name))
            if number is not None:
                yield (*inside, name), bound, number


def _of_report(report: JsonObject, rules: Bounds) -> Bound | None:
    kind, unit = str(report.get("type", "")), str(report.get("uom", ""))
    word = kind.rpartition("/")[2].rpartition(":")[2].lower()
    if word in rules.by_kind and unit in rules.kind_units[word] | {""}:
        return rules.by_kind[word]
    return rules.by_unit.get(unit)


def _day(value: JsonValue) -> date | None:
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else read_instant(value).date()
    except ValueError:
        return None


@cache
def bounds() -> Bounds:
    """Return the bounds; raises `InvalidInput` with the line of what is wrong."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    since = file.day("since") or date.max
    by_kind: dict[str, Bound] = {}
    by_unit: dict[str, Bound] = {}
    kind_units: dict[str, frozenset[str]] = {}
    for row in file.each("measures"):
        kinds, units, bound = row.texts("kinds"), row.texts("units"), _bound(row, _said(row))
        for kind in (one.lower() for one in kinds):
            by_kind[kind], kind_units[kind] = bound, frozenset(units)
        if not kinds:
            by_unit.update(dict.fromkeys(units, bound))
    amounts: dict[str, Bound] = {}
    for row in file.each("amounts"):
        units = row.texts("units")
        if amounts.keys() & set(units):
            row.fault("units", "duplicate", "gives a unit twice")
        amounts.update(dict.fromkeys(units, _bound(row, _AMOUNT, unit_words(units[0]))))
    found = Bounds(
        since=since,
        times=_days(file.under("times")),
        days=_days(file.under("days")),
        day_names=tuple(file.texts("day_names")),
        by_kind=MappingProxyType(by_kind),
        by_unit=MappingProxyType(by_unit),
        kind_units=MappingProxyType(kind_units),
        amounts=MappingProxyType(amounts),
        no_amounts=frozenset(file.texts("no_amounts")),
    )
    file.done()
    faults.refuse()
    return found


def _said(row: Rows) -> Words:
    return Words(zh=row.text("zh"), en=row.text("en"))


def _bound(row: Rows, about: Words, unit: Words | None = None) -> Bound:
    shown = "" if unit is not None else row.text("shown", default="")
    bound = Bound(
        about=about,
        least=row.decimal("least"),
        most=row.decimal("most"),
        odd_least=row.decimal("odd_least"),
        odd_most=row.decimal("odd_most"),
        unit=unit or Words(zh=shown, en=shown),
    )
    _cite(row)
    return bound


def _days(row: Rows) -> Bound:
    least, most, odd_least, odd_most = (
        None if (day := row.day(name)) is None else Decimal(day.toordinal())
        for name in ("least", "most", "odd_least", "odd_most")
    )
    bound = Bound(
        about=_said(row),
        least=least,
        most=most,
        odd_least=odd_least,
        odd_most=odd_most,
        is_day=True,
    )
    _cite(row)
    return bound


def _cite(row: Rows) -> None:
    """Ask of a row how far it was checked, and for its norm where it is not our own choice."""
    verified, norm = row.text("verified"), row.text("norm", default="")
    if verified not in _VERIFIED:
        row.fault("verified", "word", f"is one of {', '.join(_VERIFIED)}")
    if not norm and verified != "own":
        row.fault("norm", "required", "is required unless the bound is our own choice")
    row.done()
