"""What an entry of a list says of itself: its own name, its case, its article and its day."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from markupsafe import escape

from tests.codes.labels.samples import text_of_pdf
from tests.credit.samples import defaulter, penalty, uscc
from tests.web.credit_world import hand_in
from tests.web.epcis_world import seal_now
from tests.web.house import House
from tests.web.issuing_world import made, send
from tests.web.signed_in import sign_in, visitor
from tests.web.work_world import text_of

LIST = "/api/v1/credit/lists/judgment_defaulter"
PAGE = "/credit/lists/judgment_defaulter"
CASE = "(2026)鲁0202执35号"
ITEMS = "违反财产报告制度,违反限制消费令"
ARTICLE = "第一条第四项、第五项"
WRONG = "=HYPERLINK(“x”)公司"


def court(number: int = 3, **changes: str) -> dict[str, str]:
    days = {"regdate": "2025-11-02", "publishdate": "2026-03-01"}
    row = defaulter(number, casecode=CASE, disrupttypename=ITEMS, **days)
    return {**row, "cardnum": uscc(number), "type": "1", "sexy": "", "age": "", **changes}


@pytest.fixture
def world(house: House) -> House:
    house.clock.instant = datetime(2026, 6, 1, 2, tzinfo=UTC)
    return house


def read(house: House, path: str, role: str = "authority") -> Any:
    return json.loads(send(house, "GET", path, role=role).data)


def test_an_entry_bears_the_name_of_its_own_row(world: House) -> None:
    hand_in(world, "penalty", penalty(3, cf_xdr_mc=WRONG))
    hand_in(world, "judgment_default", court())
    own = str(court()["iname"])

    (public,) = read(world, LIST)["listed"]
    (whole,) = read(world, f"{LIST}/entries")["listed"]
    found, others = (text_of(visitor(world).get(f"{PAGE}?q={words}")) for words in (own, "HYPER"))

    assert (public["name"], whole["name"]) == (own, own)
    assert own in found
    assert WRONG not in found
    assert uscc(3) not in others


def test_the_register_says_what_a_party_is_called(world: House) -> None:
    hand_in(world, "judgment_default", court(iname="青岛旧名食品有限公司"))
    hand_in(world, "registration", registered(3, "青岛新名食品有限公司"))

    (public,) = read(world, LIST)["listed"]
    found = text_of(visitor(world).get(f"{PAGE}?q=新名"))

    assert public["name"] == "青岛新名食品有限公司"
    assert uscc(3) in found


def _head(house: House, number: int = 3) -> str:
    """Return the head of a party's page: its name, and what else it was told as."""
    page = sign_in(house, "authority").get(f"/work/credit/parties/{uscc(number)}")
    return text_of(page).partition("credit-head")[2].partition("截至")[0]


def test_a_party_that_no_register_knows_is_called_by_the_last_whole_name_that_was_told(
    world: House,
) -> None:
    hand_in(world, "penalty", penalty(3, cf_xdr_mc=WRONG))
    world.clock.instant += timedelta(days=1)
    hand_in(world, "judgment_default", court(iname="青岛旧名食品有限公司"))
    first = _head(world)
    world.clock.instant += timedelta(days=1)
    hand_in(
        world, "penalty", penalty(3, cf_wsh="青农罚〔2026〕33号", cf_xdr_mc="青岛新名食品有限公司")
    )
    world.clock.instant += timedelta(days=1)
    hand_in(world, "penalty", penalty(3, cf_wsh="青农罚〔2026〕34号", cf_xdr_mc="青岛新名"))
    second = _head(world)

    assert "<h1>青岛旧名食品有限公司</h1>" in first
    assert f"报送中另有名称：{escape(WRONG)}" in first
    assert "<h1>青岛新名食品有限公司</h1>" in second
    assert f"报送中另有名称：青岛旧名食品有限公司、青岛新名、{escape(WRONG)}" in second


def test_what_the_register_calls_a_party_stands_alone(world: House) -> None:
    hand_in(world, "judgment_default", court(iname="青岛旧名食品有限公司"))
    hand_in(world, "registration", registered(3, "青岛新名食品有限公司"))

    head = _head(world)

    assert "<h1>青岛新名食品有限公司</h1>" in head
    assert "另有名称" not in head


def test_an_entry_of_the_courts_tells_its_case_its_article_and_its_day(world: House) -> None:
    hand_in(world, "judgment_default", court())

    (public,) = read(world, LIST)["listed"]
    (checked,) = read(world, f"/api/v1/credit/check?uscc={uscc(3)}")["entries"]
    (told,) = read(world, f"/api/v1/credit/record?uscc={uscc(3)}")["facts"]
    party = text_of(sign_in(world, "authority").get(f"/work/credit/parties/{uscc(3)}"))

    for entry in (public["entry"], checked):
        assert entry["number"] == CASE
        assert entry["article"].endswith(ARTICLE)
        assert entry["from"] == "2026-03-01"
    assert (told["number"], told["decided_on"]) == (CASE, "2026-03-01")
    assert CASE in party
    assert ARTICLE in party
    assert "立案日期" in party
    assert "2025-11-02" in party
    assert "发布日期" in party
    assert "决定日期" not in party


def test_the_article_is_that_of_the_day_and_never_made_up(world: House) -> None:
    able = "有履行能力而拒不履行生效法律文书确定义务"
    early = court(publishdate="2016-12-01", disrupttypename=able)
    hand_in(world, "judgment_default", early)

    found = read(world, f"/api/v1/credit/check?uscc={uscc(3)}")["entries"]

    assert [one["article"] for one in found] in ([], [""])


def test_a_grade_a_entry_names_the_tax_authority_and_no_year_as_its_number(world: House) -> None:
    row = {"nsrsbh": uscc(3), "nsrmc": "青岛第3食品有限公司", "nd": "2025"}
    hand_in(world, "tax_grade", row)

    (listed,) = read(world, "/api/v1/credit/lists/tax_a")["listed"]

    assert listed["entry"]["number"] == ""
    assert listed["entry"]["authority"] == "税务机关"
    assert listed["entry"]["ground"] == "2025年度评价为A级"


def test_a_report_calls_things_by_what_they_are(world: House) -> None:
    hand_in(world, "judgment_default", court())
    hand_in(world, "registration", registered(3, "青岛第3食品有限公司"))
    body = {"uscc": uscc(3), "issued_to": "政务服务中心", "purpose": "资质审查"}

    number = made(send(world, "POST", "/api/v1/credit/reports", body, role="authority"))["number"]
    seal_now(world)
    data, pdf = (
        send(world, "GET", f"/api/v1/credit/reports/{number}/report.{name}", role="authority").data
        for name in ("json", "pdf")
    )
    sections = {one["id"]: one["facts"] for one in json.loads(data)["report"]["sections"]}
    (base,), (listed,) = sections["base"], sections["dishonesty"]
    text = text_of_pdf(pdf).replace("\n", "")

    assert (base["title"], base["called"]["decided_on"]) == ("存续", "成立日期")
    assert (listed["number"], listed["called"]["number"]) == (CASE, "执行案号")
    assert listed["details"]["article"].endswith(ARTICLE)
    assert listed["details"]["performance"] == "全部未履行"
    assert "登记状态：存续" in text
    assert "登记机关：青岛市市场监督管理局" in text
    assert "发布日期：2026-03-01" in text
    assert "active" not in text
    assert "决定日期" not in text


def test_a_registration_is_told_in_words_where_a_case_is_opened(world: House) -> None:
    hand_in(world, "registration", registered(3, "青岛第3食品有限公司"))

    opening = f"/work/credit/cases/new?kind=withdrawal&uscc={uscc(3)}"
    page = text_of(sign_in(world, "authority").get(opening))
    english = sign_in(world, "authority").client.get(
        f"/work/credit/parties/{uscc(3)}", headers={"Accept-Language": "en"}
    )

    assert "存续" in page
    assert ">active<" not in page
    assert "Established on" in english.get_data(as_text=True)


def registered(number: int, name: str) -> dict[str, str]:
    return {
        "企业名称": name,
        "统一社会信用代码": uscc(number),
        "主体类型": "法人",
        "行政区划": "370202",
        "成立日期": "2015-06-01",
        "登记状态": "存续",
        "登记机关": "青岛市市场监督管理局",
    }


def test_no_working_note_is_told_in_public_and_open_data_has_its_links(world: House) -> None:
    anybody = visitor(world)

    page = text_of(anybody.get("/credit/lists/serious_violation"))
    index = text_of(anybody.get("/credit/lists"))

    assert "据记忆" not in page
    assert "以原文为准" in page
    assert "/api/v1/credit/open/listed.csv" in index
    assert "/api/v1/credit/open/decided.csv" in index
    assert "/credit/draws" in index
