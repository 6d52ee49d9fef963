"""Cases from their first step to their effect on lists and answers, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from trace.recall.workdays import workdays_after
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from base.db import reading
from base.errors import Conflict, Forbidden, InvalidInput, NotFound
from credit.cases.entries import case_draft
from credit.cases.kinds import case_kinds
from credit.cases.taking import take_step
from credit.feeds.registry import FEEDS
from credit.folding.projector import FOLDED
from credit.intake.batches import Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.list_reading import AsKnown, search_list
from credit.rulebook.reading import rulebook
from credit.tables import CREDIT_FACT
from ledger.batch import Batch
from tests.credit.case_world import DECIDED, CaseDay, open_case_world
from tests.credit.rebuilding import rebuild
from tests.credit.samples import AUTHORITY, csv_of, penalty
from tests.instances import Installation
from tests.parties.samples import uscc_of


@pytest.fixture
def world(installation: Installation, intake: IntakeDesk) -> CaseDay:
    return open_case_world(installation, intake)


def test_a_repair_goes_from_application_to_no_answer_at_once_and_stays_provable(
    world: CaseDay,
) -> None:
    case_id, listed = uuid4(), (world.facts["serious_listing"],)
    before = world.installation.clock.now()
    assert world.answer() == ["青市监列〔2026〕1号"]

    world.installation.clock.instant += timedelta(hours=1)
    world.take(world.party, "repair", "apply", case_id, fact_ids=listed)
    world.take(AUTHORITY, "repair", "accept", case_id)
    assert world.answer() == ["青市监列〔2026〕1号"]
    world.take(AUTHORITY, "repair", "approve", case_id, **DECIDED)

    assert world.answer() == []
    assert (world.case(case_id).state, world.case(case_id).is_open) == ("repaired", False)
    with reading(world.installation.engine) as connection:
        log = world.installation.log
        today = AsKnown(list_id="serious_violation", day=date(2026, 11, 23))
        now = search_list(connection, log, today, rows_max=10)
        then = search_list(connection, log, replace(today, known_at=before), rows_max=10)
    assert now.listed == ()
    assert [one.entry.number for one in then.listed] == ["青市监列〔2026〕1号"]
    world.installation.seal()
    assert world.installation.check() == 6


def test_the_steps_have_the_deadlines_of_the_rules_in_force(world: CaseDay) -> None:
    case_id = uuid4()

    world.take(world.party, "repair", "apply", case_id)
    applied = world.case(case_id)
    world.take(AUTHORITY, "repair", "accept", case_id)
    accepted = world.case(case_id)

    assert (applied.due_on, applied.due_rule) == (date(2026, 11, 26), "R36-deadline")
    assert (accepted.due_on, accepted.due_rule) == (date(2026, 12, 2), "R36-deadline")
    assert not accepted.is_provisional


def test_a_deadline_over_a_year_whose_holidays_are_not_known_is_provisional(
    world: CaseDay,
) -> None:
    case_id = uuid4()
    world.installation.clock.instant = datetime(2026, 12, 28, 1, tzinfo=UTC)

    world.take(world.party, "repair", "apply", case_id)
    world.take(AUTHORITY, "repair", "accept", case_id)

    assert world.case(case_id).is_provisional


def test_a_repair_before_its_day_is_refused_with_the_day(
    world: CaseDay, intake: IntakeDesk
) -> None:
    late = penalty(2, cf_xdr_shxym=uscc_of(1), cf_jdrq="2026-08-31")
    take_batch(intake, AUTHORITY, FEEDS["penalty"], csv_of([late]), door=Door.FILE)
    world.desk.bring_up()
    with reading(world.installation.engine) as connection:
        statement = select(CREDIT_FACT.c.id).where(CREDIT_FACT.c.number == late["cf_wsh"])
        ids = (connection.execute(statement).scalar_one(),)

    with pytest.raises(InvalidInput, match="from 2026-12-01 on"):
        world.take(world.party, "repair", "apply", uuid4(), fact_ids=ids)

    # The last hour of 30 November in UTC is the first of December in China.
    world.installation.clock.instant = datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert world.take(world.party, "repair", "apply", uuid4(), fact_ids=ids) > 0


def test_what_a_step_asks_for_is_refused_by_its_field(world: CaseDay) -> None:
    case_id = uuid4()
    with pytest.raises(InvalidInput) as refusal:
        world.take(
            world.party, "repair", "apply", case_id, reason=" ", documents=(), is_committed=False
        )
    assert {one.path for one in refusal.value.problems} == {"reason", "documents", "committed"}

    world.take(world.party, "repair", "apply", case_id)
    world.take(AUTHORITY, "repair", "accept", case_id)
    with pytest.raises(InvalidInput) as refusal:
        world.take(AUTHORITY, "repair", "refuse", case_id)
    assert {one.path for one in refusal.value.problems} == {"article"}


def test_of_two_decisions_the_ledger_takes_the_first_alone(world: CaseDay) -> None:
    case_id = uuid4()
    world.take(world.party, "repair", "apply", case_id)
    world.take(AUTHORITY, "repair", "refuse", case_id, article="第36号令第十二条")

    with pytest.raises(Conflict, match="The case is refused"):
        world.take(AUTHORITY, "repair", "approve", case_id, **DECIDED)

    assert world.state("penalty") == "active"


def test_nobody_decides_its_own_case_and_nobody_applies_for_another(world: CaseDay) -> None:
    case_id = uuid4()
    other = world.installation.party("别的公司")
    with pytest.raises(NotFound):
        world.take(other, "repair", "apply", case_id)
    with pytest.raises(Forbidden):
        world.take(AUTHORITY, "repair", "apply", case_id)
    world.take(world.party, "repair", "apply", case_id)
    with pytest.raises(Forbidden):
        world.take(world.party, "repair", "accept", case_id)


def test_a_second_case_about_the_same_record_waits_for_the_first(world: CaseDay) -> None:
    world.take(world.party, "repair", "apply", uuid4())

    with pytest.raises(Conflict, match="is open already"):
        world.take(world.party, "repair", "apply", uuid4())


def test_of_two_cases_that_are_opened_at_once_about_one_record_one_is_refused(
    world: CaseDay,
) -> None:
    note = world.note("repair", "apply", uuid4())
    first = Batch(actor=world.party.id, subject=str(note.case_id), drafts=(case_draft(note),))

    def workdays(*asked: Any) -> Any:
        # While the second is judged the first lands, and nobody has read it yet.
        world.desk.journal.append(first)
        return workdays_after(*asked)

    desk = replace(world.desk, workdays=workdays)

    with pytest.raises(Conflict, match="is open already") as refusal:
        take_step(desk, world.party, world.note("repair", "apply", uuid4()))

    assert [one.code for one in refusal.value.problems] == ["case_open"]


def test_an_objection_that_is_upheld_withdraws_the_record(world: CaseDay) -> None:
    case_id = uuid4()
    world.take(world.party, "objection", "lodge", case_id, reason="不是本单位")
    assert world.case(case_id).due_rule == "own-objection"

    world.take(AUTHORITY, "objection", "accept", case_id)
    world.take(AUTHORITY, "objection", "uphold", case_id, reason="核查属实")

    assert world.state("penalty") == "withdrawn"


def test_a_place_has_the_days_of_its_own_regulation(world: CaseDay) -> None:
    case_id = uuid4()
    desk = replace(world.desk, book=rulebook().for_region("370200"))

    take_step(desk, world.party, world.note("objection", "lodge", case_id))
    take_step(desk, AUTHORITY, world.note("objection", "accept", case_id))

    case = world.case(case_id)
    assert (case.due_on, case.due_rule) == (date(2026, 11, 26), "RLOC-SD.objection")


def test_a_listing_is_noticed_served_answered_and_decided(world: CaseDay) -> None:
    case_id = uuid4()
    terms = {
        "list": "serious_violation",
        "measures": "MZ-01 MZ-02",
        "authority": "market_regulation",
        "authority_name": "青岛市市场监督管理局",
    }
    about: dict[str, Any] = {"fact_ids": (), "terms": terms, "article": "第44号令第五条"}
    world.take(AUTHORITY, "listing", "notice", case_id, **about)
    with pytest.raises(Conflict, match="list cannot follow"):
        world.take(AUTHORITY, "listing", "list", case_id, article="第44号令第五条", **DECIDED)
    served: dict[str, Any] = {"served_on": date(2026, 11, 23)}
    world.take(AUTHORITY, "listing", "serve", case_id, **served)
    assert (world.case(case_id).due_on, world.case(case_id).due_rule) == (
        date(2026, 11, 30),
        "R44-13",
    )
    world.take(world.party, "listing", "answer", case_id, reason="没有主观故意")
    world.installation.clock.instant = datetime(2026, 12, 1, 1, tzinfo=UTC)
    decided: dict[str, Any] = {"decision": "青市监列〔2026〕99号", "decided_on": date(2026, 12, 1)}
    world.take(AUTHORITY, "listing", "list", case_id, article="第44号令第五条", **decided)

    today = date(2026, 12, 1)
    assert world.answer(today) == ["青市监列〔2026〕1号", "青市监列〔2026〕99号"]

    world.take(AUTHORITY, "listing", "remove", case_id, **decided)
    assert world.answer(today) == ["青市监列〔2026〕1号"]


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        ({"list": "gossip"}, "terms.list"),
        ({"measures": "MZ-01 MZ-99"}, "terms.measures"),
        ({"restricted_until": "2030年"}, "terms.restricted_until"),
        ({"authority": "x" * 40}, "terms.authority"),
        # No row says how long a defaulter is listed on a ground that is no item of the article.
        ({"list": "judgment_defaulter", "authority": "court"}, "terms.item"),
        ({"list": "judgment_defaulter", "authority": "court", "item": "7"}, "terms.item"),
        ({"surprise": "x"}, "terms.surprise"),
    ],
)
def test_what_a_listing_is_about_is_checked_before_anything_is_recorded(
    world: CaseDay, terms: dict[str, str], path: str
) -> None:
    good = {
        "list": "serious_violation",
        "measures": "MZ-01",
        "authority": "market_regulation",
        "authority_name": "青岛市市场监督管理局",
    }
    about: dict[str, Any] = {
        "fact_ids": (),
        "terms": {**good, **terms},
        "article": "第44号令第五条",
    }

    with pytest.raises(InvalidInput) as refusal:
        world.take(AUTHORITY, "listing", "notice", uuid4(), **about)

    assert [one.path for one in refusal.value.problems] == [path]


def test_the_feed_that_sends_a_repaired_record_again_does_not_bring_it_back(
    world: CaseDay, intake: IntakeDesk
) -> None:
    case_id = uuid4()
    world.take(world.party, "repair", "apply", case_id)
    world.take(AUTHORITY, "repair", "accept", case_id)
    world.take(AUTHORITY, "repair", "approve", case_id, **DECIDED)

    again = [penalty(1, cf_xdr_shxym=uscc_of(1), cf_jdrq="2026-08-01", cf_wfxw="改了一个字")]
    take_batch(intake, AUTHORITY, FEEDS["penalty"], csv_of(again), door=Door.FILE)
    world.desk.bring_up()

    assert world.state("penalty") == "repaired"


def test_cases_come_back_the_same_from_the_log(world: CaseDay) -> None:
    for kind, step in (("repair", "apply"), ("objection", "lodge")):
        world.take(world.party, kind, step, uuid4())

    def rows() -> list[list[str]]:
        with reading(world.installation.engine) as connection:
            return [sorted(map(str, connection.execute(select(one)))) for one in FOLDED]

    before = rows()
    rebuild(world.installation)

    assert rows() == before


@pytest.mark.parametrize("kind", sorted(case_kinds()))
def test_every_state_of_a_case_is_reached_and_every_step_has_a_way_to_it(kind: str) -> None:
    found = case_kinds()[kind]
    reached = {found.steps[found.begins].target}

    for _ in found.steps:
        reached |= {step.target for step in found.steps.values() if step.sources & reached}

    assert reached == {step.target for step in found.steps.values()}
    assert all(step.sources & reached for name, step in found.steps.items() if name != found.begins)


def test_a_note_of_another_party_is_no_step_of_the_case(world: CaseDay) -> None:
    case_id = uuid4()
    world.take(world.party, "repair", "apply", case_id)

    stray = replace(world.note("repair", "accept", case_id), subject_id=uuid4())
    entry = take_step(world.desk, AUTHORITY, stray)

    # The case says whom it is about; what the caller says of it is not asked.
    assert entry > 0
    assert world.case(case_id).subject_id == world.subject


@pytest.mark.parametrize("terms", [{"list": "serious_violation"}, {"list": "x" * 33}, {"a": "b"}])
def test_what_a_listing_tells_is_refused_in_every_other_case(
    world: CaseDay, terms: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.take(world.party, "objection", "lodge", uuid4(), terms=terms)

    assert [one.path for one in refused.value.problems] == [f"terms.{name}" for name in terms]
    assert world.answer() != []
