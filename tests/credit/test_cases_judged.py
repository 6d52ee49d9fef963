"""Cases about records whose party a person judges: a case and its records stay together.

A row whose code is known by another name counts for its code, and a case may be opened about it;
saying that it is somebody else's would leave the case without what it is about.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from base.db import reading
from base.errors import Conflict, NotFound
from credit.cases.taking import take_step
from credit.intake.taking import IntakeDesk
from credit.judging.entries import Judged, JudgedNote, judged_draft
from credit.judging.standing import JudgementState
from credit.tables import CREDIT_FACT, CREDIT_JUDGEMENT
from ledger.batch import Batch
from parties.ids import new_id
from tests.credit.case_world import DECIDED, CaseDay, open_case_world
from tests.credit.naming_world import JUDGE, hand_in, queue, registered, say, take_back, who
from tests.credit.rebuilding import rebuild
from tests.credit.samples import AUTHORITY, penalty
from tests.instances import Installation
from tests.parties.samples import uscc_of


@pytest.fixture
def intake(sqlite_world_parts: tuple[Installation, IntakeDesk]) -> IntakeDesk:
    """The desk on one database: what is asked of it is asked of both in `test_joined_cases.py`."""
    return sqlite_world_parts[1]


@pytest.fixture
def world(sqlite_world_parts: tuple[Installation, IntakeDesk], intake: IntakeDesk) -> CaseDay:
    """A party, another one, and a record with the code of the first under another name."""
    opened = open_case_world(sqlite_world_parts[0], intake)
    hand_in(intake, "registration", registered(2, "青岛第2食品有限公司"))
    named = {"cf_xdr_mc": "潍坊大地粮油有限公司", "cf_xdr_shxym": uscc_of(1), "cf_wsh": "错名"}
    hand_in(intake, "penalty", penalty(1, cf_jdrq="2026-07-01", **named))
    return opened


def _mention(intake: IntakeDesk) -> tuple[UUID, dict[str, Any]]:
    """Return the one name that waits, and its record as what a case is about."""
    (waiting,) = queue(intake).waiting
    return waiting.mention.id, {"fact_ids": (waiting.mention.facts[0].id,)}


def _place(world: CaseDay, about: dict[str, Any]) -> tuple[UUID | None, str]:
    row = CREDIT_FACT.c
    statement = select(row.subject_id, row.state).where(row.id == about["fact_ids"][0])
    with reading(world.installation.engine) as connection:
        found = connection.execute(statement.where(row.is_latest)).one()
    return found.subject_id, found.state


@pytest.mark.parametrize("verdict", [Judged.NEGATIVE, Judged.POSITIVE])
def test_a_record_of_an_open_case_is_said_to_be_nobody_else_s_until_the_case_is_over(
    world: CaseDay, intake: IntakeDesk, verdict: Judged
) -> None:
    mention, about = _mention(intake)
    case_id, other = uuid4(), who(intake, 2)
    whom = world.subject if verdict is Judged.NEGATIVE else other
    world.take(world.party, "repair", "apply", case_id, **about)

    with pytest.raises(Conflict, match=f"Credit repair {case_id}") as refusal:
        say(intake, mention, whom, verdict)
    (problem,) = refusal.value.problems
    assert (problem.path, problem.code) == ("verdict", "cases_open")
    assert "再作出这一判断" in problem.message_zh
    assert _place(world, about) == (world.subject, "active")

    world.take(world.party, "repair", "drop", case_id, **about)
    say(intake, mention, whom, verdict)
    gone_to = None if verdict is Judged.NEGATIVE else other
    assert _place(world, about) == (gone_to, "active")
    rebuild(world.installation)


def test_an_objection_is_in_no_judgement_s_way(world: CaseDay, intake: IntakeDesk) -> None:
    mention, about = _mention(intake)
    case_id = uuid4()
    world.take(world.party, "objection", "lodge", case_id, reason="不是本单位", **about)

    say(intake, mention, world.subject, Judged.NEGATIVE)
    world.take(AUTHORITY, "objection", "uphold", case_id, reason="经查不是", **about)

    assert _place(world, about) == (None, "active")
    rebuild(world.installation)


def test_what_parts_no_case_from_its_record_is_said_beside_an_open_one(
    world: CaseDay, intake: IntakeDesk
) -> None:
    mention, about = _mention(intake)
    case_id, other = uuid4(), who(intake, 2)
    world.take(world.party, "repair", "apply", case_id)

    say(intake, mention, other, Judged.NEGATIVE)
    say(intake, mention, world.subject, Judged.UNSURE)
    denied = say(intake, mention, world.subject, Judged.NEGATIVE)
    assert _place(world, about) == (None, "active")
    take_back(intake, denied.id)
    world.take(AUTHORITY, "repair", "accept", case_id)
    both = uuid4()
    world.take(world.party, "objection", "lodge", both, **about)
    say(intake, world.subject, other, is_join=True)

    assert _place(world, about) == (other, "active")
    assert {world.case(one).subject_id for one in (case_id, both)} == {other}
    rebuild(world.installation)


def test_a_judgement_at_the_moment_at_which_a_case_is_opened_has_no_effect(
    world: CaseDay, intake: IntakeDesk
) -> None:
    mention, about = _mention(intake)
    case_id = uuid4()
    world.take(world.party, "repair", "apply", case_id, **about)

    judged = _append(world, mention)

    assert _judgement(world, judged.judgement_id) == JudgementState.VOID
    assert _place(world, about) == (world.subject, "active")
    world.take(AUTHORITY, "repair", "accept", case_id, **about)
    world.take(AUTHORITY, "repair", "approve", case_id, **about, **DECIDED)
    assert _place(world, about) == (world.subject, "repaired")
    rebuild(world.installation)


def test_a_judgement_of_before_that_parted_a_case_still_means_what_it_meant(
    world: CaseDay, intake: IntakeDesk
) -> None:
    mention, about = _mention(intake)
    case_id = uuid4()
    world.take(world.party, "repair", "apply", case_id, **about)

    judged = _append(world, mention, keeps_cases=False)

    assert _judgement(world, judged.judgement_id) == JudgementState.HOLDS
    assert _place(world, about) == (None, "active")
    world.take(AUTHORITY, "repair", "accept", case_id, **about)
    with pytest.raises(Conflict, match="does not stand with this party any more"):
        world.take(AUTHORITY, "repair", "approve", case_id, **about, **DECIDED)
    rebuild(world.installation)


def test_no_case_is_opened_about_a_record_that_somebody_was_judged_to_be_since(
    world: CaseDay, intake: IntakeDesk
) -> None:
    mention, about = _mention(intake)
    case_id = uuid4()
    # It is appended behind what the desk has read, and before the case is.
    desk = replace(world.desk, bring_up=lambda: None)
    journal = world.desk.journal
    journal.append(_batch(_said(world, mention)))

    with pytest.raises(Conflict, match="who somebody is") as refusal:
        take_step(desk, world.party, world.note("repair", "apply", case_id, **about))

    assert [one.code for one in refusal.value.problems] == ["judged_since"]
    take_step(desk, world.party, world.note("objection", "lodge", uuid4(), **about))
    world.desk.bring_up()
    with pytest.raises(NotFound):
        world.take(world.party, "repair", "apply", case_id, **about)
    rebuild(world.installation)


def _said(world: CaseDay, mention: UUID) -> JudgedNote:
    return JudgedNote(
        judgement_id=new_id(world.desk.clock.now()),
        node_id=mention,
        is_join=False,
        subject_id=world.subject,
        is_new=False,
        verdict=Judged.NEGATIVE,
        reason="同时",
    )


def _append(world: CaseDay, mention: UUID, *, keeps_cases: bool = True) -> JudgedNote:
    """Append what a person says, without asking what is in its way, and fold it."""
    note = replace(_said(world, mention), keeps_cases=keeps_cases)
    world.desk.journal.append(_batch(note))
    world.desk.bring_up()
    return note


def _batch(note: JudgedNote) -> Batch:
    draft = judged_draft(note)
    return Batch(actor=JUDGE.id, subject=str(note.node_id), drafts=(draft,), idempotency=None)


def _judgement(world: CaseDay, judgement_id: UUID) -> str:
    row = CREDIT_JUDGEMENT.c
    with reading(world.installation.engine) as connection:
        return str(connection.execute(select(row.state).where(row.id == judgement_id)).scalar())
