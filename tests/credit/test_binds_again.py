"""Whose new application ends the mark that a lifted measure binds again, at both doors alike."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from base.db import reading
from credit.applying.again import count_again, standing_again
from credit.applying.desk import (
    ApplicationQuery,
    ApplyingDesk,
    applications_of,
    apply_measure,
    lift_measure,
)
from credit.applying.entries import AppliedNote, LiftedNote
from credit.intake.taking import IntakeDesk
from credit.offices import end_office, grant_office
from credit.rulebook.reading import rulebook
from parties.actors import Actor, Role
from tests.credit.case_world import DECIDED, CaseDay, open_case_world
from tests.credit.samples import AUTHORITY, COLLEAGUE
from tests.instances import Installation

TODAY = date(2026, 11, 23)
OTHER = Actor(id="key:0000000000000010", role=Role.AUTHORITY)


@pytest.fixture
def world(installation: Installation, intake: IntakeDesk) -> CaseDay:
    return open_case_world(installation, intake)


def _desk(world: CaseDay) -> ApplyingDesk:
    return ApplyingDesk(
        journal=world.desk.journal,
        clock=world.desk.clock,
        book=rulebook(),
        bring_up=world.desk.bring_up,
    )


def _apply(world: CaseDay, actor: Actor) -> UUID:
    note = AppliedNote(
        application_id=uuid4(),
        subject_id=world.subject,
        measure="MZ-03",
        matter="honours",
        fact_ids=(),
        applied_on=TODAY,
        reference="",
    )
    return apply_measure(_desk(world), actor, note).id


def _lifted_and_back(world: CaseDay) -> UUID:
    """A measure that was lifted after a repair, which was revoked."""
    applied, case_id = _apply(world, AUTHORITY), uuid4()
    about = {"fact_ids": (world.facts["serious_listing"],)}
    world.take(world.party, "repair", "apply", case_id, **about)
    world.take(AUTHORITY, "repair", "accept", case_id, **about)
    world.take(AUTHORITY, "repair", "approve", case_id, **about, **DECIDED)
    receipt = LiftedNote(application_id=applied, lifted_on=TODAY, reference="")
    lift_measure(_desk(world), AUTHORITY, receipt)
    world.take(AUTHORITY, "repair", "revoke", case_id, article="ndrc36 19", **about, **DECIDED)
    world.desk.bring_up()
    return applied


def _told(world: CaseDay) -> tuple[frozenset[UUID], int]:
    """Return what is marked on pages, and what the start page counts for everybody."""
    world.desk.bring_up()
    log, since = world.installation.log, datetime(2026, 11, 1, tzinfo=UTC)
    with reading(world.installation.engine) as connection:
        asked = ApplicationQuery(day=TODAY, rows_max=10)
        found = applications_of(connection, log, asked).applications
        marked = standing_again(connection, log, found, TODAY)
        return marked, count_again(connection, log, TODAY, None, since=since, most=9)


def test_a_measure_binds_again_until_its_own_office_applied_it_anew(world: CaseDay) -> None:
    lifted = _lifted_and_back(world)
    before = _told(world)

    _apply(world, OTHER)
    others = _told(world)
    _apply(world, AUTHORITY)

    assert before == others == (frozenset({lifted}), 1)
    assert _told(world) == (frozenset(), 0)


@pytest.mark.parametrize("has_left", [False, True])
def test_who_acts_for_the_same_authority_applies_it_anew_also_after_leaving_it(
    world: CaseDay, has_left: bool
) -> None:
    engine, now = world.installation.engine, world.installation.clock.now()
    office = grant_office(
        engine,
        actor=COLLEAGUE.id,
        authority="青岛市市场监督管理局",
        code="",
        now=now,
        record=lambda *_: None,
    )
    _lifted_and_back(world)

    _apply(world, COLLEAGUE)
    if has_left:
        end_office(engine, office.id, now=now, record=lambda *_: None)

    assert _told(world) == (frozenset(), 0)
