"""Within how many hours events are to be recorded, by the class of the goods: rows of `late.yaml`.

One rule: a profile that is not in the file has no limit of its own.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from schemas.profiles.yaml_rows import Faults, Rows, read_rows

_FILE: Final = Path(__file__).with_name("late.yaml")
_VERIFIED: Final = ("text", "memory", "own")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    profile: str
    hours: int
    from_on: date
    until_on: date | None


def hours_for(profile: str | None, day: date) -> int | None:
    """Return how many hours goods of a profile have on a day; None for no limit of their own."""
    return next(
        (
            one.hours
            for one in _limits()
            if one.profile == profile
            and one.from_on <= day
            and (one.until_on is None or day <= one.until_on)
        ),
        None,
    )


@cache
def _limits() -> tuple[_Limit, ...]:
    """Return the file; raises `InvalidInput` with the line of what is wrong."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    since = file.day("since") or date.max
    found = tuple(_limit(row, since) for row in file.each("limits"))
    file.done()
    faults.refuse()
    return found


def _limit(row: Rows, since: date) -> _Limit:
    if row.text("verified") not in _VERIFIED:
        row.fault("verified", "word", f"is one of {', '.join(_VERIFIED)}")
    hours = row.whole("hours")
    if hours is None:
        row.fault("hours", "required", "is required")
    found = _Limit(
        profile=row.text("profile"),
        hours=hours or 0,
        from_on=row.day("since") or since,
        until_on=row.day("until"),
    )
    row.done()
    return found
