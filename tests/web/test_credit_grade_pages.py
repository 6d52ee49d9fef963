"""What a grade would be, and its versions side by side, on pages: as the interface has it."""

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.credit.samples import penalty, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import send
from tests.web.signed_in import sign_in
from tests.web.test_credit_case_pages import code_of
from tests.web.work_world import text_of

MINE = "/work/credit/me/grade"


@pytest.fixture
def told(sqlite_house: House) -> House:
    """A party with a penalty, and another party with one."""
    sqlite_house.clock.instant += timedelta(days=300)
    own = penalty(1, cf_xdr_shxym=code_of(sqlite_house), cf_jdrq="2026-11-01")
    hand_in(sqlite_house, "penalty", own, penalty(2))
    return sqlite_house


def _what_if(house: House, **supposed: Any) -> Any:
    answer = send(house, "POST", "/api/v1/credit/grade/what-if", supposed)
    return json.loads(answer.get_data())


def _letters(page: str) -> list[tuple[str, str]]:
    """Return the grades that the page shows large, each with its points."""
    return re.findall(
        r'credit-letter">([A-D])</p><p class="number">([0-9]+) (?:分|points)</p>', page
    )


def test_a_party_supposes_its_penalty_gone_and_reads_what_the_interface_says(told: House) -> None:
    person = sign_in(told)
    before = text_of(person.get(MINE))
    fact = re.search(r'name="without" value="([0-9a-f-]{36})"', before)
    assert fact is not None

    page = text_of(person.get(f"{MINE}?without={fact[1]}"))
    said = _what_if(told, without=[fact[1]])

    grades = [(said[one]["grade"], str(said[one]["points"])) for one in ("now", "supposed")]
    assert _letters(page) == grades
    assert _letters(before) == grades[:1]
    assert f'value="{fact[1]}" checked' in page
    change = said["supposed"]["points"] - said["now"]["points"]
    assert f"分数变化：{change:+d}" in page
    assert _what_if(told)["now"] == said["now"]
    assert f'href="{MINE}"' in text_of(person.get("/work/credit/me"))


def test_a_list_and_a_second_penalty_that_came_are_supposed_together(told: House) -> None:
    query = urlencode({"add-0": "defaulter", "add-1": "penalty_serious", "on-1": "2026-12-01"})
    serious = {"kind": "penalty", "severity": "serious", "decided_on": "2026-12-01"}

    page = text_of(sign_in(told).get(f"{MINE}?{query}", lang="en"))
    said = _what_if(told, added=[{"list": "judgment_defaulter"}, serious])

    assert _letters(page)[1] == (said["supposed"]["grade"], str(said["supposed"]["points"]))
    assert "Fixed by “Judgment defaulter”, whatever the points." in page
    assert 'id="what-if-add-2"' in page


def test_every_version_stands_beside_the_others(told: House) -> None:
    page = text_of(sign_in(told).get(MINE))
    every = json.loads(send(told, "GET", "/api/v1/credit/grades").get_data())["grades"]

    for at, grade in enumerate(every, start=1):
        assert f"企业信用评价，第 {at} 版: {grade['grade']}" in page
    assert "2027-01-01 起施行" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("without=x", "没有这条记录。"),
        (f"without={'0' * 8}-0000-7000-8000-{'0' * 12}", "无从去除"),
        ("add-0=merit", "请从中选择一项。"),
        ("model=enterprise-9", "请从中选择一项。"),
        ("day=2020-01-01", "当日没有有效的评价模型。"),
        ("day=2026-02-30", "日期"),
    ],
)
def test_what_cannot_be_supposed_is_told(told: House, query: str, said: str) -> None:
    answer = sign_in(told).get(f"{MINE}?{query}")

    assert answer.status_code == 400
    assert said in text_of(answer)
    assert 'role="alert"' in text_of(answer)


def test_an_authority_supposes_of_anybody_and_a_party_of_nobody_else(told: House) -> None:
    authority, party = sign_in(told, "authority"), sign_in(told)
    other = f"/work/credit/parties/{uscc(2)}/grade"

    page = text_of(authority.get(other))

    assert "假设情形下的等级" in page
    assert f'href="{other}"' in text_of(authority.get(f"/work/credit/parties/{uscc(2)}"))
    assert party.get(other).status_code == 404
    assert "青岛第2食品" not in text_of(party.get(f"{MINE}?uscc={uscc(2)}"))
    assert [authority.get(one).status_code for one in (MINE, other.replace(uscc(2), uscc(9)))] == [
        404,
        404,
    ]
