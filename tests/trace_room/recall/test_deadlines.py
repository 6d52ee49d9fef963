"""Times by law count working days as the State Council fixed them for the year."""

from datetime import UTC, date, datetime
from trace.recall.deadlines import Step, domain_of
from trace.recall.workdays import is_worked, workdays_after, years

import pytest

FINISH = next(row for row in domain_of("food", 1).of_level(1) if row.step is Step.FINISH)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 14), True),
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 3, 1), False),
        (date(2025, 10, 8), False),
        (date(2025, 10, 11), True),
        (date(2027, 1, 1), False),
        (date(2027, 1, 4), True),
    ],
)
def test_a_day_is_worked_or_off_as_announced(day: date, worked: bool) -> None:
    assert is_worked(day) is worked


def test_ten_working_days_across_the_spring_festival() -> None:
    opened = datetime(2026, 2, 10, 2, tzinfo=UTC)

    # 11 to 14 February, 24 to 28 February, 2 March.
    assert FINISH.due_at(opened) == datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC)
    assert not FINISH.is_provisional(opened)


def test_what_runs_into_a_year_without_a_notice_is_provisional() -> None:
    assert FINISH.is_provisional(datetime(2026, 12, 30, tzinfo=UTC))
    assert workdays_after(date(2026, 12, 30), 1).is_provisional is False


def test_every_year_has_as_many_days_off_as_the_law_and_its_weekends_give() -> None:
    for year in years().values():
        weekdays_off = sum(day.weekday() < 5 for day in year.off)

        assert 0 < weekdays_off - len(year.worked) <= 13
        assert all(day.weekday() >= 5 for day in year.worked)
