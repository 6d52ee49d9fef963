"""The desk of cases on pages: a repair, an objection, a notice; who sees what, and what is lost."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from trace.recall.workdays import use_holidays
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from base.db import reading
from credit.cases.kinds import case_kinds
from credit.cases.recounting import recount_deadlines
from credit.offices import end_office, list_offices
from parties.actors import CONSOLE, Role
from parties.keys import KeyRequest, grant
from parties.tables import PARTY
from tests.codes.labels.samples import text_of_pdf
from tests.credit.calendars import written
from tests.credit.samples import uscc
from tests.parties.samples import NOW
from tests.web.credit_world import hand_in, penalty
from tests.web.house import House
from tests.web.issuing_world import send
from tests.web.signed_in import Visitor, once_of, sign_in
from tests.web.work_world import error_of, text_of
from web.credit_cases import case_desk
from web.credit_letters import LETTERS
from web.pages.credit.case_words import LETTERS as TITLES
from web.pages.credit.case_words import STATES

CASES, NEW = "/work/credit/cases", "/work/credit/cases/new"
PAPER = b"%PDF-1.7 paid"
NOTICE = {
    "kind": "listing",
    "list": "food_blacklist",
    "measure-MF-05": "1",
    "authority": "market_regulation",
    "authority_name": "青岛市市场监督管理局",
    "reason": "一年内三次抽检不合格",
    "article": "《食品安全法》第一百一十三条",
}


def code_of(house: House) -> str:
    with reading(house.services.engine) as connection:
        statement = select(PARTY.c.uscc).where(PARTY.c.id == house.party_id)
        return str(connection.execute(statement).scalar_one())


@pytest.fixture
def told(house: House) -> House:
    return told_to(house)


def told_to(house: House) -> House:
    """A party with one penalty that may be repaired by now, and another party's beside it."""
    house.clock.instant += timedelta(days=300)
    own = penalty(1, cf_xdr_shxym=code_of(house), cf_jdrq="2026-04-01")
    hand_in(house, "penalty", own, penalty(2))
    return house


def fact_of(house: House) -> str:
    facts = send(house, "GET", "/api/v1/credit/record").get_json()["facts"]
    return str(facts[0]["id"])


def ask(party: Visitor, fact: str, **changes: Any) -> TestResponse:
    """Ask for repair, with a file."""
    form = {
        "kind": "repair",
        f"fact-{fact}": "1",
        "reason": "已缴清罚款并整改",
        "commitment": "1",
        "documents": (BytesIO(PAPER), "缴款凭证.pdf"),
    }
    return party.post(NEW, page=f"{NEW}?kind=repair", **{**form, **changes})


def at_of(answer: TestResponse) -> str:
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["Location"].partition("?")[0]


def test_a_repair_goes_from_the_party_s_form_to_the_decision_and_its_letter(told: House) -> None:
    party, authority = sign_in(told), sign_in(told, "authority")
    assert "申请信用修复" in text_of(party.get("/work/credit/mine"))

    at = at_of(ask(party, fact_of(told)))
    listed = text_of(authority.get(CASES))
    accepted = authority.post(f"{at}/steps", page=at, step="accept")
    bare = authority.post(f"{at}/steps", page=at, step="approve", reason="核实")
    done = {"decision": "青农信修〔2026〕1号", "decided_on": "2026-12-26"}
    approved = authority.post(f"{at}/steps", page=at, step="approve", reason="核实", **done)
    page = authority.get(at)

    assert "青岛第1食品有限公司" in listed
    assert accepted.status_code == approved.status_code == 303
    assert bare.status_code == 400
    assert error_of(bare, "step-approve", "decision") == "请写明决定的文号。"
    assert error_of(bare, "step-approve", "decided_on") == "请写明作出决定的日期。"
    assert ">核实</textarea>" in text_of(bare)
    assert all(word in text_of(page) for word in ("已修复", "缴款凭证.pdf", "/ledger/proof/"))
    letters = re.findall(rf"{at}/letters/[0-9]+\.pdf", text_of(page))
    assert [party.get(one).data[:5] for one in letters] == [b"%PDF-"] * 3
    assert "没有对您不利的记录" not in text_of(party.get("/work/credit/mine"))


def test_a_deadline_that_was_counted_anew_says_from_when_to_when_and_by_which_notice(
    sqlite_house: House, tmp_path: Path
) -> None:
    told = told_to(sqlite_house)
    party, authority = sign_in(told), sign_in(told, "authority")
    at = at_of(ask(party, fact_of(told)))
    authority.post(f"{at}/steps", page=at, step="accept")
    before = text_of(party.get(at))

    use_holidays(str(written(tmp_path)))
    try:
        assert recount_deadlines(case_desk(told.services), CONSOLE) == 1
        after = text_of(party.get(at))
        told_by_api = send(told, "GET", at.replace("/work", "/api/v1")).get_json()
    finally:
        use_holidays("")

    assert "暂定" in before
    assert "暂定" not in after.partition('<h2 id="steps">')[0]
    assert all(word in after for word in ("重新计算", "2027年部分节假日安排的通知"))
    (recount,) = told_by_api["steps"][-1]["recounts"]
    assert recount["due_on"] == told_by_api["due_on"] > recount["was_on"]


def test_a_file_that_was_handed_in_is_not_lost_when_something_else_was_wrong(
    sqlite_house: House,
) -> None:
    sqlite_house.clock.instant += timedelta(days=300)
    own = penalty(1, cf_xdr_shxym=code_of(sqlite_house), cf_jdrq="2026-04-01")
    hand_in(sqlite_house, "penalty", own)
    party, fact = sign_in(sqlite_house), fact_of(sqlite_house)

    refused = ask(party, fact, commitment="")
    held = re.search(
        r'name="document-([0-9a-f]{64})" value="缴款凭证.pdf" checked', text_of(refused)
    )
    assert held is not None
    again = ask(
        party, fact, documents=(BytesIO(b""), ""), **{f"document-{held[1]}": "缴款凭证.pdf"}
    )
    at = at_of(again)

    assert refused.status_code == 400
    assert error_of(refused, "new", "commitment") == "未作出承诺，不能申请信用修复。"
    document = sign_in(sqlite_house, "authority").get(f"{at}/documents/{held[1]}")
    assert document.data == PAPER
    assert "attachment" in document.headers["Content-Disposition"]


def test_a_program_is_no_evidence(told: House) -> None:
    refused = ask(sign_in(told), fact_of(told), documents=(BytesIO(b"MZ\x90\x00"), "整改.pdf"))

    assert refused.status_code == 400
    assert error_of(refused, "new", "documents") == "请提交PDF、图片、OFD或办公文档。"
    assert "案件：0 件" in text_of(sign_in(told, "authority").get(CASES))


def test_a_notice_that_came_to_nothing_says_what_was_announced_and_nothing_follows(
    sqlite_house: House,
) -> None:
    told = told_to(sqlite_house)
    authority, own = sign_in(told, "authority"), code_of(told)
    at = at_of(authority.post(NEW, page=f"{NEW}?kind=listing&uscc={own}", uscc=own, **NOTICE))
    (paper,) = re.findall(rf"{at}/letters/[0-9]+\.pdf", text_of(authority.get(at)))
    letter = "".join(text_of_pdf(authority.get(paper).data).split())

    authority.post(f"{at}/steps", page=at, step="drop", reason="证据不足")

    page = text_of(authority.get(at))
    assert all(word in page for word in ("不予列入", "告知的措施"))
    assert "已撤回" not in page
    assert "请自本告知书送达之日起" in letter


def test_a_party_sees_no_case_document_or_letter_of_another(told: House) -> None:
    authority = sign_in(told, "authority")
    at = at_of(
        authority.post(NEW, page=f"{NEW}?kind=listing&uscc={uscc(2)}", uscc=uscc(2), **NOTICE)
    )
    seq = re.search(rf"{at}/letters/([0-9]+)\.pdf", text_of(authority.get(at)))
    assert seq is not None
    party = sign_in(told)

    assert party.get(at).status_code == 404
    assert party.get(f"{at}/letters/{seq[1]}.pdf").status_code == 404
    assert party.post(f"{at}/steps", step="answer", reason="不服").status_code == 404
    assert sign_in(told, "auditor").get(at).status_code == 200
    assert "不能" not in text_of(sign_in(told, "auditor").get(CASES))


def test_a_notice_is_served_answered_and_decided(told: House) -> None:
    party, authority, own = sign_in(told), sign_in(told, "authority"), code_of(told)
    page = f"{NEW}?kind=listing&uscc={own}"

    bare = authority.post(NEW, page=page, uscc=own, **{**NOTICE, "measure-MF-05": ""})
    at = at_of(authority.post(NEW, page=page, uscc=own, **NOTICE))
    served = authority.post(f"{at}/steps", page=at, step="serve", served="2026-12-26")
    waiting = text_of(party.get("/work/credit/mine")) + text_of(party.get("/work"))
    answered = party.post(f"{at}/steps", page=at, step="answer", reason="第三次抽检系运输所致")
    told.clock.instant += timedelta(days=10)
    authority = sign_in(told, "authority")
    decided = authority.post(
        f"{at}/steps",
        page=at,
        step="list",
        reason="理由不成立",
        article="《食品安全法》第一百一十三条",
        decision="青市监列〔2026〕9号",
        decided_on="2027-01-05",
    )

    start = text_of(sign_in(told).get("/work"))
    assert all(word in start for word in ("您的信用案件", "已列入"))
    assert "等您办理" not in start
    assert error_of(bare, "new", "measures") == "请选择拟采取的措施。"
    assert served.status_code == answered.status_code == decided.status_code == 303
    assert "有案件等您办理" in waiting
    assert "可陈述申辩至" in waiting
    page_of = text_of(authority.get(at))
    assert all(
        word in page_of for word in ("已列入", "第三次抽检系运输所致", "青市监列〔2026〕9号")
    )


def test_the_desk_is_narrowed_by_kind_state_and_place(sqlite_house: House) -> None:
    hand_in(sqlite_house, "penalty", penalty(1), penalty(2, cf_xdr_shxym=uscc(2, region="370600")))
    authority = sign_in(sqlite_house, "authority")
    for code in (uscc(1), uscc(2, region="370600")):
        at_of(authority.post(NEW, page=f"{NEW}?kind=listing&uscc={code}", uscc=code, **NOTICE))

    def names(query: str) -> list[str]:
        return re.findall(r"青岛第[0-9]食品", text_of(authority.get(f"{CASES}?{query}")))

    assert len(names("")) == 4
    assert names("kind=repair") == []
    assert names("state=served") == []
    assert len(names("state=noticed&kind=listing")) == 4
    assert "案件：2 件" in text_of(authority.get(CASES))


def test_a_form_that_is_sent_twice_opens_one_case(sqlite_house: House) -> None:
    hand_in(sqlite_house, "penalty", penalty(1))
    authority = sign_in(sqlite_house, "authority")
    page = f"{NEW}?kind=listing&uscc={uscc(1)}&list=food_blacklist"
    form = {**NOTICE, "uscc": uscc(1), "once": once_of(authority.get(page))}

    first, second = (authority.post(NEW, page=page, **form) for _ in range(2))

    assert at_of(first) == at_of(second)
    assert "案件：1 件" in text_of(authority.get(CASES))


def test_a_step_that_comes_back_from_a_sign_in_is_shown_and_not_taken(sqlite_house: House) -> None:
    hand_in(sqlite_house, "penalty", penalty(1))
    authority = sign_in(sqlite_house, "authority")
    page = f"{NEW}?kind=listing&uscc={uscc(1)}&list=food_blacklist"
    resumed = authority.post(NEW, page=page, uscc=uscc(1), resumed="1", **NOTICE)
    at = at_of(authority.post(NEW, page=page, uscc=uscc(1), **NOTICE))

    back = authority.post(f"{at}/steps", page=at, step="drop", reason="证据不足", resumed="1")

    assert resumed.status_code == back.status_code == 400
    assert all("您重新登录过" in text_of(one) for one in (resumed, back))
    assert "证据不足</textarea>" in text_of(back)
    assert "已告知" in text_of(authority.get(at))
    assert "案件：1 件" in text_of(authority.get(CASES))


def test_every_state_and_every_letter_of_the_kinds_has_words() -> None:
    steps = {(kind.id, step.id) for kind in case_kinds().values() for step in kind.steps.values()}
    states = {step.target for kind in case_kinds().values() for step in kind.steps.values()}

    assert states <= STATES.keys()
    assert LETTERS.keys() == TITLES.keys()
    assert LETTERS.keys() <= steps


def test_an_authority_reads_a_case_of_another_one_and_is_offered_no_step(
    sqlite_house: House,
) -> None:
    hand_in(sqlite_house, "penalty", penalty(1))
    engine = sqlite_house.services.engine
    authority = sign_in(sqlite_house, "authority")
    page = f"{NEW}?kind=listing&uscc={uscc(1)}"
    at = at_of(authority.post(NEW, page=page, uscc=uscc(1), **NOTICE))
    with reading(engine) as connection:
        (office,) = list_offices(connection)
    end_office(engine, office.id, now=NOW, record=lambda *_: None)
    request = KeyRequest(label="second", role=Role.AUTHORITY, party_id=None)
    key = grant(engine, request, now=NOW, record=lambda *_: None)
    other = sign_in(sqlite_house, key=key.text or "")

    read = text_of(other.get(at))
    tried = other.post(f"{at}/steps", page=at, step="serve", served="2026-03-02")

    assert "须由该机关办理" in read
    assert "现在可以办理" not in read
    assert "现在可以办理" in text_of(authority.get(at))
    assert tried.status_code == 400
    assert "已告知" in text_of(other.get(at))


def test_what_nobody_has_read_is_told_to_whoever_decides_as_something_to_be_weighed(
    sqlite_house: House,
) -> None:
    house = sqlite_house
    house.clock.instant += timedelta(days=300)
    row = {
        "nsrmc": "青岛第1食品有限公司",
        "nsrsbh": code_of(house),
        "ajsbq": "第4季度",
        "ajxz": "偷税",
        "wfss": "少缴增值税100.3万元",
        "flyj": "《税收征收管理法》第六十三条，处以罚款",
        "gbrq": "2026-11-02",
        "jg": "国家税务总局青岛市税务局稽查局",
    }
    hand_in(house, "tax_case", row)
    at = at_of(ask(sign_in(house), fact_of(house)))

    page = sign_in(house, "authority").get(at)
    api = f"/api/v1/credit/cases/{at.rpartition('/')[2]}"
    whole = send(house, "GET", api, role="authority").get_json()

    assert "供参考" in text_of(page)
    assert "公布满六个月的，可以申请提前停止" in text_of(page)
    assert "《重大税收违法失信主体信息公布管理办法》（国家税务总局令第54号）" in text_of(page)
    told = [(one["rule"], one["verified"]) for one in whole["advice"]]
    assert told == [("R54-end", "memory")]
