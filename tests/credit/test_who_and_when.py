"""Who decides about which record, and on which day at the earliest."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from base.db import reading
from base.errors import Conflict, Forbidden, InvalidInput
from credit.cases.taking import take_step
from credit.feeds.registry import FEEDS
from credit.intake.batches import BatchState, Door
from credit.intake.retrying import retry_batch
from credit.intake.taking import IntakeDesk, take_batch
from credit.offices import EVERY, end_office, grant_office, offices_of
from credit.rulebook.code_lists import code_lists
from credit.rulebook.reading import rulebook
from credit.tables import CREDIT_FACT
from parties.actors import CONSOLE, Actor, Role
from tests.credit.case_world import DECIDED, CaseDay, open_case_world
from tests.credit.samples import AGRICULTURE, AUTHORITY, COLLEAGUE, csv_of, penalty
from tests.instances import Installation
from tests.parties.samples import uscc_of

OTHER = Actor(id="key:0000000000000010", role=Role.AUTHORITY)
ABOUT: dict[str, Any] = {
    "fact_ids": (),
    "article": "第44号令第五条",
    "terms": {
        "list": "serious_violation",
        "measures": "MZ-01",
        "authority": "market_regulation",
        "authority_name": "青岛市市场监督管理局",
    },
}


@pytest.fixture
def world(installation: Installation, intake: IntakeDesk) -> CaseDay:
    return open_case_world(installation, intake)


def _office(world: CaseDay, actor: str, authority: str, code: str = "") -> UUID:
    return grant_office(
        world.installation.engine,
        actor=actor,
        authority=authority,
        code=code,
        now=world.installation.clock.now(),
        record=lambda *_: None,
    ).id


def _served(world: CaseDay) -> UUID:
    """A listing that was noticed and served on Monday 23 November 2026: five working days run."""
    case_id = uuid4()
    world.take(AUTHORITY, "listing", "notice", case_id, **ABOUT)
    world.take(AUTHORITY, "listing", "serve", case_id, served_on=date(2026, 11, 23))
    return case_id


def test_another_authority_decides_nothing_about_a_record(world: CaseDay) -> None:
    case_id = uuid4()
    world.take(world.party, "repair", "apply", case_id)

    with pytest.raises(Forbidden, match="is 青岛市农业农村局's"):
        world.take(OTHER, "repair", "accept", case_id)
    with pytest.raises(Forbidden):
        world.take(OTHER, "withdrawal", "annul", uuid4(), **DECIDED)

    assert world.state("penalty") == "active"


@pytest.mark.parametrize(
    ("authority", "code"), [("青岛市农业农村局", ""), ("农业农村局", AGRICULTURE), (EVERY, "")]
)
def test_whoever_holds_the_office_by_name_or_code_decides(
    world: CaseDay, authority: str, code: str
) -> None:
    case_id = uuid4()
    world.take(world.party, "repair", "apply", case_id)
    _office(world, OTHER.id, authority, code)

    assert world.take(OTHER, "repair", "accept", case_id) > 0


def test_whoever_handed_a_record_in_decides_until_somebody_holds_its_office(
    world: CaseDay,
) -> None:
    case_id = uuid4()
    world.take(world.party, "repair", "apply", case_id)
    world.take(AUTHORITY, "repair", "accept", case_id)
    _office(world, OTHER.id, "青岛市农业农村局")

    with pytest.raises(Forbidden, match="is 青岛市农业农村局's"):
        world.take(AUTHORITY, "repair", "approve", case_id, **DECIDED)

    assert world.take(OTHER, "repair", "approve", case_id, **DECIDED) > 0


def test_whoever_has_rows_read_again_decides_nothing_about_them(
    world: CaseDay, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = penalty(1, cf_xdr_shxym=uscc_of(1), cf_wsh="新", cf_cflb="鞭刑", cf_jdrq="2026-08-01")
    body = csv_of([row, penalty(2)])
    feed, words = FEEDS["penalty"], code_lists().penalties._by_name
    first = take_batch(intake, AUTHORITY, feed, body, door=Door.FILE)
    if first.state is BatchState.HELD:
        take_batch(intake, COLLEAGUE, feed, body, door=Door.FILE, is_released=True)
    monkeypatch.setitem(words, "鞭刑", words["罚款"])
    retry_batch(intake, OTHER, first.id, body)
    world.desk.bring_up()
    with reading(world.installation.engine) as connection:
        statement = select(CREDIT_FACT.c.id).where(CREDIT_FACT.c.number == "新")
        about = {"fact_ids": (connection.execute(statement).scalar_one(),), **DECIDED}

    with pytest.raises(Forbidden, match="is 青岛市农业农村局's"):
        world.take(OTHER, "withdrawal", "annul", uuid4(), **about)

    assert world.take(AUTHORITY, "withdrawal", "annul", uuid4(), **about) > 0


def test_an_office_that_has_ended_decides_nothing(world: CaseDay) -> None:
    case_id = uuid4()
    world.take(world.party, "repair", "apply", case_id)
    office = _office(world, OTHER.id, "青岛市农业农村局")
    engine, now = world.installation.engine, world.installation.clock.now()

    end_office(engine, office, now=now, record=lambda *_: None)

    with pytest.raises(Forbidden):
        world.take(OTHER, "repair", "accept", case_id)
    with pytest.raises(Conflict, match="has ended already"):
        end_office(engine, office, now=now, record=lambda *_: None)
    with engine.connect() as connection:
        assert offices_of(connection, OTHER.id) == []


def test_the_operator_decides_for_an_authority_and_says_why(world: CaseDay) -> None:
    case_id = uuid4()
    world.take(world.party, "repair", "apply", case_id)

    with pytest.raises(InvalidInput, match="says why") as refusal:
        world.take(CONSOLE, "repair", "accept", case_id, reason=" ")
    assert [one.path for one in refusal.value.problems] == ["reason"]

    assert world.take(CONSOLE, "repair", "accept", case_id, reason="原机关已撤销") > 0


@pytest.mark.parametrize("actor", ["market", "key:12", "party:0000000000000001", ""])
def test_an_office_is_a_keys_or_an_accounts(world: CaseDay, actor: str) -> None:
    with pytest.raises(InvalidInput, match="An actor is"):
        _office(world, actor, "青岛市农业农村局")


def test_a_list_is_kept_by_the_authority_that_is_named_and_of_the_lists_kind(
    world: CaseDay,
) -> None:
    with pytest.raises(Forbidden, match="its own to make"):
        world.take(OTHER, "listing", "notice", uuid4(), **ABOUT)

    _office(world, OTHER.id, "青岛市农业农村局")
    terms = {**ABOUT["terms"], "authority": "agriculture", "authority_name": "青岛市农业农村局"}
    with pytest.raises(InvalidInput, match="does not keep this list"):
        world.take(OTHER, "listing", "notice", uuid4(), **{**ABOUT, "terms": terms})


def test_a_listing_is_carried_on_by_whoever_holds_the_office_that_it_names(world: CaseDay) -> None:
    case_id, engine = uuid4(), world.installation.engine
    world.take(AUTHORITY, "listing", "notice", case_id, **ABOUT)
    with reading(engine) as connection:
        (own,) = offices_of(connection, AUTHORITY.id)
    end_office(engine, own.id, now=world.installation.clock.now(), record=lambda *_: None)
    # Nobody holds the office: whoever opened the listing carries it on, and nobody else.
    with pytest.raises(Forbidden, match="its own to make"):
        world.take(OTHER, "listing", "serve", case_id, served_on=date(2026, 11, 23))
    world.take(AUTHORITY, "listing", "serve", case_id, served_on=date(2026, 11, 23))

    _office(world, OTHER.id, "青岛市市场监督管理局")

    with pytest.raises(Forbidden, match="its own to make") as refusal:
        world.take(AUTHORITY, "listing", "drop", case_id, reason="证据不足")
    assert [one.path for one in refusal.value.problems] == ["terms.authority_name"]
    assert world.take(OTHER, "listing", "drop", case_id, reason="证据不足") > 0


def test_nobody_is_listed_before_the_time_to_answer_is_over(world: CaseDay) -> None:
    case_id = _served(world)
    world.take(world.party, "listing", "answer", case_id, reason="没有主观故意")

    with pytest.raises(InvalidInput, match="2026-12-01 at the earliest") as refusal:
        world.take(AUTHORITY, "listing", "list", case_id, article="第44号令第五条", **DECIDED)

    (problem,) = refusal.value.problems
    assert (problem.path, problem.code) == ("decided_on", "early")
    assert "2026-12-01" in problem.message_zh


def test_a_decision_is_not_dated_back_into_the_time_to_answer(world: CaseDay) -> None:
    case_id = _served(world)
    world.installation.clock.instant = datetime(2026, 12, 10, 1, tzinfo=UTC)
    about: dict[str, Any] = {"article": "第44号令第五条", "decision": "青市监列〔2026〕9号"}

    for day in (date(2026, 11, 20), date(2026, 11, 30)):
        with pytest.raises(InvalidInput, match="2026-12-01 at the earliest"):
            world.take(AUTHORITY, "listing", "list", case_id, decided_on=day, **about)

    assert world.take(AUTHORITY, "listing", "list", case_id, decided_on=date(2026, 12, 1), **about)


def test_a_time_that_stands_on_memory_alone_keeps_nobody_waiting(world: CaseDay) -> None:
    case_id = _served(world)

    world.desk = replace(world.desk, book=rulebook().without({"R44-13"}))

    assert (
        world.take(AUTHORITY, "listing", "list", case_id, article="第44号令第五条", **DECIDED) > 0
    )


def test_a_notice_is_served_before_anybody_is_listed_and_not_before_it_was_made(
    world: CaseDay,
) -> None:
    case_id = uuid4()
    world.take(AUTHORITY, "listing", "notice", case_id, **ABOUT)
    with pytest.raises(InvalidInput, match="2026-11-23 at the earliest"):
        world.take(AUTHORITY, "listing", "serve", case_id, served_on=date(2026, 11, 2))

    world.take(world.party, "listing", "answer", case_id, reason="收到")
    with pytest.raises(Conflict, match="Before list comes serve"):
        world.take(AUTHORITY, "listing", "list", case_id, article="第44号令第五条", **DECIDED)


def test_a_repair_is_not_decided_on_a_day_before_it_was_asked_for(world: CaseDay) -> None:
    case_id = uuid4()
    world.take(world.party, "repair", "apply", case_id)
    world.take(AUTHORITY, "repair", "accept", case_id)

    early: dict[str, Any] = {**DECIDED, "decided_on": date(2026, 11, 20)}
    with pytest.raises(InvalidInput, match="2026-11-23 at the earliest"):
        world.take(AUTHORITY, "repair", "approve", case_id, **early)


def test_the_whole_time_of_an_objection_runs_from_its_receipt(world: CaseDay) -> None:
    case_id = uuid4()
    world.take(world.party, "objection", "lodge", case_id, reason="不是本单位")
    world.installation.clock.instant = datetime(2026, 11, 26, 1, tzinfo=UTC)

    world.take(AUTHORITY, "objection", "accept", case_id, served_on=date(2026, 11, 1))
    accepted = world.case(case_id)
    world.take(AUTHORITY, "objection", "extend", case_id, reason="需要核查")
    extended = world.case(case_id)

    assert (accepted.due_on, accepted.due_rule) == (date(2026, 12, 2), "own-objection")
    assert extended.due_on == date(2026, 12, 11)


@pytest.mark.parametrize(
    ("region", "kind", "rule", "due"),
    [
        ("440300", "repair", "RLOC-SZ", date(2026, 11, 26)),
        ("440300", "objection", "RLOC-SZ.objection", date(2026, 11, 25)),
        ("310000", "objection", "RLOC-SH.objection", date(2026, 11, 30)),
        ("370200", "objection", "RLOC-SD.objection", date(2026, 11, 26)),
        ("110000", "objection", "own-objection", date(2026, 12, 2)),
    ],
)
def test_a_place_has_the_clocks_of_its_own_regulation(
    world: CaseDay, region: str, kind: str, rule: str, due: date
) -> None:
    case_id = uuid4()
    desk = replace(world.desk, book=rulebook().for_region(region))

    begins = {"repair": "apply", "objection": "lodge"}[kind]
    take_step(desk, world.party, world.note(kind, begins, case_id))
    take_step(desk, AUTHORITY, world.note(kind, "accept", case_id))

    case = world.case(case_id)
    assert (case.due_rule, case.due_on) == (rule, due)


def test_a_clock_of_penalties_does_not_run_for_the_list_of_abnormal_operations() -> None:
    found = {
        rule.id: rule.terms.kinds
        for rule in rulebook().matter("repair.clock", rulebook().rules["R107-5"].regime)
    }

    assert found["R107-5"] == found["ROLD-2"] == {"penalty", "serious_listing"}
    assert found["ROLD-9"] == {"abnormal_listing"}


def test_a_step_that_is_sent_twice_is_one_entry_and_another_one_a_conflict(
    world: CaseDay,
) -> None:
    case_id = uuid4()
    opened, again = (world.take(world.party, "repair", "apply", case_id) for _ in range(2))
    assert opened == again
    with pytest.raises(Conflict):
        world.take(world.party, "repair", "apply", case_id, reason="另一个理由")
    listed = (world.facts["serious_listing"],)
    with pytest.raises(Conflict):
        world.take(world.party, "repair", "apply", case_id, fact_ids=listed)

    accepted = world.take(AUTHORITY, "repair", "accept", case_id)
    world.take(AUTHORITY, "repair", "extend", case_id, reason="复杂")

    assert world.take(AUTHORITY, "repair", "accept", case_id) == accepted
    with pytest.raises(Conflict, match="accept cannot follow"):
        world.take(AUTHORITY, "repair", "accept", case_id, reason="另一个")


def test_a_notice_that_is_sent_twice_is_one_notice(world: CaseDay) -> None:
    case_id = uuid4()

    first, again = (world.take(AUTHORITY, "listing", "notice", case_id, **ABOUT) for _ in range(2))
    with pytest.raises(Conflict):
        world.take(
            AUTHORITY, "listing", "notice", case_id, **{**ABOUT, "article": "第44号令第六条"}
        )

    assert first == again
