"""The addresses of the resolver: every key, every method, every spelling, and nothing beside it."""

import json
from pathlib import Path

import pytest
from flask import Flask

from codes.gs1.compression import compress
from codes.gs1.digital_link import KEYS
from codes.schemes.suxin_serial import serial_of_number
from tests.parties.samples import gs1
from tests.web.house import House, open_house
from tests.web.resolver_world import (
    AT_ALL,
    AT_LOT,
    AT_PRODUCT,
    BROWSER,
    GTIN,
    LINKSET,
    PRODUCT,
    ROOT,
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

SHOP = "https://shop.example/"
HTML = BROWSER["Accept"]
GLN = "6901234567892"
GSRN = gs1("69012345678901234")

# One path of each key with all its qualifiers, and one that breaks a rule of the same key.
PATHS = {
    "00": (f"/00/{gs1('06901234567890123')}", "/00/069012345678901239"),
    "01": (f"/01/{GTIN}/22/V1/10/L1/21/S1", f"/01/{GTIN}/21/S1/10/L1"),
    "253": (f"/253/{GLN}DOC-1", "/253/6901234567893DOC-1"),
    "255": (f"/255/{GLN}0001", f"/255/{GLN}A"),
    "401": ("/401/6901234GINC-1", "/401/1"),
    "402": (f"/402/{gs1('6901234567890123')}", "/402/69012345678901239"),
    "414": (f"/414/{GLN}/254/D1", "/414/6901234567893"),
    "415": (f"/415/{GLN}/8020/REF1", f"/415/{GLN}"),
    "417": (f"/417/{GLN}", f"/417/{GLN}/254/D1"),
    "8003": (f"/8003/0{GLN}A1", "/8003/06901234567893A1"),
    "8004": ("/8004/6901234A1", "/8004/1"),
    "8006": (f"/8006/{GTIN}0102/10/L1/21/S1", f"/8006/{GTIN}0302"),
    "8010": ("/8010/6901234A1/8011/7", "/8010/6901234A1/8011/x"),
    "8013": ("/8013/1987654Ad4X4bL5ttr2310c2K", "/8013/1987654Ad4X4bL5ttr2310c2L"),
    "8017": (f"/8017/{GSRN}", "/8017/690123456789012348"),
    "8018": (f"/8018/{GSRN}/8019/1", f"/8018/{GSRN}/8019/x"),
}


def test_the_table_of_paths_has_every_key() -> None:
    assert PATHS.keys() == KEYS


@pytest.mark.parametrize("key", sorted(PATHS))
def test_each_key_is_read_with_its_qualifiers(sqlite_house: House, key: str) -> None:
    sound, broken = PATHS[key]

    unknown = ask(sqlite_house, sound, accept=HTML)
    page = ask(sqlite_house, broken, accept=HTML)
    data = ask(sqlite_house, broken, accept=LINKSET)

    assert (unknown.status_code, unknown.mimetype) == (404, "text/html")
    assert (page.status_code, page.mimetype) == (400, "text/html")
    assert "没有读对" in page.text
    assert (data.status_code, data.content_type) == (400, "application/problem+json")
    assert json.loads(data.get_data())["errors"][0]["code"]


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        (f"/01/{GTIN}/foo", "no_key"),
        (f"/01/{GTIN}/10/L1/foo", "no_key"),
        (f"/01/{GTIN}/99/ABC", "qualifiers"),
        (f"/01/{GTIN}/17/261231", "qualifiers"),
        (f"/01/{GTIN[1:]}", "length"),
        (f"/01/{GTIN}/10/{'L' * 21}", "length"),
        (f"/01/{GTIN}/10/%E6%89%B9", "charset"),
        (f"/01/{GTIN}/10/%00", "charset"),
        (f"/01/{GTIN}?17=261331", "date"),
        (f"/01/{GTIN}?9999=1", "unknown_ai"),
        (f"/01/{GTIN}?10=L1&10=L2", "attribute"),
        (f"/01/{GTIN}?3103=000195&3103=000196", "repeated_ai"),
        (f"/01/{GTIN}/10/" + "9" * 3000, "too_long"),
    ],
)
def test_a_link_that_breaks_a_rule_is_a_400_that_names_it(
    sqlite_house: House, path: str, rule: str
) -> None:
    register(sqlite_house)

    data = ask(sqlite_house, path, accept="application/json")
    page = ask(sqlite_house, path)

    assert (data.status_code, page.status_code) == (400, 400)
    assert json.loads(data.get_data())["errors"][0]["code"] == rule


def test_a_link_of_a_wrong_shape_and_a_mistyped_one_are_told_apart(sqlite_house: House) -> None:
    shape = ask(sqlite_house, f"/01/{GTIN}/21/S1/10/L1?lang=en").text
    mistyped = ask(sqlite_house, f"/01/{GTIN[:-1]}{(int(GTIN[-1]) + 1) % 10}?lang=en").text

    assert "the code on the label was made wrongly" in shape
    assert "One of its characters was misread or mistyped" in mistyped
    assert f"(01){GTIN}(21)S1(10)L1" in shape


@pytest.mark.parametrize("query", ["", "?linkType=linkset", "?linkType=gs1:pip"])
def test_the_number_of_a_party_is_shown_on_no_page(sqlite_house: House, query: str) -> None:
    page = ask(sqlite_house, f"/417/{GLN}{query}", accept=HTML)

    assert page.status_code == 404
    assert GLN not in page.text


def test_what_has_no_number_for_a_name_is_no_business_of_the_resolver(house: House) -> None:
    make_goods(house)

    for query in ("utm_source=x", "17", "=1", "a=%", "17=261231&utm=1"):
        assert ask(house, f"{AT_LOT}?{query}").status_code == 200, query


def test_a_query_that_is_too_long_is_refused(house: House) -> None:
    make_goods(house)
    keep(house, is_default=True, href=SHOP)
    longest = house.services.settings.resolver_query_chars_max

    assert ask(house, f"{AT_LOT}?{'a' * longest}").status_code == 307
    assert ask(house, f"{AT_LOT}?{'a' * (longest + 1)}").status_code == 414


@pytest.mark.parametrize("path", [AT_PRODUCT, AT_LOT, AT_ALL])
def test_a_slash_at_the_end_changes_nothing(house: House, path: str) -> None:
    make_goods(house)
    pages = [ask(house, path), ask(house, f"{path}/")]
    keep(house, is_default=True, href=SHOP)

    led = [ask(house, path), ask(house, f"{path}/")]

    assert [page.status_code for page in pages] == [200, 200]
    assert [one.headers["Location"] for one in led] == [SHOP, SHOP]


def test_a_slash_inside_a_lot_is_read_where_such_a_lot_is_recorded(house: House) -> None:
    make_goods(house)
    before = ask(house, f"{AT_PRODUCT}/10/A%2F1")
    record(house, event(f"{PRODUCT}/10/A%2F1", 5, "ADD", bizStep="commissioning"))

    found = ask(house, f"{AT_PRODUCT}/10/A%2F1", accept=HTML)
    led = ask(house, f"{AT_PRODUCT}?lot=A%2F1")

    assert before.status_code == 400
    assert found.status_code == 200
    assert "A/1" in found.text
    assert led.headers["Location"] == f"{AT_PRODUCT}/10/A%2F1"


# ---------------------------------------------------------------- methods and origins


@pytest.mark.parametrize(
    ("query", "status"), [("", 307), ("?linkType=linkset", 200), ("?linkType=gs1:faqs", 404)]
)
def test_head_is_get_without_a_body(house: House, query: str, status: int) -> None:
    make_goods(house)
    keep(house, is_default=True, href=SHOP)

    got = ask(house, AT_LOT + query, accept=LINKSET if "linkset" in query else "*/*")
    headed = house.ask("HEAD", AT_LOT + query, headers={"Accept": got.request.headers["Accept"]})

    assert (got.status_code, headed.status_code) == (status, status)
    assert headed.get_data() == b""
    for name in ("Location", "Link", "Access-Control-Allow-Origin", "Content-Type"):
        assert headed.headers.getlist(name) == got.headers.getlist(name), name


@pytest.mark.parametrize("path", [AT_LOT, f"/414/{GLN}", "/.well-known/gs1resolver", "/t/x"])
def test_options_answers_the_question_before_a_request(house: House, path: str) -> None:
    asked = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "accept",
    }

    response = house.ask("OPTIONS", path, headers=asked)

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Accept" in response.headers["Access-Control-Allow-Headers"]
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("query", ["", "?linkType=linkset", "?linkType=gs1:faqs", "?17=991399"])
@pytest.mark.parametrize("accept", [HTML, "application/json"])
def test_every_answer_of_the_resolver_is_open_to_scripts_of_any_origin(
    house: House, query: str, accept: str
) -> None:
    make_goods(house)

    response = ask(house, AT_LOT + query, accept=accept, Origin="https://app.example")

    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Link" in response.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert {"Accept", "Accept-Language"} <= set(response.vary)


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/api/v1/me", "/api/v1/links", "/ledger/key", "/epcis/events", "/no"]
)
def test_nothing_else_is_open_to_other_origins(house: House, path: str) -> None:
    response = ask(house, path, Origin="https://app.example")

    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_code_takes_nothing(house: House, method: str) -> None:
    assert house.ask(method, AT_LOT).status_code == 405


# ---------------------------------------------------------------- compressed links and capitals


@pytest.mark.parametrize("keep_key", [False, True], ids=["whole", "behind its key"])
def test_a_compressed_link_answers_as_the_uncompressed_one(house: House, keep_key: bool) -> None:
    make_goods(house)
    whole = f"{ROOT}{AT_LOT}?17=261231"
    path = compress(whole, keep_key=keep_key).removeprefix(ROOT)

    page = ask(house, path, accept=HTML)
    members = linkset_of(house, f"{path}?linkType=linkset")
    keep(house, is_default=True, href=SHOP)
    led = ask(house, f"{path}?utm=1")

    assert page.status_code == 200
    assert "L1" in page.text
    assert links_of(page)["owl:sameAs"] == whole
    assert links_of(page)["linkset"] == f"{ROOT}{AT_LOT}?linkType=linkset"
    assert members[0]["anchor"] == ROOT + AT_LOT
    assert led.headers["Location"] == f"{SHOP}?17=261231&utm=1"


def test_what_was_compressed_with_a_link_is_part_of_the_request(house: House) -> None:
    make_goods(house)
    path = compress(f"{ROOT}{AT_LOT}?linkType=linkset").removeprefix(ROOT)

    response = ask(house, path)

    assert "linkType" not in path
    assert response.content_type == LINKSET


@pytest.mark.parametrize("word", ["administrator", "wp-content_uploads", "a" * 400, "-" * 12])
def test_a_word_that_is_no_compressed_link_is_no_address(sqlite_house: House, word: str) -> None:
    response = ask(sqlite_house, f"/{word}", accept=HTML)

    assert response.status_code == 404
    assert "没有找到" in response.text


def test_no_address_is_hidden_by_a_compressed_link_or_a_key(sqlite_house: House) -> None:
    app: Flask = sqlite_house.app
    adapter = app.url_map.bind("localhost")
    hidden = []
    for rule in app.url_map.iter_rules():
        if rule.arguments or "GET" not in (rule.methods or ()):
            continue
        endpoint, _ = adapter.match(rule.rule, method="GET")
        if endpoint != rule.endpoint:
            hidden.append(rule.rule)

    assert hidden == []


def test_a_code_of_another_kind_has_links_too(house: House) -> None:
    code = "69012345678901234567"
    register_uri(house, f"urn:suxin:drug-trace:{code}")
    kept = keep(house, code, link_type="gs1:epil", href=SHOP)

    led = ask(house, f"/t/{code}?linkType=gs1:epil")
    members = linkset_of(house, f"/t/{code}")

    assert led.headers["Location"] == f"{SHOP}?linkType=gs1:epil"
    assert members[0]["anchor"] == f"{ROOT}/t/{code}"
    assert members[0][f"{VOC}epil"][0]["href"] == kept["href"]


def test_a_code_in_capitals_is_the_same_code(sqlite_house: House) -> None:
    serial = serial_of_number(7)

    small = ask(sqlite_house, f"/t/{serial}", accept=HTML)
    capital = ask(sqlite_house, f"/T/{serial}", accept=HTML)
    typed = ask(sqlite_house, f"/t/?code=HTTPS://TRACE.EXAMPLE/01/{GTIN}/10/L1")

    assert (small.status_code, capital.status_code) == (404, 404)
    assert serial in capital.text
    where = ask(sqlite_house, typed.headers["Location"]).headers["Location"]
    assert where == f"/01/{GTIN}/10/L1"


# ---------------------------------------------------------------- the description


def test_the_resolver_describes_itself(sqlite_house: House) -> None:
    response = ask(sqlite_house, "/.well-known/gs1resolver")

    document = json.loads(response.get_data())
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert document["resolverRoot"] == ROOT
    assert document["supportedPrimaryKeys"] == sorted(KEYS)
    assert document["supportedLinkType"] == [{"namespace": VOC, "prefix": "gs1:"}]
    assert document["linkTypeDefaultCanBeLinkset"] is False
    assert document["supportedContextValuesEnumerated"] == []
    assert document["contact"] == {"fn": sqlite_house.services.settings.origin}
    # The primary keys of the schema of the standard, 1.2.0.
    allowed = "01 8006 8013 8010 410 411 412 413 414 415 417 8017 8018 255 00 253 401 402 8003 8004"
    assert set(document["supportedPrimaryKeys"]) <= set(allowed.split())


def test_links_carry_the_public_address_of_the_installation(
    sqlite_url: str, tmp_path: Path
) -> None:
    house = open_house(sqlite_url, tmp_path, public_url="https://trace.example")
    make_goods(house)

    first = linkset_of(house, AT_LOT)[0]
    led = ask(house, f"{AT_LOT}?linkType=gs1:pip", Host="evil.example")

    assert first["anchor"] == f"https://trace.example{AT_LOT}"
    assert led.headers["Location"] == f"https://trace.example/page{AT_LOT}"
    house.services.engine.dispose()
