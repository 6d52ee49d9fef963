"""The counter on pages: the one-field check, the gate, and the receipts to lift."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from base.db import reading
from credit.applying.entries import lifted_of
from ledger.heads import size_of
from ledger.store import read_entries
from tests.credit.samples import defaulter, serious, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.signed_in import once_of, sign_in
from tests.web.work_world import error_of, text_of

CHECK, APPLY, MEASURES = "/work/credit/check", "/work/credit/apply", "/work/credit/measures"


@pytest.fixture
def told(house: House) -> House:
    house.clock.instant = datetime(2026, 11, 25, 1, tzinfo=UTC)
    hand_in(house, "serious_listing", serious(1))
    hand_in(house, "judgment_default", defaulter(1), defaulter(2))
    return house


def test_a_code_is_answered_with_lists_measures_and_the_articles_they_stand_on(
    told: House,
) -> None:
    person = sign_in(told, "authority")

    page = text_of(person.get(f"{CHECK}?q={uscc(1).lower()}&matter=government_procurement"))
    home = text_of(person.get("/work"))

    assert f'href="{CHECK}"' in home
    assert "列入惩戒名单：2 个" in page
    assert "《市场监督管理严重违法失信名单管理办法》第五条第一项" in page
    assert "第8条" in page
    assert "2027-03-02 起不再列入" in page
    assert "MS-01" in page
    assert "MS-02" not in page


def test_a_link_by_the_interface_s_own_word_fills_the_field_and_is_answered_at_once(
    told: House,
) -> None:
    person = sign_in(told, "authority")

    linked = text_of(person.get(f"{CHECK}?uscc={uscc(1)}"))
    typed = text_of(person.get(f"{CHECK}?q={uscc(2)}&uscc={uscc(1)}"))
    wrong = person.get(f"{CHECK}?uscc=91370200000000001A")

    assert f'name="q" value="{uscc(1)}"' in linked
    assert "列入惩戒名单：2 个" in linked
    # Whoever types into the field of a page that came by a link asks for what was typed.
    assert f'name="q" value="{uscc(2)}"' in typed
    assert "列入惩戒名单：1 个" in typed
    assert wrong.status_code == 400
    assert error_of(wrong, "check", "q")


def test_a_code_inside_what_a_scanner_types_is_read(told: House) -> None:
    person = sign_in(told, "auditor")

    scanned = f"https://www.gsxt.gov.cn/index?uniscid={uscc(2)}&x=1"
    page = text_of(person.get(CHECK, lang="zh"))
    found = text_of(person.get(f"{CHECK}?q={scanned.replace('&', '%26')}"))

    assert "credit-verdict" not in page
    assert "列入惩戒名单：1 个" in found


def test_a_name_gives_candidates_and_never_an_answer(told: House) -> None:
    person = sign_in(told, "authority")

    page = text_of(person.get(f"{CHECK}?q=青岛第2"))
    nobody = text_of(person.get(f"{CHECK}?q=不存在的名称"))

    assert f"{CHECK}?q={uscc(2)}" in page
    assert "credit-verdict" not in page
    assert "这不等于没有失信记录" in nobody


@pytest.mark.parametrize(
    "asked",
    ["青島第２食品有限公司", "第2食品", "青岛市第2食品有限责任公司", "青岛第 2 食品公司（已注销）"],
)
def test_a_name_is_found_however_it_is_written_and_says_what_agrees(
    told: House, asked: str
) -> None:
    page = text_of(sign_in(told, "authority").get(f"{CHECK}?{urlencode({'q': asked})}"))

    assert f"{CHECK}?q={uscc(2)}" in page
    assert "一致：字号、行业" in page
    assert "credit-verdict" not in page


def test_a_name_that_is_merely_alike_says_what_differs(told: House) -> None:
    asked = urlencode({"q": "青岛第2水产有限公司"})
    page = text_of(sign_in(told, "authority").get(f"{CHECK}?{asked}"))

    assert "行业：不符" in page
    assert "所查：水产；已知：食品" in page


@pytest.mark.parametrize("text", ["{0}-{1}", "{0}{1}", " {0} - {1} ", "370200000000002"])
def test_an_older_code_of_the_register_gives_candidates(told: House, text: str) -> None:
    row = {"reg_no": "370200000000002", "status": "存续", "kind": "法人", "region": "370200"}
    row |= {"name": "青岛第2食品有限公司", "uscc": uscc(2), "established_on": "2010-01-04"}
    hand_in(told, "registration", {**row, "authority": "青岛市市场监督管理局"})
    asked = text.format(uscc(2)[8:16], uscc(2)[16])

    page = text_of(sign_in(told, "authority").get(f"{CHECK}?{urlencode({'q': asked})}"))

    assert f"{CHECK}?q={uscc(2)}" in page
    assert "这是登记信息中的旧代码" in page
    assert "credit-verdict" not in page


def test_an_older_code_that_nobody_bears_is_told_as_before(told: House) -> None:
    person = sign_in(told, "authority")

    number = person.get(f"{CHECK}?q=370200000000009")
    organisation = person.get(f"{CHECK}?q=000000099")

    assert (number.status_code, organisation.status_code) == (400, 200)
    assert "这不等于没有失信记录" in text_of(organisation)


def test_punishment_stands_before_reward_whatever_came_first(sqlite_house: House) -> None:
    sqlite_house.clock.instant = datetime(2026, 11, 25, 1, tzinfo=UTC)
    graded = {"纳税人识别号": uscc(1), "纳税人名称": "青岛第1食品有限公司", "年度": "2025"}
    hand_in(sqlite_house, "tax_grade", graded)
    hand_in(sqlite_house, "serious_listing", serious(1))

    page = text_of(sign_in(sqlite_house, "authority").get(f"{CHECK}?q={uscc(1)}"))
    path = f"/api/v1/credit/check?uscc={uscc(1)}"
    answer = sqlite_house.ask("GET", path, role="authority")

    entries = page[page.index("credit-entries") :]
    assert entries.index("严重违法失信名单") < entries.index("A级纳税人名单")
    kinds = [entry["kind"] for entry in json.loads(answer.get_data())["entries"]]
    assert kinds == ["punishment", "reward"]


def test_a_party_that_is_not_known_is_never_said_to_be_clean(told: House) -> None:
    page = text_of(sign_in(told, "authority").get(f"{CHECK}?q={uscc(77)}"))

    assert "查无信息不等于信用良好" in page
    assert "credit-verdict is-warn" in page


@pytest.mark.parametrize(
    ("query", "field"), [("q=91370200000000001A", "q"), (f"q={uscc(1)}&day=1900-01-01", "day")]
)
def test_a_wrong_question_is_refused_beside_its_field(told: House, query: str, field: str) -> None:
    answer = sign_in(told, "authority").get(f"{CHECK}?{query}")

    assert answer.status_code == 400
    assert error_of(answer, "check", field)


def test_the_number_of_a_check_follows_from_its_answer(told: House) -> None:
    person = sign_in(told, "authority")

    def number() -> str:
        page = text_of(person.get(f"{CHECK}?q={uscc(1)}"))
        return page.split('<dd class="code">20261125-')[1].split("<")[0]

    first, again = number(), number()
    removed = serious(1, removed_on="2026-11-25", removed_no="青市监移〔2026〕1号")
    hand_in(told, "serious_listing", removed)

    assert first == again
    assert number() != first


def test_a_measure_is_reported_and_lifted_once_its_ground_fell_away(told: House) -> None:
    person = sign_in(told, "authority")
    form = f"{APPLY}?uscc={uscc(1)}&measure=MZ-03"
    sent = {"uscc": uscc(1), "measure": "MZ-03", "matter": "honours", "reference": "评优 7"}

    answer = person.post(APPLY, once=once_of(person.get(form)), **sent)
    assert answer.status_code == 303
    assert "已写入账本" in text_of(person.get(answer.location))
    assert "没有应予解除的措施" in text_of(person.get(MEASURES))

    told.clock.instant += timedelta(hours=1)
    removed = serious(1, removed_on="2026-11-25", removed_no="青市监移〔2026〕1号")
    hand_in(told, "serious_listing", removed)
    due = text_of(person.get(MEASURES))
    path = due.split('<form class="credit-lift" action="')[1].split('"')[0]
    assert "应予解除：1 项" in text_of(person.get(CHECK))

    number = "青市监解〔2026〕3号"
    lifted = person.post(path, once=once_of(person.get(MEASURES)), reference=number)

    assert "解除回执已写入账本" in text_of(person.get(lifted.location))
    size = size_of(told.services.engine, told.services.log)
    assert person.post(path, once=str(uuid4())).status_code == 303
    assert size_of(told.services.engine, told.services.log) == size
    assert size is not None
    with reading(told.services.engine) as connection:
        entry = read_entries(connection, told.services.log, [size - 1])[size - 1]
    assert lifted_of(entry).reference == number
    assert 'name="reference"' in due


def test_a_measure_that_still_binds_is_given_up_with_a_reason_alone(told: House) -> None:
    person = sign_in(told, "authority")
    person.post(APPLY, uscc=uscc(1), measure="MZ-03", matter="honours")
    page = text_of(person.get(MEASURES))
    path = page.split('<form class="credit-lift" action="')[1].split('"')[0]

    refused = person.post(path, once=once_of(person.get(MEASURES)), reference="解 1")
    given_up = person.post(path, once=once_of(person.get(MEASURES)), reason="评优已取消")

    assert "依据仍有效，提前解除" in page
    assert refused.status_code == 400
    assert "这项措施的依据仍然有效：提前解除请写明理由" in text_of(refused)
    assert "解除回执已写入账本" in text_of(person.get(given_up.location))


def test_the_gate_says_in_words_which_row_is_not_in_force(told: House) -> None:
    hand_in(told, "serious_listing", serious(3, listed_on="2021-08-20"))
    person = sign_in(told, "authority")
    sent = {"uscc": uscc(3), "measure": "MZ-03", "matter": "honours"}

    early = person.post(APPLY, on="2021-08-31", **sent)
    other = person.post(APPLY, on="2021-09-01", **{**sent, "matter": "bidding"})
    unmeant = person.post(APPLY, **{**sent, "measure": "MS-01", "matter": "bidding"})
    english = person.post(APPLY, **{**sent, "matter": "bidding"}, lang="en")
    future = person.post(APPLY, on="2026-11-26", **sent)

    assert [one.status_code for one in (early, other, unmeant, future)] == [400] * 4
    assert "不得适用：其依据《市场监督管理严重违法失信名单管理办法》" in text_of(early)
    assert "自 2021-09-01 起施行" in text_of(early)
    assert "不适用于这一事项（招标投标）" in text_of(other)
    assert "does not bear on this matter (Bidding)" in text_of(english)
    assert "“信用惩戒：政府采购”不适用于这一事项" in text_of(unmeant)
    assert "适用日期不能晚于今天" in text_of(future)
    assert "在用：0 项" in text_of(person.get(MEASURES))


def test_an_auditor_sees_what_was_applied_and_changes_nothing(told: House) -> None:
    authority = sign_in(told, "authority")
    authority.post(APPLY, uscc=uscc(1), measure="MZ-03", matter="honours")
    auditor = sign_in(told, "auditor")

    page = text_of(auditor.get(MEASURES))

    assert "在用：1 项" in page
    assert auditor.get(f"{APPLY}?uscc={uscc(1)}").status_code == 403
    assert APPLY not in text_of(auditor.get(f"{CHECK}?q={uscc(1)}"))
