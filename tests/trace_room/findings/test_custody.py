"""Who had the goods, in which order, which step is missing, and how far they went."""

from typing import Any

import pytest

from tests.instances import Installation, at, lot, serial
from tests.trace_room.findings.desk import codes_of, found
from tests.trace_room.findings.goods import RICE, amount, product_of
from tests.trace_room.findings.places import sites_apart
from tests.trace_room.story import PALLET, packing, seen, seen_lot, to

CORN = lot("CORN", "06901234567885")


def made(minute: int, **more: Any) -> dict[str, Any]:
    return seen(minute, serial(1), action="ADD", bizStep="commissioning", **more)


def test_a_stranger_that_sells_the_goods_is_found(installation: Installation) -> None:
    to_shop = to(installation, "shop")
    installation.capture("farm", made(1), seen(2, serial(1), bizStep="shipping", **to_shop))
    installation.capture("shop", seen(4, serial(1), bizStep="receiving"))
    installation.capture("stranger", seen(5, serial(1), bizStep="retail_selling"))

    (one,) = found(installation)

    assert (one.code, one.uri, one.party) == ("not_holder", serial(1), "stranger")
    assert one.details == {"count": 1, "step": "retail_selling"}


def test_whoever_was_handed_the_goods_may_sell_them(installation: Installation) -> None:
    to_shop = to(installation, "shop")
    installation.capture("farm", made(1), seen(2, serial(1), bizStep="shipping", **to_shop))
    installation.capture(
        "shop",
        seen(4, serial(1), bizStep="receiving"),
        seen(5, serial(1), bizStep="retail_selling"),
    )

    assert codes_of(installation) == []


def test_whoever_received_what_was_sent_to_nobody_in_particular_may_sell_it(
    installation: Installation,
) -> None:
    installation.capture("farm", made(1), seen(2, serial(1), bizStep="shipping"))
    installation.capture(
        "shop",
        seen(4, serial(1), bizStep="receiving"),
        seen(5, serial(1), bizStep="retail_selling"),
    )

    assert codes_of(installation) == []


def test_a_late_handing_over_makes_a_holder(installation: Installation) -> None:
    installation.capture("farm", made(1))
    installation.capture("shop", seen(5, serial(1), bizStep="retail_selling"))
    assert codes_of(installation) == ["not_holder"]

    to_shop = to(installation, "shop")
    installation.capture("farm", seen(2, serial(1), bizStep="shipping", **to_shop))
    installation.capture("shop", seen(3, serial(1), bizStep="receiving"))

    assert codes_of(installation) == []


def test_a_receipt_before_the_shipment_is_found(installation: Installation) -> None:
    to_shop = to(installation, "shop")
    installation.capture("farm", made(1), seen(30, serial(1), bizStep="shipping", **to_shop))
    installation.capture("shop", seen(14, serial(1), bizStep="receiving"))

    (one,) = found(installation)

    assert (one.code, one.party, one.details) == ("receive_before_ship", "shop", {"minutes": 16})


def test_clocks_may_be_a_quarter_of_an_hour_apart(installation: Installation) -> None:
    to_shop = to(installation, "shop")
    installation.capture("farm", made(1), seen(30, serial(1), bizStep="shipping", **to_shop))
    installation.capture("shop", seen(15, serial(1), bizStep="receiving"))

    assert codes_of(installation) == []


def test_a_shipment_to_somebody_else_is_not_the_received_one(installation: Installation) -> None:
    installation.capture(
        "farm",
        amount(1, 100, action="ADD", bizStep="commissioning"),
        amount(2, 30, bizStep="shipping", **to(installation, "shop")),
        amount(90, 30, bizStep="shipping", **to(installation, "other shop")),
    )
    installation.capture("shop", amount(10, 30, bizStep="receiving"))

    assert codes_of(installation) == []


def test_goods_sold_without_a_receipt_miss_a_step(installation: Installation) -> None:
    to_shop = to(installation, "shop")
    installation.capture("farm", made(1), seen(2, serial(1), bizStep="shipping", **to_shop))
    installation.capture("shop", seen(5, serial(1), bizStep="retail_selling"))

    (one,) = found(installation)

    assert (one.code, one.party) == ("missing_step", "shop")
    assert one.details == {"missing": "receiving", "step": "retail_selling"}


def test_goods_received_that_nobody_sent_miss_a_step(installation: Installation) -> None:
    installation.capture("farm", made(1))
    installation.capture("shop", seen(5, serial(1), bizStep="receiving"))

    (one,) = found(installation)

    assert (one.code, one.party) == ("missing_step", "")
    assert one.details == {"missing": "shipping", "step": "receiving"}


def test_what_comes_from_where_nothing_is_recorded_misses_nothing(
    installation: Installation,
) -> None:
    installation.capture("shop", seen(5, serial(1), bizStep="receiving"))

    assert codes_of(installation) == []


def filled(minute: int) -> dict[str, Any]:
    out = [{"epcClass": RICE, "quantity": 90, "uom": "KGM"}]
    return {
        "type": "TransformationEvent",
        "eventTime": at(minute),
        "eventTimeZoneOffset": "+08:00",
        "bizStep": "commissioning",
        "inputQuantityList": [{"epcClass": CORN, "quantity": 100, "uom": "KGM"}],
        "outputQuantityList": out,
    }


@pytest.mark.parametrize("is_tested", [True, False], ids=["tested", "untested"])
def test_a_lot_of_a_plant_that_leaves_untested_misses_a_step(
    installation: Installation, *, is_tested: bool
) -> None:
    installation.capture("plant", filled(2), amount(5, 90, bizStep="shipping"))
    if is_tested:
        installation.capture("plant", seen_lot(3, RICE, bizStep="inspecting"))
    product_of(installation, "plant", "dairy")

    told = [(one.code, one.details["missing"]) for one in found(installation)]

    assert told == ([] if is_tested else [("missing_step", "inspecting")])


def there(minute: int, place: str, **more: Any) -> dict[str, Any]:
    return seen(minute, serial(1), readPoint={"id": place}, **more)


def test_goods_at_two_places_at_once_are_found(installation: Installation) -> None:
    north, south = sites_apart(installation, "farm")
    installation.capture("farm", there(0, north), there(30, south))

    (one,) = found(installation)

    assert (one.code, one.party) == ("impossible_travel", "farm")
    assert one.details["minutes"] == 30
    assert 1000 < one.details["km"] < 1100


def test_goods_that_fly_are_in_order(installation: Installation) -> None:
    north, south = sites_apart(installation, "farm")
    installation.capture("farm", there(0, north), there(90, south))

    assert codes_of(installation) == []


def test_a_lot_is_in_many_places_and_comes_from_one_of_them(installation: Installation) -> None:
    north, south = sites_apart(installation, "farm")
    installation.capture(
        "farm",
        amount(0, 9, action="ADD", bizStep="commissioning", readPoint={"id": north}),
        amount(200, 3, bizStep="storing", readPoint={"id": south}),
        amount(201, 3, bizStep="storing", readPoint={"id": north}),
    )
    assert codes_of(installation) == []

    error = {"declarationTime": at(300), "reason": "did_not_occur"}
    wrong = amount(0, 9, action="ADD", bizStep="commissioning", readPoint={"id": north})
    installation.capture("farm", {**wrong, "errorDeclaration": error})

    assert codes_of(installation) == ["impossible_travel"]


def test_what_is_in_a_container_travels_with_it(installation: Installation) -> None:
    north, south = sites_apart(installation, "farm")
    installation.capture(
        "farm", there(0, north), packing(1, PALLET, serial(1)), seen(2, PALLET, bizStep="loading")
    )
    assert codes_of(installation) == []

    arrived = seen(20, PALLET, bizStep="unloading", readPoint={"id": south})
    installation.capture("farm", arrived)

    assert [(one.code, one.uri) for one in found(installation)] == [
        ("impossible_travel", serial(1))
    ]
