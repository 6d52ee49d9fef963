"""Repair of a failed inspection: offered where a row of law has it, with that row, and else not."""

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.credit.samples import uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import send
from tests.web.signed_in import sign_in
from tests.web.test_credit_case_pages import NEW, ask, code_of
from tests.web.work_world import text_of

MINE = "/work/credit/mine"
MARKET, FARM = "山东省市场监督管理局", "青岛市农业农村局"


def sample(code: str, number: str, authority: str, **changed: str) -> dict[str, str]:
    return {
        "sample_no": number,
        "name": "青岛第1食品有限公司",
        "uscc": code,
        "role": "生产",
        "product": "鸡蛋",
        "lot": "20261105",
        "result": "不合格",
        "failed_item": "氯霉素",
        "sampled_on": "2026-11-05",
        "authority": authority,
        "laboratory": "青岛市食品检验中心",
        **changed,
    }


@pytest.fixture
def sampled(sqlite_house: House) -> House:
    """A party with a failed sample of two kinds of authority, and a passed one."""
    sqlite_house.clock.instant += timedelta(days=290)
    code = code_of(sqlite_house)
    hand_in(
        sqlite_house,
        "inspection",
        sample(code, "XBJ1", MARKET),
        sample(code, "XBJ2", FARM),
        sample(code, "XBJ3", MARKET, result="合格", failed_item=""),
    )
    return sqlite_house


def _facts(house: House) -> dict[str, str]:
    facts: list[dict[str, Any]] = send(house, "GET", "/api/v1/credit/record").get_json()["facts"]
    return {one["number"]: one["id"] for one in facts}


def _records(house: House, lang: str = "zh") -> dict[str, str]:
    """Return what the page says of each record, by its number."""
    page = text_of(sign_in(house).get(MINE, lang=lang))
    rows = re.findall(r'<li class="case-record">.*?</li>', page, re.DOTALL)
    return {number: row for row in rows for number in re.findall(r">(XBJ[0-9])<", row)[:1]}


def test_a_failed_inspection_of_market_regulation_is_offered_with_its_rows(sampled: House) -> None:
    zh, en = _records(sampled)["XBJ1"], _records(sampled, "en")["XBJ1"]

    assert "申请信用修复" in zh
    assert "《市场监督管理信用修复管理办法》（市场监管总局令第107号）" in zh
    assert "信用承诺" in zh
    assert "未规定" in zh
    assert "name no first day" in en


def test_one_of_an_authority_that_no_row_names_is_objected_to_and_not_repaired(
    sampled: House,
) -> None:
    rows, facts, party = _records(sampled), _facts(sampled), sign_in(sampled)

    form = text_of(party.get(f"{NEW}?kind=repair"))
    refused = ask(party, facts["XBJ2"])

    assert "申请信用修复" not in rows["XBJ2"]
    assert "提出异议" in rows["XBJ2"]
    assert "没有规定可以修复" in rows["XBJ2"]
    assert facts["XBJ1"] in form
    assert facts["XBJ2"] not in form
    assert refused.status_code == 400
    assert "第四条" in text_of(refused)


def test_a_passed_inspection_is_held_against_nobody_and_not_repaired(sampled: House) -> None:
    party, facts = sign_in(sampled), _facts(sampled)

    assert "申请信用修复" not in _records(sampled)["XBJ3"]
    assert ask(party, facts["XBJ3"]).status_code == 400
    assert uscc(2) not in text_of(party.get(MINE))


def test_the_clock_of_such_a_repair_is_this_service_s_own_and_stands_in_no_book_marks(
    sampled: House,
) -> None:
    party = sign_in(sampled)
    asked = ask(party, _facts(sampled)["XBJ1"])
    assert asked.status_code == 303

    page = party.get(asked.headers["Location"])

    assert "本系统规则" in text_of(page)
    assert "《本系统规则》" not in text_of(page)


def test_no_sentence_says_that_a_result_is_published_which_is_in_no_public_answer(
    sampled: House,
) -> None:
    row = _records(sampled)["XBJ1"]

    assert "不对外公示" in row
    assert "自行停止公示" not in row
