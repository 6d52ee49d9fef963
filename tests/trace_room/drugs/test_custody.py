"""The chain of one pack from its maker to the counter, and which link is missing."""

from trace.drugs.custody import Custody, custody_of
from trace.drugs.hands import Gap

import pytest

from base.errors import NotFound
from parties.actors import Actor, Role
from tests.instances import Installation
from tests.trace_room.drugs.counter import (
    CASE,
    PACKS,
    at_counter,
    deliver,
    make,
    own_medicine,
    pack,
    read,
    receive,
    seen,
    ship,
)

AUTHORITY = Actor(id="key:1", role=Role.AUTHORITY)


def chain(shop: Installation, uri: str = PACKS[0], actor: Actor = AUTHORITY) -> Custody:
    (code,) = read(shop, uri)
    return custody_of(at_counter(shop), actor, code)


def through_a_wholesaler(shop: Installation) -> None:
    own_medicine(shop)
    make(shop, *PACKS)
    pack(shop, 1, "maker", CASE, *PACKS)
    ship(shop, 2, "maker", "wholesaler", CASE)
    receive(shop, 3, "wholesaler", CASE)
    ship(shop, 4, "wholesaler", "pharmacy", CASE)


def test_a_whole_chain_names_every_hand_and_lacks_nothing(installation: Installation) -> None:
    through_a_wholesaler(installation)
    receive(installation, 5, "pharmacy", CASE)
    installation.capture("pharmacy", seen(6, PACKS[0], bizStep="dispensing"))
    parties = {name: installation.party(name).party_id for name in installation.parties}

    found = chain(installation)

    assert (found.is_whole, found.gaps, found.hidden) == (True, (), 0)
    assert (found.maker, found.holder) == (parties["maker"], parties["pharmacy"])
    assert [(link.giver, link.receivers, link.missing) for link in found.links] == [
        (parties["maker"], (parties["wholesaler"],), ()),
        (parties["wholesaler"], (parties["pharmacy"],), ()),
    ]


def test_goods_on_the_way_are_no_gap(installation: Installation) -> None:
    through_a_wholesaler(installation)

    found = chain(installation)

    assert (found.is_whole, found.is_on_the_way) == (True, True)
    assert found.links[-1].received_at is None


def test_a_taker_that_never_received_is_a_gap_once_it_acts(installation: Installation) -> None:
    through_a_wholesaler(installation)
    installation.capture("pharmacy", seen(6, PACKS[0], bizStep="dispensing"))

    found = chain(installation)

    assert found.gaps == (Gap.NO_RECEIVING,)
    assert found.links[-1].gaps == (Gap.NO_RECEIVING,)
    assert found.holder == installation.party("pharmacy").party_id


def test_goods_that_nobody_shipped_are_a_gap(installation: Installation) -> None:
    deliver(installation, *PACKS, name="wholesaler")
    named = {
        "destinationList": [{"type": "location", "destination": installation.site_of("pharmacy")}]
    }
    installation.capture("wholesaler", seen(5, PACKS[0], bizStep="inspecting", **named))
    receive(installation, 6, "pharmacy", PACKS[0])

    found = chain(installation)

    assert found.gaps == (Gap.NO_SHIPPING,)
    assert found.links[-1].shipped_at is None


def test_a_taker_that_was_not_named_is_a_gap(installation: Installation) -> None:
    own_medicine(installation)
    make(installation, *PACKS)
    ship(installation, 1, "maker", "wholesaler", *PACKS)
    receive(installation, 2, "wholesaler", *PACKS)
    ship(installation, 3, "wholesaler", "pharmacy", *PACKS)

    receive(installation, 4, "maker", *PACKS)

    assert chain(installation).gaps == (Gap.OTHER_RECEIVER,)


def test_what_was_received_before_it_was_shipped_is_said(installation: Installation) -> None:
    own_medicine(installation)
    make(installation, *PACKS)
    ship(installation, 3, "maker", "pharmacy", *PACKS)

    receive(installation, 2, "pharmacy", *PACKS)

    assert chain(installation).gaps == (Gap.RECEIVED_BEFORE_SHIPPED,)


def test_a_shipping_to_nobody_that_is_known_is_a_gap(installation: Installation) -> None:
    make(installation, *PACKS)

    installation.capture("maker", seen(2, *PACKS, bizStep="shipping"))

    assert chain(installation).gaps == (Gap.UNKNOWN_RECEIVER,)


def test_somebody_who_gave_a_pack_away_and_sells_it_yet_is_named(
    installation: Installation,
) -> None:
    through_a_wholesaler(installation)
    receive(installation, 5, "pharmacy", CASE)
    installation.capture("wholesaler", seen(6, PACKS[0], bizStep="dispensing"))

    found = chain(installation)

    assert found.gaps == (Gap.NOT_THE_HOLDER,)
    assert [one.party_id for one in found.strangers] == [installation.party("wholesaler").party_id]


def test_packs_of_a_shipment_that_did_not_arrive_are_named(installation: Installation) -> None:
    own_medicine(installation)
    make(installation, *PACKS)
    ship(installation, 1, "maker", "pharmacy", *PACKS[:3])

    receive(installation, 2, "pharmacy", *PACKS[:2])

    found = chain(installation)
    assert found.gaps == (Gap.PACKS_DIFFER,)
    assert found.links[0].missing == (PACKS[2],)


def test_a_pack_that_nobody_made_has_no_chain(installation: Installation) -> None:
    receive(installation, 2, "pharmacy", PACKS[0])

    assert chain(installation).gaps[0] is Gap.NOT_MADE
    with pytest.raises(NotFound):
        chain(installation, PACKS[1])


def test_a_party_sees_its_own_links_alone_and_the_same_verdict(
    installation: Installation,
) -> None:
    through_a_wholesaler(installation)
    receive(installation, 5, "pharmacy", CASE)

    seen_by = {
        name: chain(installation, actor=installation.party(name))
        for name in ("maker", "wholesaler", "pharmacy", "stranger")
    }

    assert {name: (len(one.links), one.hidden) for name, one in seen_by.items()} == {
        "maker": (1, 1),
        "wholesaler": (2, 0),
        "pharmacy": (1, 1),
        "stranger": (0, None),
    }
    assert {one.is_whole for one in seen_by.values()} == {True}
    assert seen_by["maker"].holder is None
    assert seen_by["pharmacy"].holder == installation.party("pharmacy").party_id
