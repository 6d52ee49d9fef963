"""Periods about warnings that no rule has for itself, as dated rows of `terms.yaml`.

The rule that must stay true: a period is that of the day asked for, so that a later row changes
nothing that was told before it.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from schemas.profiles.yaml_rows import Faults, read_rows

_FILE: Final = Path(__file__).with_name("terms.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningTerms:
    """In how many days an ordered inspection is due, and over how many a picture looks back."""

    from_on: date
    due_days: int
    picture_days: int


@cache
def warning_terms() -> tuple[WarningTerms, ...]:
    """Return every row, the newest first; raises `InvalidInput` with every fault."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    found: list[WarningTerms] = []
    for rows in file.each("terms"):
        one = WarningTerms(
            from_on=rows.day("from") or date.min,
            due_days=rows.whole("due_days") or 0,
            picture_days=rows.whole("picture_days") or 0,
        )
        rows.done()
        if min(one.due_days, one.picture_days) < 1:
            rows.fault("due_days", "range", "is at least one, as picture_days is")
        found.append(one)
    file.done()
    if not found:
        file.fault("terms", "missing", "has no row")
    faults.refuse()
    return tuple(sorted(found, key=lambda one: one.from_on, reverse=True))


def terms_on(day: date) -> WarningTerms:
    """Return what holds on a day; the first row where none held yet."""
    rows = warning_terms()
    return next((one for one in rows if one.from_on <= day), rows[-1])
