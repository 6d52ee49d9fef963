"""Reports on pages: a party's own, an authority's, a person's under authorisation; who looked."""

import json
import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from base.db import reading
from parties.tables import PARTY
from tests.codes.labels.samples import text_of_pdf
from tests.credit.samples import penalty, uscc
from tests.web.credit_world import hand_in
from tests.web.epcis_world import seal_now
from tests.web.house import House
from tests.web.signed_in import Visitor, sign_in
from tests.web.work_world import text_of

PERSON = "11010519491231002X"
LIST = "/work/credit/reports"
NEW = f"{LIST}/new"
PERSONAL = f"{LIST}/personal"


@pytest.fixture
def world(sqlite_house: House) -> House:
    sqlite_house.clock.instant = datetime(2026, 6, 1, tzinfo=UTC)
    hand_in(sqlite_house, "penalty", penalty(1))
    return sqlite_house


def issue(person: Visitor, **values: str) -> str:
    """Issue a report as the form does and return its number."""
    sent = {"edition": "full", "uscc": uscc(1), "issued_to": "政务服务中心", "purpose": "资质审查"}
    answer = person.post(NEW, page=NEW, **{**sent, **values})
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["Location"].rpartition("=")[2]


def test_an_authority_asks_for_a_report_and_gets_its_files(world: House) -> None:
    person = sign_in(world, "authority")
    number = issue(person)
    seal_now(world)

    page = text_of(person.get(f"{LIST}?issued={number}"))
    pdf, data = (person.get(f"{LIST}/{number}/report.{name}") for name in ("pdf", "json"))

    assert f"已出具：{number}" in page
    assert "青岛第1食品有限公司" in page
    assert re.search(rf'href="[^"]*/credit/reports/{number}\?code=', page)
    assert number in text_of_pdf(pdf.data)
    assert json.loads(data.data)["report"]["number"] == number
    assert person.get(f"{LIST}/{number}/report.exe").status_code == 404
    assert sign_in(world).get(f"{LIST}/{number}/report.pdf").status_code == 404


def test_a_party_gets_its_own_full_report_and_sees_who_looked(world: House) -> None:
    party, authority = sign_in(world), sign_in(world, "authority")
    issue(party, uscc="", purpose="投标")
    issue(authority, uscc=code_of(world), issued_to="市场监管所", purpose="专项检查")

    looks = text_of(party.get("/work/credit/accesses"))
    theirs = party.post(NEW, page=NEW, edition="full", uscc=uscc(1), purpose="投标")

    assert [looks.count(one) for one in ("投标", "专项检查", "市场监管所")] == [1, 1, 1]
    assert theirs.status_code == 403
    assert "请选择公开版" in text_of(theirs)
    assert "专项检查" not in text_of(party.get(LIST))
    assert "专项检查" in text_of(sign_in(world, "auditor").get(LIST))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"uscc": "91370200000000001A"}, "这不是校验正确的统一社会信用代码"),
        ({"purpose": " "}, "必填"),
        ({"purpose": "长" * 401}, "最多 400 个字"),
        ({"issued_to": ""}, "必填"),
        ({"edition": "personal"}, "请"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    sqlite_house: House, values: dict[str, str], said: str
) -> None:
    person = sign_in(sqlite_house, "authority")
    sent = {"edition": "full", "uscc": uscc(1), "issued_to": "政务服务中心", "purpose": "资质审查"}

    answer = person.post(NEW, page=NEW, **{**sent, **values})

    page = text_of(answer)
    assert answer.status_code == 400
    assert said in page
    assert ("政务服务中心" in page) is ("issued_to" not in values)


def test_a_persons_report_needs_the_authorisation_and_forgets_the_number(world: House) -> None:
    person = sign_in(world, "authority")
    values = {"number": PERSON, "issued_to": "银行", "purpose": "贷款审查"}

    def sent(**more: Any) -> Any:
        form = {"csrf_token": person.token(PERSONAL), **values, **more}
        return person.client.post(PERSONAL, data=form, headers={"Accept-Language": "zh"})

    without = sent(authorised_until="2026-07-01")
    over = sent(authorised_until="2026-05-31", paper=(BytesIO(b"signed"), "a.pdf"))
    wrong = sent(
        number="110105194912310021", authorised_until="2026-07-01", paper=(BytesIO(b"x"), "a.pdf")
    )
    good = sent(authorised_until="2026-07-01", paper=(BytesIO(b"signed"), "a.pdf"))

    refused = [text_of(one) for one in (without, over, wrong)]
    assert [one.status_code for one in (without, over, wrong, good)] == [400, 400, 400, 303]
    assert "请选择授权书文件" in refused[0]
    assert "授权已过有效期" in refused[1]
    assert "这不是校验正确的公民身份号码" in refused[2]
    assert not [page for page in refused if PERSON in page or "110105194912310021" in page]
    listed = text_of(person.get(LIST))
    looks = text_of(sign_in(world, "auditor").get("/work/credit/accesses"))
    assert "自然人" in listed
    assert "授权至 2026-07-01" in looks
    assert PERSON not in listed + looks


def code_of(house: House) -> str:
    """Return the social credit code of the house's producer."""
    with reading(house.services.engine) as connection:
        statement = select(PARTY.c.uscc).where(PARTY.c.id == house.party_id)
        return str(connection.execute(statement).scalar_one())
