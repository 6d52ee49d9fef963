"""Who came onto a list and left it between two days is told, if a reader was shown the entry."""

from datetime import date, datetime, timedelta

from base.clock import CIVIL_ZONE
from base.db import reading
from credit.intake.taking import IntakeDesk
from credit.list_passing import passed_between
from credit.list_reading import AsKnown
from tests.credit.naming_world import hand_in
from tests.credit.samples import serious
from tests.instances import Installation


def test_an_entry_whose_end_was_told_beforehand_is_among_them(
    sqlite_world_parts: tuple[Installation, IntakeDesk],
) -> None:
    installation, intake = sqlite_world_parts
    first = installation.clock.instant.astimezone(CIVIL_ZONE).date()
    installation.clock.instant += timedelta(days=1)
    days = {"listed_on": first + timedelta(days=1), "removed_on": first + timedelta(days=3)}
    told = {name: day.isoformat() for name, day in days.items()}
    hand_in(intake, "serious_listing", serious(1, **told, removed_no="移1", removed_why="限制期满"))

    def passed(until: int) -> int:
        before, after = (
            AsKnown(list_id="serious_violation", day=day, known_at=_end_of(day))
            for day in (first, first + timedelta(days=until))
        )
        with reading(installation.engine) as connection:
            return len(passed_between(connection, installation.log, before, after, rows_max=9))

    assert [passed(until) for until in (1, 2, 3, 5)] == [0, 0, 1, 1]


def _end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=CIVIL_ZONE)
