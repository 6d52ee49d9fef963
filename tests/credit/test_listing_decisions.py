"""A listing from its notice to its decision: ground, item, what it rests on, what is answered."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from base.db import reading
from base.errors import Conflict, InvalidInput, NotFound
from credit.cases.items import is_contradicted
from credit.cases.kinds import case_kinds
from credit.cases.reading import read_case
from credit.feeds.sampling.parties import person_number_of
from credit.list_reading import AsKnown, changes_between
from credit.tables import CREDIT_FACT
from parties.actors import Actor
from tests.credit.case_world import CaseDay, open_case_world
from tests.credit.samples import AUTHORITY

GROUND = "生产经营兽药残留超标的食品"
DECIDED: dict[str, Any] = {"decision": "青市监列〔2026〕9号", "article": "第44号令第五条"}


@pytest.fixture
def world(sqlite_world_parts: Any) -> CaseDay:
    return open_case_world(*sqlite_world_parts)


def notice(world: CaseDay, case_id: UUID, *, by: Actor = AUTHORITY, **changes: Any) -> None:
    terms = {
        "list": "serious_violation",
        "measures": "MZ-01",
        "authority": "market_regulation",
        "authority_name": "青岛市市场监督管理局",
        **changes.pop("terms", {}),
    }
    about: dict[str, Any] = {"fact_ids": (), "article": "第44号令第五条", "reason": GROUND}
    world.take(by, "listing", "notice", case_id, **{**about, **changes}, terms=terms)


def served(world: CaseDay, **changes: Any) -> UUID:
    """A notice that was served on Monday 23 November 2026: five working days run."""
    case_id = uuid4()
    notice(world, case_id, **changes)
    world.take(AUTHORITY, "listing", "serve", case_id, served_on=date(2026, 11, 23))
    return case_id


def decide(world: CaseDay, case_id: UUID, **changes: Any) -> None:
    world.installation.clock.instant = datetime(2026, 12, 1, 1, tzinfo=UTC)
    told = {**DECIDED, "decided_on": date(2026, 12, 1), "reason": "申辩不成立", **changes}
    world.take(AUTHORITY, "listing", "list", case_id, **told)


def test_an_entry_has_the_ground_of_its_notice_whatever_it_was_decided_for(world: CaseDay) -> None:
    case_id = served(world)

    decide(world, case_id)

    with reading(world.installation.engine) as connection:
        statement = select(CREDIT_FACT.c.title).where(CREDIT_FACT.c.number == DECIDED["decision"])
        title = connection.execute(statement).scalar_one()
        _row, steps = read_case(connection, world.installation.log, case_id)
    assert title == GROUND
    assert (steps[-1].note.reason, steps[-1].note.terms["ground"]) == ("申辩不成立", GROUND)


def test_a_notice_says_its_ground_as_its_reason_alone(world: CaseDay) -> None:
    with pytest.raises(InvalidInput) as refusal:
        notice(world, uuid4(), terms={"ground": "别的事由"})

    assert [one.path for one in refusal.value.problems] == ["terms.ground"]


@pytest.mark.parametrize(
    ("item", "article", "is_wrong"),
    [
        ("（一）", "第五条第二项", True),
        ("（二）", "《严重违法失信名单管理办法》第五条第二项", False),
        ("2", "第五条第（二）项", False),
        ("3", "第十条第（一）、（三）项", False),
        ("12", "第五条第十二项", False),
        ("(3)", "SAMR Order 44, article 5 item 2", True),
        ("2", "《食品安全法》第一百二十四条第一款第一项，《办法》第五条第二项", False),
        ("（一）", "第五条", False),
        ("", "第五条第二项", False),
    ],
)
def test_an_item_is_contradicted_by_an_article_that_names_others(
    item: str, article: str, is_wrong: bool
) -> None:
    assert is_contradicted(item, article) is is_wrong


def test_neither_notice_nor_decision_names_another_item_than_the_notice(world: CaseDay) -> None:
    with pytest.raises(InvalidInput) as refusal:
        notice(world, uuid4(), terms={"item": "（一）"}, article="第44号令第五条第二项")
    assert [(one.path, one.code) for one in refusal.value.problems] == [
        ("terms.item", "item_article")
    ]

    case_id = served(world, terms={"item": "（二）"}, article="第44号令第五条第二项")
    with pytest.raises(InvalidInput) as refusal:
        decide(world, case_id, article="第44号令第五条第三项")
    assert [one.path for one in refusal.value.problems] == ["article"]

    decide(world, case_id, article="第44号令第五条第（二）项")
    assert world.case(case_id).state == "listed"


def test_an_answer_may_be_added_to_as_long_as_its_time_runs(world: CaseDay) -> None:
    case_id = served(world)
    world.take(world.party, "listing", "answer", case_id, reason="没有主观故意")
    first = world.case(case_id)

    world.installation.clock.instant = datetime(2026, 11, 25, 1, tzinfo=UTC)
    world.take(world.party, "listing", "answer", case_id, reason="补充检验报告")
    second = world.case(case_id)

    for case in (first, second):
        assert (case.state, case.due_on, case.due_rule) == (
            "answered",
            date(2026, 11, 30),
            "R44-13",
        )
    with pytest.raises(InvalidInput, match="2026-12-01 at the earliest"):
        decide(world, case_id, decided_on=date(2026, 11, 30))


def test_an_answer_is_added_to_no_more_often_than_its_kind_of_case_says(world: CaseDay) -> None:
    case_id, times = served(world), case_kinds()["listing"].steps["answer"].times
    assert times is not None
    for number in range(times):
        world.take(world.party, "listing", "answer", case_id, reason=f"补充之{number}")

    with pytest.raises(Conflict) as refusal:
        world.take(world.party, "listing", "answer", case_id, reason="再补充")

    assert [one.code for one in refusal.value.problems] == ["times"]
    # What was taken already is answered as before.
    world.take(world.party, "listing", "answer", case_id, reason="补充之0")


def test_a_listing_names_the_records_of_its_party_that_it_rests_on(world: CaseDay) -> None:
    rests_on = (world.facts["penalty"],)
    with pytest.raises(NotFound):
        notice(world, uuid4(), fact_ids=(uuid4(),))

    case_id = served(world, fact_ids=rests_on)
    with pytest.raises(Conflict, match="is open already"):
        notice(world, uuid4(), fact_ids=rests_on)
    notice(world, uuid4(), fact_ids=rests_on, terms={"list": "food_blacklist"})
    decide(world, case_id)

    assert world.case(case_id).facts == str(rests_on[0])
    assert world.state("penalty") == "active"


@pytest.mark.parametrize("field", ["reason", "article", "decision"])
def test_no_step_holds_the_number_of_a_person(world: CaseDay, field: str) -> None:
    number = person_number_of(1, date(1990, 3, 7))
    person = f"《食品安全法》第一百二十四条，张三（身份证{number}）指使生产"
    told: dict[str, Any] = {field: person}

    with pytest.raises(InvalidInput) as refusal:
        notice(world, uuid4(), **told)

    assert [(one.path, one.code) for one in refusal.value.problems] == [(field, "personal")]
    assert "1990" not in str(refusal.value)


def test_changes_tell_by_which_decision_of_its_case_an_entry_left(world: CaseDay) -> None:
    case_id = served(world)
    decide(world, case_id)
    world.installation.clock.instant = datetime(2026, 12, 3, 1, tzinfo=UTC)
    left: dict[str, Any] = {"decision": "青市监移〔2026〕1号", "decided_on": date(2026, 12, 3)}

    world.take(AUTHORITY, "listing", "remove", case_id, reason="核实属实", **left)

    on_list, gone = (
        AsKnown(
            list_id="serious_violation",
            day=date(2026, 12, day),
            known_at=datetime(2026, 12, day, 15, tzinfo=UTC),
        )
        for day in (2, 3)
    )
    with reading(world.installation.engine) as connection:
        found = changes_between(connection, world.installation.log, on_list, gone, rows_max=10)
    assert [(one.number, one.reason) for one in found.removed] == [
        ("青市监移〔2026〕1号", "核实属实")
    ]
