"""Honest parties whose amounts are told in an unusual way: nobody is accused of arithmetic."""

from typing import Any

import pytest

from tests.instances import Installation, lot, serial
from tests.trace_room.findings.desk import assert_rebuild_is_live, codes_of, found
from tests.trace_room.findings.goods import RICE, amount, product_of
from tests.trace_room.story import PALLET, making, packing, seen, to

CORN = lot("CORN", "06901234567885")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked here is asked of pure rules: one database is enough."""
    return sqlite_url


def told(minute: int, number: float, unit: str | None, **more: Any) -> dict[str, Any]:
    named = {"epcClass": RICE, "quantity": number} | ({"uom": unit} if unit else {})
    return amount(minute, 1, **more) | {"quantityList": [named]}


def begun(minute: int, number: float, unit: str | None = "KGM") -> dict[str, Any]:
    return told(minute, number, unit, action="ADD", bizStep="commissioning")


def test_kilograms_and_grams_are_added_up(installation: Installation) -> None:
    installation.capture(
        "farm",
        begun(1, 10),
        begun(2, 1000, "GRM"),
        told(3, 0.0109, "TNE", bizStep="retail_selling"),
    )
    assert codes_of(installation) == []

    installation.capture("farm", told(4, 2000, "GRM", bizStep="retail_selling"))

    (one,) = found(installation)
    assert (one.code, one.details) == ("over_sale", {"had": "11", "gave": "12.9", "unit": "KGM"})


def test_whoever_has_boxes_and_kilograms_may_have_opened_boxes(
    installation: Installation,
) -> None:
    installation.capture(
        "farm", begun(1, 20), begun(2, 5, None), told(3, 30, "KGM", bizStep="retail_selling")
    )

    assert codes_of(installation) == []


def test_a_shipment_that_was_voided_is_none(installation: Installation) -> None:
    installation.capture(
        "farm",
        begun(1, 60),
        told(2, 60, "KGM", bizStep="shipping"),
        told(3, 60, "KGM", bizStep="void_shipping"),
        told(4, 60, "KGM", bizStep="shipping"),
    )

    assert codes_of(installation) == []


def test_goods_between_two_places_of_one_party_are_not_given(installation: Installation) -> None:
    installation.capture(
        "farm",
        begun(1, 60),
        told(2, 60, "KGM", bizStep="shipping", **to(installation, "farm")),
        told(4, 60, "KGM", bizStep="shipping"),
    )

    assert codes_of(installation) == []


def test_a_pallet_and_its_goods_that_are_named_together_left_once(
    installation: Installation,
) -> None:
    packed = {"childQuantityList": [{"epcClass": RICE, "quantity": 60, "uom": "KGM"}]}
    installation.capture(
        "farm",
        begun(1, 60),
        packing(2, PALLET) | packed,
        told(3, 60, "KGM", bizStep="shipping") | {"epcList": [PALLET]},
    )

    assert codes_of(installation) == []


def test_what_was_unloaded_was_had_and_once(installation: Installation) -> None:
    installation.capture("farm", begun(1, 100), told(2, 60, "KGM", bizStep="shipping"))
    installation.capture(
        "shop",
        told(3, 30, "KGM", bizStep="unloading"),
        told(4, 30, "KGM", bizStep="receiving"),
        told(5, 30, "KGM", bizStep="unloading"),
        told(6, 60, "KGM", bizStep="retail_selling"),
    )
    assert codes_of(installation) == []

    installation.capture("shop", told(7, 20, "KGM", bizStep="retail_selling"))

    assert codes_of(installation) == ["over_sale"]


def test_pieces_told_by_code_and_by_number_came_out_once(installation: Installation) -> None:
    codes = [serial(number) for number in range(1, 5)]
    made = making(5, [], codes) | {
        "inputQuantityList": [{"epcClass": CORN, "quantity": 1}],
        "outputQuantityList": [{"epcClass": RICE, "quantity": 4}],
    }
    installation.capture("mill", made)
    product_of(installation, "mill", "millet")

    assert codes_of(installation) == []


def labels(minute: int, *numbers: int) -> dict[str, Any]:
    named = {"epcList": [serial(number) for number in numbers]}
    label = {"ilmd": {"cbvmda:lotNumber": "RICE"}}
    return seen(minute, "", action="ADD", bizStep="commissioning", **named, **label)


def spoils(minute: int, number: int) -> dict[str, Any]:
    return seen(minute, serial(number), action="DELETE", bizStep="decommissioning")


def test_codes_that_were_spoilt_on_the_line_are_not_counted(installation: Installation) -> None:
    installation.capture("farm", begun(1, 2, None), labels(2, 1, 2, 3))
    assert codes_of(installation) == ["over_issue"]

    spoilt = spoils(3, 3)
    installation.capture("farm", spoilt)

    assert codes_of(installation) == []
    assert_rebuild_is_live(installation)

    error = {"declarationTime": "2024-05-01T03:00:00.000Z", "reason": "did_not_occur"}
    installation.capture("farm", {**spoilt, "errorDeclaration": error})

    assert codes_of(installation) == ["over_issue"]
    assert_rebuild_is_live(installation)


def test_codes_that_somebody_else_took_out_of_use_were_issued(installation: Installation) -> None:
    installation.capture("farm", begun(1, 2, None), labels(2, 1, 2, 3))
    installation.capture("shop", spoils(3, 3))

    assert "over_issue" in codes_of(installation)
