"""The desk where cases and feeds are worked on: what is pressing, and what its numbers count."""

from datetime import date, timedelta
from trace.recall.workdays import is_worked
from typing import Any
from uuid import uuid4

import pytest

from base.db import reading
from credit.cases.kinds import case_kinds
from credit.casework.desk import (
    CLOSED,
    Choice,
    count_cases,
    desk_page,
    regions_of_cases,
)
from credit.casework.feeds import codes_of_feed, counts_of_feeds, quality_of
from credit.casework.statistics import counts_by_kind, workdays_between
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import Door
from credit.intake.taking import IntakeDesk, take_batch
from tests.credit.case_world import DECIDED, CaseDay, open_case_world
from tests.credit.samples import AUTHORITY, csv_of, penalty, uscc
from tests.instances import Installation
from tests.parties.samples import uscc_of

REGISTERED = {
    "name": "青岛第1食品有限公司",
    "uscc": uscc(1),
    "kind": "法人",
    "region": "370200",
    "established_on": "2015-01-01",
    "status": "存续",
    "authority": "青岛市市场监督管理局",
}
TERMS = {
    "list": "food_blacklist",
    "measures": "MF-05",
    "authority": "market_regulation",
    "authority_name": "青岛市市场监督管理局",
}


@pytest.fixture
def world(installation: Installation, intake: IntakeDesk) -> CaseDay:
    return open_case_world(installation, intake)


def _listed(world: CaseDay, **asked: Any) -> list[tuple[str, str, bool]]:
    today = world.desk.today()
    with reading(world.installation.engine) as connection:
        rows = desk_page(connection, world.installation.log, Choice(rows_max=50, **asked)).rows
    return [(row.kind.id, row.state, row.is_overdue(today)) for row in rows]


def test_what_is_overdue_stands_first_and_what_is_decided_is_no_open_case(world: CaseDay) -> None:
    notice, objection, listed = uuid4(), uuid4(), (world.facts["serious_listing"],)
    world.take(
        AUTHORITY, "listing", "notice", notice, fact_ids=(), terms=TERMS, article="第44号令第五条"
    )
    world.take(world.party, "objection", "lodge", objection)
    repair = uuid4()
    world.take(world.party, "repair", "apply", repair, fact_ids=listed)
    world.take(AUTHORITY, "repair", "accept", repair)

    world.installation.clock.instant += timedelta(days=30)

    assert _listed(world) == [
        ("objection", "lodged", True),
        ("repair", "accepted", True),
        ("listing", "noticed", False),
    ]
    decided = {**DECIDED, "decided_on": world.desk.today()}
    world.take(AUTHORITY, "repair", "approve", repair, **decided)
    assert [kind for kind, _, _ in _listed(world)] == ["objection", "listing"]
    assert _listed(world, state=CLOSED) == [("repair", "repaired", False)]
    assert _listed(world, kind="repair", state="") == [("repair", "repaired", False)]


def test_the_time_that_a_party_has_for_its_answer_is_nobody_s_delay(world: CaseDay) -> None:
    case_id, served_on = uuid4(), world.desk.today()
    world.take(
        AUTHORITY, "listing", "notice", case_id, fact_ids=(), terms=TERMS, article="第44号令第五条"
    )
    world.take(AUTHORITY, "listing", "serve", case_id, fact_ids=(), served_on=served_on)

    world.installation.clock.instant += timedelta(days=30)
    today = world.desk.today()
    with reading(world.installation.engine) as connection:
        (row,) = desk_page(connection, world.installation.log, Choice(rows_max=5)).rows
        (count,) = counts_by_kind(
            connection,
            world.installation.log,
            since=today - timedelta(days=365),
            today=today,
            rows_max=100,
        )

    assert row.due_on is not None
    assert row.due_on < today
    assert (row.is_waiting, row.waits_for_party, row.is_overdue(today)) == (True, True, False)
    assert (count.open, count.overdue, count.overdue_percent) == (1, 0, 0)


def test_numbers_by_kind_count_what_was_opened_decided_and_overdue(world: CaseDay) -> None:
    listed, penalty_id = (world.facts["serious_listing"],), uuid4()
    repair = uuid4()
    world.take(world.party, "repair", "apply", repair, fact_ids=listed)
    world.installation.clock.instant += timedelta(days=7)
    world.take(AUTHORITY, "repair", "refuse", repair, article="第36号令第九条")
    world.take(world.party, "objection", "lodge", penalty_id)
    world.installation.clock.instant += timedelta(days=30)
    today = world.desk.today()

    def counts(since: date) -> dict[str, tuple[int, int, int | None, int, int]]:
        with reading(world.installation.engine) as connection:
            found = counts_by_kind(
                connection, world.installation.log, since=since, today=today, rows_max=100
            )
        return {
            one.kind.id: (one.opened, one.closed, one.median_workdays, one.open, one.overdue)
            for one in found
        }

    assert counts(date(2026, 1, 1)) == {"repair": (1, 1, 5, 0, 0), "objection": (1, 0, None, 1, 1)}
    # What was decided before the period is not of it; what is open is of today.
    assert counts(today) == {"objection": (0, 0, None, 1, 1)}


def test_cases_are_found_by_the_place_of_their_party(world: CaseDay, intake: IntakeDesk) -> None:
    row = {**REGISTERED, "uscc": uscc_of(1), "region": "370202"}
    take_batch(intake, AUTHORITY, FEEDS["registration"], csv_of([row]), door=Door.FILE)
    world.take(world.party, "objection", "lodge", uuid4())
    log = world.installation.log

    with reading(world.installation.engine) as connection:
        regions = regions_of_cases(connection, log, rows_max=10)
        counted = [
            count_cases(connection, log, Choice(region=region, rows_max=1))
            for region in ("", "3702", "3701")
        ]

    assert regions == ["3702"]
    assert counted == [1, 1, 0]


def test_working_days_between_two_days_are_those_that_are_worked() -> None:
    first = date(2026, 9, 28)
    spans = [
        (first + timedelta(days=a), first + timedelta(days=b)) for a in (0, 3) for b in (3, 20)
    ]

    counted = list(workdays_between(spans))

    assert counted == [
        sum(is_worked(begin + timedelta(days=at)) for at in range(1, (end - begin).days + 1))
        for begin, end in spans
    ]
    assert list(workdays_between([])) == []


def test_only_the_notice_of_a_listing_gives_the_party_time_that_is_nobody_s_delay() -> None:
    waiting = {
        (kind.id, step.target)
        for kind in case_kinds().values()
        for step in kind.steps.values()
        if kind.is_time_to_answer(step.target)
    }

    # Whoever answered may add to it as long as that time runs.
    assert waiting == {("listing", "served"), ("listing", "answered")}


def test_a_feed_s_rows_add_up_and_its_records_say_how_late_they_were_reported(
    installation: Installation, intake: IntakeDesk
) -> None:
    on = intake.clock.now().date()
    early, late = (on - timedelta(days=days) for days in (1, 60))
    rows = [
        penalty(1, cf_jdrq=early.isoformat()),
        penalty(2, cf_jdrq=late.isoformat()),
        penalty(3, cf_jdrq="2026-02-30"),
    ]
    for feed, found in (("registration", [REGISTERED]), ("penalty", [*rows, rows[0]])):
        body = csv_of(found)
        held = take_batch(intake, AUTHORITY, FEEDS[feed], body, door=Door.FILE)
        assert held.seq is not None, held.message
    bring_up_credit(installation.engine, installation.log)

    with reading(installation.engine) as connection:
        count = counts_of_feeds(connection, installation.log, since=early)["penalty"]
        quality = quality_of(connection, installation.log, FEEDS["penalty"], rows_max=100)
        codes = codes_of_feed(connection, installation.log, "penalty")

    assert count.received == count.accepted + count.quarantined + count.duplicates == 4
    assert (count.accepted, count.quarantined, count.duplicates, count.noted) == (2, 1, 1, 1)
    assert codes == [("no_such_day", 1)]
    assert (quality.total, quality.matched, quality.unnamed) == (2, 1, 0)
    assert quality.timeliness is not None
    assert (quality.timeliness.total, quality.timeliness.late) == (2, 1)
