"""What is withdrawn, shielded or revoked: which record counts again and which never."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from credit.intake.taking import IntakeDesk
from tests.credit.case_world import DECIDED, CaseDay, open_case_world
from tests.credit.samples import AUTHORITY
from tests.instances import Installation


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

    world.take(AUTHORITY, "repair", "revoke", case_id, article="第二十五条", **DECIDED)

    assert world.state("penalty") == "active"


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
    world.take(AUTHORITY, "repair", "revoke", case_id, article="第二十五条", **DECIDED)

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
