"""Warnings between two runs: by which run they were worked out, and what of them counts no more."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from base.clock import CIVIL_ZONE
from tests.credit.samples import serious, uscc
from tests.web.credit_world import hand_in, run_rules
from tests.web.house import House
from tests.web.issuing_world import send
from tests.web.signed_in import sign_in
from tests.web.test_credit_case_pages import NEW
from tests.web.test_credit_warning_pages import WARNINGS
from tests.web.work_world import text_of


@pytest.fixture
def listed(house: House) -> House:
    """A party that stands on a list by two entries, and a warning of it."""
    house.clock.instant += timedelta(days=265)
    hand_in(
        house,
        "serious_listing",
        *(
            serious(1, list_no=f"青市监列〔2026〕{at}号", listed_on=f"2026-0{at}-01")
            for at in (6, 7)
        ),
    )
    run_rules(house)
    return house


def _warning(house: House, rule: str = "punished") -> dict[str, Any]:
    answer = send(house, "GET", f"/api/v1/credit/warnings?rule={rule}", role="authority")
    told: dict[str, Any] = answer.get_json()
    (found,) = told["warnings"]
    assert told["last_run_at"] is not None
    whole: dict[str, Any] = send(
        house, "GET", f"/api/v1/credit/warnings/{found['id']}", role="authority"
    ).get_json()
    assert {name: whole[name] for name in found} == found
    return whole


def _annul(house: House, fact: str) -> None:
    authority = sign_in(house, "authority")
    form = {
        "kind": "withdrawal",
        "uscc": uscc(1),
        f"fact-{fact}": "1",
        "reason": "复议撤销",
        "decision": "青政复〔2026〕3号",
        "decided_on": house.clock.now().date().isoformat(),
    }
    answer = authority.post(NEW, page=f"{NEW}?kind=withdrawal&uscc={uscc(1)}", **form)
    assert answer.status_code == 303, text_of(answer)


def test_a_warning_marks_at_once_what_counts_no_more_and_says_when_it_was_worked_out(
    listed: House,
) -> None:
    before = _warning(listed)
    night = next(one for one in before["said"] if one["act"] == "night")

    _annul(listed, before["facts"][0])
    after = _warning(listed)
    auditor = sign_in(listed, "auditor")
    page, en = (
        text_of(auditor.get(f"{WARNINGS}/{before['id']}", lang=one)) for one in ("zh", "en")
    )
    listing = text_of(auditor.get(WARNINGS))

    assert before["facts_gone"] == []
    assert after["facts_gone"] == before["facts"][:1]
    assert (after["worked_out_seq"], after["worked_out_at"]) == (night["seq"], night["at"])
    assert after["last_seq"] == before["last_seq"]
    assert "所依据的 2 条记录中，1 条已不再生效" in page
    assert "所依据的 2 条记录中，1 条已不再生效" in listing
    assert "1 of its records (2 in all) does not count any more" in en
    (gone,), today = after["gone"], listed.clock.now().date().isoformat()
    assert (gone["fact"], gone["since"], gone["why"]) == (before["facts"][0], today, "withdrawn")
    found_on = datetime.fromisoformat(night["at"]).astimezone(CIVIL_ZONE).date()
    for told in (page, listing):
        assert f"{found_on} 发现：现有2条惩戒名单记录。" in told
        assert f"1 条：自 {today} 起，已撤销。" in told
    assert f"Found on {found_on}: On lists of punishment by 2 entries." in en
    assert f"1 record: since {today}, withdrawn." in en
    assert page.count("已不再生效</span>") == 1
    assert re.search(rf"最近评估</dt><dd>[^<]*<a [^>]*>#{night['seq']}</a>", page)
    assert "规则最近一次全面运行于" in listing


def test_one_whose_records_count_no_more_says_that_the_next_run_ends_it_and_it_does(
    listed: House,
) -> None:
    before = _warning(listed)
    for fact in before["facts"]:
        _annul(listed, fact)

    page = text_of(sign_in(listed, "authority").get(f"{WARNINGS}/{before['id']}"))
    run_rules(listed)
    ended = _warning(listed)
    over = text_of(sign_in(listed, "authority").get(f"{WARNINGS}/{before['id']}"))

    assert "下次运行时自动终止" in page
    assert f"曾发现：现有2条惩戒名单记录。自 {listed.clock.now().date()} 起已不再如此。" in over
    assert (ended["state"], ended["ground_gone"]) == ("closed", True)
    assert ended["worked_out_seq"] > before["worked_out_seq"]


def test_an_act_between_two_runs_is_not_taken_for_a_run(listed: House) -> None:
    before = _warning(listed)
    at = f"/api/v1/credit/warnings/{before['id']}/acts"
    send(listed, "POST", at, {"act": "acknowledge"}, role="authority")
    hand_in(
        listed,
        "serious_listing",
        serious(1, list_no="青市监列〔2026〕8号", listed_on="2026-08-01"),
    )
    run_rules(listed)
    added = _warning(listed)
    send(listed, "POST", at, {"act": "dismiss", "reason": "已处理"}, role="authority")

    dismissed = _warning(listed)

    assert added["worked_out_seq"] == added["last_seq"] > before["worked_out_seq"]
    assert dismissed["worked_out_seq"] == added["last_seq"] < dismissed["last_seq"]
    assert dismissed["worked_out_at"] == added["last_at"]


def _failed(number: int, sampled_on: date) -> dict[str, str]:
    return {
        "sample_no": f"XBJ{sampled_on:%y%m%d}{number:08d}01",
        "name": f"青岛第{number}食品有限公司",
        "uscc": uscc(number),
        "role": "生产",
        "product": "韭菜",
        "lot": "1",
        "result": "不合格",
        "failed_item": "氯霉素",
        "sampled_on": sampled_on.isoformat(),
        "authority": "山东省市场监督管理局",
        "laboratory": "青岛市食品检验中心",
    }


def test_what_time_alone_took_away_says_from_which_day_on(sqlite_house: House) -> None:
    house = sqlite_house
    house.clock.instant += timedelta(days=265)
    today = house.clock.now().date()
    listed_on = today.replace(year=today.year - 3) + timedelta(days=2)
    decided_on = today - timedelta(days=88)
    hand_in(house, "serious_listing", serious(1, listed_on=listed_on.isoformat()))
    hand_in(house, "inspection", _failed(1, decided_on))
    run_rules(house)

    house.clock.instant += timedelta(days=2)
    early = [_warning(house, rule)["gone"] for rule in ("punished", "failed_inspection")]
    house.clock.instant += timedelta(days=1)
    found = [_warning(house, rule)["gone"] for rule in ("punished", "failed_inspection")]
    page = text_of(sign_in(house, "auditor").get(WARNINGS))

    over_on, old_on = listed_on.replace(year=today.year), decided_on + timedelta(days=90)
    assert [len(one) for one in early] == [0, 1]
    assert [(one["since"], one["why"]) for (one,) in found] == [
        ((over_on + timedelta(days=1)).isoformat(), "run_out"),
        (old_on.isoformat(), "too_old"),
    ]
    assert f"1 条：自 {over_on + timedelta(days=1)} 起，期限届满。" in page
    assert f"1 条：自 {old_on} 起，已超出规则回溯的期间。" in page
