"""What rows from memory say of a repair: told to whoever decides, and refusing nobody."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from base.db import reading
from credit.cases.advising import advice_about
from credit.cases.reading import read_case
from credit.feeds.registry import FEEDS
from credit.intake.batches import Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.tables import CREDIT_FACT
from tests.credit.case_world import DECIDED, CaseDay, open_case_world
from tests.credit.samples import AUTHORITY, csv_of, penalty
from tests.instances import Installation
from tests.parties.samples import uscc_of

MARKET = {
    "cf_xdr_shxym": uscc_of(1),
    "cf_cfjg": "青岛市市场监督管理局",
    "cf_ly": "化妆品",
    "cf_cflb": "责令停产停业",
    "cf_nr_fk": "",
}
TAX = {
    "nsrmc": "青岛第1食品有限公司",
    "nsrsbh": uscc_of(1),
    "ajsbq": "第2季度",
    "ajxz": "偷税",
    "wfss": "少缴增值税100.3万元",
    "flyj": "《税收征收管理法》第六十三条，处以罚款",
    "jg": "国家税务总局青岛市税务局稽查局",
}


@pytest.fixture
def sqlite_world(sqlite_world_parts: tuple[Installation, IntakeDesk]) -> CaseDay:
    return open_case_world(*sqlite_world_parts)


def _told(world: CaseDay, intake: IntakeDesk, feed: str, row: dict[str, str]) -> UUID:
    take_batch(intake, AUTHORITY, FEEDS[feed], csv_of([row]), door=Door.FILE)
    world.desk.bring_up()
    with reading(world.installation.engine) as connection:
        statement = select(CREDIT_FACT.c.id).where(
            CREDIT_FACT.c.feed == feed, CREDIT_FACT.c.is_latest
        )
        newest = statement.order_by(CREDIT_FACT.c.seq.desc()).limit(1)
        found: UUID = connection.execute(newest).scalar_one()
    return found


def _advice(world: CaseDay, case_id: UUID) -> list[str]:
    log, day = world.installation.log, world.desk.today()
    with reading(world.installation.engine) as connection:
        case, _ = read_case(connection, log, case_id)
        rules = advice_about(connection, log, world.desk.book, case, day)
    assert all(not rule.is_certain for rule in rules)
    return [rule.id for rule in rules]


def test_a_repair_that_read_rows_allow_has_no_advice(sqlite_world: CaseDay) -> None:
    case_id = uuid4()

    sqlite_world.take(sqlite_world.party, "repair", "apply", case_id)

    assert _advice(sqlite_world, case_id) == []


def test_a_least_period_from_memory_is_told_and_refuses_nobody(
    sqlite_world: CaseDay, sqlite_world_parts: tuple[Installation, IntakeDesk]
) -> None:
    row = {**TAX, "gbrq": "2026-10-01"}
    fact = _told(sqlite_world, sqlite_world_parts[1], "tax_case", row)
    case_id = uuid4()

    sqlite_world.take(sqlite_world.party, "repair", "apply", case_id, fact_ids=(fact,))

    assert _advice(sqlite_world, case_id) == ["R54-end"]
    sqlite_world.installation.clock.instant = datetime(2027, 4, 2, 1, tzinfo=UTC)
    assert _advice(sqlite_world, case_id) == []


def test_whether_a_penalty_may_still_not_end_early_is_told_as_a_doubt(
    sqlite_world: CaseDay, sqlite_world_parts: tuple[Installation, IntakeDesk]
) -> None:
    row = penalty(7, **MARKET, cf_jdrq="2026-01-12")
    fact = _told(sqlite_world, sqlite_world_parts[1], "penalty", row)
    case_id = uuid4()

    sqlite_world.take(sqlite_world.party, "repair", "apply", case_id, fact_ids=(fact,))

    assert _advice(sqlite_world, case_id) == ["R45-14.now"]


@pytest.mark.parametrize(
    ("asked_at", "advice"),
    [
        (datetime(2029, 11, 23, 1, tzinfo=UTC), ["R36-false"]),
        (datetime(2029, 11, 24, 1, tzinfo=UTC), []),
    ],
)
def test_a_repair_got_by_false_material_is_told_for_three_years(
    sqlite_world: CaseDay,
    sqlite_world_parts: tuple[Installation, IntakeDesk],
    asked_at: datetime,
    advice: list[str],
) -> None:
    first, again = uuid4(), uuid4()
    listed = (sqlite_world.facts["serious_listing"],)
    for actor, step, more in (
        (sqlite_world.party, "apply", {"fact_ids": listed}),
        (AUTHORITY, "accept", {}),
        (AUTHORITY, "approve", DECIDED),
        (AUTHORITY, "revoke", {**DECIDED, "article": "第36号令第五条"}),
    ):
        sqlite_world.take(actor, "repair", step, first, **more)
    sqlite_world.installation.clock.instant = asked_at
    later = penalty(8, cf_xdr_shxym=uscc_of(1), cf_jdrq="2029-06-01")
    fact = _told(sqlite_world, sqlite_world_parts[1], "penalty", later)

    sqlite_world.take(sqlite_world.party, "repair", "apply", again, fact_ids=(fact,))

    assert _advice(sqlite_world, again) == advice
