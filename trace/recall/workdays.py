"""Which days are worked: the State Council's yearly notices as dated rows of `holidays.yaml`.

The rule that must stay true: a year whose notice is not here is counted by the days that the law
fixes by date alone, and whatever was counted in it is said to be provisional. An installation has
a file of its own for notices that are newer than the program.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from base.errors import ConfigurationError
from schemas.profiles.yaml_rows import Faults, Rows, read_rows

_FILE: Final = Path(__file__).with_name("holidays.yaml")
# The installation's own file: set once, where a process begins.
_OWN: Final[list[Path]] = []
_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)
# Month and day of the holidays that need no notice.
_FIXED: Final = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """One year's notice: which days are off, and which days of a week's end are worked."""

    year: int
    norm: str
    verified: str
    off: frozenset[date]
    worked: frozenset[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The last of so many working days; provisional where a year on the way has no notice yet."""

    day: date
    is_provisional: bool


def workdays_after(day: date, count: int, *, unknown_from: int | None = None) -> Counted:
    """Return the `count`-th working day after a day.

    With `unknown_from`: as it was counted before the notice of that year, or any later, was known.
    """
    is_provisional = False
    while count:
        day += _DAY
        is_known = unknown_from is None or day.year < unknown_from
        year = years().get(day.year) if is_known else None
        is_provisional |= year is None
        count -= _is_worked(day, year)
    return Counted(day=day, is_provisional=is_provisional)


def is_worked(day: date) -> bool:
    """Return whether a day is a working day, as far as is known."""
    return _is_worked(day, years().get(day.year))


def _is_worked(day: date, year: Year | None) -> bool:
    is_off = (day.month, day.day) in _FIXED if year is None else day in year.off
    return not is_off and (day.weekday() < _SATURDAY or (year is not None and day in year.worked))


def use_holidays(file: str) -> None:
    """Let the years of an installation's own file go before those of the program; "" for none.

    Raises `ConfigurationError` where there is no such file, `InvalidInput` with the line of what is
    wrong in it.
    """
    if file and not Path(file).is_file():
        raise ConfigurationError(f"SUXIN_HOLIDAYS_FILE: {file} is no file")
    own = [Path(file)] if file else []
    if own != _OWN:
        _OWN[:] = own
        years.cache_clear()
    years()


def notices_between(first: date, last: date) -> tuple[str, ...]:
    """Return the notices of the years from one day to another, as far as they are known."""
    found = (years().get(year) for year in range(first.year, last.year + 1))
    return tuple(one.norm for one in found if one is not None)


@cache
def years() -> Mapping[int, Year]:
    """Return the notices by year; raises `InvalidInput` with the line of what is wrong."""
    faults = Faults()
    found: dict[int, Year] = {}
    for path in (_FILE, *_OWN):
        file = read_rows(path, faults)
        told = [_year(rows) for rows in file.each("years")]
        file.done()
        if len({one.year for one in told}) != len(told):
            faults.add(path.name, "duplicate", "gives a year twice")
        found |= {one.year: one for one in told}
    faults.refuse()
    return MappingProxyType(found)


def _year(rows: Rows) -> Year:
    year = Year(
        year=rows.whole("year") or 0,
        norm=rows.text("norm"),
        verified=rows.text("verified"),
        off=frozenset(day for row in rows.each("off") for day in _days(row)),
        worked=frozenset(_worked(rows)),
    )
    if any(day.year != year.year for day in year.off | year.worked):
        rows.fault("year", "year", "has a day of another year")
    if year.off & year.worked:
        rows.fault("worked", "twice", "has a day that is off")
    rows.done()
    return year


def _worked(rows: Rows) -> Iterator[date]:
    for text in rows.texts("worked"):
        try:
            yield date.fromisoformat(text)
        except ValueError:
            rows.fault("worked", "day", f"{text} is no day such as 2026-02-14")


def _days(row: Rows) -> Iterator[date]:
    first, last = row.day("from"), row.day("to")
    if first is None or last is None or last < first:
        row.fault("to", "order", "is the first day's or a later one")
    else:
        yield from (first + _DAY * at for at in range((last - first).days + 1))
    row.done()
