"""What is withdrawn, shielded or revoked: which record counts again and which never."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from base.db import reading
from credit.feeds.registry import FEEDS
from credit.intake.batches import BatchState, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.tables import CREDIT_FACT
from parties.actors import CONSOLE
from tests.credit.case_world import DECIDED, CaseDay, open_case_world
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, defaulter, serious
from tests.instances import Installation
from tests.parties.samples import uscc_of


@pytest.fixture
def world(installation: Installation, intake: IntakeDesk) -> CaseDay:
    return open_case_world(installation, intake)


def test_a_record_whose_basis_was_annulled_is_withdrawn_at_once_and_confirmed_in_time(
    world: CaseDay,
) -> None:
    case_id = uuid4()

    world.take(AUTHORITY, "withdrawal", "annul", case_id, reason="复议撤销", **DECIDED)

    assert world.state("penalty") == "withdrawn"
    case = world.case(case_id)
    assert (case.due_on, case.due_rule) == (date(2026, 11, 26), "RCF-48")


@pytest.mark.parametrize(
    ("decided_on", "due_on"),
    [
        (date(2026, 11, 2), date(2026, 11, 5)),
        # From before any row fixed a time: by the rule of today.
        (date(2021, 7, 1), date(2021, 7, 6)),
    ],
)
def test_what_was_annulled_long_before_it_is_recorded_is_overdue_at_once(
    world: CaseDay, decided_on: date, due_on: date
) -> None:
    case_id, about = uuid4(), {**DECIDED, "decided_on": decided_on}

    world.take(AUTHORITY, "withdrawal", "annul", case_id, reason="复议撤销", **about)

    assert (world.case(case_id).due_on, world.case(case_id).due_rule) == (due_on, "RCF-48")


def test_shielding_ends_in_repair_or_in_the_record_as_it_was(world: CaseDay) -> None:
    case_id, listed = uuid4(), (world.facts["serious_listing"],)
    world.take(world.party, "shielding", "apply", case_id, fact_ids=listed)
    world.take(AUTHORITY, "shielding", "shield", case_id, **DECIDED)
    assert (world.state("serious_listing"), world.answer()) == ("shielded", [])

    world.take(AUTHORITY, "shielding", "restore", case_id, **DECIDED)

    assert (world.state("serious_listing"), world.answer()) == ("active", ["青市监列〔2026〕1号"])


def test_a_repair_by_false_papers_is_revoked_and_the_record_counts_again(world: CaseDay) -> None:
    case_id = uuid4()
    world.take(world.party, "repair", "apply", case_id)
    world.take(AUTHORITY, "repair", "accept", case_id)
    world.take(AUTHORITY, "repair", "approve", case_id, **DECIDED)
    assert world.state("penalty") == "repaired"

    world.take(AUTHORITY, "repair", "revoke", case_id, article="第107号令第二十五条", **DECIDED)

    assert world.state("penalty") == "active"


def test_a_repair_that_is_revoked_brings_back_nothing_that_its_feed_has_ended(
    world: CaseDay, intake: IntakeDesk
) -> None:
    case_id, about = uuid4(), {"fact_ids": (world.facts["serious_listing"],)}
    world.take(world.party, "repair", "apply", case_id, **about)
    world.take(AUTHORITY, "repair", "accept", case_id, **about)
    world.take(AUTHORITY, "repair", "approve", case_id, **about, **DECIDED)
    ended = {"removed_on": "2026-11-23", "removed_no": "移1", "removed_why": "已纠正"}
    row = serious(1, uscc=uscc_of(1), listed_on="2025-06-01", **ended)
    take_batch(intake, AUTHORITY, FEEDS["serious_listing"], csv_of([row]), door=Door.FILE)

    world.take(
        AUTHORITY, "repair", "revoke", case_id, article="第107号令第二十五条", **about, **DECIDED
    )

    assert (world.state("serious_listing"), world.answer()) == ("ended", [])


@pytest.mark.parametrize(("is_told_again", "state"), [(False, "ended"), (True, "active")])
def test_what_a_whole_list_lost_while_it_was_shielded_comes_back_only_if_told_again(
    world: CaseDay, intake: IntakeDesk, is_told_again: bool, state: str
) -> None:
    rows = [defaulter(number) for number in range(2, 22)]
    _whole_list(world, intake, [defaulter(1, cardnum=uscc_of(1)), *rows])
    with reading(world.installation.engine) as connection:
        of_court = (CREDIT_FACT.c.feed == "judgment_default") & (
            CREDIT_FACT.c.subject_id == world.subject
        )
        fact_id = connection.execute(select(CREDIT_FACT.c.id).where(of_court)).scalar_one()
    case_id, about = uuid4(), {"fact_ids": (fact_id,), "reason": "重整"}
    world.facts["court"] = fact_id
    world.take(world.party, "shielding", "apply", case_id, **about)
    world.take(CONSOLE, "shielding", "shield", case_id, **about, **DECIDED)
    _whole_list(world, intake, rows)
    if is_told_again:
        _whole_list(world, intake, [defaulter(1, cardnum=uscc_of(1)), *rows])
    assert world.state("court") == "shielded"

    world.take(CONSOLE, "shielding", "restore", case_id, **about, **DECIDED)

    assert world.state("court") == state


def _whole_list(world: CaseDay, intake: IntakeDesk, rows: list[dict[str, str]]) -> None:
    world.installation.clock.instant += timedelta(minutes=1)
    feed, body = FEEDS["judgment_default"], csv_of(rows)
    taken = take_batch(intake, AUTHORITY, feed, body, door=Door.FILE)
    if taken.state is BatchState.HELD:
        taken = take_batch(intake, COLLEAGUE, feed, body, door=Door.FILE, is_released=True)
    assert taken.state is BatchState.ACCEPTED
    world.desk.bring_up()


def _repaired(world: CaseDay, case_id: UUID) -> None:
    world.take(world.party, "repair", "apply", case_id)
    world.take(AUTHORITY, "repair", "accept", case_id)
    world.take(AUTHORITY, "repair", "approve", case_id, **DECIDED)


def test_what_was_withdrawn_never_comes_back_by_another_case(world: CaseDay) -> None:
    case_id = uuid4()
    world.take(world.party, "repair", "apply", case_id)
    world.take(AUTHORITY, "withdrawal", "annul", uuid4(), **DECIDED)
    world.take(AUTHORITY, "repair", "accept", case_id)
    world.take(AUTHORITY, "repair", "approve", case_id, **DECIDED)
    world.take(AUTHORITY, "repair", "revoke", case_id, article="第107号令第二十五条", **DECIDED)

    assert world.state("penalty") == "withdrawn"


def test_a_plan_that_fails_brings_back_nothing_that_was_repaired_meanwhile(
    world: CaseDay,
) -> None:
    shield, repair = uuid4(), uuid4()
    world.take(world.party, "repair", "apply", repair)
    world.take(world.party, "shielding", "apply", shield)
    world.take(AUTHORITY, "shielding", "shield", shield, **DECIDED)
    world.take(AUTHORITY, "repair", "accept", repair)
    world.take(AUTHORITY, "repair", "approve", repair, **DECIDED)

    world.take(AUTHORITY, "shielding", "restore", shield, **DECIDED)

    assert world.state("penalty") == "repaired"


def test_a_basis_is_annulled_while_the_record_is_shielded_and_after_its_repair(
    world: CaseDay,
) -> None:
    case_id, listed = uuid4(), (world.facts["serious_listing"],)
    world.take(world.party, "shielding", "apply", case_id, fact_ids=listed)
    world.take(AUTHORITY, "shielding", "shield", case_id, **DECIDED)
    world.take(AUTHORITY, "withdrawal", "annul", uuid4(), fact_ids=listed, **DECIDED)
    world.take(AUTHORITY, "shielding", "restore", case_id, **DECIDED)
    _repaired(world, uuid4())
    world.take(AUTHORITY, "withdrawal", "annul", uuid4(), **DECIDED)

    assert (world.state("serious_listing"), world.state("penalty")) == ("withdrawn", "withdrawn")
