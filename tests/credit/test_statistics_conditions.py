"""What counts do not hold: what was withdrawn, what is not public, what is just in time."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from base.db import reading
from credit.intake.desk import IntakeDesk
from credit.standing import current_facts
from credit.statistics.counting import decided_counts, listed_counts
from credit.statistics.timeliness import feed_counts
from credit.subjects import subject_of_code
from tests.credit.case_world import DECIDED, CaseDay, open_case_world
from tests.credit.naming_world import hand_in
from tests.credit.samples import AUTHORITY, penalty, serious, uscc
from tests.instances import Installation

FIRST, END, TOLD_ON = date(2026, 1, 1), date(2027, 1, 1), date(2026, 11, 23)


@pytest.fixture
def world(installation: Installation, intake: IntakeDesk) -> CaseDay:
    return open_case_world(installation, intake)


def _decided(world: CaseDay, *, told_on: date | None = None) -> int:
    with reading(world.installation.engine) as connection:
        log = world.installation.log
        found = decided_counts(connection, log, FIRST, END, told_on=told_on)
    return sum(one.decisions for one in found)


def test_a_decision_that_was_annulled_was_never_decided_rightly(world: CaseDay) -> None:
    before = _decided(world), _decided(world, told_on=TOLD_ON)

    world.take(AUTHORITY, "withdrawal", "annul", uuid4(), **DECIDED)

    assert before == (1, 1)
    assert (_decided(world), _decided(world, told_on=TOLD_ON)) == (0, 0)


def test_a_decision_that_was_repaired_was_decided_and_is_public_no_more(world: CaseDay) -> None:
    case_id, day = uuid4(), {**DECIDED, "decided_on": date(2026, 12, 30)}
    world.installation.clock.instant = datetime(2026, 12, 30, 1, tzinfo=UTC)
    world.take(world.party, "repair", "apply", case_id)
    world.take(AUTHORITY, "repair", "accept", case_id)
    world.take(AUTHORITY, "repair", "approve", case_id, **day)

    assert (_decided(world), _decided(world, told_on=TOLD_ON)) == (1, 0)


def test_a_penalty_that_is_not_published_is_in_no_open_count(
    world: CaseDay, intake: IntakeDesk
) -> None:
    # A small penalty, and none that the rules publish.
    hand_in(intake, "penalty", penalty(7, cf_cflb="警告", cf_nr_fk="", cf_jdrq="2026-11-02"))

    assert (_decided(world), _decided(world, told_on=TOLD_ON)) == (2, 1)


def test_a_decision_that_came_on_the_last_of_its_days_is_not_late(
    installation: Installation, intake: IntakeDesk
) -> None:
    installation.clock.instant = datetime(2026, 12, 10, 1, tzinfo=UTC)
    # The seventh working day after 1 December is the 10th; after 30 November it was the 9th.
    hand_in(intake, "penalty", penalty(1, cf_jdrq="2026-12-01"), penalty(2, cf_jdrq="2026-11-30"))

    with reading(installation.engine) as connection:
        span = date(2026, 12, 10), date(2026, 12, 11)
        found = feed_counts(connection, installation.log, *span)
    (penalties,) = [one for one in found if one.feed == "penalty"]

    assert (penalties.reported, penalties.late) == (2, 1)


def test_an_entry_whose_end_nobody_knows_is_counted_on_no_public_list(
    installation: Installation, intake: IntakeDesk
) -> None:
    # Its norm came in September 2021; for five years it counts, and is in no public answer.
    hand_in(intake, "serious_listing", serious(4, listed_on="2020-05-01"))

    with reading(installation.engine) as connection:
        log, day = installation.log, date(2025, 1, 2)
        subject = subject_of_code(connection, log, uscc(4))
        assert subject is not None
        counting = [row.list for row in current_facts(connection, log, subject, day)]
        counted = listed_counts(connection, log, day)

    assert counting == ["serious_violation"]
    assert counted == []
