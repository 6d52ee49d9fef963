"""Months as the Civil Code counts them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.periods import corresponding_day, period_of, starts_between


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        ("2026-11-30", 3, "2027-02-28"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-04-01", 36, "2029-04-01"),
        ("2026-04-01", 0, "2026-04-01"),
    ],
)
def test_a_period_ends_on_the_corresponding_day_or_the_months_last(
    start: str, months: int, last: str
) -> None:
    period = period_of(date.fromisoformat(start), months)

    assert str(period.last_on) == last
    assert period.after_on == period.last_on + timedelta(days=1)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 120))
def test_no_period_is_longer_than_its_months_or_ends_in_another_month(
    start: date, months: int
) -> None:
    last = corresponding_day(start, months)

    assert (last.year - start.year) * 12 + last.month - start.month == months
    assert last.day == start.day or (last + timedelta(days=1)).day == 1


@pytest.mark.parametrize("months", [1, 6, 12, 36, 120])
def test_a_period_that_ends_between_two_days_started_between_the_days_that_are_told(
    months: int,
) -> None:
    days = [date(2026, 12, 26) + timedelta(days=at) for at in range(800)]
    ends = {day: corresponding_day(day, months) for day in days}

    for last_on in (corresponding_day(day, months) for day in days[40:-40]):
        for first_on in (last_on, last_on - timedelta(days=1), last_on - timedelta(days=31)):
            started = [day for day in days if first_on <= ends[day] <= last_on]
            earliest, latest = starts_between(first_on, last_on, months)

            assert started == [day for day in started if earliest <= day <= latest]
            assert not started or latest == started[-1]
