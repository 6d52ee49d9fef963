"""Who is who on pages: side by side, said with a reason, taken back, and kept from others."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from credit.folding.mentions import Why
from credit.judging.entries import Judged
from credit.naming.comparing import Outcome, Part, Verdict
from tests.credit.naming_world import registered
from tests.credit.samples import uscc
from tests.web.credit_world import hand_in, penalty
from tests.web.house import House, open_house
from tests.web.signed_in import Visitor, once_of, sign_in
from tests.web.work_world import text_of
from web.pages.credit import name_words

NAMES = "/work/credit/names"
SAID, CODES = f"{NAMES}/said", f"{NAMES}/codes"
TOLD = "青島市海藍食品公司"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give one house to all: each test takes back what it said."""
    folder: Path = tmp_path_factory.mktemp("names")
    house = open_house(f"sqlite:///{folder / 'suxin.db'}", folder)
    known = [registered(1, "青岛海蓝食品有限公司"), registered(2, "青岛海兰食品有限公司")]
    hand_in(house, "registration", *known)
    hand_in(house, "penalty", penalty(1, cf_xdr_mc=TOLD, cf_xdr_shxym=""))
    yield house
    house.services.engine.dispose()


def _name(person: Visitor) -> str:
    found = re.search(rf"{NAMES}/[0-9a-f-]{{36}}", text_of(person.get(NAMES)))
    assert found is not None
    return found[0]


def _subjects(person: Visitor, at: str) -> list[str]:
    return re.findall(r'name="subject" value="([0-9a-f-]{36}|new)"', text_of(person.get(at)))


def _say(person: Visitor, at: str, subject: str, verdict: str, **typed: Any) -> Any:
    values = {"subject": subject, "verdict": verdict, "reason": "核对营业执照", **typed}
    return person.post(f"{at}/judgements", page=at, **values)


def _undo(person: Visitor, at: str, **typed: Any) -> Any:
    found = re.search(r'name="judgement" value="([0-9a-f-]{36})"', text_of(person.get(at)))
    assert found is not None
    values = {"judgement": found[1], "reason": "复核后撤销", **typed}
    return person.post(f"{at}/undone", page=at, **values)


def test_a_name_stands_beside_each_candidate_with_its_reasons(told: House) -> None:
    person = sign_in(told, "authority")

    listed, whole = text_of(person.get(NAMES)), text_of(person.get(_name(person)))

    assert all(word in listed for word in (TOLD, "没有写代码", "最可能：青岛海蓝食品有限公司"))
    assert all(word in whole for word in ("各部分一致", "相近：差一个字", "这些记录不在任何名单"))
    assert whole.index("青岛海蓝食品有限公司") < whole.index("青岛海兰食品有限公司")


def test_what_is_said_is_recorded_and_taken_back(told: House) -> None:
    person = sign_in(told, "authority")
    at = _name(person)

    said = _say(person, at, _subjects(person, at)[0], "positive")
    after = text_of(person.get(said.location))
    history = text_of(person.get(f"{NAMES}/said"))
    undone = _undo(person, at)

    assert (said.status_code, undone.status_code) == (303, 303)
    assert all(word in after for word in ("已记入账本", "已认定", "核对营业执照", "/ledger/proof/"))
    assert "作出认定" not in after
    assert "就是这个主体" in history
    assert TOLD in text_of(person.get(NAMES))
    assert "已撤销：复核后撤销" in text_of(person.get(f"{NAMES}/said"))
    assert "已撤销并记入账本" in text_of(person.get(undone.location))


def test_nothing_is_said_without_a_reason_and_what_was_typed_comes_back(told: House) -> None:
    person = sign_in(told, "authority")
    at = _name(person)
    subject = _subjects(person, at)[0]

    bare = _say(person, at, subject, "positive", reason=" ")
    long = _say(person, at, subject, "positive", reason="长" * 1001)
    odd = _say(person, at, subject, "perhaps")

    assert (bare.status_code, long.status_code, odd.status_code) == (400, 400, 404)
    assert "请写明理由。" in text_of(bare)
    assert "长长长</textarea>" in text_of(long)
    assert "待确认" in text_of(person.get(at))


def test_pressed_twice_it_is_said_once_and_who_comes_too_late_is_told(told: House) -> None:
    person, other = sign_in(told, "authority"), sign_in(told, "authority")
    at = _name(person)
    first, second, _ = _subjects(person, at)
    once = once_of(person.get(at))

    both = [_say(person, at, first, "positive", once=once) for _ in range(2)]
    late = _say(other, at, second, "positive")
    _undo(person, at)

    assert [one.status_code for one in both] == [303, 303]
    assert late.status_code == 400
    assert "已经作出判断，请先撤销。" in text_of(late)


def test_a_name_may_be_a_party_that_nobody_knew(told: House) -> None:
    person = sign_in(told, "authority")
    at = _name(person)

    said = _say(person, at, "new", "positive")

    assert "是以前不知道的主体" in text_of(person.get(said.location))
    _undo(person, at)
    assert "目前归于" in text_of(person.get(at))


def test_an_auditor_looks_and_says_nothing_and_nobody_else_looks(told: House) -> None:
    auditor, maker = sign_in(told, "auditor"), sign_in(told, "producer")
    at = _name(auditor)

    whole = text_of(auditor.get(at))

    assert "各部分一致" in whole
    assert "作出认定" not in whole
    assert _say(auditor, at, "new", "positive").status_code == 403
    assert [maker.get(path).status_code for path in (NAMES, at, SAID, CODES)] == [403] * 4


def test_two_codes_are_compared_joined_with_a_reason_and_taken_apart(told: House) -> None:
    person = sign_in(told, "authority")
    asked = {"old": uscc(1), "new": uscc(2)}
    at = f"{NAMES}/codes?{urlencode(asked)}"

    bare = person.post(f"{NAMES}/codes", page=at, verdict="positive", reason="", **asked)
    joined = person.post(
        f"{NAMES}/codes", page=at, verdict="positive", reason="吸收合并登记", **asked
    )
    whole = text_of(person.get(at))
    checked = text_of(person.get(f"/work/credit/check?q={uscc(1)}"))
    judgement = re.search(r'name="judgement" value="([0-9a-f-]{36})"', whole)
    assert judgement is not None
    told_apart = {"judgement": judgement[1], "reason": "登记有误", **asked}
    apart = person.post(f"{NAMES}/codes/undone", page=at, **told_apart)

    assert [one.status_code for one in (bare, joined, apart)] == [400, 303, 303]
    assert "请写明理由。" in text_of(bare)
    assert all(word in whole for word in ("现行认定", "吸收合并登记", "/ledger/proof/"))
    assert "青岛海兰食品有限公司" in checked
    assert "青岛海蓝食品有限公司" in text_of(person.get(f"/work/credit/check?q={uscc(1)}"))
    assert "是同一个主体" in text_of(person.get(at))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (uscc(1), uscc(1), "这是同一个代码"),
        (uscc(1), uscc(77), "查无主体"),
        (uscc(1), "青岛海兰", "统一社会信用代码"),
    ],
)
def test_codes_that_are_no_two_parties_are_refused_in_words(
    told: House, old: str, new: str, words: str
) -> None:
    answer = sign_in(told, "authority").get(f"{NAMES}/codes?{urlencode({'old': old, 'new': new})}")

    assert answer.status_code == 400
    assert words in text_of(answer)


def test_the_start_page_leads_there(told: House) -> None:
    assert f'href="{NAMES}"' in text_of(sign_in(told, "authority").get("/work"))
    assert f'href="{NAMES}"' not in text_of(sign_in(told, "producer").get("/work"))


def test_every_word_of_a_comparison_and_a_judgement_is_told() -> None:
    assert name_words.WHYS.keys() == set(Why)
    assert name_words.OUTCOMES.keys() == set(Outcome)
    assert name_words.PARTS.keys() == set(Part)
    assert name_words.VERDICTS.keys() == set(Verdict)
    assert name_words.SAID.keys() == set(Judged)
