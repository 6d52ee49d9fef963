"""Warnings, inspections and draws on pages: what is shown, done, refused, and kept from others."""

import inspect
import re
from datetime import timedelta
from typing import Any

import pytest

from credit.inspecting import checking
from credit.inspecting.orders import Origin
from credit.inspecting.results import Result
from credit.warning.life import ACTS
from credit.warning.model import WarningState
from credit.warning.rules import SEVERITIES
from tests.credit.samples import penalty, uscc
from tests.web.credit_world import hand_in, run_rules, run_waiting
from tests.web.house import House
from tests.web.signed_in import Visitor, once_of, sign_in
from tests.web.work_world import error_of, text_of
from web.pages.credit import warning_words

WARNINGS, INSPECTIONS, DRAWS = (
    f"/work/credit/{name}" for name in ("warnings", "inspections", "draws")
)
DAYS = ("2026-09-01", "2026-10-01", "2026-11-01")
DRAW = {
    "title": "2026年第四季度食品双随机",
    "plan": "food",
    "region": "3702",
    "industry": "",
    "inspectors": "37020001，37020002\n37020003",
    "beacon": "双色球 2026136期",
    "due_on": "2026-12-31",
}


@pytest.fixture
def warned(sqlite_house: House) -> House:
    """Give a house in which one party got three penalties in ninety days."""
    sqlite_house.clock.instant += timedelta(days=265)
    rows = [penalty(1, cf_wsh=f"青农罚〔2026〕{at}号", cf_jdrq=day) for at, day in enumerate(DAYS)]
    hand_in(sqlite_house, "penalty", *rows)
    run_rules(sqlite_house)
    return sqlite_house


def _warning(person: Visitor) -> str:
    found = re.search(rf"{WARNINGS}/[0-9a-f-]{{36}}", text_of(person.get(WARNINGS)))
    assert found is not None
    return found[0]


def _act(person: Visitor, at: str, step: str, **typed: Any) -> Any:
    return person.post(f"{at}/acts", page=at, step=step, **typed)


def test_a_warning_goes_to_an_inspection_whose_result_closes_it(warned: House) -> None:
    person = sign_in(warned, "authority")
    at = _warning(person)
    assert "近90天行政处罚3次" in text_of(person.get(at))

    seen = _act(person, at, "acknowledge")
    bare = _act(person, at, "escalate", due_on="2026-12-31")
    past = _act(person, at, "escalate", reason="处罚骤增", due_on="2026-01-01")
    ordered = _act(person, at, "escalate", reason="处罚骤增", due_on="2026-12-31")
    inspection = re.search(rf"{INSPECTIONS}/[0-9a-f-]{{36}}", text_of(person.get(at)))
    assert inspection is not None
    found = {"result": "failed", "inspected_on": warned.clock.now().date().isoformat()}
    vague = person.post(f"{inspection[0]}/result", page=inspection[0], **found)
    found |= {"failed_item": "兽药残留", "authority": "青岛市市场监督管理局"}
    done = person.post(f"{inspection[0]}/result", page=inspection[0], **found)

    assert [one.status_code for one in (seen, ordered, done)] == [303, 303, 303]
    assert error_of(bare, "step-escalate", "reason") == "请写明理由。"
    assert error_of(past, "step-escalate", "due_on") == "请选择今天或者以后的日期。"
    assert ">处罚骤增</textarea>" in text_of(past)
    assert "不合格的请写明" in error_of(vague, "result", "failed_item")
    whole = text_of(person.get(at))
    assert all(word in whole for word in ("已结束", "检查结果：不合格", "兽药残留"))
    assert whole.count("/ledger/proof/") >= 4
    read = text_of(person.get(inspection[0]))
    assert "录入结果" not in read
    assert all(word in read for word in ("兽药残留", "青岛市市场监督管理局", "后续可办理"))
    notice = f"/work/credit/cases/new?kind=listing&uscc={uscc(1)}"
    assert notice in read
    assert notice in text_of(person.get(f"/work/credit/parties/{uscc(1)}"))
    assert ">authority</span>" in whole
    assert ">key:" not in whole
    assert "后续可办理" not in text_of(person.get(at))


def test_whoever_dismisses_says_why_and_comes_too_late_after_somebody_else(warned: House) -> None:
    person, other = sign_in(warned, "authority"), sign_in(warned, "authority")
    at = _warning(person)
    old = re.search(r'name="after" value="([0-9]+)"', text_of(other.get(at)))
    assert old is not None

    bare = _act(person, at, "dismiss")
    dismissed = _act(person, at, "dismiss", reason="同一案件分拆")
    late = _act(other, at, "acknowledge", after=old[1])

    assert error_of(bare, "step-dismiss", "reason") == "请写明理由。"
    assert (dismissed.status_code, late.status_code) == (303, 400)
    assert "没有这样的预警" in text_of(person.get(WARNINGS))
    assert "同一案件分拆" in text_of(person.get(at))
    assert "第1食品" in text_of(person.get(f"{WARNINGS}?state=dismissed&party={uscc(1)}"))
    assert person.get(f"{WARNINGS}?party=abc").status_code == 400


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


def test_a_draw_is_fixed_then_made_and_checked_on_its_page(sqlite_house: House) -> None:
    sqlite_house.clock.instant += timedelta(days=265)
    hand_in(sqlite_house, "registration", *map(_registered, range(1, 9)))
    person = sign_in(sqlite_house, "authority")
    form = {**DRAW, "once": once_of(person.get(DRAWS))}

    few = person.post(DRAWS, page=DRAWS, **{**DRAW, "inspectors": "37020001"})
    none = person.post(DRAWS, page=DRAWS, **{**DRAW, "region": "11"})
    first, again = (person.post(DRAWS, page=DRAWS, **form) for _ in range(2))
    at = first.headers["Location"].partition("?")[0]
    before = text_of(person.get(at))
    empty = person.post(f"{at}/draw", page=at, value=" ")
    made = person.post(f"{at}/draw", page=at, value="03 07 12")
    other = person.post(f"{at}/draw", page=DRAWS, value="04 07 12")

    assert error_of(few, "draw", "inspectors") == "检查人员少于每户应派的人数。"
    assert "没有可抽取的对象" in error_of(none, "draw", "region")
    assert first.headers["Location"] == again.headers["Location"]
    assert "等待公开数值" in before
    assert "核对无误" not in before
    assert error_of(empty, "value", "value") == "请按公布的内容填写公开数值。"
    assert (made.status_code, other.status_code) == (303, 400)
    page = text_of(person.get(at))
    assert all(word in page for word in ("核对无误", "抽中：2", "03 07 12"))
    assert person.get(f"{at}/pool.txt").get_data(as_text=True).startswith("suxin-draw/1\n")
    numbers = set(re.findall(r"3702000[123]", page))
    (mine, *_) = sorted(numbers)
    assert mine in text_of(person.get(f"{INSPECTIONS}?inspector={mine}"))
    assert "没有这样的检查" in text_of(person.get(f"{INSPECTIONS}?inspector=3702"))


def test_an_auditor_reads_and_does_nothing_and_a_party_sees_none_of_it(warned: House) -> None:
    auditor, party = sign_in(warned, "auditor"), sign_in(warned)
    at = _warning(auditor)

    assert "现在可以办理" not in text_of(auditor.get(at))
    assert _act(auditor, at, "acknowledge").status_code == 403
    assert "准备抽取" not in text_of(auditor.get(DRAWS))
    assert [party.get(one).status_code for one in (WARNINGS, at, INSPECTIONS, DRAWS)] == [403] * 4
    assert WARNINGS in text_of(auditor.get("/work"))
    assert WARNINGS not in text_of(party.get("/work"))


def test_every_state_severity_result_and_act_has_words() -> None:
    assert warning_words.STATES.keys() == set(WarningState)
    assert warning_words.SEVERITIES.keys() == set(SEVERITIES)
    assert warning_words.RESULTS.keys() == set(Result)
    assert warning_words.ORIGINS.keys() == set(Origin)
    assert all(act.zh and act.en for act in ACTS.values())


def test_everything_that_a_check_of_a_draw_finds_has_words(sqlite_house: House) -> None:
    source = inspect.getsource(checking)
    said = [
        re.sub(r"\{[a-z]+\}", "7", one) for one in re.findall(r' \[?f?"([A-Z][^"\n]+)"', source)
    ]
    assert len(said) == 7

    with sqlite_house.app.test_request_context("/?lang=zh"):
        words = [warning_words.problem_words(one) for one in said]

    assert not any(re.search("[A-Za-z]{3}", one) for one in words)


def test_the_rules_are_run_by_a_worker_and_the_page_tells_how_far_it_is(warned: House) -> None:
    person = sign_in(warned, "authority")

    sent = person.post(f"{WARNINGS}/runs", page=WARNINGS)
    at = sent.headers["Location"]
    waiting = text_of(person.get(at))
    assert run_waiting(warned) == "done"
    done = text_of(sign_in(warned, "auditor").get(at, lang="en"))

    assert sent.status_code == 303
    assert "<progress" in waiting
    assert "排队中" in waiting
    assert "Grounds found" in done
    assert "Penalties jump" in done
