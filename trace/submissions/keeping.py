"""Until when a record must be kept, from the periods that are dated data, of a class or a norm.

The rule that must stay true: of several periods the longest counts; a period that nobody knows is
None, never "no longer".
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from trace.submissions.periods import periods
from typing import Final

from base.clock import CIVIL_ZONE
from schemas.profiles.model import NormRef
from schemas.profiles.standing import Profile, Retention

_MONTHS_OF_YEAR: Final = 12

FSMA: Final = "fsma204"
"""The submission of 21 CFR Part 1 Subpart S among the periods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Until when a record is kept, that day included, and by which norm."""

    until_on: date
    norm: NormRef


def keep_fsma_until(recorded_at: datetime) -> date | None:
    """Return the day until which FDA may ask for a record; None where no period is in force."""
    day = recorded_at.astimezone(CIVIL_ZONE).date()
    period = periods()[FSMA].in_force_on(day)
    return None if period is None else _later(day, period.months)


def keep_until(profile: Profile, happened_on: date, expires_on: date | None = None) -> Kept | None:
    """Return until when the records of a class are kept; None where no period is known.

    `expires_on` is the end of the goods' shelf life, None where they have none or it is not known:
    then the period without a shelf life counts (Food Safety Law article 50).
    """
    found = [
        Kept(until_on=day, norm=row.norm)
        for row in profile.retention
        if (day := _until(row, happened_on, expires_on)) is not None
    ]
    return max(found, key=lambda one: one.until_on, default=None)


def _until(row: Retention, happened_on: date, expires_on: date | None) -> date | None:
    days: list[date] = []
    if row.years is not None:
        days.append(_later(happened_on, _months(row.years)))
    if row.after_shelf_life_months is not None and expires_on is not None:
        days.append(_later(expires_on, row.after_shelf_life_months))
    elif row.else_years is not None:
        days.append(_later(happened_on, _months(row.else_years)))
    return max(days, default=None)


def _months(years: Decimal) -> int:
    return int((years * _MONTHS_OF_YEAR).to_integral_value())


def _later(day: date, months: int) -> date:
    """Return the same day of a later month, its last where it is shorter."""
    at = day.year * _MONTHS_OF_YEAR + day.month - 1 + months
    year, month = divmod(at, _MONTHS_OF_YEAR)
    following = at + 1
    first_of_next = date(following // _MONTHS_OF_YEAR, following % _MONTHS_OF_YEAR + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
