"""The resolver over HTTP: where the address of a code leads (GS1-Conformant Resolver Standard)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.web.house import House
from tests.web.resolver_world import (
    AT_ALL,
    AT_LOT,
    AT_PRODUCT,
    AT_SERIAL,
    BROWSER,
    GTIN,
    LINKSET,
    LOT,
    PRODUCT,
    ROOT,
    SERIAL,
    VOC,
    ask,
    event,
    keep,
    links_of,
    linkset_of,
    make_goods,
    record,
    register,
    register_uri,
)
from web.held_pages import HELD_S

SHOP = "https://shop.example/"
HTML = BROWSER["Accept"]

RECALLED = event(LOT, 30, disposition="recalled", bizStep="holding")
LIFTED = event(LOT, 31, persistentDisposition={"unset": ["recalled"]})
VOID = event(SERIAL, 30, "DELETE", bizStep="decommissioning", disposition="inactive")
SOLD = event(SERIAL, 30, bizStep="retail_selling", disposition="retail_sold")
STOLEN = event(SERIAL, 30, disposition="stolen")


# ---------------------------------------------------------------- the default link


@pytest.mark.parametrize("accept", [HTML, "*/*", None, "image/png"])
@pytest.mark.parametrize("path", [AT_PRODUCT, AT_LOT, AT_SERIAL, AT_ALL])
def test_a_code_that_the_ledger_knows_shows_its_page_at_once(
    house: House, path: str, accept: str | None
) -> None:
    make_goods(house)

    response = ask(house, path, accept=accept)

    assert (response.status_code, response.mimetype) == (200, "text/html")
    assert "酸奶" in response.text
    assert links_of(response)["linkset"] == f"{ROOT}{path}?linkType=linkset"


def test_the_owners_default_is_a_redirect_that_leaves_the_codes_address_alone(
    house: House,
) -> None:
    make_goods(house)
    keep(house, is_default=True, href=SHOP)

    response = ask(house, AT_PRODUCT, accept=HTML)

    assert (response.status_code, response.headers["Location"]) == (307, SHOP)
    assert links_of(response)["linkset"] == f"{ROOT}{AT_PRODUCT}?linkType=linkset"


@pytest.mark.parametrize(
    ("href", "query", "target"),
    [
        (SHOP, "17=261231&utm=a%2Fb;c&flag", f"{SHOP}?17=261231&utm=a%2Fb;c&flag"),
        (f"{SHOP}?id=7", "a=1", f"{SHOP}?id=7&a=1"),
        (f"{SHOP}#top", "a=1", f"{SHOP}?a=1#top"),
        (f"{SHOP}?", "a=1", f"{SHOP}?a=1"),
        (SHOP, "a=\xe9 <", f"{SHOP}?a=%C3%A9%20%3C"),
    ],
)
def test_a_redirect_passes_the_query_on_as_it_was_sent(
    house: House, href: str, query: str, target: str
) -> None:
    make_goods(house)
    keep(house, is_default=True, href=href)

    response = ask(house, f"{AT_PRODUCT}?{query}")

    assert (response.status_code, response.headers["Location"]) == (307, target)


def test_the_default_of_the_product_is_that_of_its_lots_and_items(house: House) -> None:
    make_goods(house)
    keep(house, is_default=True, href=SHOP)

    targets = [ask(house, path).headers["Location"] for path in (AT_LOT, AT_SERIAL, AT_ALL)]

    assert targets == [SHOP, SHOP, SHOP]


def test_the_nearest_default_wins_and_a_serial_is_nearer_than_a_lot(house: House) -> None:
    make_goods(house)
    keep(house, PRODUCT, is_default=True, href=SHOP)
    keep(house, LOT, is_default=True, href=f"{SHOP}lot")

    before = ask(house, AT_ALL).headers["Location"]
    keep(house, SERIAL, is_default=True, href=f"{SHOP}item")

    assert before == f"{SHOP}lot"
    assert ask(house, AT_ALL).headers["Location"] == f"{SHOP}item"
    assert ask(house, f"/01/{GTIN}/10/L2").headers["Location"] == SHOP


def test_an_invented_serial_of_a_known_product_follows_the_default_of_the_product(
    house: House,
) -> None:
    make_goods(house)
    keep(house, is_default=True, href=SHOP)

    assert ask(house, f"/01/{GTIN}/21/NOBODY").headers["Location"] == SHOP


@pytest.mark.parametrize(
    ("said", "path"),
    [(RECALLED, AT_LOT), (RECALLED, AT_SERIAL), (VOID, AT_SERIAL), (STOLEN, AT_SERIAL)],
    ids=["a recall", "a recall of the lot", "a void code", "a theft"],
)
def test_nobody_is_led_past_a_warning(house: House, said: dict[str, Any], path: str) -> None:
    make_goods(house)
    keep(house, is_default=True, href=SHOP)
    assert ask(house, path).status_code == 307

    record(house, said)
    response = ask(house, path, accept=HTML)

    assert response.status_code == 200
    assert 'class="notice notice-stop"' in response.text


def test_a_recall_that_was_lifted_lets_the_default_lead_on(house: House) -> None:
    make_goods(house)
    keep(house, is_default=True, href=SHOP)
    record(house, RECALLED)
    assert ask(house, AT_LOT).status_code == 200

    record(house, LIFTED)

    assert ask(house, AT_LOT).status_code == 307


def test_a_sale_is_a_note_and_no_warning(house: House) -> None:
    make_goods(house)
    keep(house, is_default=True, href=SHOP)
    record(house, SOLD)

    assert ask(house, AT_SERIAL).status_code == 307


def test_a_default_that_ended_gives_the_page_back(house: House) -> None:
    make_goods(house)
    kept = keep(house, is_default=True, href=SHOP)

    house.ask("DELETE", f"/api/v1/links/{kept['id']}", role="producer")
    house.clock.instant += timedelta(seconds=HELD_S)

    assert ask(house, AT_LOT).status_code == 200


def test_the_ledgers_own_page_has_an_address_that_leads_nowhere_else(house: House) -> None:
    make_goods(house)
    keep(house, is_default=True, href=SHOP)

    pages = [ask(house, f"/page{path}", accept=HTML) for path in (AT_PRODUCT, AT_LOT, AT_SERIAL)]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert all("酸奶" in page.text for page in pages)


def test_a_page_that_was_kept_for_one_door_is_not_shown_at_another(house: House) -> None:
    make_goods(house)
    keep(house, is_default=True, href=SHOP)
    assert ask(house, f"/page{AT_LOT}").status_code == 200

    assert ask(house, AT_LOT).status_code == 307


def test_whoever_asks_this_ledger_about_a_code_is_not_sent_away(house: House) -> None:
    make_goods(house)
    before = ask(house, f"/t/{GTIN}").headers["Location"]
    keep(house, is_default=True, href=SHOP)

    typed = ask(house, f"/t/{GTIN}").headers["Location"]
    lot = ask(house, f"{AT_PRODUCT}?lot=L1").headers["Location"]

    assert (before, typed, lot) == (AT_PRODUCT, f"/page{AT_PRODUCT}", f"/page{AT_LOT}")


def test_a_code_of_another_kind_leads_away_from_its_label_and_not_from_the_form(
    house: House,
) -> None:
    code = "69012345678901234567"
    register_uri(house, f"urn:suxin:drug-trace:{code}")
    before = ask(house, f"/t/?code={code}").headers["Location"]
    keep(house, code, href=SHOP, is_default=True)

    label = ask(house, f"/T/{code}")
    form = ask(house, f"/t/?code={code}").headers["Location"]

    assert (label.status_code, label.headers["Location"]) == (307, SHOP)
    assert (before, form) == (f"/t/{code}", f"/page/t/{code}")
    assert ask(house, form).status_code == 200
    assert ask(house, f"/t/{code}?as=cn_drug_trace20").status_code == 200
    linkset = ask(house, f"/t/{code}?as=cn_drug_trace20&linkType=linkset")
    assert linkset.content_type == LINKSET


def test_the_default_in_another_language_goes_to_who_reads_it(house: House) -> None:
    make_goods(house)
    keep(house, is_default=True, href=SHOP, language="zh-CN")
    keep(house, href=f"{SHOP}en", language="en")

    def target(language: str, query: str = "") -> str:
        return ask(house, AT_LOT + query, accept_language=language).headers["Location"]

    assert target("en-GB,en;q=0.9,zh;q=0.1") == f"{SHOP}en"
    assert target("zh-CN,zh;q=0.9,en;q=0.8") == SHOP
    assert target("fr") == SHOP
    assert target("zh", "?lang=en") == f"{SHOP}en?lang=en"
    assert linkset_of(house, AT_LOT)[0][f"{VOC}defaultLink"] == [{"href": SHOP, "title": "酸奶"}]
    assert len(linkset_of(house, AT_LOT)[0][f"{VOC}defaultLinkMulti"]) == 2


# ---------------------------------------------------------------- what is known


@pytest.mark.parametrize("accept", [HTML, "application/json"])
@pytest.mark.parametrize("query", ["", "?linkType=linkset", "?linkType=gs1:pip"])
def test_a_code_that_nobody_knows_is_a_404(house: House, query: str, accept: str) -> None:
    response = ask(house, AT_LOT + query, accept=accept)

    assert response.status_code == 404
    is_page = accept == HTML
    assert response.mimetype == ("text/html" if is_page else "application/problem+json")


def test_a_place_of_which_nothing_is_recorded_shows_the_links_of_its_owner(house: House) -> None:
    uri = "https://id.gs1.org/414/6901234567892"
    body = {"party_id": str(house.party_id), "uri": uri, "name_zh": "店"}
    house.ask("POST", "/api/v1/sites", role="operator", json=body)
    keep(house, uri, link_type="gs1:openingHoursInfo", href=SHOP, title="营业时间")

    page = ask(house, "/414/6901234567892", accept=HTML)
    led = ask(house, "/414/6901234567892/254/A?linkType=gs1:openingHoursInfo")

    assert page.status_code == 200
    assert "营业时间" in page.text
    assert led.status_code == 307


def test_a_linked_product_without_a_record_is_a_product(house: House) -> None:
    register(house)

    assert ask(house, AT_PRODUCT).status_code == 200
    assert linkset_of(house, AT_PRODUCT)[0]["itemDescription"] == "酸奶"
