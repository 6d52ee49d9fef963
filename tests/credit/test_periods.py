"""Months as the Civil Code counts them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.periods import corresponding_day, period_of


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
