"""Cases, listings and measures in use where a person says who somebody is, and takes it back.

What was opened for a party goes where the party goes, and comes back to it; a case that would be
parted from its records is in the way of an undoing.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from base.clock import CIVIL_ZONE
from base.db import reading
from base.errors import Conflict, InvalidInput
from credit.applying.desk import Application, ApplyingDesk, application_of, apply_measure
from credit.applying.entries import AppliedNote
from credit.intake.taking import IntakeDesk
from credit.judging.entries import UndoneNote, undone_draft
from credit.judging.standing import stood_as
from credit.rulebook.reading import rulebook
from credit.subjects import named_by_code, subject_of_code
from credit.tables import CREDIT_FACT
from ledger.batch import Batch
from parties.actors import Actor
from tests.credit.case_world import DECIDED, CaseDay, open_case_world
from tests.credit.naming_world import JUDGE, hand_in, queue, registered, say, take_back
from tests.credit.rebuilding import rebuild
from tests.credit.samples import AUTHORITY, penalty
from tests.instances import Installation
from tests.parties.samples import uscc_of

LISTING: dict[str, Any] = {
    "fact_ids": (),
    "article": "第44号令第五条",
    "terms": {
        "list": "serious_violation",
        "item": "1",
        "measures": "MZ-01",
        "authority": "market_regulation",
        "authority_name": "青岛市市场监督管理局",
    },
}


@pytest.fixture
def world(installation: Installation, intake: IntakeDesk) -> CaseDay:
    """A party with two records, and a second one of the register without any."""
    opened = open_case_world(installation, intake)
    installation.party("青岛第2食品有限公司")
    hand_in(intake, "registration", registered(2, "青岛第2食品有限公司", uscc=uscc_of(2)))
    return opened


def _other(world: CaseDay) -> UUID:
    with reading(world.installation.engine) as connection:
        found = subject_of_code(connection, world.installation.log, uscc_of(2))
    assert found is not None
    return found


def _second(world: CaseDay) -> Actor:
    return world.installation.party("青岛第2食品有限公司")


def _place(world: CaseDay, fact_id: UUID) -> tuple[UUID | None, str]:
    """Return with whom a fact stands by now, and its state."""
    row = CREDIT_FACT.c
    statement = select(row.subject_id, row.state).where(row.id == fact_id, row.is_latest)
    with reading(world.installation.engine) as connection:
        found = connection.execute(statement).one()
    return found.subject_id, found.state


def _apply(world: CaseDay, subject_id: UUID, applied_on: date = date(2026, 11, 23)) -> Application:
    desk = ApplyingDesk(
        journal=world.desk.journal,
        clock=world.desk.clock,
        book=rulebook().for_region(""),
        bring_up=world.desk.bring_up,
    )
    note = AppliedNote(
        application_id=uuid4(),
        subject_id=subject_id,
        measure="MZ-03",
        matter="honours",
        fact_ids=(),
        applied_on=applied_on,
        reference="评优 7",
    )
    return apply_measure(desk, AUTHORITY, note)


def _application(world: CaseDay, one: Application) -> Application:
    with reading(world.installation.engine) as connection:
        found = application_of(connection, world.installation.log, one.id, day=date(2026, 11, 23))
    assert found is not None
    return found


def test_a_case_goes_with_its_party_into_a_join_and_back_and_is_decided_there(
    world: CaseDay, intake: IntakeDesk
) -> None:
    case_id, other = uuid4(), _other(world)
    world.take(world.party, "repair", "apply", case_id)
    judgement = say(intake, world.subject, other, is_join=True)
    world.take(AUTHORITY, "repair", "accept", case_id)
    assert world.case(case_id).subject_id == other
    rebuild(world.installation)

    take_back(intake, judgement.id)

    assert world.case(case_id).subject_id == world.subject
    world.take(AUTHORITY, "repair", "approve", case_id, **DECIDED)
    assert _place(world, world.facts["penalty"]) == (world.subject, "repaired")
    rebuild(world.installation)


def test_what_is_opened_while_two_are_one_is_its_own_party_s_again_once_that_is_undone(
    world: CaseDay, intake: IntakeDesk
) -> None:
    case_id, listing, other = uuid4(), uuid4(), _other(world)
    judgement = say(intake, world.subject, other, is_join=True)
    world.take(world.party, "objection", "lodge", case_id)
    world.take(AUTHORITY, "listing", "notice", listing, **LISTING)
    used = _apply(world, world.subject)
    assert [world.case(one).subject_id for one in (case_id, listing)] == [other, other]
    assert _application(world, used).subject_id == other
    rebuild(world.installation)

    take_back(intake, judgement.id)

    assert [world.case(one).subject_id for one in (case_id, listing)] == [world.subject] * 2
    again = _application(world, used)
    assert (again.subject_id, again.must_lift) == (world.subject, False)
    world.take(AUTHORITY, "objection", "reject", case_id)
    rebuild(world.installation)


def test_an_entry_decided_while_two_are_one_is_its_own_party_s_again(
    world: CaseDay, intake: IntakeDesk
) -> None:
    listing, other = uuid4(), _other(world)
    judgement = say(intake, other, world.subject, is_join=True)
    about = {**LISTING, "subject_id": other}
    world.take(AUTHORITY, "listing", "notice", listing, **about)
    world.take(AUTHORITY, "listing", "serve", listing, **{**about, "served_on": date(2026, 11, 23)})
    world.installation.clock.instant = world.installation.clock.instant.replace(month=12, day=10)
    decided = {"decision": "青市监列〔2026〕9号", "decided_on": date(2026, 12, 10)}
    world.take(AUTHORITY, "listing", "list", listing, **{**about, **decided})
    today = date(2026, 12, 10)
    assert world.answer(today) == ["青市监列〔2026〕1号", "青市监列〔2026〕9号"]

    take_back(intake, judgement.id)

    assert world.answer(today) == ["青市监列〔2026〕1号"]
    assert world.case(listing).subject_id == other
    rebuild(world.installation)


def test_a_measure_applied_because_of_another_s_record_has_to_be_lifted_once_they_are_two(
    world: CaseDay, intake: IntakeDesk
) -> None:
    other = _other(world)
    judgement = say(intake, other, world.subject, is_join=True)
    used = _apply(world, other)
    assert not _application(world, used).must_lift

    take_back(intake, judgement.id)

    apart = _application(world, used)
    assert (apart.subject_id, apart.must_lift) == (other, True)
    rebuild(world.installation)


def test_a_measure_of_a_day_before_a_join_rests_on_what_its_own_party_was_known_by(
    world: CaseDay, intake: IntakeDesk
) -> None:
    other, clock = _other(world), world.installation.clock
    applied_on = clock.now().astimezone(CIVIL_ZONE).date()
    clock.instant += timedelta(days=1)
    say(intake, world.subject, other, is_join=True)

    used = _apply(world, world.subject, applied_on)

    assert used.fact_ids == (world.facts["serious_listing"],)
    with pytest.raises(InvalidInput, match="known by"):
        _apply(world, other, applied_on)
    rebuild(world.installation)


def test_a_case_about_another_s_record_is_in_the_way_of_an_undoing_as_long_as_it_is_open(
    world: CaseDay, intake: IntakeDesk
) -> None:
    case_id, other = uuid4(), _other(world)
    judgement = say(intake, world.subject, other, is_join=True)
    about: dict[str, Any] = {"subject_id": other}
    world.take(_second(world), "repair", "apply", case_id, **about)

    with pytest.raises(Conflict, match=f"Credit repair {case_id}") as refusal:
        take_back(intake, judgement.id)
    (problem,) = refusal.value.problems
    assert (problem.path, problem.code) == ("judgement", "cases_open")
    assert "请先办结" in problem.message_zh

    world.take(_second(world), "repair", "drop", case_id, **about)
    take_back(intake, judgement.id)
    assert world.case(case_id).subject_id == other
    assert _place(world, world.facts["penalty"]) == (world.subject, "active")
    rebuild(world.installation)


def test_a_case_about_a_record_without_a_code_is_in_the_way_until_it_is_over(
    world: CaseDay, intake: IntakeDesk
) -> None:
    named = {"cf_xdr_mc": "青岛第一食品公司", "cf_xdr_shxym": "", "cf_wsh": "无码"}
    hand_in(intake, "penalty", penalty(1, cf_jdrq="2026-07-01", **named))
    (waiting,) = queue(intake).waiting
    judgement = say(intake, waiting.mention.id, world.subject)
    case_id, about = uuid4(), {"fact_ids": (waiting.mention.facts[0].id,)}
    world.take(world.party, "repair", "apply", case_id, **about)

    with pytest.raises(Conflict, match="Open cases would be parted"):
        take_back(intake, judgement.id)

    world.take(AUTHORITY, "repair", "accept", case_id, **about)
    world.take(AUTHORITY, "repair", "approve", case_id, **about, **DECIDED)
    take_back(intake, judgement.id)
    assert _place(world, about["fact_ids"][0]) == (None, "repaired")
    assert world.case(case_id).subject_id == world.subject
    # What was decided can still be revoked: it is the case's record, whosever it is by now.
    world.take(
        AUTHORITY, "repair", "revoke", case_id, article="第36号令第十二条", **about, **DECIDED
    )
    assert _place(world, about["fact_ids"][0]) == (None, "active")
    rebuild(world.installation)


def test_a_case_that_was_parted_all_the_same_can_be_closed_and_changes_nothing(
    world: CaseDay, intake: IntakeDesk
) -> None:
    case_id, other = uuid4(), _other(world)
    judgement = say(intake, world.subject, other, is_join=True)
    about: dict[str, Any] = {"subject_id": other}
    world.take(_second(world), "repair", "apply", case_id, **about)
    world.take(AUTHORITY, "repair", "accept", case_id, **about)
    # Somebody undid it at the very moment at which the case was opened.
    draft = undone_draft(UndoneNote(judgement_id=judgement.id, reason="同时"))
    world.desk.journal.append(
        Batch(actor=JUDGE.id, subject=str(judgement.node_id), drafts=(draft,), idempotency=None)
    )
    world.desk.bring_up()

    with pytest.raises(Conflict, match="does not stand with this party any more") as refusal:
        world.take(AUTHORITY, "repair", "approve", case_id, **about, **DECIDED)

    assert [one.code for one in refusal.value.problems] == ["stands_elsewhere"]
    world.take(AUTHORITY, "repair", "refuse", case_id, article="第36号令第九条", **about)
    assert _place(world, world.facts["penalty"]) == (world.subject, "active")
    rebuild(world.installation)


def test_an_objection_that_a_record_is_another_s_is_upheld_once_it_is_and_takes_nothing_away(
    world: CaseDay, intake: IntakeDesk
) -> None:
    case_id, other = uuid4(), _other(world)
    judgement = say(intake, world.subject, other, is_join=True)
    about: dict[str, Any] = {"subject_id": other, "reason": "不是本单位"}
    world.take(_second(world), "objection", "lodge", case_id, **about)

    take_back(intake, judgement.id)
    world.take(AUTHORITY, "objection", "uphold", case_id, **about)

    assert (world.case(case_id).state, world.case(case_id).subject_id) == ("upheld", other)
    assert _place(world, world.facts["penalty"]) == (world.subject, "active")
    rebuild(world.installation)


def test_a_code_names_its_own_party_and_an_entry_finds_whom_it_stood_with(
    world: CaseDay, intake: IntakeDesk
) -> None:
    other, log = _other(world), world.installation.log
    before = world.take(world.party, "objection", "lodge", uuid4())
    judgement = say(intake, world.subject, other, is_join=True)
    between = world.take(world.party, "repair", "apply", uuid4())
    take_back(intake, judgement.id)

    with reading(world.installation.engine) as connection:
        assert named_by_code(connection, log, uscc_of(1)) == world.subject
        stood = [
            stood_as(connection, log, world.subject, seq) for seq in (before, between, between + 2)
        ]
    assert stood == [world.subject, other, world.subject]
