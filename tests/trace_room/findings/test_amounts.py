"""More codes than goods, more given than had, more made than went in."""

from typing import Any

from tests.instances import Installation, lot, serial
from tests.trace_room.findings.desk import codes_of, found
from tests.trace_room.findings.goods import RICE, amount, product_of
from tests.trace_room.story import PALLET, making, packing, seen, seen_lot

CORN = lot("CORN", "06901234567885")


def pieces(minute: int, count: int, **more: Any) -> dict[str, Any]:
    named = [{"epcClass": RICE, "quantity": count}]
    return seen_lot(minute, RICE, **more) | {"quantityList": named}


def labels(minute: int, *numbers: int) -> dict[str, Any]:
    return seen(
        minute,
        "",
        epcList=[serial(number) for number in numbers],
        action="ADD",
        bizStep="commissioning",
        ilmd={"cbvmda:lotNumber": "RICE"},
    )


def test_a_lot_with_more_codes_than_pieces_is_found(installation: Installation) -> None:
    installation.capture(
        "farm", pieces(1, 2, action="ADD", bizStep="commissioning"), labels(2, 1, 2), labels(3, 3)
    )

    (one,) = found(installation)

    assert (one.code, one.uri, one.party) == ("over_issue", RICE, "farm")
    assert one.details == {"codes": 3, "pieces": "2"}
    assert len(one.seqs) == 3


def test_a_lot_with_as_many_codes_as_pieces_is_in_order(installation: Installation) -> None:
    installation.capture(
        "farm", pieces(1, 3, action="ADD", bizStep="commissioning"), labels(2, 1, 2, 3)
    )

    assert codes_of(installation) == []


def test_codes_of_a_lot_that_is_weighed_are_not_counted(installation: Installation) -> None:
    installation.capture(
        "farm", amount(1, 2, action="ADD", bizStep="commissioning"), labels(2, 1, 2, 3)
    )

    assert codes_of(installation) == []


def test_whoever_sells_more_than_it_received_is_found(installation: Installation) -> None:
    installation.capture(
        "farm",
        amount(1, 100, action="ADD", bizStep="commissioning"),
        amount(2, 60, bizStep="shipping"),
    )
    installation.capture(
        "shop",
        amount(3, 60, bizStep="receiving"),
        amount(4, 61.81, bizStep="retail_selling", action="DELETE"),
    )

    (one,) = found(installation)

    assert (one.code, one.uri, one.party) == ("over_sale", RICE, "shop")
    assert one.details == {"had": "60", "gave": "61.81", "unit": "KGM"}


def test_three_per_cent_more_are_in_order(installation: Installation) -> None:
    installation.capture(
        "farm",
        amount(1, 100, action="ADD", bizStep="commissioning"),
        amount(2, 60, bizStep="shipping"),
    )
    installation.capture(
        "shop", amount(3, 60, bizStep="receiving"), amount(4, 61.8, bizStep="retail_selling")
    )

    assert codes_of(installation) == []


def test_a_sale_vanishes_when_the_receipt_comes_late(installation: Installation) -> None:
    installation.capture(
        "farm",
        amount(1, 100, action="ADD", bizStep="commissioning"),
        amount(2, 60, bizStep="shipping"),
    )
    installation.capture(
        "shop", amount(3, 20, bizStep="receiving"), amount(9, 60, bizStep="retail_selling")
    )
    assert codes_of(installation) == ["over_sale"]

    installation.capture("shop", amount(4, 40, bizStep="receiving"))

    assert codes_of(installation) == []


def test_what_leaves_on_a_pallet_counts(installation: Installation) -> None:
    packed = {"childQuantityList": [{"epcClass": RICE, "quantity": 130, "uom": "KGM"}]}
    installation.capture(
        "farm",
        amount(1, 100, action="ADD", bizStep="commissioning"),
        packing(2, PALLET) | packed,
    )
    assert codes_of(installation) == []

    installation.capture("farm", seen(3, PALLET, bizStep="shipping"))

    (one,) = found(installation)
    assert (one.code, one.details["gave"]) == ("over_sale", "130")


def milled(kilos: float) -> dict[str, Any]:
    out = [{"epcClass": RICE, "quantity": kilos, "uom": "KGM"}]
    return making(5, [], []) | {
        "inputQuantityList": [{"epcClass": CORN, "quantity": 100, "uom": "KGM"}],
        "outputQuantityList": out,
    }


def test_more_than_the_yield_of_the_class_is_found(installation: Installation) -> None:
    installation.capture(
        "mill", amount(1, 100, CORN, action="ADD", bizStep="commissioning"), milled(82.1)
    )
    product_of(installation, "mill", "millet")

    (one,) = found(installation)

    assert (one.code, one.uri, one.party) == ("dilution", RICE, "mill")
    assert one.details == {"inputs": "100", "outputs": "82.1", "unit": "KGM", "percent": "82"}


def test_the_whole_yield_of_the_class_is_in_order(installation: Installation) -> None:
    installation.capture(
        "mill", amount(1, 100, CORN, action="ADD", bizStep="commissioning"), milled(82)
    )
    product_of(installation, "mill", "millet")

    assert codes_of(installation) == []


def test_nothing_is_known_of_the_yield_of_goods_without_a_class(
    installation: Installation,
) -> None:
    installation.capture(
        "mill", amount(1, 100, CORN, action="ADD", bizStep="commissioning"), milled(300)
    )

    assert codes_of(installation) == []
