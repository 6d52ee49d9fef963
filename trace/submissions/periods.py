"""How long the records of a submission are kept: dated rows of `periods.yaml`.

The rule that must stay true: a period is a row with its clause and the day since which it is in
force, and says whether anybody has read that clause.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from trace.recall.deadlines import Verified
from types import MappingProxyType
from typing import Final

from schemas.profiles.yaml_rows import Faults, Rows, read_rows

_FILE: Final = Path(__file__).with_name("periods.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """So many months from the day of a record, by which clause, in force since which day."""

    since: date
    months: int
    clause: str
    verified: Verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """The periods of one submission, the newest first."""

    id: str
    norm: str
    rows: tuple[Period, ...]

    def in_force_on(self, day: date) -> Period | None:
        """Return the period of a record of this day; None before the first."""
        return next((row for row in self.rows if row.since <= day), None)


@cache
def periods() -> Mapping[str, Periods]:
    """Return the periods by submission; raises `InvalidInput` with the line of what is wrong."""
    return read_periods(_FILE)


def read_periods(path: Path) -> Mapping[str, Periods]:
    """Return the periods that a file gives; raises `InvalidInput` with what is wrong."""
    faults = Faults()
    file = read_rows(path, faults)
    found = [_periods(rows) for rows in file.each("submissions")]
    file.done()
    by_id = {one.id: one for one in found}
    if len(by_id) != len(found):
        faults.add(path.name, "duplicate", "gives a submission twice")
    faults.refuse()
    return MappingProxyType(by_id)


def _periods(rows: Rows) -> Periods:
    given = [_period(row) for row in rows.each("rows")]
    if not given or len({row.since for row in given}) != len(given):
        rows.fault("rows", "since", "has rows, each in force since another day")
    newest_first = tuple(sorted(given, key=lambda row: row.since, reverse=True))
    read = Periods(id=rows.text("id"), norm=rows.text("norm"), rows=newest_first)
    rows.done()
    return read


def _period(row: Rows) -> Period:
    since, months, said = row.day("since"), row.whole("months"), row.text("verified")
    if since is None:
        row.fault("since", "required", "says since when")
    if months is None or months < 1:
        row.fault("months", "range", "is a number of months")
    if said not in set(Verified):
        row.fault("verified", "word", f"is one of {', '.join(Verified)}")
    period = Period(
        since=since or date.min,
        months=months or 0,
        clause=row.text("clause"),
        verified=Verified(said) if said in set(Verified) else Verified.MEMORY,
    )
    row.done()
    return period
