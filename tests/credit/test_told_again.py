"""A feed tells a record again that a case has repaired or withdrawn: the day of the case stays."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from base.db import reading
from credit.checking import check_party
from credit.feeds.registry import FEEDS
from credit.intake.batches import BatchState, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.rulebook.reading import rulebook
from credit.tables import CREDIT_FACT
from tests.credit.case_world import DECIDED, CaseDay, open_case_world
from tests.credit.rebuilding import rebuild
from tests.credit.samples import AUTHORITY, csv_of, penalty, serious
from tests.instances import Installation
from tests.parties.samples import uscc_of

REPAIRED_ON = date(2026, 11, 23)
OWN = {"cf_xdr_shxym": uscc_of(1), "cf_jdrq": "2026-08-01"}
LISTED = {"uscc": uscc_of(1), "listed_on": "2025-06-01"}
REMOVED = {"removed_on": "2026-11-24", "removed_no": "移1", "removed_why": "已纠正"}
LICENCE = {
    "cf_cflb": "吊销许可证",
    "cf_nr_fk": "",
    "cf_ly": "食品",
    "cf_cfjg": "青岛市市场监督管理局",
    "cf_xdr_shxym": uscc_of(1),
    "cf_jdrq": "2026-01-10",
}


@pytest.fixture
def world(sqlite_world_parts: tuple[Installation, IntakeDesk]) -> CaseDay:
    return open_case_world(*sqlite_world_parts)


@pytest.fixture
def intake(sqlite_world_parts: tuple[Installation, IntakeDesk]) -> IntakeDesk:
    return sqlite_world_parts[1]


def _repair(world: CaseDay, fact: UUID, **more: Any) -> UUID:
    case_id, about = uuid4(), {"fact_ids": (fact,)}
    world.take(world.party, "repair", "apply", case_id, **about)
    world.take(AUTHORITY, "repair", "accept", case_id, **about)
    world.take(AUTHORITY, "repair", "approve", case_id, **about, **{**DECIDED, **more})
    return case_id


def _tell(world: CaseDay, intake: IntakeDesk, feed: str, row: dict[str, str]) -> None:
    """Take a row two days later, when the day of the case is over."""
    world.installation.clock.instant += timedelta(days=2)
    taken = take_batch(intake, AUTHORITY, FEEDS[feed], csv_of([row]), door=Door.FILE)
    assert taken.state is BatchState.ACCEPTED
    world.desk.bring_up()


def _fact(world: CaseDay, fact: UUID) -> Any:
    with reading(world.installation.engine) as connection:
        own = (CREDIT_FACT.c.id == fact, CREDIT_FACT.c.is_latest)
        return connection.execute(select(CREDIT_FACT).where(*own)).one()


def test_a_repaired_record_keeps_the_day_of_its_repair(world: CaseDay, intake: IntakeDesk) -> None:
    fact = world.facts["penalty"]
    _repair(world, fact)
    before = _fact(world, fact)

    _tell(world, intake, "penalty", penalty(1, **OWN, cf_wfxw="改了一个字"))

    told = _fact(world, fact)
    assert (told.version, told.title) == (before.version + 1, "改了一个字")
    assert (told.state, told.ended_on) == ("repaired", REPAIRED_ON) == ("repaired", before.ended_on)
    rebuild(world.installation)
    assert _fact(world, fact) == told


def test_a_withdrawn_record_keeps_the_day_on_which_it_was(
    world: CaseDay, intake: IntakeDesk
) -> None:
    fact = world.facts["serious_listing"]
    world.take(AUTHORITY, "withdrawal", "annul", uuid4(), fact_ids=(fact,), **DECIDED)

    _tell(world, intake, "serious_listing", serious(1, **LISTED, **REMOVED))

    told = _fact(world, fact)
    assert (told.state, told.ended_on) == ("withdrawn", REPAIRED_ON)


@pytest.mark.parametrize(
    ("changes", "state", "ended_on"),
    [({"article": "第五条"}, "active", None), (REMOVED, "ended", date(2026, 11, 24))],
    ids=["goes on", "removed"],
)
def test_a_repair_that_is_revoked_leaves_what_the_feed_told_meanwhile(
    world: CaseDay,
    intake: IntakeDesk,
    changes: dict[str, str],
    state: str,
    ended_on: date | None,
) -> None:
    fact = world.facts["serious_listing"]
    case_id, about = _repair(world, fact), {"fact_ids": (fact,)}
    _tell(world, intake, "serious_listing", serious(1, **LISTED | changes))
    assert _fact(world, fact).ended_on == REPAIRED_ON

    world.take(
        AUTHORITY, "repair", "revoke", case_id, article="第107号令第二十五条", **about, **DECIDED
    )

    told = _fact(world, fact)
    assert (told.state, told.ended_on) == (state, ended_on)
    rebuild(world.installation)


@pytest.mark.parametrize("removal", [{}, REMOVED], ids=["goes on", "removed"])
def test_what_is_told_a_third_time_is_no_news(
    world: CaseDay, intake: IntakeDesk, removal: dict[str, str]
) -> None:
    fact = world.facts["serious_listing"]
    _repair(world, fact)
    row = serious(1, **LISTED, **removal, article="第五条")
    _tell(world, intake, "serious_listing", row)
    told = _fact(world, fact)

    # Other bytes that say the same.
    _tell(world, intake, "serious_listing", {**row, "name": f" {row['name']}"})

    assert _fact(world, fact).version == told.version


def test_a_bar_that_outlives_a_repair_keeps_its_days_when_the_record_is_told_again(
    world: CaseDay, intake: IntakeDesk
) -> None:
    _tell(world, intake, "penalty", penalty(7, **LICENCE))
    with reading(world.installation.engine) as connection:
        number = CREDIT_FACT.c.number == penalty(7)["cf_wsh"]
        fact = connection.execute(select(CREDIT_FACT.c.id).where(number)).scalar_one()
    world.installation.clock.instant = datetime(2027, 1, 20, 1, tzinfo=UTC)
    _repair(world, fact, decided_on=date(2027, 1, 20))

    _tell(world, intake, "penalty", penalty(7, **LICENCE, cf_wfxw="改了一个字"))

    assert (_fact(world, fact).version, _fact(world, fact).ended_on) == (3, date(2027, 1, 20))
    days = (date(2027, 1, 23), date(2031, 1, 10), date(2031, 1, 11))
    assert [_bars(world, day) for day in days] == [["MF-01"], ["MF-01"], []]


def _bars(world: CaseDay, day: date) -> list[str]:
    with reading(world.installation.engine) as connection:
        answer = check_party(
            connection,
            world.installation.log,
            rulebook(),
            uscc=uscc_of(1),
            matter="food_licence",
            day=day,
        )
    assert penalty(7)["cf_wsh"] not in [one.number for one in answer.entries]
    return [one.id for one in answer.measures]
