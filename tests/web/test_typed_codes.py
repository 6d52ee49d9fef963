"""What is said of a typed code that leads to no goods: its kind, what is wrong where, a place."""

import json
import re
from trace.scans.tables import SCAN

import pytest
import structlog
from sqlalchemy import select

from base.db import reading
from tests.web.house import House

GLN = "6901234567892"
ID_NUMBER = "11010519491231002X"
DRUG = "83857930000879766660"
TWO_WAYS = "13010212345678901234"


def said(house: House, path: str, *, lang: str = "zh", status: int = 404) -> str:
    """Return the text of a page, without its marks and the form below it."""
    answer = house.ask("GET", path, headers={"Accept-Language": lang})
    assert answer.status_code == status
    main = answer.get_data(as_text=True).partition("<main")[2].partition("<form")[0]
    return re.sub(r"\s+", " ", re.sub(r"<(?!/?mark)[^>]*>", " ", main))


def test_a_wrong_letter_is_told_with_its_place_and_norm(sqlite_house: House) -> None:
    zh = said(sqlite_house, "/t/9135O100M000100Y43")
    en = said(sqlite_house, "/t/9135O100M000100Y43", lang="en")

    assert "9135<mark>O</mark>100M000100Y43" in zh
    assert "统一社会信用代码" in zh
    assert "有一个易混淆的字母" in zh
    assert "第 5 个字符" in zh
    assert "GB 32100-2015 4" in zh
    assert "the letter O is not used; probably 0 was meant" in en


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/t/国药准字H20013201", ("药品批准文号",)),
        (f"/t/http://x.cn/%3Fc={DRUG}", ("药品追溯码", DRUG)),
        ("/t/91350100M000100Y43", ("统一社会信用代码", "不是商品的编号")),
        ("/t/110102", ("行政区划代码", "西城区", "北京市")),
        (f"/414/{GLN}", ("位置 GLN", "不是商品的编号")),
    ],
)
def test_the_kind_of_a_code_without_a_record_is_named(
    sqlite_house: House, path: str, told: tuple[str, ...]
) -> None:
    page = said(sqlite_house, path)

    assert "编码种类" in page
    for word in told:
        assert word in page


def test_what_no_kind_of_code_looks_like_is_said_so(sqlite_house: House) -> None:
    assert "不像我们能识别的任何一种编码" in said(sqlite_house, "/t/hello")
    assert "没有我们能识别的编码" in said(sqlite_house, "/t/https://x.example/about")


def test_a_text_that_is_too_long_is_said_to_be(sqlite_house: House) -> None:
    page = said(sqlite_house, f"/t/{'3' * 3000}")

    assert "太长" in page
    assert "3" * 600 not in page


def test_the_number_of_a_person_is_hidden_and_not_looked_up(sqlite_house: House) -> None:
    zh = said(sqlite_house, f"/t/{ID_NUMBER}?as=cn_id_number")
    en = said(sqlite_house, f"/t/{ID_NUMBER}?as=cn_id_number", lang="en")

    assert "这是公民身份号码" in zh
    assert "已隐藏" in zh
    assert "not looked up" in en
    assert ID_NUMBER[1:17] not in zh + en
    assert "12315" not in zh


def test_a_registered_place_is_shown_with_its_party_and_region(house: House) -> None:
    body = {
        "party_id": str(house.party_id),
        "uri": f"https://id.gs1.org/414/{GLN}",
        "name_zh": "一号车间",
        "name_en": "Plant 1",
        "region": "110102",
    }
    assert house.ask("POST", "/api/v1/sites", role="operator", json=body).status_code == 201

    for path in (f"/414/{GLN}", f"/414/{GLN}/254/A", f"/page/414/{GLN}"):
        zh = said(house, path, status=200)
        assert "一号车间" in zh
        assert "北京市西城区" in zh
        assert "不是商品的编号" in zh
    en = said(house, f"/414/{GLN}", lang="en", status=200)
    assert "Plant 1" in en
    assert "西城区, Beijing" in en


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_question_shows_the_digits_and_tells_the_kinds_apart(
    sqlite_house: House, lang: str
) -> None:
    answer = sqlite_house.ask("GET", f"/t/{TWO_WAYS}", headers={"Accept-Language": lang})

    page = answer.get_data(as_text=True)
    hints = {"zh": ("在药盒上", "购物小票"), "en": ("On a medicine box", "On the receipt")}
    assert answer.status_code == 200
    assert f">{TWO_WAYS}<" in page
    assert all(hint in page for hint in hints[lang])
    assert 'name="code"' in page


@pytest.mark.parametrize("text", [ID_NUMBER, ID_NUMBER.lower(), f" {ID_NUMBER} "])
def test_the_number_of_a_person_gets_no_address_and_no_log(sqlite_house: House, text: str) -> None:
    client = sqlite_house.app.test_client()

    with structlog.testing.capture_logs() as logs:
        posted = client.post("/t/", data={"code": text})
        sent = client.get("/t/", query_string={"code": text})
        shown = client.get(sent.headers["Location"])

    assert "Location" not in posted.headers
    assert sent.headers["Location"] == "/private"
    for page in (posted, shown):
        assert ID_NUMBER[:17] not in page.get_data(as_text=True)
    assert "这是公民身份号码" in shown.get_data(as_text=True)
    assert ID_NUMBER[:17] not in json.dumps(logs, default=repr)
    with reading(sqlite_house.services.engine) as connection:
        kept = connection.execute(select(SCAN)).all()
    assert kept == []


def test_any_other_code_that_is_typed_has_an_address(sqlite_house: House) -> None:
    client = sqlite_house.app.test_client()

    answer = client.post("/t/", data={"code": "6901234567892"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/t/6901234567892")
