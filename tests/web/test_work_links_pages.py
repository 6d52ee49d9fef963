"""The links of one's own codes without script: whose, where a code leads, what is refused."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from tests.parties.samples import gtin_uri
from tests.web.house import House, open_house
from tests.web.issuing_world import new_product, new_site, send, stranger
from tests.web.resolver_world import BROWSER
from tests.web.signed_in import Visitor, once_of, sign_in
from tests.web.work_world import error_of, text_of, value_of

PRODUCT = gtin_uri(1)
LOT = f"{PRODUCT}/10/L1"


def page_of(uri: str) -> str:
    return f"/work/links?code={quote(uri, safe='')}"


def link_form(uri: str = PRODUCT, **changed: str) -> dict[str, str]:
    return {
        "uri": uri,
        "link_type": "recipeInfo",
        "href": "https://www.example.com/recipes",
        "title": "酸奶的六种吃法",
        "language": "zh-cn",
        "media_type": "text/html",
        **changed,
    }


def kept(person: Visitor, **changed: str) -> TestResponse:
    answer = person.post("/work/links", **link_form(**changed))
    assert answer.status_code == 303, error_of(answer, "link", "href")
    return answer


def rows(house: House) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = send(house, "GET", "/api/v1/links").get_json()["items"]
    return items


def leads_to(house: House, uri: str) -> str:
    """Return where a browser is led from a code, "" where it is shown the ledger's page."""
    answer = house.client.get(uri.removeprefix("https://id.gs1.org"), headers=BROWSER)
    return answer.headers.get("Location", "")


@pytest.mark.parametrize("uri", [PRODUCT, LOT, f"{PRODUCT}/21/S1"])
def test_a_link_is_kept_for_a_product_a_lot_and_an_item(house: House, uri: str) -> None:
    new_product(house)
    person = sign_in(house)
    form = link_form(uri, once=once_of(person.get(page_of(uri))))

    first = person.post("/work/links", **form)
    again = person.post("/work/links", **form)

    assert first.status_code == again.status_code == 303
    (row,) = rows(house)
    assert (row["uri"], row["link_type"], row["language"]) == (uri, "gs1:recipeInfo", "zh-CN")
    page = text_of(person.get(first.headers["Location"]))
    assert "链接已保存" in page
    assert 'href="https://www.example.com/recipes" rel="nofollow noopener noreferrer"' in page
    for word in ("食谱", "www.example.com", "zh-CN", "text/html", "酸奶的六种吃法", "原味酸奶"):
        assert word in page


def test_a_code_leads_where_its_owner_chooses_and_back(sqlite_house: House) -> None:
    house = sqlite_house
    new_product(house)
    person = sign_in(house)
    kept(person)
    (row,) = rows(house)
    plain = text_of(person.get(page_of(PRODUCT)))

    chosen = person.post(f"/work/links/{row['id']}/default", page=page_of(PRODUCT), is_default="1")

    assert "看到溯信的产品页" in plain
    page = text_of(person.get(chosen.headers["Location"]))
    assert "码已指向这个链接" in page
    assert "扫码后打开 www.example.com 的“酸奶的六种吃法”" in page
    assert leads_to(house, PRODUCT) == "https://www.example.com/recipes"
    assert "与所属产品的码相同" in text_of(person.get(page_of(LOT)))

    back = person.post(f"/work/links/{row['id']}/default", page=page_of(PRODUCT))

    assert "码已指向溯信的产品页" in text_of(person.get(back.headers["Location"]))
    assert leads_to(house, PRODUCT) == ""


def test_a_link_may_be_the_default_from_the_start_and_takes_the_place_of_another(
    sqlite_house: House,
) -> None:
    new_product(sqlite_house)
    person = sign_in(sqlite_house)

    kept(person, is_default="1")
    kept(person, is_default="1", href="https://www.example.com/new")

    assert leads_to(sqlite_house, PRODUCT) == "https://www.example.com/new"
    page = text_of(person.get(page_of(PRODUCT)))
    assert page.count(">默认</span>") == 1


def test_a_link_that_has_ended_is_told_of_and_leads_nowhere(sqlite_house: House) -> None:
    new_product(sqlite_house)
    person = sign_in(sqlite_house)
    kept(person, is_default="1")
    (row,) = rows(sqlite_house)

    ended = person.post(f"/work/links/{row['id']}/end", page=page_of(PRODUCT))
    person.post(f"/work/links/{row['id']}/end", page=page_of(PRODUCT))

    page = text_of(person.get(ended.headers["Location"]))
    assert "链接已停用" in page
    assert "已停用的链接" in page
    assert f"/work/links/{row['id']}/end" not in page
    assert leads_to(sqlite_house, PRODUCT) == ""
    assert rows(sqlite_house)[0]["ended_at"] is not None


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"href": "www.example.com"}, "href", "完整网址"),
        ({"href": "javascript:alert(1)"}, "href", "完整网址"),
        ({"href": "https://user@example.com/"}, "href", "用户名"),
        ({"href": "http://127.0.0.1:8000/x"}, "href", "本服务自己"),
        ({"href": "https://example.com/" + "x" * 2000}, "href", "太长"),
        ({"title": ""}, "title", "1 至 200"),
        ({"language": "Chinese!"}, "language", "zh-CN"),
        ({"link_type": "recallStatus"}, "link_type", "选择"),
        ({"link_type": "nothing"}, "link_type", "选择"),
        ({"media_type": "text/x"}, "media_type", "选择"),
    ],
)
def test_a_link_that_cannot_be_kept_comes_back_with_what_was_typed(
    sqlite_house: House, changed: dict[str, str], field: str, said: str
) -> None:
    new_product(sqlite_house)

    answer = sign_in(sqlite_house).post("/work/links", **link_form(**changed))

    assert answer.status_code == 400
    assert said in error_of(answer, "link", field)
    if field not in ("link_type", "media_type"):
        assert value_of(answer, "link", field) == changed[field]
    assert value_of(answer, "link", "href" if field == "title" else "title")
    assert rows(sqlite_house) == []


def test_the_same_link_under_another_title_is_refused_beside_it(sqlite_house: House) -> None:
    new_product(sqlite_house)
    person = sign_in(sqlite_house)
    kept(person)

    answer = person.post("/work/links", **link_form(title="另一个标题"))

    assert "已用另一标题保存" in error_of(answer, "link", "title")


def test_a_code_with_as_many_links_as_it_may_have_says_so(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, links_anchor_max=1, page_size_max=1)
    new_product(house)
    person = sign_in(house)
    kept(person)

    answer = person.post("/work/links", **link_form(href="https://www.example.com/2"))

    assert answer.status_code == 400
    assert "已达上限" in text_of(answer)
    house.services.engine.dispose()


@pytest.mark.parametrize(
    "typed", [PRODUCT[-13:], f"(01){PRODUCT[-14:]}(10)L1", f"{PRODUCT}/21/A", "site"]
)
def test_a_typed_code_of_ones_own_leads_to_its_links(sqlite_house: House, typed: str) -> None:
    new_product(sqlite_house)
    site = new_site(sqlite_house)
    person = sign_in(sqlite_house)
    code = site if typed == "site" else typed

    answer = person.post("/work/links/choose", page="/work/links", code=code)

    assert answer.status_code == 303
    page = text_of(person.get(answer.headers["Location"]))
    assert ("一号车间" if typed == "site" else "原味酸奶") in page


def test_what_is_not_ones_own_is_not_there_at_all(sqlite_house: House) -> None:
    house = sqlite_house
    new_product(house)
    kept(sign_in(house))
    (row,) = rows(house)
    other = sign_in(house, key=stranger(house))

    answers = [
        other.get(page_of(PRODUCT)),
        other.get(page_of(LOT)),
        other.get("/work/links?code=!!"),
        other.get(page_of(gtin_uri(9))),
        other.post("/work/links", **link_form()),
        other.post(f"/work/links/{row['id']}/default", is_default="1"),
        other.post(f"/work/links/{row['id']}/end"),
    ]
    typed = [
        other.post("/work/links/choose", code=code) for code in (PRODUCT, gtin_uri(9), "", "\x00!")
    ]

    assert [answer.status_code for answer in answers] == [404] * 7
    assert {error_of(answer, "code", "code") for answer in typed} == {
        "贵单位没有使用此码的产品、批次、单件商品或场所。"
    }
    assert rows(house) == [row]
    assert "酸奶的六种吃法" not in text_of(other.get("/work/links"))


def test_the_start_page_lists_ones_links_in_pages(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, page_size_max=2)
    new_product(house)
    person = sign_in(house)
    for number in range(3):
        kept(person, title=f"第 {number} 个", href=f"https://www.example.com/{number}")

    for path in ("/work/links", page_of(PRODUCT)):
        first = text_of(person.get(path))
        found = re.search(r'href="(/work/links\?[^"]*older=[^"#]+)', first)
        assert found is not None
        second = text_of(person.get(found[1]))
        titles = [set(re.findall("第 [0-2] 个", page)) for page in (first, second)]
        assert [len(some) for some in titles] == [2, 1]
        assert titles[0] | titles[1] == {"第 0 个", "第 1 个", "第 2 个"}
    assert "/work/links" in text_of(person.get("/work"))
    house.services.engine.dispose()


def test_a_form_without_its_token_changes_nothing(sqlite_house: House) -> None:
    new_product(sqlite_house)
    person = sign_in(sqlite_house)
    kept(person)
    (row,) = rows(sqlite_house)

    answers = [
        person.client.post("/work/links", data=link_form(title="x")),
        person.client.post(f"/work/links/{row['id']}/end"),
        person.client.post(f"/work/links/{row['id']}/default", data={"is_default": "1"}),
    ]

    assert {answer.status_code for answer in answers} == {400}
    assert rows(sqlite_house) == [row]


def test_what_a_link_says_is_never_markup(sqlite_house: House) -> None:
    new_product(sqlite_house)
    person = sign_in(sqlite_house)
    kept(person, title='"><script>alert(1)</script>', href="https://www.example.com/?a=1&b='x'")

    for path in ("/work/links", page_of(PRODUCT)):
        assert b"<script>alert" not in person.get(path).get_data()
