"""Every legal day of credit is one of China's clocks, whatever the hour is in UTC."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from base.errors import InvalidInput
from credit.intake.taking import IntakeDesk
from tests.credit.case_world import DECIDED, CaseDay, open_case_world
from tests.credit.samples import AUTHORITY
from tests.instances import Installation

ROOT = Path(__file__).parents[2]
ROOMS = ("credit", "web/api", "web/pages/credit", "jobs")
# An instant whose day is taken without saying where.
BARE_DAY = re.compile(r"(?:_at|\bat|instant|now\(\))\.date\(\)")
# The last instant of Monday 23 November 2026 in China, and the first of Tuesday.
LATE = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
EARLY = LATE + timedelta(seconds=1)


@pytest.fixture
def sqlite_world(sqlite_world_parts: tuple[Installation, IntakeDesk]) -> CaseDay:
    return open_case_world(*sqlite_world_parts)


@pytest.mark.parametrize("room", ROOMS)
def test_no_day_is_taken_of_an_instant_without_its_zone(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))

    found = [path.name for path in files if BARE_DAY.search(path.read_text("utf-8"))]

    assert files
    assert found == []


@pytest.mark.parametrize(
    ("instant", "kind", "step", "due_on"),
    [
        (LATE, "repair", "apply", date(2026, 11, 26)),
        (EARLY, "repair", "apply", date(2026, 11, 27)),
        (LATE, "objection", "lodge", date(2026, 11, 26)),
        (EARLY, "objection", "lodge", date(2026, 11, 27)),
        (LATE, "shielding", "apply", date(2026, 12, 2)),
        (EARLY, "shielding", "apply", date(2026, 12, 3)),
    ],
)
def test_what_a_party_asks_for_is_due_by_the_day_that_it_is_in_china(
    sqlite_world: CaseDay, instant: datetime, kind: str, step: str, due_on: date
) -> None:
    case_id = uuid4()
    sqlite_world.installation.clock.instant = instant

    sqlite_world.take(sqlite_world.party, kind, step, case_id)

    assert sqlite_world.case(case_id).due_on == due_on


@pytest.mark.parametrize("instant", [LATE, EARLY])
def test_an_annulled_basis_is_withdrawn_within_days_of_its_annulment(
    sqlite_world: CaseDay, instant: datetime
) -> None:
    case_id = uuid4()
    sqlite_world.installation.clock.instant = instant

    sqlite_world.take(AUTHORITY, "withdrawal", "annul", case_id, **DECIDED)

    assert sqlite_world.case(case_id).due_on == date(2026, 11, 26)


def test_a_decision_of_today_in_china_is_not_of_the_future(sqlite_world: CaseDay) -> None:
    tomorrow: dict[str, Any] = {**DECIDED, "decided_on": date(2026, 11, 24)}
    sqlite_world.installation.clock.instant = LATE
    with pytest.raises(InvalidInput, match="lies in the future"):
        sqlite_world.take(AUTHORITY, "withdrawal", "annul", uuid4(), **tomorrow)

    sqlite_world.installation.clock.instant = EARLY

    assert sqlite_world.take(AUTHORITY, "withdrawal", "annul", uuid4(), **tomorrow) > 0
