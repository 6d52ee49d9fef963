"""Keeping links over HTTP: whose, which, and how many."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from parties.tables import HREF_CHARS_MAX
from tests.parties.samples import new_party
from tests.web.house import House, open_house
from tests.web.resolver_world import (
    AT_LOT,
    AT_PRODUCT,
    GTIN,
    LOT,
    OTHER_GTIN,
    PRODUCT,
    ROOT,
    SERIAL,
    ask,
    keep,
    key_of_another,
    register,
)

LINK = {
    "uri": PRODUCT,
    "link_type": "gs1:pip",
    "href": "https://maker.example/yoghurt",
    "title": "酸奶",
}


def post(house: House, role: str = "producer", **members: Any) -> TestResponse:
    return house.ask("POST", "/api/v1/links", role=role, json={**LINK, **members})


def rows(house: House, query: str = "") -> list[dict[str, Any]]:
    response = house.ask("GET", f"/api/v1/links{query}", role="auditor")
    items: list[dict[str, Any]] = json.loads(response.get_data())["items"]
    return items


def defaults(house: House) -> list[str]:
    """Return where codes lead by default; what was made in one instant has no order."""
    found = [row["href"] for row in rows(house) if row["is_default"] and not row["ended_at"]]
    return sorted(found)


@pytest.mark.parametrize("uri", [PRODUCT, LOT, SERIAL])
def test_a_producer_keeps_links_of_its_products_lots_and_items(house: House, uri: str) -> None:
    register(house)

    response = post(house, uri=uri, language="zh-cn", media_type="Text/HTML")
    kept = json.loads(response.get_data())

    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/v1/links/{kept['id']}"
    found = house.ask("GET", response.headers["Location"], role="producer")
    assert json.loads(found.get_data()) == kept
    assert (kept["uri"], kept["link_type"]) == (uri, "gs1:pip")
    assert (kept["language"], kept["media_type"]) == ("zh-CN", "text/html")
    assert (kept["is_default"], kept["ended_at"]) == (False, None)


@pytest.mark.parametrize("written", [GTIN, GTIN[1:], f"(01){GTIN}", f"https://x.example/01/{GTIN}"])
def test_a_code_may_be_written_in_any_form(house: House, written: str) -> None:
    register(house)

    kept = post(house, uri=written)

    assert kept.status_code == 201
    assert json.loads(kept.get_data())["uri"] == PRODUCT
    assert [row["uri"] for row in rows(house, f"?uri={GTIN}")] == [PRODUCT]


def test_a_link_shows_at_the_next_question_of_the_same_process(house: House) -> None:
    register(house)
    assert ask(house, f"{AT_LOT}?linkType=gs1:faqs").status_code == 404

    post(house, link_type="gs1:faqs")

    assert ask(house, f"{AT_LOT}?linkType=gs1:faqs").status_code == 307


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_the_links_of_another_partys_product_are_not_ones_own(house: House, method: str) -> None:
    register(house)
    kept = keep(house)
    headers = {"Authorization": f"Bearer {key_of_another(house)}"}
    path = "/api/v1/links" if method == "POST" else f"/api/v1/links/{kept['id']}"
    body = LINK if method == "POST" else {"is_default": True} if method == "PATCH" else None

    response = house.client.open(path, method=method, headers=headers, json=body)

    assert response.status_code == 403
    assert json.loads(response.get_data())["code"] == "forbidden"
    (row,) = rows(house)
    assert (row["ended_at"], row["is_default"]) == (None, False)


def test_a_link_of_what_is_registered_to_another_party_is_refused(house: House) -> None:
    register(house, OTHER_GTIN, new_party(house.services.engine, 2))

    assert post(house, uri=f"https://id.gs1.org/01/{OTHER_GTIN}/10/L1").status_code == 403


def test_what_is_nobodys_has_no_links(house: House) -> None:
    assert post(house).status_code == 404


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"uri": f"https://id.gs1.org/01/{GTIN[:-1]}0"}, "uri"),
        ({"uri": "not a code"}, "uri"),
        ({"link_type": "gs1:nosuch"}, "link_type"),
        ({"link_type": "https://evil.example/voc/pip"}, "link_type"),
        ({"link_type": "gs1:defaultLink"}, "link_type"),
        ({"link_type": "gs1:recallStatus"}, "link_type"),
        ({"link_type": "gs1:traceability"}, "link_type"),
        ({"link_type": "gs1:verificationService"}, "link_type"),
        ({"href": "javascript:alert(1)"}, "href"),
        ({"href": "data:text/html,x"}, "href"),
        ({"href": "ftp://maker.example/"}, "href"),
        ({"href": "//maker.example/"}, "href"),
        ({"href": "https:/maker.example/"}, "href"),
        ({"href": "https:\\\\maker.example/"}, "href"),
        ({"href": "https://maker.example\\@evil.example/"}, "href"),
        ({"href": "https://user@evil.example/"}, "href"),
        ({"href": "https://user:secret@evil.example/"}, "href"),
        ({"href": "https://"}, "href"),
        ({"href": "https://?x"}, "href"),
        ({"href": "https://maker.example:99999999/"}, "href"),
        ({"href": "https://maker.example/ x"}, "href"),
        ({"href": "https://maker.example/%zz"}, "href"),
        ({"href": "https://例え.example/"}, "href"),
        ({"href": "HTTPS://maker.example/"}, "href"),
        ({"href": f"{ROOT}/01/{GTIN}"}, "href"),
        ({"href": f"{ROOT}:8000/x".replace(":8000:8000", ":8000")}, "href"),
        ({"href": "https://maker.example/" + "a" * HREF_CHARS_MAX}, "href"),
        ({"title": ""}, "title"),
        ({"title": " x"}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title": "a\u202eb"}, "title"),
        ({"language": "chinese!"}, "language"),
        ({"language": "zh_CN"}, "language"),
        ({"language": "-"}, "language"),
        ({"media_type": "html"}, "media_type"),
        ({"media_type": "text/html; charset=utf-8"}, "media_type"),
        ({"media_type": "text/*"}, "media_type"),
        ({"media_type": "x/y"}, "media_type"),
        ({"is_default": "yes"}, "is_default"),
        ({"party_id": "x"}, "party_id"),
    ],
)
def test_a_wrong_link_is_refused_with_the_path_of_its_field(
    sqlite_house: House, members: dict[str, Any], path: str
) -> None:
    register(sqlite_house)

    response = post(sqlite_house, **members)

    assert response.status_code == 400
    assert [item["path"] for item in json.loads(response.get_data())["errors"]] == [path]
    assert rows(sqlite_house) == []


def test_a_control_character_never_reaches_a_header(sqlite_house: House) -> None:
    register(sqlite_house)

    for sign in ("\r\nSet-Cookie: a=b", "\n", "\x00", "\x7f", "\u2028"):
        assert post(sqlite_house, href=f"https://maker.example/{sign}").status_code == 400


def test_an_unknown_type_is_told_what_it_may_have_meant(sqlite_house: House) -> None:
    register(sqlite_house)

    response = post(sqlite_house, link_type="gs1:certificateInfo")

    assert "gs1:certificationInfo" in json.loads(response.get_data())["errors"][0]["message"]


def test_the_same_link_again_is_the_same_row_and_another_title_a_conflict(house: House) -> None:
    register(house)
    first, again = post(house), post(house)

    other = post(house, title="另一个名称")

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.get_data() == again.get_data()
    assert len(rows(house)) == 1


def test_a_retry_under_its_key_finds_the_link_even_when_it_has_ended(house: House) -> None:
    register(house)
    retry = {"Idempotency-Key": "k"}
    first = house.ask("POST", "/api/v1/links", role="producer", json=LINK, headers=retry)
    path = first.headers["Location"]
    house.ask("DELETE", path, role="producer")

    again = house.ask("POST", "/api/v1/links", role="producer", json=LINK, headers=retry)
    other = house.ask(
        "POST", "/api/v1/links", role="producer", json={**LINK, "title": "x"}, headers=retry
    )

    assert (again.status_code, again.headers["Location"]) == (200, path)
    assert json.loads(again.get_data())["ended_at"] is not None
    assert other.status_code == 409


def test_one_code_has_one_default(house: House) -> None:
    register(house)
    first = json.loads(post(house, is_default=True, href="https://a.example/").get_data())
    second = json.loads(post(house, is_default=True, href="https://b.example/").get_data())
    of_lot = json.loads(post(house, uri=LOT, is_default=True, href="https://c.example/").get_data())
    assert defaults(house) == ["https://b.example/", "https://c.example/"]

    patch = f"/api/v1/links/{first['id']}"
    house.ask("PATCH", patch, role="producer", json={"is_default": True})
    assert defaults(house) == ["https://a.example/", "https://c.example/"]

    house.ask("PATCH", patch, role="producer", json={"is_default": False})
    house.ask("DELETE", f"/api/v1/links/{of_lot['id']}", role="producer")
    assert defaults(house) == []
    assert second["is_default"] is True


def test_two_that_become_the_default_at_once_leave_one(house: House) -> None:
    register(house)
    ids = [
        json.loads(post(house, href=f"https://{name}.example/").get_data())["id"]
        for name in "abcdefgh"
    ]

    def make_default(link_id: str) -> int:
        return (
            house.app.test_client()
            .patch(
                f"/api/v1/links/{link_id}",
                json={"is_default": True},
                headers={"Authorization": f"Bearer {house.keys['producer']}"},
            )
            .status_code
        )

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(make_default, ids)) == {200}

    assert len(defaults(house)) == 1


def test_an_ended_link_stays_readable_and_leads_nowhere(house: House) -> None:
    register(house)
    kept = keep(house, is_default=True)
    path = f"/api/v1/links/{kept['id']}"

    ended = [house.ask("DELETE", path, role="producer") for _ in range(2)]
    late = house.ask("PATCH", path, role="producer", json={"is_default": True})

    assert [one.status_code for one in ended] == [200, 200]
    assert ended[0].get_data() == ended[1].get_data()
    assert late.status_code == 409
    assert [row["id"] for row in rows(house)] == [kept["id"]]
    assert ask(house, f"{AT_PRODUCT}?linkType=gs1:pip").headers["Location"].startswith("/page/")


def test_a_link_that_ended_may_be_kept_anew(house: House) -> None:
    register(house)
    first = keep(house)
    house.ask("DELETE", f"/api/v1/links/{first['id']}", role="producer")

    second = keep(house)

    assert second["id"] != first["id"]


@pytest.mark.parametrize("limit", ["links_anchor_max", "links_party_max"])
def test_no_more_links_are_kept_than_the_settings_allow(
    sqlite_url: str, tmp_path: Path, limit: str
) -> None:
    limits: dict[str, Any] = {limit: 2}
    house = open_house(sqlite_url, tmp_path, **limits)
    register(house)
    kept = [post(house, href=f"https://{name}.example/") for name in "ab"]

    third = post(house, href="https://c.example/")
    again = post(house, href="https://a.example/")
    house.ask("DELETE", kept[0].headers["Location"], role="producer")
    after = post(house, href="https://c.example/")

    codes = [response.status_code for response in (third, again, after)]
    assert codes == [409, 200, 201]
    house.services.engine.dispose()


def test_links_are_listed_page_by_page(house: House) -> None:
    register(house)
    for number in range(5):
        post(house, href=f"https://maker.example/{number}")

    found: list[str] = []
    path = "/api/v1/links?limit=2"
    while path:
        response = house.ask("GET", path, role="authority")
        page = json.loads(response.get_data())
        found += [row["href"][-1] for row in page["items"]]
        path = response.headers.get("Link", "").partition("<")[2].partition(">")[0]

    assert sorted(found) == list("01234")
    assert house.ask("GET", "/api/v1/links").status_code == 401
    assert house.ask("GET", "/api/v1/links?uri=x", role="auditor").status_code == 400
