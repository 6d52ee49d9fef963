"""Nobody changes what consumers see of goods in which he has no standing."""

from trace.history import History, history
from trace.walk import WalkLimits
from typing import Any

import pytest

from base.db import reading, transaction
from base.errors import Forbidden
from parties.actors import ANONYMOUS
from parties.drafts import ProductDraft
from parties.register import register_product
from tests.instances import Installation, at, lot, observation, serial
from tests.parties.samples import gs1
from web.page_source import directory_of
from web.pages.model import ScanView
from web.pages.scan_view import build_scan_view

LIMITS = WalkLimits(events_max=1000, depth_max=64)
CUP_GTIN, MILK_GTIN = "06901234567892", "06901234567885"
CUP, MILK = serial(1, CUP_GTIN), lot("M1", MILK_GTIN)
CASE = "https://id.gs1.org/00/" + gs1("06901234500000001")
STRANGERS_CASE = "https://id.gs1.org/00/" + gs1("06901234500000009")


@pytest.fixture
def shop_front(installation: Installation) -> Installation:
    """A registered maker's cup, made of a farm's milk, packed and handed to a shop."""
    for name, gtin in (("maker", CUP_GTIN), ("farm", MILK_GTIN)):
        party_id = installation.party(name).party_id
        assert party_id is not None
        uri = f"https://id.gs1.org/01/{gtin}"
        draft = ProductDraft(party_id=party_id, uri=uri, name_zh=name)
        with transaction(installation.engine) as connection:
            register_product(connection, draft, now=installation.clock.now())
        installation.desk.owners.forget(uri)
    installation.capture("farm", _milk(0, bizStep="collecting"))
    making = {
        "type": "TransformationEvent",
        "eventTime": at(10),
        "eventTimeZoneOffset": "+08:00",
        "bizStep": "commissioning",
        "inputQuantityList": [{"epcClass": MILK, "quantity": 8, "uom": "KGM"}],
        "outputEPCList": [CUP],
        "ilmd": {"cbvmda:lotNumber": "L1", "cbvmda:itemExpirationDate": "2099-12-31"},
    }
    installation.capture("maker", making)
    place = {"type": "possessing_party", "destination": installation.site_of("shop")}
    installation.capture("maker", _packing(20, CASE, CUP, destinationList=[place]))
    installation.capture("shop", _packing(30, CASE, action="DELETE"))
    installation.capture("shop", _cup(40, bizStep="stocking"))
    return installation


def _cup(minute: int, item: str = CUP, **more: Any) -> dict[str, Any]:
    return observation(item, eventTime=at(minute), **more)


def _milk(minute: int, **more: Any) -> dict[str, Any]:
    named = [{"epcClass": MILK, "quantity": 8, "uom": "KGM"}]
    return observation("", eventTime=at(minute), epcList=None, quantityList=named, **more)


def _packing(
    minute: int, parent: str, *children: str, action: str = "ADD", **more: Any
) -> dict[str, Any]:
    event = {
        "type": "AggregationEvent",
        "eventTime": at(minute),
        "eventTimeZoneOffset": "+08:00",
        "action": action,
        "parentID": parent,
        "childEPCs": list(children),
        **more,
    }
    return {name: value for name, value in event.items() if value != []}


def _history(installation: Installation, limits: WalkLimits = LIMITS) -> History:
    with reading(installation.engine) as connection:
        return history(connection, 1, CUP, ANONYMOUS, limits)


def _page(installation: Installation, limits: WalkLimits = LIMITS) -> ScanView:
    found = _history(installation, limits)
    with reading(installation.engine) as connection:
        directory = directory_of(connection, found)
    return build_scan_view(found, directory, "zh", installation.clock.now().date())


def _notices(installation: Installation) -> set[str]:
    return {notice.kind for notice in _page(installation).notices}


def test_the_chain_of_hands_speaks_for_the_cup(shop_front: Installation) -> None:
    found = _history(shop_front)

    assert [step.relation for step in found.steps] == ["input", "self", "self", "self"]
    assert found.unheard == 0
    shop_front.capture("shop", _cup(50, disposition="recalled"))
    assert _notices(shop_front) == {"recalled"}
    shop_front.check()


@pytest.mark.parametrize(
    "claim",
    [
        {"disposition": "recalled"},
        {"action": "DELETE", "bizStep": "decommissioning"},
        {"action": "DELETE", "bizStep": "destroying", "disposition": "destroyed"},
        {"disposition": "stolen"},
        {"persistentDisposition": {"set": ["recalled"]}},
        {"sx:testItem": "coliform", "sx:testResult": "不合格"},
    ],
)
def test_a_stranger_puts_no_notice_on_a_page(
    shop_front: Installation, claim: dict[str, Any]
) -> None:
    before = _page(shop_front)

    shop_front.capture("rival", _cup(60, **claim))

    after = _page(shop_front)
    assert after.notices == before.notices
    assert after.makers == before.makers
    assert after.chain == before.chain
    assert _history(shop_front).unheard == 1
    shop_front.check()


def test_a_stranger_lifts_no_recall_and_neither_does_a_shop(shop_front: Installation) -> None:
    lift: dict[str, Any] = {"persistentDisposition": {"unset": ["recalled"]}}
    shop_front.capture("maker", _cup(60, persistentDisposition={"set": ["recalled"]}))

    shop_front.capture("rival", _cup(61, **lift))
    shop_front.capture("shop", _cup(62, **lift))
    assert _notices(shop_front) == {"recalled"}

    shop_front.capture("maker", _cup(63, **lift))
    assert _notices(shop_front) == set()
    shop_front.check()


@pytest.mark.parametrize("step", ["inspecting", "receiving", "commissioning"])
def test_a_stranger_gives_no_lot_and_no_date_whatever_it_calls_the_step(
    shop_front: Installation, step: str
) -> None:
    event = _cup(60, action="ADD", bizStep=step, ilmd={"cbvmda:lotNumber": "EVIL"})

    with pytest.raises(Forbidden):
        shop_front.capture("rival", event)

    assert _page(shop_front).identity.lot == "L1"
    shop_front.check()


def test_a_stranger_packs_and_unpacks_nothing_of_others(shop_front: Installation) -> None:
    shop_front.capture("rival", _packing(45, STRANGERS_CASE, CUP))
    shop_front.capture("rival", _cup(46, STRANGERS_CASE, disposition="recalled"))
    # The case is on the road from 20 to 30; the stranger says that it was emptied at 21.
    shop_front.capture("rival", _packing(21, CASE, action="DELETE"))
    shop_front.capture("maker", _cup(25, CASE, disposition="recalled"))

    assert _notices(shop_front) == {"recalled"}
    assert [step.event["eventTime"] for step in _history(shop_front).steps if step.seq > 8] == [
        at(25)
    ]
    shop_front.check()


def test_a_number_taken_before_its_time_gives_no_standing(shop_front: Installation) -> None:
    other, case = serial(2, CUP_GTIN), "https://id.gs1.org/00/" + gs1("06901234500000005")
    shop_front.capture("rival", _packing(1, case, STRANGERS_CASE))
    shop_front.capture("maker", _cup(50, other, action="ADD", bizStep="commissioning"))
    shop_front.capture("maker", _packing(51, case, other))

    shop_front.capture("rival", _cup(52, case, disposition="recalled"))

    with reading(shop_front.engine) as connection:
        found = history(connection, 1, other, ANONYMOUS, LIMITS)
    assert [step.event["eventTime"] for step in found.steps] == [at(50), at(51)]
    shop_front.check()


def test_an_ingredient_recalled_after_its_use_reaches_the_consumer(
    shop_front: Installation,
) -> None:
    shop_front.capture("farm", _milk(70, bizStep="holding"))
    assert _notices(shop_front) == set()

    shop_front.capture("farm", _milk(71, disposition="recalled"))

    assert _notices(shop_front) == {"input_recalled"}
    shop_front.check()


def test_a_warning_is_told_however_long_the_history_is(shop_front: Installation) -> None:
    for minute in range(41, 55):
        shop_front.capture("shop", _cup(minute, bizStep="holding"))
    shop_front.capture("maker", _cup(60, disposition="recalled"))

    page = _page(shop_front, WalkLimits(events_max=6, depth_max=64))

    assert {notice.kind for notice in page.notices} == {"recalled", "truncated"}
    shop_front.check()


def test_the_same_words_of_two_recorders_are_two_statements(shop_front: Installation) -> None:
    size = shop_front.check()

    first = shop_front.capture("rival", _milk(80))
    second = shop_front.capture("farm", _milk(80))

    assert (first.count, second.count) == (1, 1)
    assert shop_front.check() == size + 2
