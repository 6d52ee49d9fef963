"""Legal periods of months and years, as the Civil Code counts them (民法典 arts 200-204).

The rule that must stay true: the day a period starts on is not counted, so that it ends on the
corresponding day, or on the last day of a month that has no such day. What may be done once a
period is over may be done from the next day on. Some read it the other way and count the first
day: then it may be done a day earlier, and that day is told beside the first.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

FIRST_DAY: Final = date(1949, 10, 1)
LAST_DAY: Final = date(2100, 12, 31)
"""Between which days something of law may have happened or will: periods are counted from them."""

_MONTHS_A_YEAR: Final = 12
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period that starts on a day and ends with `last_on`."""

    start_on: date
    last_on: date

    @property
    def after_on(self) -> date:
        """Return the first day on which the period is over."""
        return self.last_on + _DAY

    @property
    def after_if_first_counts_on(self) -> date:
        """Return that day for whoever counts the day the period starts on."""
        return self.last_on

    def has_ended(self, day: date) -> bool:
        """Return whether a day lies after the period."""
        return day > self.last_on


def corresponding_day(day: date, months: int) -> date:
    """Return the same day of the month so many months later, or that month's last (art. 202)."""
    years, month_index = divmod(day.month - 1 + months, _MONTHS_A_YEAR)
    year, month = day.year + years, month_index + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def period_of(start_on: date, months: int) -> Period:
    """Return the period of so many months that starts on a day."""
    return Period(start_on=start_on, last_on=corresponding_day(start_on, months))


def starts_between(first_on: date, last_on: date, months: int) -> tuple[date, date]:
    """Return between which days a period of so many months starts if it ends between two days."""
    latest = corresponding_day(last_on, -months)
    if (last_on + _DAY).month != last_on.month:
        # Every day that a shorter month does not have ends its period on that month's last.
        latest = latest.replace(day=monthrange(latest.year, latest.month)[1])
    return corresponding_day(first_on, -months), latest
