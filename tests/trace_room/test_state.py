"""Where things are, with whom, and how much of a lot is left: told from their movements."""

from decimal import Decimal
from trace.state import Flow
from trace.tracing import CodeState, state_of_code
from typing import Any

from tests.instances import Installation, at, lot, serial
from tests.trace_room.story import PALLET, making, packing, seen, seen_lot, to

RICE = lot("RICE")


def state(installation: Installation, uri: str) -> CodeState:
    return state_of_code(installation.engine, installation.log, uri)


def amount(minute: int, kilos: float, **more: Any) -> dict[str, Any]:
    named = [{"epcClass": RICE, "quantity": kilos, "uom": "KGM"}]
    return seen_lot(minute, RICE, **more) | {"quantityList": named}


def test_a_thing_is_with_whoever_spoke_of_it_last_and_where(installation: Installation) -> None:
    shop = installation.site_of("shop")
    installation.capture("farm", seen(1, serial(1), action="ADD", bizStep="commissioning"))
    installation.capture("shop", seen(5, serial(1), bizStep="receiving", bizLocation={"id": shop}))
    shipped = seen(3, serial(1), bizStep="shipping", disposition="in_transit")
    installation.capture("farm", {**shipped, **to(installation, "shop")})

    found = state(installation, serial(1))

    assert found.state.holder == installation.party("shop").party_id
    assert (found.place, found.state.step) == (shop, "receiving")
    assert found.state.disposition == "in_transit"


def test_what_happens_to_a_pallet_happens_to_what_is_on_it(installation: Installation) -> None:
    installation.capture(
        "farm",
        seen(1, serial(1), action="ADD", bizStep="commissioning"),
        packing(2, PALLET, serial(1)),
        seen(2, PALLET, bizStep="shipping", **to(installation, "carrier")),
    )
    installation.capture(
        "carrier", seen(3, PALLET, bizStep="departing", **to(installation, "shop"))
    )
    assert state(installation, serial(1)).container == PALLET

    installation.capture("shop", packing(4, PALLET, action="DELETE"))
    installation.capture("carrier", seen(5, PALLET, bizStep="shipping"))

    found = state(installation, serial(1))
    assert (found.state.holder, found.container) == (installation.party("shop").party_id, None)


def test_a_lot_balances_between_those_who_had_it(installation: Installation) -> None:
    farm = installation.party("farm").party_id
    shop = installation.party("shop").party_id
    installation.capture(
        "farm",
        amount(1, 100, action="ADD", bizStep="commissioning"),
        amount(2, 60, bizStep="shipping", **to(installation, "shop")),
    )
    installation.capture(
        "shop", amount(3, 60, bizStep="receiving"), amount(4, 70.5, bizStep="retail_selling")
    )

    balance = state(installation, RICE).balance

    assert balance.is_whole
    assert balance.left((farm, "KGM")) == 40
    assert balance.left((shop, "KGM")) == Decimal("-10.5")
    assert balance.total(Flow.SOLD, "KGM") == Decimal("70.5")


def test_whoever_was_never_handed_a_lot_has_none_of_it_and_sold_none(
    installation: Installation,
) -> None:
    farm = installation.party("farm").party_id
    installation.capture("farm", amount(1, 100, action="ADD", bizStep="commissioning"))
    installation.capture(
        "stranger", amount(2, 500, bizStep="receiving"), amount(3, 50, bizStep="retail_selling")
    )

    found = state(installation, RICE)

    assert {holder for holder, _ in found.balance.flows} == {farm}
    assert found.balance.total(Flow.SOLD, "KGM") == 0
    assert (found.state.holder, found.unheard) == (farm, 2)


def test_a_lot_moves_with_the_pallet_by_what_was_packed(installation: Installation) -> None:
    farm = installation.party("farm").party_id
    installation.capture(
        "farm",
        amount(1, 100, action="ADD", bizStep="commissioning"),
        packing(2, PALLET)
        | {"childQuantityList": [{"epcClass": RICE, "quantity": 30, "uom": "KGM"}]},
        seen(3, PALLET, bizStep="shipping"),
    )

    balance = state(installation, RICE).balance

    assert balance.left((farm, "KGM")) == 70


def test_a_part_taken_out_of_a_pallet_leaves_the_rest_there(installation: Installation) -> None:
    def rice(minute: int, kilos: int, action: str) -> dict[str, Any]:
        named = [{"epcClass": RICE, "quantity": kilos, "uom": "KGM"}]
        return packing(minute, PALLET, action=action) | {"childQuantityList": named}

    installation.capture(
        "farm", rice(1, 30, "ADD"), rice(2, 10, "DELETE"), seen(3, PALLET, bizStep="shipping")
    )
    assert state(installation, RICE).container == PALLET

    installation.capture("farm", rice(4, 20, "DELETE"), seen(5, PALLET, bizStep="shipping"))

    assert state(installation, RICE).container is None


def test_an_event_taken_back_moved_nothing(installation: Installation) -> None:
    made = amount(1, 100, action="ADD", bizStep="commissioning")
    sold = amount(2, 100, bizStep="retail_selling")
    installation.capture("farm", made, sold)
    error = {"declarationTime": at(30), "reason": "did_not_occur"}
    installation.capture("farm", {**sold, "errorDeclaration": error})

    found = state(installation, RICE)

    assert found.balance.total(Flow.SOLD, "KGM") == 0
    assert not found.state.is_gone


def test_what_was_used_up_is_gone(installation: Installation) -> None:
    installation.capture("mill", amount(1, 8, action="ADD"), making(2, [RICE], [serial(1)]))

    assert state(installation, RICE).state.is_gone
    assert not state(installation, serial(1)).state.is_gone


def test_a_stranger_does_not_get_a_thing_by_saying_so(installation: Installation) -> None:
    installation.capture("farm", seen(1, serial(1), action="ADD", bizStep="commissioning"))
    installation.capture("rival", seen(2, serial(1), bizStep="destroying", disposition="destroyed"))

    found = state(installation, serial(1)).state

    assert (found.holder, found.is_gone) == (installation.party("farm").party_id, False)


def on_a_pallet(installation: Installation) -> None:
    """Let a thing be made and packed, and its pallet be shipped to the shop and received."""
    installation.capture(
        "farm",
        seen(1, serial(1), action="ADD", bizStep="commissioning"),
        packing(2, PALLET, serial(1)),
        seen(3, PALLET, bizStep="shipping", **to(installation, "shop")),
    )
    installation.capture("shop", seen(4, PALLET, bizStep="receiving"))


def test_a_thing_that_came_on_a_pallet_was_had_before_it_was_sold(
    installation: Installation,
) -> None:
    on_a_pallet(installation)
    installation.capture(
        "shop",
        packing(5, PALLET, serial(1), action="DELETE"),
        seen(6, serial(1), bizStep="retail_selling"),
    )

    balance = state(installation, serial(1)).balance

    assert balance.is_whole
    assert [balance.left(one) for one in balance.flows] == [0, 0]


def test_what_was_sold_is_gone_whatever_is_seen_of_it_or_its_crate_later(
    installation: Installation,
) -> None:
    on_a_pallet(installation)
    installation.capture(
        "shop",
        seen(5, serial(1), bizStep="retail_selling"),
        seen(6, PALLET, bizStep="storing"),
        seen(7, serial(1), bizStep="inspecting"),
    )

    assert state(installation, serial(1)).state.is_gone

    installation.capture("shop", seen(8, serial(1), bizStep="receiving"))

    found = state(installation, serial(1))
    assert (found.state.is_gone, found.state.step) == (False, "receiving")


def test_whoever_uses_what_was_sent_to_it_has_received_it(installation: Installation) -> None:
    installation.capture(
        "farm",
        amount(1, 8, action="ADD", bizStep="commissioning"),
        amount(2, 8, bizStep="shipping", **to(installation, "mill")),
    )
    installation.capture("mill", making(3, [RICE], [serial(1)]))

    found = state(installation, RICE)

    assert [found.balance.left(one) for one in found.balance.flows] == [0, 0]
    assert found.balance.total(Flow.RECEIVED, "KGM") == 8
    assert found.state.is_gone


def test_whoever_carries_its_own_goods_away_has_them_no_longer(
    installation: Installation,
) -> None:
    carrier = installation.party("carrier").party_id
    shop = installation.party("shop").party_id
    installation.capture(
        "carrier",
        amount(1, 100, action="ADD", bizStep="commissioning"),
        amount(2, 100, bizStep="transporting", **to(installation, "shop")),
    )
    installation.capture("shop", amount(3, 100, bizStep="receiving"))

    balance = state(installation, RICE).balance

    left = [balance.left((who, "KGM")) for who in (carrier, shop)]
    assert left == [0, 100]


def test_whoever_carries_what_another_shipped_takes_nothing_from_it(
    installation: Installation,
) -> None:
    farm = installation.party("farm").party_id
    installation.capture(
        "farm",
        amount(1, 100, action="ADD", bizStep="commissioning"),
        amount(2, 60, bizStep="shipping", **to(installation, "carrier")),
        amount(3, 60, bizStep="departing"),
    )
    installation.capture("carrier", amount(4, 60, bizStep="transporting"))

    balance = state(installation, RICE).balance

    assert {one: balance.left(one) for one in balance.flows} == {(farm, "KGM"): 40}


def test_a_part_of_a_lot_that_was_sold_leaves_the_rest(installation: Installation) -> None:
    installation.capture(
        "farm",
        amount(1, 100, action="ADD", bizStep="commissioning"),
        amount(2, 60, bizStep="retail_selling"),
    )
    assert not state(installation, RICE).state.is_gone

    installation.capture("farm", amount(3, 40, bizStep="retail_selling"))

    assert state(installation, RICE).state.is_gone
