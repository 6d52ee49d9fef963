"""Honest parties whose records are unusual: nobody is accused of what its hands did not do."""

from datetime import UTC, datetime
from typing import Any

import pytest

from base.db import transaction
from parties.drafts import SiteDraft
from parties.register import register_site
from tests.instances import Installation, serial
from tests.parties.samples import gln_uri
from tests.trace_room.findings.desk import codes_of, found
from tests.trace_room.findings.goods import RICE, amount, product_of
from tests.trace_room.findings.places import sites_apart
from tests.trace_room.story import PALLET, packing, seen, seen_lot, to

# 2 May, midnight in China: the stories begin on 1 May, at eight in the morning.
MIDNIGHT = 16 * 60


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked here is asked of pure rules: one database is enough."""
    return sqlite_url


def made(minute: int, **more: Any) -> dict[str, Any]:
    return seen(minute, serial(1), action="ADD", bizStep="commissioning", **more)


@pytest.mark.parametrize(
    "step", ["accepting", "arriving", "collecting", "receiving", "storing", "unloading"]
)
def test_goods_arrive_by_any_step_that_says_so(installation: Installation, step: str) -> None:
    to_shop = to(installation, "shop")
    installation.capture("farm", made(1), seen(2, serial(1), bizStep="shipping", **to_shop))
    installation.capture(
        "shop", seen(4, serial(1), bizStep=step), seen(5, serial(1), bizStep="retail_selling")
    )

    assert codes_of(installation) == []


def test_what_is_unloaded_on_a_pallet_arrives_with_it(installation: Installation) -> None:
    installation.capture(
        "farm", made(1), packing(2, PALLET, serial(1)), seen(3, PALLET, bizStep="shipping")
    )
    installation.capture(
        "shop", seen(4, PALLET, bizStep="unloading"), seen(6, serial(1), bizStep="retail_selling")
    )

    assert codes_of(installation) == []


@pytest.mark.parametrize("step", ["stocking", "packing", "sensor_reporting"])
def test_a_step_within_a_shop_is_no_arrival(installation: Installation, step: str) -> None:
    to_shop = to(installation, "shop")
    installation.capture("farm", made(1), seen(2, serial(1), bizStep="shipping", **to_shop))
    installation.capture(
        "shop", seen(4, serial(1), bizStep=step), seen(5, serial(1), bizStep="retail_selling")
    )

    assert codes_of(installation) == ["missing_step"]


def test_whoever_is_a_destination_that_nobody_registered_may_sell(
    installation: Installation,
) -> None:
    shop = {"type": "owning_party", "destination": gln_uri(900)}
    told = to(installation, "carrier")["destinationList"]
    installation.capture(
        "farm", made(1), seen(2, serial(1), bizStep="shipping", destinationList=[*told, shop])
    )
    installation.capture(
        "shop",
        seen(4, serial(1), bizStep="receiving"),
        seen(5, serial(1), bizStep="retail_selling"),
    )

    assert codes_of(installation) == []


def test_two_shops_may_have_the_same_lot_from_outside_of_the_record(
    installation: Installation,
) -> None:
    for shop in ("shop", "other shop"):
        installation.capture(
            shop, amount(1, 9, bizStep="receiving"), amount(2, 9, bizStep="retail_selling")
        )

    assert codes_of(installation) == []


def test_whoever_is_slower_to_record_had_the_goods_before(installation: Installation) -> None:
    installation.party("depot")
    installation.capture(
        "shop",
        seen(6, serial(1), bizStep="receiving"),
        seen(7, serial(1), bizStep="retail_selling"),
    )
    to_shop = to(installation, "shop")
    installation.capture(
        "depot",
        seen(1, serial(1), bizStep="unloading"),
        seen(2, serial(1), bizStep="shipping", **to_shop),
    )

    assert codes_of(installation) == []


@pytest.mark.parametrize("step", ["inspecting", "sampling"])
def test_a_laboratory_that_uses_up_its_sample_took_nobodys_goods(
    installation: Installation, step: str
) -> None:
    installation.capture("farm", made(1))
    installation.capture("laboratory", seen(2, serial(1), bizStep=step, action="DELETE"))

    assert codes_of(installation) == []


def test_a_maker_that_sold_by_another_word_sent_the_goods(installation: Installation) -> None:
    installation.capture(
        "farm",
        amount(1, 90, action="ADD", bizStep="commissioning"),
        amount(2, 9, bizStep="retail_selling"),
    )
    installation.capture("shop", amount(5, 9, bizStep="receiving"))

    assert codes_of(installation) == []


def test_a_receiver_whom_the_maker_named_needs_no_step(installation: Installation) -> None:
    to_shop = to(installation, "shop")
    installation.capture("farm", made(1), packing(2, PALLET, serial(1)) | to_shop)
    installation.capture("shop", seen(5, PALLET, bizStep="receiving"))

    assert codes_of(installation) == []


def test_goods_that_a_plant_moves_between_its_places_need_no_test_yet(
    installation: Installation,
) -> None:
    out = [{"epcClass": RICE, "quantity": 90, "uom": "KGM"}]
    made_lot = amount(2, 90) | {
        "type": "TransformationEvent",
        "bizStep": "commissioning",
        "inputEPCList": [serial(1)],
        "outputQuantityList": out,
    }
    for name in ("action", "quantityList", "epcList"):
        made_lot.pop(name, None)
    own = to(installation, "plant")
    installation.capture("plant", made_lot, amount(5, 90, bizStep="shipping", **own))
    product_of(installation, "plant", "dairy")
    assert codes_of(installation) == []

    installation.capture("plant", amount(6, 90, bizStep="shipping"))

    assert "missing_step" in codes_of(installation)


def test_a_lot_that_comes_in_two_goes_is_matched_in_order(installation: Installation) -> None:
    to_shop = to(installation, "shop")
    installation.capture(
        "farm",
        amount(1, 100, action="ADD", bizStep="commissioning"),
        amount(60, 30, bizStep="shipping", **to_shop),
    )
    installation.capture(
        "shop", amount(10, 30, bizStep="receiving"), amount(70, 30, bizStep="receiving")
    )

    assert codes_of(installation) == []


def test_of_two_goes_the_one_that_was_received_too_early_is_found(
    installation: Installation,
) -> None:
    to_shop = to(installation, "shop")
    installation.capture(
        "farm",
        amount(1, 100, action="ADD", bizStep="commissioning"),
        amount(60, 30, bizStep="shipping", **to_shop),
        amount(160, 30, bizStep="shipping", **to_shop),
    )
    installation.capture(
        "shop", amount(70, 30, bizStep="receiving"), amount(100, 30, bizStep="receiving")
    )

    (one,) = found(installation)

    assert (one.code, one.details) == ("receive_before_ship", {"minutes": 60})


def test_a_form_that_says_the_day_alone_says_no_hour(installation: Installation) -> None:
    to_shop = to(installation, "shop")
    sent = seen(MIDNIGHT + 600, serial(1), bizStep="shipping", **to_shop)
    installation.capture("farm", made(1), sent)
    installation.capture("shop", seen(MIDNIGHT, serial(1), bizStep="receiving"))

    assert codes_of(installation) == []


def test_a_place_of_which_only_the_day_is_told_is_not_too_far(installation: Installation) -> None:
    north, south = sites_apart(installation, "farm")
    installation.capture(
        "farm",
        seen(MIDNIGHT, serial(1), readPoint={"id": north}),
        seen(MIDNIGHT + 20, serial(1), readPoint={"id": south}),
    )

    assert codes_of(installation) == []


def test_where_goods_are_going_is_not_where_they_are(installation: Installation) -> None:
    north, south = sites_apart(installation, "farm")
    installation.capture(
        "farm",
        made(1, readPoint={"id": north}),
        seen(2, serial(1), bizStep="shipping", bizLocation={"id": south}),
        seen(500, serial(1), bizStep="storing", readPoint={"id": south}),
    )

    assert codes_of(installation) == []


def test_a_lot_of_a_pallet_that_was_emptied_did_not_travel_on(installation: Installation) -> None:
    north, south = sites_apart(installation, "farm")
    installation.capture(
        "farm",
        packing(1, PALLET, lots=(RICE,)),
        seen(2, PALLET, bizStep="loading", readPoint={"id": north}),
        packing(3, PALLET, action="DELETE"),
        seen_lot(4, RICE, bizStep="storing", readPoint={"id": north}),
        seen(9, PALLET, bizStep="unloading", readPoint={"id": south}),
    )

    told = [one.uri for one in found(installation)]

    assert RICE not in told


def test_a_party_that_is_registered_later_was_meant_all_along(installation: Installation) -> None:
    shop = {"type": "owning_party", "destination": gln_uri(901)}
    installation.capture(
        "farm", made(1), seen(2, serial(1), bizStep="shipping", destinationList=[shop])
    )
    party_id = installation.party("shop").party_id
    assert party_id is not None
    with transaction(installation.engine) as connection:
        site = SiteDraft(party_id=party_id, uri=gln_uri(901), name_zh="店")
        register_site(connection, site, now=datetime(2024, 1, 1, tzinfo=UTC))

    installation.capture("shop", seen(5, serial(1), bizStep="receiving"))

    assert codes_of(installation) == []
