"""The article that a decision of an office stands on: a norm and a number in it."""

from typing import Any
from uuid import uuid4

import pytest

from base.errors import InvalidInput
from credit.cases.articles import EXAMPLE_ZH, EXAMPLES, names_article
from tests.credit.case_world import CaseDay, open_case_world
from tests.credit.samples import AUTHORITY

NAMED = (
    EXAMPLE_ZH,
    "食品安全法第113条",
    "《食品安全法》第一百二十四条第一款第一项、《办法》第五条第二项",
    "《中华人民共和国行政处罚法》 第 32 条",
    "第44号令第五条",
    "市场监管总局令第四十四号第五条",
    "法释〔2017〕7号第一条第二项",
    "《治安管理处罚法》第二十五条之一",
    "Food Safety Law, article 113",
    "SAMR Order 44, article 5 item 2",
    "Art. 5 of the Measures",
    "food_law 113",
    "food_law, art. 113(1)",
    "samr44:5",
    "samr44 第5条",
)
NOT_NAMED = (
    "x",
    "1",
    "第五条",
    "article 113",
    "《食品安全法》",
    "Food Safety Law",
    "《食品安全法》第〇十条",
    "《食品安全法》第0条",
    "《食品安全法》第五章",
    "依法处理",
    "no_such_law 113",
    "food_law",
    "某某第五条",
)


@pytest.fixture
def world(sqlite_world_parts: Any) -> CaseDay:
    return open_case_world(*sqlite_world_parts)


def _refused(world: CaseDay, **about: Any) -> list[tuple[str, str]]:
    """Give a prior notice; return what is wrong with it, by field and code."""
    terms = {
        "list": "serious_violation",
        "measures": "MZ-01",
        "authority": "market_regulation",
        "authority_name": "青岛市市场监督管理局",
    }
    about = {"fact_ids": (), "reason": "兽药残留超标", "terms": terms, **about}
    try:
        world.take(AUTHORITY, "listing", "notice", uuid4(), **about)
    except InvalidInput as refusal:
        return [(one.path, one.code) for one in refusal.problems]
    return []


@pytest.mark.parametrize("text", NAMED)
def test_a_norm_and_its_article_are_understood_as_people_and_programs_write_them(text: str) -> None:
    assert names_article(text, {"food_law", "samr44"}.__contains__)


@pytest.mark.parametrize("text", NOT_NAMED)
def test_what_leads_no_reader_to_an_article_is_none(text: str) -> None:
    assert not names_article(text, {"food_law", "samr44"}.__contains__)


def test_the_examples_of_the_refusal_are_taken_themselves(world: CaseDay) -> None:
    for text in (EXAMPLE_ZH, "Food Safety Law, article 113", "food_law 113"):
        assert text in EXAMPLES
        assert _refused(world, article=text) == []


def test_a_decision_says_by_its_field_that_it_stands_on_no_article(world: CaseDay) -> None:
    assert _refused(world, article="x") == [("article", "no_article")]
    assert _refused(world, article="") == [("article", "required")]

    case_id = uuid4()
    world.take(world.party, "repair", "apply", case_id)
    with pytest.raises(InvalidInput) as refusal:
        world.take(AUTHORITY, "repair", "refuse", case_id, article="x")

    (told,) = refusal.value.problems
    assert (told.path, EXAMPLE_ZH in told.message) == ("article", True)
    assert told.message_zh == f"请写明法律法规的名称和第几条，例如：{EXAMPLE_ZH}。"
