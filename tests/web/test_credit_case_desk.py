"""The desk of cases, on pages and over HTTP: by pages, by the office of today, with its doubts."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from base.db import reading
from credit.folding.projector import bring_up_credit
from credit.offices import end_office, grant_office, list_offices
from credit.subjects import subject_of_code
from parties.actors import Role
from parties.ids import short_hex
from parties.keys import KeyRequest, grant
from tests.codes.labels.samples import text_of_pdf
from tests.credit.samples import uscc
from tests.parties.samples import NOW
from tests.web.credit_world import hand_in, penalty
from tests.web.house import House, open_house
from tests.web.issuing_world import errors_of, made, send
from tests.web.signed_in import sign_in
from tests.web.test_credit_case_pages import CASES, NEW, NOTICE, ask, at_of, code_of, fact_of
from tests.web.work_world import text_of

MINE = "/work/credit/mine"
JUDGEMENTS = "/api/v1/credit/judgements"


@pytest.fixture
def told(sqlite_house: House) -> House:
    """A party with one penalty that may be repaired by now."""
    sqlite_house.clock.instant += timedelta(days=300)
    own = penalty(1, cf_xdr_shxym=code_of(sqlite_house), cf_jdrq="2026-04-01")
    hand_in(sqlite_house, "penalty", own)
    return sqlite_house


def test_the_desk_goes_on_page_by_page(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, page_size_max=2)
    hand_in(house, "penalty", *map(penalty, (1, 2, 3)))
    authority = sign_in(house, "authority")
    for number in (1, 2, 3):
        code = uscc(number)
        at_of(authority.post(NEW, page=f"{NEW}?kind=listing&uscc={code}", uscc=code, **NOTICE))

    first = text_of(authority.get(f"{CASES}?kind=listing"))
    more = re.search(rf'href="({CASES}\?kind=listing[^"]*after=[^"]+)"', first)
    assert more is not None
    second = text_of(authority.get(unescape(more[1])))
    over_http = send(house, "GET", "/api/v1/credit/cases", role="authority").get_json()
    rest = send(
        house,
        "GET",
        f"/api/v1/credit/cases?nextPageToken={over_http['nextPageToken']}",
        role="authority",
    ).get_json()

    assert [f"青岛第{number}食品" in first for number in (1, 2, 3)] == [True, True, False]
    assert [f"青岛第{number}食品" in second for number in (1, 2, 3)] == [False, False, True]
    assert "更多</a>" in first
    assert "更多</a>" not in second
    assert "案件：3 件" in first
    assert [len(one["cases"]) for one in (over_http, rest)] == [2, 1]
    assert rest["nextPageToken"] == ""
    assert authority.get(f"{CASES}?after=50").status_code == 404
    wrong = send(house, "GET", "/api/v1/credit/cases?nextPageToken=50", role="authority")
    assert (wrong.status_code, errors_of(wrong)) == (400, ["nextPageToken"])
    house.services.engine.dispose()


def test_a_party_s_own_cases_go_on_page_by_page_and_none_is_opened_twice(
    sqlite_url: str, tmp_path: Path
) -> None:
    house = open_house(sqlite_url, tmp_path, page_size_max=2)
    house.clock.instant += timedelta(days=300)
    hand_in(house, "penalty", penalty(1, cf_xdr_shxym=code_of(house), cf_jdrq="2026-04-01"))
    party, fact = sign_in(house), fact_of(house)
    objection = {"kind": "objection", f"fact-{fact}": "1", "reason": "不是本单位"}
    at = at_of(party.post(NEW, page=f"{NEW}?kind=objection", **objection))
    party.post(f"{at}/steps", page=at, step="drop")
    for answer in (ask(party, fact), party.post(NEW, page=f"{NEW}?kind=objection", **objection)):
        at_of(answer)

    first = text_of(party.get(MINE))
    more = re.search(rf'href="({MINE}\?after=[^"#]+)#cases"', first)
    assert more is not None
    second = text_of(party.get(unescape(more[1])))

    assert at not in first
    assert at in second
    # What is open about a record is known on every page: neither offers to ask once more.
    assert ["申请信用修复" in page for page in (first, second)] == [False, False]
    assert party.get(f"{MINE}?after=2").status_code == 404
    house.services.engine.dispose()


def test_a_listing_is_the_office_s_that_is_held_now_over_http_and_on_the_page(
    sqlite_house: House,
) -> None:
    house = sqlite_house
    hand_in(house, "penalty", penalty(1))
    engine, name = house.services.engine, NOTICE["authority_name"]
    authority = sign_in(house, "authority")
    page = f"{NEW}?kind=listing&uscc={uscc(1)}"
    at = at_of(authority.post(NEW, page=page, uscc=uscc(1), **NOTICE))
    with reading(engine) as connection:
        (office,) = list_offices(connection)
    end_office(engine, office.id, now=NOW, record=lambda *_: None)
    assert "现在可以办理" in text_of(authority.get(at))
    request = KeyRequest(label="second", role=Role.AUTHORITY, party_id=None)
    key = grant(engine, request, now=NOW, record=lambda *_: None)
    actor = f"key:{short_hex(key.id)}"
    grant_office(engine, actor=actor, authority=name, code="", now=NOW, record=lambda *_: None)

    former = text_of(authority.get(at))
    tried = authority.post(f"{at}/steps", page=at, step="drop", reason="证据不足")
    path = f"/api/v1/credit/cases/{at.rpartition('/')[2]}/steps"
    step = {"step": "drop", "reason": "证据不足"}
    over_http = send(house, "POST", path, step, role="authority")
    taken = send(house, "POST", path, step, key=key.text or "")

    assert "现在可以办理" not in former
    assert f"以“{name}”名义列入名单，须由该机关办理" in former
    assert (tried.status_code, over_http.status_code, taken.status_code) == (400, 403, 200)
    assert errors_of(over_http) == ["terms.authority_name"]


def test_an_objection_that_a_record_is_another_s_is_answered_so_and_the_record_stands(
    told: House,
) -> None:
    hand_in(told, "penalty", penalty(2))
    old, new = (_subject(told, code) for code in (uscc(2), code_of(told)))
    body = {"party": old, "subject": new, "verdict": "positive", "reason": "更名"}
    judgement = made(send(told, "POST", JUDGEMENTS, body, role="authority"))["id"]
    facts = send(told, "GET", "/api/v1/credit/record").get_json()["facts"]
    (fact,) = [one["id"] for one in facts if one["number"] == penalty(2)["cf_wsh"]]
    party, authority = sign_in(told), sign_in(told, "authority")
    objection = {"kind": "objection", f"fact-{fact}": "1", "reason": "不是本单位"}
    at = at_of(party.post(NEW, page=f"{NEW}?kind=objection", **objection))

    undone = send(
        told, "POST", f"{JUDGEMENTS}/{judgement}/undo", {"reason": "弄错了"}, role="authority"
    )
    upheld = authority.post(f"{at}/steps", page=at, step="uphold", reason="经查不是")

    assert (undone.status_code, upheld.status_code) == (200, 303)
    link = re.search(rf"{at}/letters/[0-9]+\.pdf", text_of(party.get(at)))
    assert link is not None
    assert "所涉记录经认定不属于你单位" in text_of_pdf(party.get(link[0]).data).replace("\n", "")
    theirs = send(told, "GET", f"/api/v1/credit/record?uscc={uscc(2)}", role="authority")
    assert [one["state"] for one in theirs.get_json()["facts"]] == ["active"]


def _subject(house: House, code: str) -> str:
    bring_up_credit(house.services.engine, house.services.log)
    with reading(house.services.engine) as connection:
        return str(subject_of_code(connection, house.services.log, code))


def test_a_day_that_follows_a_row_that_nobody_has_checked_is_told_as_not_certain(
    told: House,
) -> None:
    at = at_of(ask(sign_in(told), fact_of(told)))
    told.clock.instant += timedelta(days=30)
    party, authority = sign_in(told), sign_in(told, "authority")

    asked = ((party, at), (party, MINE), (authority, at), (authority, CASES))
    pages = [text_of(one.get(path)) for one, path in asked]
    english = text_of(authority.get(at, lang="en"))
    case = send(told, "GET", "/api/v1/credit/cases", role="authority").get_json()["cases"][0]
    link = re.search(rf"{at}/letters/[0-9]+\.pdf", pages[0])
    assert link is not None
    letter = text_of_pdf(party.get(link[0]).data)

    norm = "《信用修复管理办法》（国家发展改革委令2025年第36号）第三章"
    said = f"期限不确定：所依据的{norm}尚未核对原文。"
    on_case = "期限不确定：该条款尚未核对原文。"
    assert [on_case in page and norm in page for page in pages] == [True, False, True, False]
    assert [said in page for page in pages] == [False, True, False, True]
    assert "工作日数字未经核实" in pages[0]
    assert "This day is not certain: nobody has checked" in english
    assert (case["due_rule"], case["due_verified"]) == ("R36-deadline", "memory")
    assert "所依据的条款尚未核对原文" in letter.replace("\n", "")
