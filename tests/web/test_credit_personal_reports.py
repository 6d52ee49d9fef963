"""Reports of natural persons: what they say of what is known, minors, and authorisations."""

import json
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest

from credit.feeds.sampling.parties import person_number_of
from tests.codes.labels.samples import text_of_pdf
from tests.credit.samples import penalty
from tests.web.credit_world import hand_in
from tests.web.epcis_world import seal_now
from tests.web.house import House
from tests.web.issuing_world import errors_of, made, send
from tests.web.signed_in import sign_in
from tests.web.work_world import text_of

REPORTS = "/api/v1/credit/personal-reports"
PAGE = "/work/credit/reports/personal"
GROWN = person_number_of(1, date(1990, 3, 7))
CHILD = person_number_of(2, date(2015, 3, 7))
NOTHING = "截至该日，没有应当列示的信用信息"
NOBODY_TOLD = "没有任何来源提供过"


@pytest.fixture
def world(sqlite_house: House) -> House:
    sqlite_house.clock.instant = datetime(2026, 6, 1, tzinfo=UTC)
    return sqlite_house


def ask(house: House, number: str, *, once: str = "", **more: str) -> Any:
    body = {
        "number": number,
        "issued_to": "银行",
        "purpose": "贷款审查",
        "authorisation_sha256": "ab" * 32,
        "authorised_until": "2026-07-01",
        **more,
    }
    return send(house, "POST", REPORTS, body, role="authority", **({"once": once} if once else {}))


def paper(house: House, answer: Any) -> tuple[dict[str, Any], str]:
    """Return what a report says, and the text of its paper in one line."""
    number = made(answer)["number"]
    seal_now(house)
    data, pdf = (
        send(house, "GET", f"/api/v1/credit/reports/{number}/report.{name}", role="authority").data
        for name in ("json", "pdf")
    )
    return json.loads(data)["report"], text_of_pdf(pdf).replace("\n", "")


def fined(number: str) -> dict[str, str]:
    who = {"cf_xdr_mc": "张三", "cf_xdr_lb": "自然人", "cf_xdr_shxym": ""}
    return penalty(1, **who, cf_xdr_zjlx="身份证", cf_xdr_zjhm=number)


def test_a_report_with_a_penalty_says_nowhere_that_nothing_is_known(world: House) -> None:
    hand_in(world, "penalty", fined(GROWN))

    report, text = paper(world, ask(world, GROWN))

    assert report["subject"]["known"] is True
    assert "销售农药残留超标的农产品" in text
    assert NOTHING not in text
    assert NOBODY_TOLD not in text


def test_a_report_without_facts_does_not_say_whether_there_ever_were_any(world: House) -> None:
    report, text = paper(world, ask(world, GROWN))

    assert report["subject"]["known"] is False
    assert NOTHING in text
    assert "不等于没有不良记录" in text
    assert NOBODY_TOLD not in text


def test_a_minors_report_needs_the_guardians_word_and_says_so(world: House) -> None:
    refused = ask(world, CHILD)
    report, text = paper(world, ask(world, CHILD, guardian="母亲同意，办理助学贷款"))
    looks = text_of(sign_in(world, "auditor").get("/work/credit/accesses"))

    assert (refused.status_code, errors_of(refused)) == (400, ["guardian"])
    assert report["minor"] is True
    assert "主体未满十八周岁" in text
    assert "母亲同意" in text
    assert "未成年人，监护人授权：母亲同意，办理助学贷款" in looks


def test_of_whoever_is_of_age_nobody_else_consents(world: House) -> None:
    report, text = paper(world, ask(world, GROWN, guardian="父亲同意"))

    assert "minor" not in report
    assert "父亲" not in text + report["purpose"]


def test_a_number_in_the_guardians_word_is_not_kept(world: House) -> None:
    report, text = paper(world, ask(world, CHILD, guardian=f"父亲 {GROWN} 同意"))

    assert GROWN not in json.dumps(report, ensure_ascii=False) + text


@pytest.mark.parametrize(
    ("until", "status"), [("2027-06-01", 201), ("2027-06-02", 400), ("2099-01-01", 400)]
)
def test_an_authorisation_is_taken_for_a_year_at_most(
    world: House, until: str, status: int
) -> None:
    answer = ask(world, GROWN, authorised_until=until)

    assert answer.status_code == status
    assert status == 201 or errors_of(answer) == ["authorised_until"]


def test_the_same_key_with_another_person_is_no_report_of_the_first(world: House) -> None:
    first = ask(world, GROWN, once="one")
    again = ask(world, GROWN, once="one")
    other = ask(world, person_number_of(3, date(1991, 3, 7)), once="one")

    assert made(first)["number"] == made(again)["number"]
    assert other.status_code in (409, 422)


def test_the_page_asks_for_the_guardian_and_refuses_what_lasts_too_long(world: House) -> None:
    person = sign_in(world, "authority")

    def sent(**more: str) -> Any:
        form = {"csrf_token": person.token(PAGE), "issued_to": "学校", "purpose": "助学", **more}
        files = {"paper": (BytesIO(b"signed"), "a.pdf")}
        return person.client.post(PAGE, data={**form, **files}, headers={"Accept-Language": "zh"})

    child = sent(number=CHILD, authorised_until="2026-07-01")
    long = sent(number=GROWN, authorised_until="2099-01-01")
    good = sent(number=CHILD, authorised_until="2026-07-01", guardian="母亲同意")

    assert [one.status_code for one in (child, long, good)] == [400, 400, 303]
    assert "该主体是未成年人" in text_of(child)
    assert "最晚至 2027-06-01" in text_of(long)
