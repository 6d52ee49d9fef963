"""A party's record, grade and report as they were known on an earlier day, on pages."""

import json
import re
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from credit.nightly.running import NightDesk, run_night
from tests.credit.naming_world import registered
from tests.credit.samples import serious
from tests.web.credit_world import hand_in
from tests.web.epcis_world import seal_now
from tests.web.house import House
from tests.web.issuing_world import send
from tests.web.signed_in import once_of, sign_in
from tests.web.test_credit_case_pages import ask, at_of, code_of, fact_of
from tests.web.work_world import error_of, text_of
from web.credit import today

REPORTS = "/work/credit/reports"


@pytest.fixture
def house(sqlite_house: House) -> House:
    """A party on a list whose entry was repaired on 26 December 2026."""
    house = sqlite_house
    house.clock.instant += timedelta(days=290)
    own = code_of(house)
    hand_in(house, "serious_listing", serious(1, uscc=own, listed_on="2025-06-01"))
    house.clock.instant += timedelta(days=10)
    authority = sign_in(house, "authority")
    at = at_of(ask(sign_in(house), fact_of(house)))
    decided = {"decision": "青市监修〔2026〕1号", "decided_on": "2026-12-26", "reason": "核实"}
    for step, more in (("accept", {}), ("approve", decided)):
        at_of(authority.post(f"{at}/steps", page=at, step=step, **more))
    return house


def test_a_record_is_shown_as_it_was_known_before_its_repair(house: House) -> None:
    authority, page = sign_in(house, "authority"), f"/work/credit/parties/{code_of(house)}"

    now, then, before = (
        text_of(authority.get(f"{page}{query}"))
        for query in ("", "?known=2026-12-25", "?known=2026-12-01")
    )
    to_come = authority.get(f"{page}?known=2030-01-01")
    own = text_of(sign_in(house).get("/work/credit/me?known=2026-12-25"))

    letters = [re.findall(r'class="credit-letter">([A-Z])<', text) for text in (now, then, own)]
    assert "已修复" in now
    assert "以下为截至" not in now
    for text in (then, own):
        assert "以下为截至2026-12-25所知的内容" in text
        assert "已修复" not in text
        assert "信用修复、异议等" not in text
    assert letters[0] != letters[1] == letters[2]
    assert "青市监列" not in before
    assert to_come.status_code == 200
    assert error_of(to_come, "known", "known")


def test_the_head_of_a_page_and_its_grades_are_those_of_then_as_on_the_list(house: House) -> None:
    parts, code = house.services, code_of(house)
    page = f"/work/credit/parties/{code}"
    night = NightDesk(engine=parts.engine, log=parts.log, clock=parts.clock)
    run_night(night)
    house.clock.instant += timedelta(days=1)
    again = serious(1, uscc=code, listed_on="2025-06-01")
    hand_in(house, "serious_listing", again, serious(2))
    hand_in(house, "registration", registered(1, "青岛后来食品有限公司", uscc=code))
    authority = sign_in(house, "authority")

    now, night_of, then, before = (
        text_of(authority.get(f"{page}{query}"))
        for query in ("", *(f"?known=2026-12-{day}" for day in ("26", "20", "01")))
    )
    listed = text_of(
        authority.get("/work/credit/lists/serious_violation?day=2026-12-20&known=2026-12-20")
    )

    name = str(serious(1)["name"])
    assert "<h1>青岛后来食品有限公司</h1>" in now
    assert "本平台没有其登记注册信息" not in now
    assert "报送于 2026-12-16 至 2026-12-27" in now
    assert name in listed
    for text in (night_of, then):
        assert f"<h1>{name}</h1>" in text
        assert "本平台没有其登记注册信息" in text
        assert "首次报送于 2026-12-16" in text
    for text in (listed, night_of, then, before):
        assert "青岛后来食品有限公司" not in text
    assert ["等级变化" in text for text in (now, night_of, then)] == [True, True, False]
    assert "<h1>名称未报送</h1>" in before


def test_the_page_tells_how_the_grade_changed_from_night_to_night(house: House) -> None:
    parts, authority = house.services, sign_in(house, "authority")
    page = f"/work/credit/parties/{code_of(house)}"
    assert "等级变化" not in text_of(authority.get(page))

    run_night(NightDesk(engine=parts.engine, log=parts.log, clock=parts.clock))

    told = text_of(authority.get(page)).partition("等级变化")[2]
    assert today(parts).isoformat() in told.partition("</table>")[0]
    assert "按分数" in told


def test_an_authority_asks_for_a_report_of_an_earlier_day_as_known_then(house: House) -> None:
    authority, party = sign_in(house, "authority"), sign_in(house)
    form = {
        "uscc": code_of(house),
        "edition": "full",
        "issued_to": "青岛市监局",
        "purpose": "核查",
        "day": "2026-12-20",
        "known_on": "2026-12-20",
    }
    new = f"{REPORTS}/new"

    def issue(**changes: str) -> TestResponse:
        once = once_of(authority.get(new))
        return authority.post(new, page=new, once=once, **{**form, **changes})

    done, public, late = issue(), issue(edition="public"), issue(known_on="2030-01-01")

    assert done.status_code == 303, text_of(done)
    number = done.headers["Location"].rpartition("=")[2]
    seal_now(house)
    report = authority.get(f"{REPORTS}/{number}/report.json")
    assert report.status_code == 200, text_of(report)
    told = json.loads(report.data)["report"]
    assert (told["day"], told["known_at"][:19]) == ("2026-12-20", "2026-12-20T15:59:59")
    assert (public.status_code, late.status_code) == (400, 400)
    assert error_of(public, "report", "day")
    assert error_of(late, "report", "known_on")
    assert 'name="known_on"' not in text_of(party.get(new))


def test_changes_tell_who_came_onto_a_list_and_left_it_between_the_two_days(house: House) -> None:
    authority, at = sign_in(house, "authority"), "/work/credit/lists/serious_violation/changes"
    path = "/api/v1/credit/lists/serious_violation/changes"

    def counts(query: str) -> list[str]:
        page = text_of(authority.get(f"{at}?{query}"))
        return [
            re.findall(rf"{head}：([0-9]+)", page)[0]
            for head in ("新列入", "不再列入", "其间列入又移出")
        ]

    whole = send(house, "GET", f"{path}?from=2026-12-01&to=2026-12-26", role="authority").get_json()

    assert counts("from=2026-12-01&to=2026-12-26") == ["0", "0", "1"]
    assert counts("from=2026-12-20&to=2026-12-26") == ["0", "1", "0"]
    assert counts("from=2026-12-01&to=2026-12-20") == ["1", "0", "0"]
    assert counts("from=2026-11-01&to=2026-12-01") == ["0", "0", "0"]
    assert [(one["uscc"], one["why"], one["on"]) for one in whole["passed"]] == [
        (code_of(house), "repaired", "2026-12-26")
    ]


def test_a_record_of_an_earlier_day_bears_the_name_of_that_day(house: House) -> None:
    authority, page = sign_in(house, "authority"), f"/work/credit/parties/{code_of(house)}"
    row = {"uscc": code_of(house), "kind": "法人", "region": "370200", "status": "存续"}
    row |= {"established_on": "2010-01-04", "authority": "青岛市市场监督管理局"}
    hand_in(house, "registration", {**row, "name": "青岛海风贸易有限公司"})

    now, then = (text_of(authority.get(f"{page}{asked}")) for asked in ("", "?known=2026-12-25"))

    assert "青岛海风贸易有限公司" in now
    assert "青岛海风贸易有限公司" not in then
    assert "青岛第1食品有限公司" in then
