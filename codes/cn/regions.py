"""Codes of regions (GB/T 2260) with the days on which they were in force.

The table holds the provinces, prefectures and counties of the mainland since 1980, present and
former. The rule that must stay true: a county that it does not hold is accepted with a warning,
for new ones are founded every year; only where every line was checked it never existed. Old
certificates keep the code of their day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from codes.gs1.check_digit import is_digits
from codes.model import CodeError, CodeWarning

NORM: Final = "GB/T 2260"

# Shijiazhuang was checked against every approval: a county that is not listed there never was one.
_CHECKED: Final = frozenset({"1301"})

# The counties of these are not in GB/T 2260: Taiwan, Hong Kong and Macao.
_WITHOUT_COUNTIES: Final = frozenset({"71", "81", "82"})

# GB/T 2260 once had 91 for foreign countries; numbers of foreign residents still begin with 9. 83
# is that of residents from Taiwan.
_OTHER_ID_PROVINCES: Final = frozenset({"83", "91"})

_NAME_CHARS_MIN: Final = 2

# The standard has a line for the districts of a city, or the counties of a province, taken
# together; nobody calls a place so.
_COLLECTIVE: Final = ("市辖区", "市区", "县", "省直辖", "自治区直辖")


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One division; `from_on` and `to_on` are its first day and the first day it was no more.

    Where the table knows a year alone they are the first day of it and the first of the next one,
    so that no day is refused on which the code may have been in force. `until` is what the table
    says, and is empty while the code is in force. `now` are the codes that hold its territory
    today, where that is known.
    """

    code: str
    name: str
    from_on: date | None
    to_on: date | None
    until: str
    is_statistical: bool
    now: tuple[str, ...]

    @property
    def is_collective(self) -> bool:
        """Whether it is a line of the standard and no place."""
        return self.name in _COLLECTIVE or self.name.startswith(_COLLECTIVE[3:])

    def is_valid_on(self, day: date) -> bool:
        """Whether the code was in force on `day`."""
        return (self.from_on is None or self.from_on <= day) and (
            self.to_on is None or day < self.to_on
        )


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    """Return the lines of each code, the oldest first; they are taken apart when asked for."""
    table: dict[str, tuple[str, ...]] = {}
    lines = Path(__file__).with_name("regions.psv").read_text("utf-8").splitlines()
    for line in lines:
        code = line.partition("|")[0]
        if code.isdecimal():
            table[code] = (*table.get(code, ()), line)
    return table


@cache
def _prefectures() -> frozenset[str]:
    """Return the first four digits of every prefecture and county."""
    return frozenset(code[:4] for code in _table() if len(code) > 2)


def _region(line: str) -> Region:
    code, from_on, to_on, kind, now, name = line.split("|")
    return Region(
        code=code,
        name=name,
        from_on=_day(from_on, years_on=0),
        to_on=_day(to_on, years_on=1),
        until="" if to_on == "-" else to_on,
        is_statistical=kind == "statistics",
        now=() if now == "-" else tuple(now.split()),
    )


def _day(text: str, *, years_on: int) -> date | None:
    if text == "-":
        return None
    return date(int(text) + years_on, 1, 1) if len(text) == 4 else date.fromisoformat(text)


def every_region() -> Iterator[Region]:
    """Yield every line of the table: a code that was given again has several."""
    for lines in _table().values():
        yield from map(_region, lines)


def find_region(code: str) -> Region | None:
    """Return the division of a code of 2, 4 or 6 digits, in force or not; None if unlisted.

    GB/T 2260 writes a province as 130000 and a prefecture as 130200. Of a code that was given
    again it is the latest division.
    """
    lines = _table().get(code) or (_table().get(_without_zeros(code)) if len(code) == 6 else None)
    return None if lines is None else _region(lines[-1])


def places_of(code: str) -> tuple[Region, ...]:
    """Return the province, prefecture and county of a code, as far as they are listed places."""
    whole = _without_zeros(code)
    found = (find_region(whole[:length]) for length in (2, 4, 6) if length <= len(whole))
    return tuple(one for one in found if one is not None and not one.is_collective)


def regions_named(text: str) -> tuple[str, ...]:
    """Return the codes, of 2, 4 or 6 digits, of the places whose names begin with a text.

    People leave out what kind of place it is: 正定 is 正定县. One character names no place.
    """
    if len(text) < _NAME_CHARS_MIN:
        return ()
    return tuple(code for name, code in _names() if name.startswith(text))


@cache
def _names() -> tuple[tuple[str, str], ...]:
    """Return the name and the code of every place, in the order of the codes."""
    places = {(one.name, one.code) for one in every_region() if not one.is_collective}
    return tuple(sorted(places, key=lambda place: place[::-1]))


def _without_zeros(code: str) -> str:
    return code.removesuffix("00").removesuffix("00")


def is_known_province(code: str) -> bool:
    """Whether the first two digits of a region or ID number are, or ever were, given out."""
    province = code[:2]
    return len(province) == 2 and (province in _table() or province in _OTHER_ID_PROVINCES)


def check_region(code: str, *, position: int, norm: str) -> tuple[CodeWarning, ...]:
    """Return what is odd about a region of six digits inside another code at `position`.

    Raises `CodeError` for one that never existed. One no longer in force is a warning: the code it
    stands in was given while it was.
    """
    region = find_region(code)
    if region is not None:
        return _oddities(region, position)
    province, prefecture = code[:2], code[:4]
    if (
        len(code) != 6
        or not is_digits(code)
        or province not in _table()
        or prefecture in _CHECKED
        or (province not in _WITHOUT_COUNTIES and prefecture not in _prefectures())
    ):
        raise CodeError(
            "region", "no region has or had this code (GB/T 2260)", position=position, norm=norm
        )
    message = f"{code} is not in the list of regions: only what it lies in was checked"
    return (CodeWarning(code="unlisted_region", message=message, position=position),)


def _oddities(region: Region, position: int) -> tuple[CodeWarning, ...]:
    if region.until:
        message = f"{region.name} ({region.code}) was in force until {region.until}"
        return (CodeWarning(code="former_region", message=message, position=position),)
    if region.is_statistical:
        message = f"{region.code} is a statistics code, no division of GB/T 2260"
        return (CodeWarning(code="statistics_region", message=message, position=position),)
    return ()
