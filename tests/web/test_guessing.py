"""Who asks for serials that nobody issued is refused after a few, whatever is asked of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from werkzeug.test import TestResponse

from tests.parties.samples import gtin_uri
from tests.web.house import House, open_house
from tests.web.issuing_world import activation, at, codes_of, made, new_block, new_site, send
from tests.web.resolver_world import BROWSER, LINKSET, keep
from tests.web.scan_world import PHONE

LIMIT = 5
AT_PRODUCT: Final = gtin_uri(1).removeprefix("https://id.gs1.org")
HTML: Final = BROWSER["Accept"]

# What is asked of a serial: what stands before its path and behind it, `Accept`, the status.
WAYS: Final = {
    "its page": ("", "?lang=zh", HTML, 200),
    "the ledger's page": ("/page", "", HTML, 200),
    "the default by its name": ("", "?linkType=gs1:defaultLink", HTML, 200),
    "all links": ("", "?linkType=linkset", "*/*", 200),
    "all links as a page": ("", "?linkType=all", HTML, 200),
    "all links by the header": ("", "", LINKSET, 200),
    "all links as JSON": ("", "", "application/json", 200),
    "all links as JSON-LD": ("", "", "application/ld+json", 200),
    "a link of the ledger": ("", "?linkType=gs1:pip", "*/*", 307),
    "a link of the owner": ("", "?linkType=gs1:recipeInfo", "*/*", 307),
    "one of several links": ("", "?linkType=gs1:faqs", "*/*", 300),
    "a link that is not there": ("", "?linkType=gs1:traceability", "*/*", 404),
}


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path) -> Iterator[House]:
    """Give a house that issued serials of a product with links, two of them in use."""
    house = open_house(sqlite_url, tmp_path / "data", misses_minute_max=LIMIT)
    block = new_block(house, count=20)
    made(send(house, "POST", at(block, "/activations"), activation(new_site(house), 1, 2)))
    keep(house, gtin_uri(1), link_type="gs1:recipeInfo", href="https://maker.example/recipes")
    for name in ("first", "second"):
        keep(house, gtin_uri(1), link_type="gs1:faqs", href=f"https://maker.example/{name}")
    yield house
    house.services.engine.dispose()


def made_up(number: int) -> str:
    return f"{AT_PRODUCT}/21/{'ABCDEFGHJKMNPQRS'[number] * 12}"


def real(house: House) -> list[str]:
    (block,) = send(house, "GET", "/api/v1/code-blocks").get_json()["items"]
    return [f"{AT_PRODUCT}/21/{code['code']}" for code in codes_of(house, block)]


def open_path(house: House, path: str, accept: str, method: str = "GET") -> TestResponse:
    headers = {"Accept": accept, "User-Agent": PHONE}
    return house.client.open(path, method=method, headers=headers)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("way", WAYS)
def test_a_guess_is_a_miss_whatever_is_asked_of_it(shop: House, way: str, method: str) -> None:
    before, behind, accept, status = WAYS[way]

    answers = [
        open_path(shop, before + made_up(number) + behind, accept, method).status_code
        for number in range(LIMIT + 3)
    ]

    # The first miss of an address is free in each process.
    assert answers == [status] * (LIMIT + 1) + [429, 429]


def test_a_guess_that_its_owner_leads_elsewhere_is_a_miss_too(shop: House) -> None:
    keep(shop, gtin_uri(1), href="https://maker.example/", is_default=True)

    # Each twice: what was answered a moment ago is asked for again.
    answers = [
        open_path(shop, made_up(number // 2), HTML).status_code for number in range(LIMIT + 3)
    ]

    assert answers == [307] * (LIMIT + 1) + [429, 429]


def test_a_serial_that_is_typed_beside_its_bar_code_is_a_guess_as_well(shop: House) -> None:
    gtin = AT_PRODUCT.removeprefix("/01/")
    answers = [
        open_path(shop, f"/t/{gtin}%20{made_up(number)[-12:]}", HTML).status_code
        for number in range(LIMIT + 3)
    ]

    assert answers == [307] * (LIMIT + 1) + [429, 429]


@pytest.mark.parametrize("is_led_away", [False, True])
@pytest.mark.parametrize("way", [way for way, (*_, status) in WAYS.items() if status != 404])
def test_who_asks_the_same_of_real_serials_is_never_refused(
    shop: House, way: str, is_led_away: bool
) -> None:
    before, behind, accept, _ = WAYS[way]
    if is_led_away:
        keep(shop, gtin_uri(1), href="https://maker.example/", is_default=True)

    answers = {open_path(shop, before + path + behind, accept).status_code for path in real(shop)}

    assert 429 not in answers
