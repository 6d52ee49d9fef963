"""My watches on pages: one party, a whole list or none of it, and what changed since one looked."""

import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from credit.watching.history import ChangeKind, Why
from tests.credit.samples import csv_of, penalty, serious, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.signed_in import Visitor, sign_in
from tests.web.work_world import text_of
from web.pages.credit import watch_words

WATCHES = "/work/credit/watches"
MORNING = datetime(2026, 11, 25, 1, tzinfo=UTC)
CHANGED = re.compile(r'<h2 id="changes">.*?</section>', re.DOTALL)


@pytest.fixture
def house(sqlite_house: House) -> House:
    sqlite_house.clock.instant = MORNING
    return sqlite_house


def _add(person: Visitor, code: str, purpose: str = "在办采购的供应商") -> Any:
    return person.post(WATCHES, page=WATCHES, code=code, purpose=purpose)


def _send(person: Visitor, body: bytes, name: str = "list.csv") -> Any:
    file = (io.BytesIO(body), name)
    return person.post(f"{WATCHES}/file", page=WATCHES, purpose="供应商", file=file)


def _changed(person: Visitor, path: str = WATCHES, lang: str = "zh") -> str:
    found = CHANGED.search(text_of(person.get(path, lang=lang)))
    assert found is not None
    return found[0]


def _look(person: Visitor) -> Any:
    page = _changed(person)
    tokens = re.findall(r'name="(after|upto)" value="([^"]*)"', page)
    return person.post(f"{WATCHES}/looked", page=WATCHES, **dict(tokens))


def test_a_party_is_watched_by_its_code_and_given_up(house: House) -> None:
    hand_in(house, "serious_listing", serious(1))
    person = sign_in(house, "authority")

    added = _add(person, f" {uscc(1).lower()} ")
    whole = text_of(person.get(added.location))
    again = _add(person, uscc(1))
    gone = person.post(f"{WATCHES}/removed", page=WATCHES, code=uscc(1))

    assert (added.status_code, gone.status_code) == (303, 303)
    assert "新关注：1 个" in whole
    assert f'href="/work/credit/parties/{uscc(1)}">青岛第1食品有限公司' in whole
    assert "在办采购的供应商" in whole
    assert "known=1" in again.location
    assert "已取消关注。" in text_of(person.get(gone.location))
    assert "您还没有关注任何主体。" in text_of(person.get(WATCHES))


def test_what_changed_stays_until_it_was_looked_at(house: House) -> None:
    person = sign_in(house, "authority")
    _add(person, uscc(1))
    hand_in(house, "serious_listing", serious(1))

    first, second = _changed(person), _changed(person)
    looked = _look(person)

    for page in (first, second):
        assert "列入名单" in page
        assert "严重违法失信名单" in page
        assert serious(1)["list_no"] in page
        assert "第五条第一项" in page
        assert "起" in page
        assert f"/work/credit/parties/{uscc(1)}" in page
        assert "措施开始适用" in page
    assert looked.status_code == 303
    assert "没有变化。" in _changed(person)
    assert "列入名单" in _changed(person, f"{WATCHES}?again=")


def test_a_page_that_was_opened_earlier_moves_no_look_back(house: House) -> None:
    person = sign_in(house, "authority")
    _add(person, uscc(1))
    hand_in(house, "serious_listing", serious(1))
    old = dict(re.findall(r'name="(after|upto)" value="([^"]*)"', _changed(person)))
    hand_in(house, "penalty", penalty(1))
    _look(person)

    late = person.post(f"{WATCHES}/looked", page=WATCHES, **old)
    forged = person.post(f"{WATCHES}/looked", page=WATCHES, after="", upto="zzzz")

    assert (late.status_code, forged.status_code) == (303, 404)
    assert "没有变化。" in _changed(person)


def test_a_record_that_left_is_told_of_without_what_it_said(house: House) -> None:
    hand_in(house, "serious_listing", serious(1))
    person = sign_in(house, "authority")
    _add(person, uscc(1))
    removed = serious(1, removed_on="2026-11-25", removed_no="青市监移〔2026〕1号")
    hand_in(house, "serious_listing", removed)

    page = _changed(person)

    assert "移出名单" in page
    assert "已由机关终止" in page
    assert serious(1)["list_no"] not in page


def test_a_list_is_taken_whole(house: House) -> None:
    person = sign_in(house, "authority")
    rows = [{"统一社会信用代码": uscc(number), "名称": f"第{number}家"} for number in (1, 2, 3)]

    taken = _send(person, csv_of(rows, "gb18030"))

    assert taken.status_code == 303, text_of(taken)
    assert "added=3" in taken.location
    assert all(uscc(number) in text_of(person.get(WATCHES)) for number in (1, 2, 3))


def test_of_a_list_with_a_wrong_row_none_is_taken_and_each_is_told_by_its_row(
    house: House,
) -> None:
    person = sign_in(house, "authority")
    rows = [{"uscc": code} for code in (uscc(1), "91370200000000001X", uscc(2), "370202199001")]

    refused = _send(person, csv_of(rows))
    nothing = _send(person, csv_of([{"name": "无代码"}]))
    empty = person.post(f"{WATCHES}/file", page=WATCHES, purpose="供应商")

    assert [one.status_code for one in (refused, nothing, empty)] == [400, 400, 400]
    assert "第 3 行：" in text_of(refused)
    assert "第 5 行：" in text_of(refused)
    assert "第 2 行：" not in text_of(refused)
    assert "请选择含有代码的文件。" in text_of(empty)
    assert "您还没有关注任何主体。" in text_of(person.get(WATCHES))


@pytest.mark.parametrize(
    ("code", "purpose", "words"),
    [
        ("370202199001011234", "x", "统一社会信用代码"),
        ("", "x", "此项必填。"),
        (uscc(1), " ", "请写明理由"),
    ],
)
def test_a_wrong_form_comes_back_with_what_was_typed(
    house: House, code: str, purpose: str, words: str
) -> None:
    answer = _add(sign_in(house, "authority"), code, purpose)

    assert answer.status_code == 400
    assert words in text_of(answer)
    assert f'value="{code}"' in text_of(answer)


def test_a_producer_sees_public_lists_alone_and_no_names_of_whom_it_watches(house: House) -> None:
    maker = sign_in(house, "producer")
    hand_in(house, "penalty", penalty(2))
    _add(maker, uscc(1))
    _add(maker, uscc(2))
    hand_in(house, "serious_listing", serious(1))
    hand_in(house, "penalty", penalty(2, cf_wsh="青农罚〔2026〕77号"))

    page, whole = _changed(maker), text_of(maker.get(WATCHES))

    assert "列入名单" in page
    assert f"/credit/lists/serious_violation?q={uscc(1)}" in page
    assert "措施" not in page
    assert "青农罚" not in whole
    assert "第2食品" not in whole
    assert "您还没有关注任何主体。" in text_of(sign_in(house, "authority").get(WATCHES))


def test_the_watches_are_found_where_a_user_looks_for_them(house: House) -> None:
    hand_in(house, "serious_listing", serious(1))
    person, maker = sign_in(house, "authority"), sign_in(house, "producer")

    party = text_of(person.get(f"/work/credit/parties/{uscc(1)}"))
    asked = text_of(person.get(f"{WATCHES}?code={uscc(1)}"))
    _add(person, uscc(1))

    assert all(f'href="{WATCHES}"' in text_of(one.get("/work")) for one in (person, maker))
    assert f'href="{WATCHES}?code={uscc(1)}#add"' in party
    assert f'href="{WATCHES}?code={uscc(1)}#add"' in text_of(
        person.get(f"/work/credit/check?q={uscc(1)}")
    )
    assert f'value="{uscc(1)}"' in asked
    assert "您已关注这个主体。" in text_of(person.get(f"{WATCHES}?code={uscc(1)}"))
    assert "Whom you watch" in text_of(person.get(WATCHES, lang="en"))


@pytest.mark.parametrize("role", ["auditor", "operator"])
def test_who_watches_nobody_has_no_such_page(house: House, role: str) -> None:
    person = sign_in(house, role)

    assert person.get(WATCHES).status_code == 403
    assert f'href="{WATCHES}"' not in text_of(person.get("/work"))


def test_every_word_of_a_change_is_told() -> None:
    assert watch_words.KINDS.keys() == set(ChangeKind)
    assert watch_words.WHYS.keys() == set(Why)
