"""A code in any written form finds the same events: by query, by proof of history, by page."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest

from codes.gs1.compression import compress
from tests.instances import at, observation
from tests.web.epcis_world import check, get, post_document, seal_now
from tests.web.house import House

DRUG = "83857930000879766660"
PESTICIDE = "10929272001483920175566201948371"

# A thing: the forms an event may carry, and those that somebody may ask with.
THINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "epcList": (
        (
            "https://id.gs1.org/01/06901234567892/21/S1",
            "https://brand.example/p/01/06901234567892/10/L1/21/S1?17=261231",
            "HTTP://X.CN/01/06901234567892/21/S1",
            "urn:epc:id:sgtin:6901234.056789.S1",
        ),
        (
            "(01)06901234567892(21)S1",
            "(01)06901234567892(10)L1(21)S1",
            "（01）06901234567892（21）S1",
            "010690123456789221S1",
            "]d2010690123456789221S1",
            compress("https://brand.example/p/01/06901234567892/21/S1"),
            compress("https://id.gs1.org/01/06901234567892/21/S1", keep_key=True),
            "http://brand.example/gtin/06901234567892/ser/S1",
            "https://brand.example/p?gtin=6901234567892&sn=S1",
        ),
    ),
    "sscc": (
        ("urn:epc:id:sscc:0614141.1234567890", "https://x.cn/00/106141412345678908"),
        ("106141412345678908", "(00)106141412345678908"),
    ),
    "drug": (
        (f"urn:suxin:drug-trace:{DRUG}",),
        (
            DRUG,
            "8385793-0000879766660",
            "8385 7930 0008 7976 6660",
            "８３８５７９３００００８７９７６６６６０",
            f"https://trace.example/q?code={DRUG}",
        ),
    ),
    "pesticide": (
        (f"urn:suxin:pesticide:{PESTICIDE}",),
        (PESTICIDE, f"https://maker.example/t?id={PESTICIDE}"),
    ),
}
CLASSES: tuple[tuple[str, ...], tuple[str, ...]] = (
    (
        "https://id.gs1.org/01/06901234567892/10/L1",
        "https://shop.example/01/06901234567892/22/V/10/L1",
        "urn:epc:class:lgtin:6901234.056789.L1",
    ),
    (
        "(01)06901234567892(10)L1",
        "(01)06901234567892(17)261231(10)L1",
        compress("https://shop.example/01/06901234567892/10/L1"),
        "http://brand.example/gtin/06901234567892/bat/L1",
    ),
)
TRADE_ITEM: tuple[str, ...] = (
    "6901234567892",
    "06901234567892",
    "(01)06901234567892",
    "https://shop.example/01/06901234567892",
    "urn:epc:idpat:sgtin:6901234.056789.*",
)


def found(house: House, **asked: str) -> list[str]:
    answer = get(house, f"/epcis/events?{urlencode(asked)}")
    assert answer.status_code == 200, (asked, answer.get_data(as_text=True))
    events: list[dict[str, Any]] = answer.get_json()["epcisBody"]["queryResults"]["resultsBody"][
        "eventList"
    ]
    return sorted(event["eventTime"] for event in events)


def captured(house: House, events: list[dict[str, Any]]) -> list[str]:
    """Capture one event for each form and return their times."""
    answer = post_document(house, *events)
    assert answer.status_code == 202, answer.get_data(as_text=True)
    return sorted(event["eventTime"] for event in events)


@pytest.mark.parametrize("thing", sorted(THINGS))
def test_a_thing_is_found_by_every_form_whatever_its_events_carry(house: House, thing: str) -> None:
    carried, written = THINGS[thing]
    events = [observation(form, eventTime=at(n)) for n, form in enumerate(carried)]

    times = captured(house, events)

    for form in (*carried, *written):
        assert found(house, MATCH_anyEPC=form) == times, form
        assert found(house, MATCH_epc=form) == times, form
    assert check(house)


def test_a_lot_is_found_by_every_form_whatever_its_events_carry(house: House) -> None:
    carried, written = CLASSES
    events = [
        observation(
            "", epcList=None, eventTime=at(n), quantityList=[{"epcClass": form, "quantity": 1}]
        )
        for n, form in enumerate(carried)
    ]

    times = captured(house, events)

    for form in (*carried, *written):
        assert found(house, MATCH_anyEPCClass=form) == times, form
    assert check(house)


def test_a_trade_item_and_a_place_are_found_by_their_digits(house: House) -> None:
    places = ("https://id.gs1.org/414/6901234000016", "urn:epc:id:sgln:6901234.00001.0")
    items = TRADE_ITEM[3:]
    events = [
        observation(
            "",
            epcList=None,
            eventTime=at(n),
            quantityList=[{"epcClass": items[n % len(items)], "quantity": 1}],
            bizLocation={"id": place},
            readPoint={"id": place},
        )
        for n, place in enumerate(places)
    ]

    times = captured(house, events)

    for form in TRADE_ITEM:
        assert found(house, MATCH_epcClass=form) == times, form
    for form in ("6901234000016", "(414)6901234000016", "https://x.cn/414/6901234000016", *places):
        assert found(house, EQ_bizLocation=form) == times, form
        assert found(house, EQ_readPoint=form) == times, form
    assert check(house)


def test_the_history_and_the_page_of_a_thing_are_the_same_by_every_form(house: House) -> None:
    for n, thing in enumerate(sorted(THINGS)):
        carried, _ = THINGS[thing]
        captured(house, [observation(form, eventTime=at(n)) for form in carried[:1]])
    seal_now(house)

    for thing in sorted(THINGS):
        carried, written = THINGS[thing]
        proofs, pages = set(), set()
        for form in (*carried, *written):
            proof = house.ask("GET", f"/ledger/bundle?code={quote(form, safe='')}")
            page = house.client.get(
                f"/t/?{urlencode({'code': form, 'lang': 'en'})}", follow_redirects=True
            )
            assert (proof.status_code, page.status_code) == (200, 200), form
            proofs.add(proof.get_data())
            pages.add(page.request.path if "/01/" in page.request.path else thing)
        assert len(proofs) == len(pages) == 1, thing
    assert check(house)
