"""Codes of regions (GB/T 2260) with the days on which they were in force.

The table holds every province, the prefectures of Hebei, and Shijiazhuang in full. A county outside
it whose province (in Hebei: prefecture) exists is accepted as not listed; inside it, a code that is
missing never existed. Old certificates keep the code of their day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final

from codes.gs1.check_digit import is_digits
from codes.model import CodeError, CodeWarning

NORM: Final = "GB/T 2260"


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One division; `from_on` and `to_on` are its first day and the first day it was no more.

    `now` are the codes that hold its territory today.
    """

    code: str
    name: str
    from_on: date | None
    to_on: date | None
    is_statistical: bool
    now: tuple[str, ...]

    def is_valid_on(self, day: date) -> bool:
        """Whether the code was in force on `day`."""
        return (self.from_on is None or self.from_on <= day) and (
            self.to_on is None or day < self.to_on
        )


def _day(text: str) -> date | None:
    return None if text == "-" else date.fromisoformat(text)


def _table() -> Mapping[str, Region]:
    table: dict[str, Region] = {}
    lines = Path(__file__).with_name("regions.psv").read_text("utf-8").splitlines()
    for line in [line for line in lines if line and not line.startswith("#")][1:]:
        code, from_on, to_on, kind, now, name = line.split("|")
        if code in table:
            raise ValueError(f"regions.psv: {code} stands twice")
        table[code] = Region(
            code=code,
            name=name,
            from_on=_day(from_on),
            to_on=_day(to_on),
            is_statistical=kind == "statistics",
            now=() if now == "-" else tuple(now.split()),
        )
    return MappingProxyType(table)


REGIONS: Final = _table()

# Where the table holds one county of a prefecture, or one prefecture of a province, it holds all.
_COMPLETE: Final = frozenset(code[:-2] for code in REGIONS if len(code) > 2)

# GB/T 2260 once had 91 for foreign countries; numbers of foreign residents still begin with 9.
_ID_PROVINCES: Final = frozenset(code for code in REGIONS if len(code) == 2) | {"83", "91"}


def find_region(code: str) -> Region | None:
    """Return the division of a code of 2, 4 or 6 digits, in force or not; None if unlisted.

    GB/T 2260 writes a province as 130000 and a prefecture as 130200.
    """
    return REGIONS.get(code) or (REGIONS.get(_without_zeros(code)) if len(code) == 6 else None)


def _without_zeros(code: str) -> str:
    return code.removesuffix("00").removesuffix("00")


def is_known_province(code: str) -> bool:
    """Whether the first two digits of a region or ID number are, or ever were, given out."""
    return code[:2] in _ID_PROVINCES


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
        or province not in REGIONS
        or prefecture in _COMPLETE
        or (province in _COMPLETE and prefecture not in REGIONS)
    ):
        raise CodeError(
            "region", "no region has or had this code (GB/T 2260)", position=position, norm=norm
        )
    return ()


def _oddities(region: Region, position: int) -> tuple[CodeWarning, ...]:
    if region.to_on is not None:
        message = f"{region.name} ({region.code}) was in force until {region.to_on}"
        return (CodeWarning(code="former_region", message=message, position=position),)
    if region.is_statistical:
        message = f"{region.code} is a statistics code, no division of GB/T 2260"
        return (CodeWarning(code="statistics_region", message=message, position=position),)
    return ()
