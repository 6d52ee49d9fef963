"""The page of a listing: what it is about, what runs, what it rests on, and how it is decided."""

import re
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from tests.codes.labels.samples import text_of_pdf
from tests.web.credit_world import hand_in, penalty
from tests.web.house import House
from tests.web.issuing_world import send
from tests.web.signed_in import Visitor, sign_in
from tests.web.test_credit_case_pages import CASES, NEW, NOTICE, at_of, code_of, fact_of
from tests.web.work_world import error_of, text_of

ARTICLE = "《食品安全法》第一百一十三条第二项"
DECISION = {
    "step": "list",
    "reason": "申辩不成立",
    "article": ARTICLE,
    "decision": "青市监列〔2026〕9号",
}


@pytest.fixture
def house(sqlite_house: House) -> House:
    sqlite_house.clock.instant += timedelta(days=300)
    hand_in(sqlite_house, "penalty", penalty(1, cf_xdr_shxym=code_of(sqlite_house)))
    return sqlite_house


def notify(house: House, authority: Visitor, **changes: str) -> TestResponse:
    own = code_of(house)
    told = {**NOTICE, "article": ARTICLE, "item": "（二）", "restricted_until": "2028-06-30"}
    page = f"{NEW}?kind=listing&uscc={own}&list={NOTICE['list']}"
    return authority.post(NEW, page=page, uscc=own, **{**told, **changes})


def shown(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_notice_tells_item_authority_and_time_and_refuses_an_item_that_its_article_denies(
    house: House,
) -> None:
    authority = sign_in(house, "authority")

    wrong = notify(house, authority, item="（一）")
    page = shown(text_of(authority.get(at_of(notify(house, authority)))))

    assert wrong.status_code == 400
    assert error_of(wrong, "new", "item") == f"适用的项“（一）”与所写条款“{ARTICLE}”不一致。"
    for told in (
        "第一百一十三条第二项",
        "青岛市市场监督管理局",
        "法定限制期至 2028-06-30",
        "列入期限 若今日决定列入，至2029-12-",
        "事由 一年内三次抽检不合格",
    ):
        assert told in page


def test_the_page_says_before_when_nothing_is_decided_and_that_more_may_be_handed_in(
    house: House,
) -> None:
    party, authority = sign_in(house), sign_in(house, "authority")
    at = at_of(notify(house, authority))
    authority.post(f"{at}/steps", page=at, step="serve", served="2026-12-26")
    party.post(f"{at}/steps", page=at, step="answer", reason="没有主观故意")

    own, theirs = text_of(party.get(at)), text_of(authority.get(at))

    assert 'name="step" value="answer"' in own
    assert "可陈述申辩至" in own
    assert "之前可以继续补充" in own
    assert "等您办理" not in text_of(party.get("/work/credit/mine"))
    assert re.search(r"最早可在202[67]-[0-9]{2}-[0-9]{2}作出。", theirs)
    assert 'name="step" value="list"' not in theirs
    assert 'name="step" value="drop"' in theirs


def test_a_decision_keeps_the_ground_of_the_notice_on_pages_lists_and_its_letter(
    house: House,
) -> None:
    authority = sign_in(house, "authority")
    at = at_of(notify(house, authority))
    authority.post(f"{at}/steps", page=at, step="serve", served="2026-12-26")
    house.clock.instant += timedelta(days=10)
    authority = sign_in(house, "authority")

    form = text_of(authority.get(at))
    decided = authority.post(f"{at}/steps", page=at, decided_on="2027-01-05", **DECISION)

    assert decided.status_code == 303, text_of(decided)
    assert f'value="{ARTICLE}"' in form
    assert "列入的事由以告知书为准" in form
    page = text_of(authority.get(at))
    letter = re.findall(rf"{at}/letters/[0-9]+\.pdf", page)[0]
    told = text_of_pdf(authority.get(letter).data)
    assert "事实和事由：一年内三次抽检不合格" in told
    assert "决定理由：申辩不成立" in told
    assert "（适用第" not in told
    record = text_of(authority.get(f"/work/credit/parties/{code_of(house)}"))
    assert record.count(f'href="{at}"') == 2
    public = shown(text_of(authority.get("/credit/lists/food_blacklist")))
    assert "一年内三次抽检不合格" in public
    assert "申辩不成立" not in public


def test_a_listing_shows_the_record_it_rests_on_and_the_objection_that_is_open_about_it(
    house: House,
) -> None:
    party, authority, fact = sign_in(house), sign_in(house, "authority"), fact_of(house)
    at = at_of(notify(house, authority, **{f"fact-{fact}": "1"}))
    before = shown(text_of(authority.get(at)))
    objection = {"kind": "objection", f"fact-{fact}": "1", "reason": "不是本单位"}
    other = at_of(party.post(NEW, page=f"{NEW}?kind=objection", **objection))

    page = text_of(authority.get(at))

    assert "所依据的记录" in before
    assert "未办结的案件" not in before
    assert f'href="{other}"' in page
    assert "异议 — 已提出 · 涉及本案所依据的记录" in shown(page)
    letter = re.findall(rf"{at}/letters/[0-9]+\.pdf", page)[0]
    told = text_of_pdf(authority.get(letter).data)
    assert "所依据的记录" in told
    assert "青农罚〔2026〕1号" in told
    whole = send(house, "GET", at.replace(CASES, "/api/v1/credit/cases"), role="authority")
    assert whole.get_json()["facts"] == [fact]


def test_a_second_notice_of_one_act_is_refused_and_names_the_case_of_the_first(
    house: House,
) -> None:
    authority = sign_in(house, "authority")
    first = at_of(notify(house, authority)).rpartition("/")[2]

    again = notify(house, authority)
    english = authority.post(
        NEW, uscc=code_of(house), lang="en", **{**NOTICE, "article": ARTICLE, "item": "（二）"}
    )
    no_item = notify(house, authority, item="甲")

    assert again.status_code == english.status_code == no_item.status_code == 400
    assert f"这一行为已告知当事人，正在案件{first}中办理" in text_of(again)
    assert f"in case {first}: go on there" in text_of(english)
    assert error_of(no_item, "new", "item") == "应为条款中一项的项号，例如 6。"
    assert at_of(notify(house, authority, reason="伪造检验报告"))
