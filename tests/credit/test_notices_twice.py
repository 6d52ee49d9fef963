"""Two notices of a listing about one act: the second is refused and told which case it is."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from base.errors import Conflict, InvalidInput
from credit.cases.entries import case_draft
from credit.cases.taking import take_step
from credit.offices import grant_office
from ledger.batch import Batch
from tests.credit.case_world import CaseDay, open_case_world
from tests.credit.naming_world import hand_in, registered, say, who
from tests.credit.samples import AUTHORITY, COLLEAGUE

TERMS = {
    "list": "serious_violation",
    "item": "1",
    "measures": "MZ-01",
    "authority": "market_regulation",
    "authority_name": "青岛市市场监督管理局",
}
NOTICE: dict[str, Any] = {"fact_ids": (), "article": "第44号令第五条", "reason": "三次不合格"}


@pytest.fixture
def world(sqlite_world_parts: Any) -> CaseDay:
    return open_case_world(*sqlite_world_parts)


def _give(world: CaseDay, *, terms: dict[str, str] | None = None, **changes: Any) -> UUID:
    case_id = uuid4()
    told = {**NOTICE, **changes, "terms": {**TERMS, **(terms or {})}}
    world.take(AUTHORITY, "listing", "notice", case_id, **told)
    return case_id


def _is_refused(world: CaseDay, first: UUID, **changes: Any) -> None:
    with pytest.raises(Conflict, match=f"in case {first}") as refusal:
        _give(world, **changes)
    (problem,) = refusal.value.problems
    assert (problem.path, problem.code) == ("decision", "noticed_already")
    assert str(first) in problem.message_zh


def test_an_act_is_known_by_its_authority_and_number(world: CaseDay) -> None:
    grant_office(
        world.installation.engine,
        actor=AUTHORITY.id,
        authority="烟台市市场监督管理局",
        code="",
        now=world.desk.clock.now(),
        record=lambda *_: None,
    )
    first = _give(world, decision="青市监告〔2026〕3号")

    _is_refused(world, first, decision="青市监告〔2026〕3号", reason="三次抽检不合格")
    _give(world, decision="青市监告〔2026〕4号")
    _give(world, decision="青市监告〔2026〕3号", terms={"authority_name": "烟台市市场监督管理局"})
    _give(world, decision="青市监告〔2026〕3号", terms={"list": "food_blacklist"})


def test_an_act_without_a_number_is_known_by_all_that_is_told_of_it(world: CaseDay) -> None:
    first = _give(world)

    _is_refused(world, first)
    _is_refused(world, first, terms={"item": "（一）", "measures": "MZ-03"})
    _is_refused(world, first, decision="青市监告〔2026〕3号", reason=" 三次不合格 ")
    _give(world, reason="伪造检验报告")
    _give(world, terms={"item": "2"})


def test_a_notice_that_was_dropped_is_in_nobody_s_way(world: CaseDay) -> None:
    first = _give(world)

    world.take(AUTHORITY, "listing", "drop", first, **NOTICE, terms=TERMS)

    _give(world)


def test_two_parties_have_a_notice_each_and_one_under_two_codes_has_one(
    world: CaseDay, sqlite_world_parts: Any
) -> None:
    intake = sqlite_world_parts[1]
    hand_in(intake, "registration", registered(2, "青岛第2食品有限公司"))
    other, first = who(intake, 2), _give(world)

    second = _give(world, subject_id=other)
    world.take(AUTHORITY, "listing", "drop", second, **NOTICE, terms=TERMS, subject_id=other)
    say(intake, world.subject, other, is_join=True)

    _is_refused(world, first, subject_id=other)


def test_of_two_notices_at_one_moment_the_second_is_refused(world: CaseDay) -> None:
    # It is appended behind what the desk has read, and before the other one is.
    first = world.note("listing", "notice", uuid4(), **NOTICE, terms=TERMS)
    draft = case_draft(first)
    world.desk.journal.append(
        Batch(actor=COLLEAGUE.id, subject=str(first.case_id), drafts=(draft,), idempotency=None)
    )

    desk = replace(world.desk, bring_up=lambda: None)
    with pytest.raises(Conflict, match=f"in case {first.case_id}"):
        take_step(desk, AUTHORITY, world.note("listing", "notice", uuid4(), **NOTICE, terms=TERMS))


@pytest.mark.parametrize("item", ["甲", "x", "0", "100", "第三条第二项"])
def test_an_item_is_the_number_of_one_item_of_a_norm(world: CaseDay, item: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        _give(world, terms={"item": item})

    assert ("terms.item", "item") in [(one.path, one.code) for one in refusal.value.problems]


@pytest.mark.parametrize("item", ["", "6", "（三）", "第二项"])
def test_an_item_is_written_as_people_write_it_or_left_out(world: CaseDay, item: str) -> None:
    assert world.case(_give(world, terms={"item": item})).is_open
