"""A step that is refused says so at the head of its page, also where its form is there no more."""

import re
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.credit.samples import uscc
from tests.web.credit_world import hand_in, penalty, run_rules
from tests.web.house import House
from tests.web.issuing_world import send
from tests.web.signed_in import Visitor, sign_in
from tests.web.test_credit_case_pages import NEW, NOTICE, ask, code_of, told_to
from tests.web.test_credit_warning_pages import DAYS, DRAW, DRAWS, WARNINGS
from tests.web.work_world import text_of

LISTING = f"{NEW}?kind=listing&uscc={uscc(1)}&list=food_blacklist"
DROPPED = {"step": "drop", "reason": "证据不足"}


def head_of(answer: TestResponse) -> str:
    """Return what the head of a page says of a form that was refused, without its marks."""
    assert answer.status_code in (400, 409), answer.status_code
    html = text_of(answer)
    found = re.search(
        r'<section class="notice notice-stop" id="refused" role="alert".*?</section>',
        html,
        re.DOTALL,
    )
    assert found is not None, html
    assert found.start() < html.index("<h1>")
    assert html.count('role="alert"') == 1
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def seen_on(person: Visitor, page: str, name: str = "seen") -> str:
    found = re.search(rf'name="{name}" value="([0-9]+)"', text_of(person.get(page)))
    assert found is not None
    return found[1]


def _at(answer: TestResponse) -> str:
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["Location"].partition("?")[0]


@pytest.fixture
def noticed(sqlite_house: House) -> tuple[House, str]:
    """A party that was told of a listing to come."""
    sqlite_house.clock.instant += timedelta(days=300)
    hand_in(sqlite_house, "penalty", penalty(1))
    authority = sign_in(sqlite_house, "authority")
    return sqlite_house, _at(authority.post(NEW, page=LISTING, uscc=uscc(1), **NOTICE))


def test_a_step_of_a_case_that_moved_on_tells_what_was_done_and_what_can_be(
    noticed: tuple[House, str],
) -> None:
    house, at = noticed
    one, other = sign_in(house, "authority"), sign_in(house, "authority")
    seen = seen_on(one, at)
    _at(other.post(f"{at}/steps", page=at, **DROPPED))

    late = {"step": "drop", "reason": "另有考虑", "seen": seen}
    zh, en = (one.post(f"{at}/steps", lang=lang, **late) for lang in ("zh", "en"))

    told = head_of(zh)
    assert "没有记录任何内容" in told
    assert "案件状态已有变化" in told
    assert "在此期间已办理： 不予列入 · 监管部门" in told
    assert "此处已没有可以办理的事项" in told
    assert "另有考虑" in told
    assert "Nothing was recorded" in head_of(en)
    assert "What was done meanwhile: Drop · the authority" in head_of(en)
    assert text_of(one.get(at)).count("另有考虑") == 0


def test_a_step_that_lacks_something_is_told_at_the_head_with_the_way_to_its_field(
    noticed: tuple[House, str],
) -> None:
    house, at = noticed
    person = sign_in(house, "authority")

    bare = person.post(f"{at}/steps", page=at, step="drop")

    assert "请写明理由。" in head_of(bare)
    assert "填写的内容仍保留在下面的表格中" in head_of(bare)
    assert 'href="#step-drop-reason"' in text_of(bare)
    assert 'id="step-drop-reason"' in text_of(bare)


def test_a_page_that_does_not_say_what_it_knew_tells_the_newest_step(
    noticed: tuple[House, str],
) -> None:
    house, at = noticed
    person = sign_in(house, "authority")
    _at(person.post(f"{at}/steps", page=at, **DROPPED))

    late = person.post(f"{at}/steps", step="serve", served="2026-03-02")

    assert "在此期间已办理： 不予列入" in head_of(late)


def test_a_case_that_is_open_already_is_shown_to_whoever_opens_it_again(
    sqlite_house: House,
) -> None:
    house = told_to(sqlite_house)
    party = sign_in(house)
    fact = send(house, "GET", "/api/v1/credit/record").get_json()["facts"][0]["id"]
    at = _at(ask(party, fact))

    twice = ask(party, fact)

    assert "同类事项正在办理" in head_of(twice) or "已有同类" in head_of(twice)
    assert "信用修复: 已申请" in head_of(twice)
    assert f'href="{at}"' in text_of(twice)


def test_a_record_that_counts_no_more_is_told_although_no_form_is_left(
    sqlite_house: House,
) -> None:
    house = told_to(sqlite_house)
    party, authority = sign_in(house), sign_in(house, "authority")
    fact = send(house, "GET", "/api/v1/credit/record").get_json()["facts"][0]["id"]
    annulled = {
        "kind": "withdrawal",
        "uscc": code_of(house),
        f"fact-{fact}": "1",
        "reason": "复议撤销",
        "decision": "青政复〔2026〕3号",
        "decided_on": "2026-12-20",
    }
    page = f"{NEW}?kind=withdrawal&uscc={code_of(house)}"
    _at(authority.post(NEW, page=page, **annulled))

    late = ask(party, fact)

    assert "没有记录任何内容" in head_of(late)
    assert "不再生效" in head_of(late)
    assert "已缴清罚款并整改" in head_of(late)


@pytest.fixture
def warned(sqlite_house: House) -> tuple[House, str]:
    """A house in which one party got three penalties in ninety days, and its warning."""
    sqlite_house.clock.instant += timedelta(days=265)
    rows = [penalty(1, cf_wsh=f"青农罚〔2026〕{at}号", cf_jdrq=day) for at, day in enumerate(DAYS)]
    hand_in(sqlite_house, "penalty", *rows)
    run_rules(sqlite_house)
    page = text_of(sign_in(sqlite_house, "authority").get(WARNINGS))
    found = re.search(rf"{WARNINGS}/[0-9a-f-]{{36}}", page)
    assert found is not None
    return sqlite_house, found[0]


def _act(person: Visitor, at: str, step: str, **typed: Any) -> TestResponse:
    return person.post(f"{at}/acts", page=at, step=step, **typed)


def test_an_act_about_a_warning_that_somebody_else_dismissed_tells_who_did_what(
    warned: tuple[House, str],
) -> None:
    house, at = warned
    one, other = sign_in(house, "authority"), sign_in(house, "authority")
    seen = seen_on(one, at, "after")
    _at(_act(other, at, "dismiss", reason="同一案件分拆"))

    late = _act(one, at, "escalate", reason="应当检查", due_on="2026-12-31", after=seen)

    told = head_of(late)
    assert "没有记录任何内容" in told
    assert "在此期间已办理： 不予处理" in told
    assert "此处已没有可以办理的事项" in told
    assert "应当检查" in told


def test_a_second_result_of_an_inspection_tells_the_first_and_what_is_left_to_do(
    warned: tuple[House, str],
) -> None:
    house, at = warned
    person = sign_in(house, "authority")
    _at(_act(person, at, "escalate", reason="处罚骤增", due_on="2026-12-31"))
    found = re.search(r"/work/credit/inspections/[0-9a-f-]{36}", text_of(person.get(at)))
    assert found is not None
    day = house.clock.now().date().isoformat()
    said = {"result": "passed", "inspected_on": day, "authority": "青岛市市场监督管理局"}
    _at(person.post(f"{found[0]}/result", page=found[0], **said))

    once = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
    failed = {**said, "result": "failed", "failed_item": "铅", "note": "复核"}
    late = [person.post(f"{found[0]}/result", **failed, **one) for one in ({}, {"once": once})]

    for answer in late:
        assert "这次检查已有结果" in head_of(answer)
        assert f"检查结果：合格 · {day}" in head_of(answer)
        assert "可由当事人对该记录提出异议" in head_of(answer)
        assert "复核" in head_of(answer)


def _registered(number: int) -> dict[str, str]:
    return {
        "name": f"青岛第{number}食品有限公司",
        "uscc": uscc(number),
        "kind": "02",
        "region": "370202",
        "industry": "1411",
        "established_on": "2015-01-05",
        "status": "存续",
        "authority": "青岛市市场监督管理局",
    }


def test_a_draw_that_was_made_meanwhile_and_one_that_lacks_something_are_told_at_the_head(
    sqlite_house: House,
) -> None:
    sqlite_house.clock.instant += timedelta(days=265)
    hand_in(sqlite_house, "registration", *map(_registered, range(1, 9)))
    person = sign_in(sqlite_house, "authority")

    few = person.post(DRAWS, page=DRAWS, **{**DRAW, "inspectors": "37020001"})
    at = _at(person.post(DRAWS, page=DRAWS, **DRAW))
    empty = person.post(f"{at}/draw", page=at, value=" ")
    _at(person.post(f"{at}/draw", page=at, value="03 07 12"))
    late = person.post(f"{at}/draw", page=DRAWS, value="04 07 12")

    assert "检查人员少于每户应派的人数。" in head_of(few)
    assert 'href="#draw-inspectors"' in text_of(few)
    assert "请按公布的内容填写公开数值。" in head_of(empty)
    assert "这次抽取已经作出，数值不同" in head_of(late)
    assert "以公开数值 03 07 12 抽取" in head_of(late)
    assert "抽取只进行一次" in head_of(late)
