"""Shares as the events of a ledger tell them: exact where every making says how much went in."""

from collections.abc import Iterator
from fractions import Fraction
from trace.lineage import Direction, Reach
from trace.sieves import Window
from trace.tracing import View, trace_goods
from typing import Any

import pytest

from tests.instances import Installation, lot, open_installation, serial
from tests.trace_room.story import CUP, TANKER, making, milk, packing, seen_lot

REACH = Reach(items_max=1000, depth_max=16)
MIX, CHEESE, WHEY, FEED = (lot(name, CUP) for name in ("MIX", "CHEESE", "WHEY", "FEED"))


@pytest.fixture
def installation(database_url: str) -> Iterator[Installation]:
    opened = open_installation(database_url)
    yield opened
    opened.engine.dispose()


def some(uri: str, quantity: float | None, uom: str | None = "KGM") -> dict[str, Any]:
    told = {"epcClass": uri, "quantity": quantity, "uom": uom}
    return {name: value for name, value in told.items() if value is not None}


def made(
    minute: int, inputs: list[dict[str, Any]], outputs: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    event = making(minute, [], [], **more)
    return {**event, "inputQuantityList": inputs, "outputQuantityList": outputs}


def shares(
    installation: Installation, uri: str, reach: Reach = REACH, **view: Any
) -> dict[str, Fraction | None]:
    asked = View(with_shares=True, **view)
    found = trace_goods(
        installation.engine, installation.log, [uri], Direction.FORWARD, reach, asked
    )
    return dict(found.shares)


def test_a_lot_that_was_mixed_has_its_part_of_the_mixture(installation: Installation) -> None:
    inputs = [some(milk("A"), 100), some(milk("B"), 200.5)]
    installation.capture("plant", made(1, inputs, [some(MIX, 300)]))

    assert shares(installation, milk("A")) == {milk("A"): 1, MIX: Fraction(200, 601)}


def test_the_items_of_a_lot_that_is_traced_are_all_of_it(installation: Installation) -> None:
    cups = [serial(number, CUP) for number in (1, 2)]
    ilmd = {"cbvmda:lotNumber": "MIX"}
    inputs = [some(milk("A"), 1), some(milk("B"), 3)]
    installation.capture("plant", made(1, inputs, [some(MIX, 2)], outputEPCList=cups, ilmd=ilmd))

    assert shares(installation, MIX) == dict.fromkeys([MIX, *cups], 1)
    assert shares(installation, milk("A"))[cups[0]] == Fraction(1, 4)


def test_what_comes_together_again_is_added_up(installation: Installation) -> None:
    installation.capture("plant", made(1, [some(milk("A"), 1), some(milk("B"), 1)], [some(MIX, 2)]))
    installation.capture("plant", made(2, [some(MIX, 1)], [some(CHEESE, 1), some(WHEY, 1)]))
    installation.capture(
        "plant", made(3, [some(WHEY, 1), some(milk("C"), 3), some(MIX, 1)], [some(FEED, 5)])
    )

    found = shares(installation, milk("A"))

    assert found[CHEESE] == found[WHEY] == Fraction(1, 2)
    assert found[FEED] == Fraction(1, 5)


@pytest.mark.parametrize(
    "second", [some(milk("B"), None, None), some(milk("B"), 1, "LTR"), some(milk("B"), 3, None)]
)
def test_without_an_amount_in_one_unit_it_is_unknown(
    installation: Installation, second: dict[str, Any]
) -> None:
    installation.capture("plant", made(1, [some(milk("A"), 1), second], [some(MIX, 2)]))

    assert shares(installation, milk("A"))[MIX] is None


def test_the_content_of_a_tanker_is_what_was_in_it_then(installation: Installation) -> None:
    pack = packing(1, TANKER)
    pack["childQuantityList"] = [some(milk("A"), 30), some(milk("B"), 10)]
    installation.capture("plant", pack)
    event = making(5, [], [serial(1)])
    installation.capture("plant", {**event, "inputEPCList": [TANKER], "inputQuantityList": []})
    installation.capture("plant", packing(6, TANKER, action="DELETE"))
    after = packing(7, TANKER)
    after["childQuantityList"] = [some(milk("C"), 60)]
    installation.capture("plant", after)

    assert shares(installation, milk("A"))[serial(1)] == Fraction(3, 4)


def test_a_trace_that_is_cut_by_length_or_day_knows_no_shares(installation: Installation) -> None:
    installation.capture("plant", made(1, [some(milk("A"), 1), some(milk("B"), 1)], [some(MIX, 2)]))
    installation.capture("plant", seen_lot(2, MIX))
    told = installation.clock.now()

    assert shares(installation, milk("A"), Reach(items_max=1000, depth_max=1)) == {}
    assert shares(installation, milk("A"), window=Window(until=told)) == {}


def test_who_sees_a_part_of_the_makings_knows_no_shares_of_what_they_gave(
    installation: Installation,
) -> None:
    one = {"transformationID": "urn:example:mix:1"}
    installation.capture("plant", made(1, [some(milk("A"), 1)], [some(MIX, 2)], **one))
    installation.capture("rival", made(2, [some(milk("B"), 1)], [some(MIX, 2)], **one))

    everybody = shares(installation, milk("A"))
    plant = shares(installation, milk("A"), actor=installation.party("plant"))

    assert everybody[MIX] == Fraction(1, 2)
    assert plant.get(MIX) is None
