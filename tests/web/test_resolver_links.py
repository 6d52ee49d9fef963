"""The links of a code over HTTP: its linkset, one link of a type, and a choice between several."""

import json

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
)

SHOP = "https://shop.example/"
HTML = BROWSER["Accept"]

RECALLED = event(LOT, 30, disposition="recalled", bizStep="holding")
LIFTED = event(LOT, 31, persistentDisposition={"unset": ["recalled"]})
VOID = event(SERIAL, 30, "DELETE", bizStep="decommissioning", disposition="inactive")
SOLD = event(SERIAL, 30, bizStep="retail_selling", disposition="retail_sold")
STOLEN = event(SERIAL, 30, disposition="stolen")


# ---------------------------------------------------------------- the linkset


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        ("?linkType=linkset", "*/*", LINKSET),
        ("?linkType=linkset", None, LINKSET),
        ("?linkType=all", "*/*", LINKSET),
        ("?linkType=linkset", "application/json", "application/json"),
        ("?linkType=linkset&mediaType=application%2Flinkset%2Bjson", HTML, LINKSET),
        ("", LINKSET, LINKSET),
        ("", "application/json", "application/json"),
        ("", "application/ld+json", "application/ld+json"),
        ("", "text/html;q=0.5, application/linkset+json", LINKSET),
        ("?linkType=gs1:pip", LINKSET, LINKSET),
    ],
)
def test_the_linkset_is_what_was_asked_for(
    house: House, query: str, accept: str | None, content_type: str
) -> None:
    make_goods(house)
    keep(house, is_default=True, href=SHOP)

    response = ask(house, AT_LOT + query, accept=accept)

    assert (response.status_code, response.content_type) == (200, content_type)
    document = json.loads(response.get_data())
    assert ("@context" in document) is (content_type == "application/ld+json")
    assert document["linkset"][0]["anchor"] == ROOT + AT_LOT
    context = links_of(response)["http://www.w3.org/ns/json-ld#context"]
    assert context == "https://ref.gs1.org/standards/resolver/linkset-context"


def test_a_linkset_has_one_default_with_a_title_alone_and_full_names_of_types(
    house: House,
) -> None:
    make_goods(house)
    keep(house, LOT, link_type="gs1:safetyInfo", href=SHOP, language="zh-Hans-CN", title="安全")

    first = linkset_of(house, AT_LOT)[0]

    assert first["itemDescription"] == "酸奶"
    assert first[f"{VOC}defaultLink"] == [{"href": f"{ROOT}/page{AT_LOT}", "title": "溯信产品页"}]
    assert first[f"{VOC}safetyInfo"] == [{"href": SHOP, "title": "安全", "hreflang": ["zh-CN"]}]
    for kind, targets in first.items():
        if kind not in ("anchor", "itemDescription"):
            assert kind.startswith(VOC)
            assert all(target["href"] and target["title"] for target in targets)


def test_a_linkset_holds_the_links_of_every_level(house: House) -> None:
    make_goods(house)
    for uri, name in ((PRODUCT, "product"), (LOT, "lot"), (SERIAL, "item")):
        keep(house, uri, link_type="gs1:instructions", href=SHOP + name)

    members = linkset_of(house, AT_ALL)

    assert [member["anchor"] for member in members] == [
        ROOT + path for path in (AT_ALL, AT_LOT, AT_PRODUCT)
    ]
    found = [member[f"{VOC}instructions"][0]["href"] for member in members]
    assert found == [f"{SHOP}item", f"{SHOP}lot", f"{SHOP}product"]


def test_an_item_has_the_links_of_the_lot_that_the_ledger_knows_it_to_be_of(
    house: House,
) -> None:
    make_goods(house)
    keep(house, LOT, link_type="gs1:certificationInfo", href=SHOP)

    members = linkset_of(house, AT_SERIAL)

    assert members[1]["anchor"] == ROOT + AT_LOT
    assert (
        ask(house, f"{AT_SERIAL}?linkType=gs1:certificationInfo")
        .headers["Location"]
        .startswith(SHOP)
    )


def test_the_ledger_has_links_of_its_own_for_what_it_knows(house: House) -> None:
    make_goods(house)

    known = linkset_of(house, AT_LOT)[0]
    unrecorded = linkset_of(house, f"/01/{GTIN}/10/L9")[0]

    assert {kind.removeprefix(VOC) for kind in known} >= {
        "pip",
        "traceability",
        "epcis",
        "verificationService",
    }
    assert f"{VOC}recallStatus" not in known
    code = LOT.replace(":", "%3A").replace("/", "%2F")
    assert known[f"{VOC}epcis"][0]["href"] == f"{ROOT}/epcis/events?MATCH_anyEPC={code}"
    bundle = known[f"{VOC}verificationService"][0]["href"]
    assert bundle == f"{ROOT}/ledger/bundle?code={code}"
    assert f"{VOC}traceability" not in unrecorded


@pytest.mark.parametrize("kind", ["pip", "traceability", "epcis", "verificationService"])
def test_a_link_of_the_ledger_leads_to_something_that_answers(house: House, kind: str) -> None:
    make_goods(house)

    response = ask(house, f"{AT_LOT}?linkType=gs1:{kind}&from=label")
    target = response.headers["Location"].partition("#")[0]
    found = house.ask("GET", target, role="auditor")

    assert response.status_code == 307
    # Its proof is there as soon as the next checkpoint is signed.
    assert found.status_code == (404 if kind == "verificationService" else 200)
    assert "from=" not in target


def test_a_recall_is_a_link_at_once_and_every_redirect_tells_of_it(house: House) -> None:
    make_goods(house)
    keep(house, href=SHOP)
    record(house, RECALLED)

    first = linkset_of(house, AT_LOT)[0]
    led = ask(house, f"{AT_LOT}?linkType=gs1:pip")

    assert first[f"{VOC}recallStatus"][0]["href"] == f"{ROOT}/page{AT_LOT}"
    assert first[f"{VOC}defaultLink"][0]["href"] == f"{ROOT}/page{AT_LOT}"
    assert led.headers["Location"].startswith(SHOP)
    assert links_of(led)[f"{VOC}recallStatus"] == f"{ROOT}/page{AT_LOT}"


def test_a_void_code_has_no_links_of_its_owner_and_no_name(house: House) -> None:
    make_goods(house)
    keep(house, is_default=True, href=SHOP)
    record(house, VOID)

    members = linkset_of(house, AT_SERIAL)

    assert SHOP not in json.dumps(members)
    assert "itemDescription" not in members[0]
    assert ask(house, f"{AT_SERIAL}?linkType=gs1:pip").headers["Location"] == f"/page{AT_SERIAL}"


def test_an_owners_link_takes_the_place_of_the_ledgers_of_that_type(house: House) -> None:
    make_goods(house)
    keep(house, link_type="gs1:pip", href=SHOP)

    first, *rest = linkset_of(house, AT_LOT)

    assert f"{VOC}pip" not in first
    assert rest[0][f"{VOC}pip"][0]["href"] == SHOP
    assert first[f"{VOC}traceability"]


def test_a_browser_gets_the_linkset_as_a_page(house: House) -> None:
    make_goods(house)
    keep(house, link_type="gs1:recipeInfo", href=f"{SHOP}recipes", title="<b>食谱</b>")

    response = ask(house, f"{AT_LOT}?linkType=linkset", accept=HTML, accept_language="en")

    assert (response.status_code, response.mimetype) == (200, "text/html")
    assert "shop.example" in response.text
    assert "&lt;b&gt;食谱" in response.text


# ---------------------------------------------------------------- one type of link


@pytest.mark.parametrize(
    "spelled",
    [
        "gs1:pip",
        "GS1:PIP",
        "pip",
        "https%3A%2F%2Fref.gs1.org%2Fvoc%2Fpip",
        "https://gs1.org/voc/pip",
        "http://www.gs1.org/voc/pip",
    ],
)
def test_a_type_is_understood_in_every_spelling(house: House, spelled: str) -> None:
    make_goods(house)
    keep(house, href=SHOP)

    response = ask(house, f"{AT_LOT}?linkType={spelled}")

    assert response.status_code == 307
    assert response.headers["Location"] == f"{SHOP}?linkType={spelled}"


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("gs1:sustainabilityInfo", "gs1:productSustainabilityInfo"),
        ("gs1:epcis", "gs1:epcisRepository"),
    ],
)
def test_a_type_is_found_by_its_former_and_newer_names(house: House, kept: str, asked: str) -> None:
    make_goods(house)
    keep(house, link_type=kept, href=SHOP)

    assert ask(house, f"{AT_LOT}?linkType={asked}").headers["Location"].startswith(SHOP)


def test_the_default_may_be_asked_for_by_its_type(house: House) -> None:
    make_goods(house)
    keep(house, is_default=True, href=SHOP)

    response = ask(house, f"{AT_LOT}?linkType=gs1:defaultLink")

    assert response.headers["Location"] == f"{SHOP}?linkType=gs1:defaultLink"


@pytest.mark.parametrize(
    ("query", "headers", "chosen"),
    [
        ("", {"accept_language": "zh-CN,zh;q=0.9"}, "zh"),
        ("", {"accept_language": "en-US,en;q=0.5", "accept": HTML}, "en"),
        ("", {"accept_language": "ko, en;q=0.1", "accept": HTML}, "en"),
        ("", {"accept_language": "ko"}, "zh"),
        ("", {}, "zh"),
        ("", {"accept_language": "en", "accept": "application/pdf"}, "pdf"),
        ("", {"accept_language": "en", "accept": "text/html, */*;q=0.1"}, "en"),
        ("&lang=en", {"accept_language": "zh", "accept": HTML}, "en"),
        ("&mediaType=application/pdf", {}, "pdf"),
    ],
)
def test_the_best_link_is_chosen_by_language_and_media_type(
    house: House, query: str, headers: dict[str, str], chosen: str
) -> None:
    make_goods(house)
    manual = {"link_type": "gs1:instructions"}
    keep(house, **manual, href=f"{SHOP}zh", language="zh-CN", media_type="text/html")
    keep(house, **manual, href=f"{SHOP}en", language="en", media_type="text/html")
    keep(house, **manual, href=f"{SHOP}pdf", language="en", media_type="application/pdf")

    response = ask(house, f"{AT_LOT}?linkType=gs1:instructions{query}", **headers)

    assert response.headers["Location"].partition("?")[0] == SHOP + chosen


def test_links_that_nothing_tells_apart_are_a_question(house: House) -> None:
    make_goods(house)
    for name in ("first", "second"):
        keep(house, link_type="gs1:certificationInfo", href=SHOP + name, title=name)
    keep(house, link_type="gs1:certificationInfo", href=f"{SHOP}third", language="fr")
    path = f"{AT_LOT}?linkType=gs1:certificationInfo"

    page = ask(house, path, accept=HTML)
    data = ask(house, path, accept="application/json")

    assert (page.status_code, page.mimetype) == (300, "text/html")
    assert "Location" not in page.headers
    assert (data.status_code, data.content_type) == (300, LINKSET)
    (member,) = json.loads(data.get_data())["linkset"]
    found = [target["href"] for target in member[f"{VOC}certificationInfo"]]
    assert found == [f"{SHOP}first", f"{SHOP}second"]
    assert all(href in page.text for href in found)


def test_the_default_wins_over_what_is_as_good(house: House) -> None:
    make_goods(house)
    for name in ("first", "second"):
        keep(house, link_type="gs1:faqs", href=SHOP + name, is_default=name == "second")

    led = ask(house, f"{AT_LOT}?linkType=gs1:faqs").headers["Location"]

    assert led.startswith(f"{SHOP}second")


@pytest.mark.parametrize("kind", ["gs1:nosuchlt", "gs1:faqs", "x%00%3Cscript%3E", "linkset2"])
def test_a_type_without_a_link_is_a_404_that_says_what_there_is(house: House, kind: str) -> None:
    make_goods(house)
    keep(house, link_type="gs1:recipeInfo", href=SHOP, title="食谱")

    page = ask(house, f"{AT_LOT}?linkType={kind}", accept=HTML)
    data = ask(house, f"{AT_LOT}?linkType={kind}", accept="application/json")

    assert (page.status_code, data.status_code) == (404, 404)
    assert "食谱" in page.text
    assert "<script>" not in page.text
    assert data.content_type == "application/problem+json"
    (problem,) = json.loads(data.get_data())["errors"]
    assert problem["path"] == "linkType"
    assert "gs1:recipeInfo" in problem["message"]
