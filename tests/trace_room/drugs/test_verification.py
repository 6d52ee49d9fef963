"""What a pack is: told from the events that are heard, by itself or by the case it is in."""

from datetime import date, timedelta
from trace.drugs.verification import told_to, verify

import pytest

from base.db import reading
from base.errors import InvalidInput
from parties.actors import Actor, Role
from tests.instances import Installation, lot, serial
from tests.trace_room.drugs.counter import (
    CASE,
    GTIN,
    PACKS,
    PALLET,
    TRACE_CODES,
    at_counter,
    codes_of,
    deliver,
    look,
    make,
    own_medicine,
    pack,
    read,
    receive,
    seen,
    ship,
    told,
    unpack,
)

AUTHORITY = Actor(id="key:1", role=Role.AUTHORITY)


def on_label(number: int, lot_no: str = "L1", expires: str = "270131") -> str:
    return f"(01){GTIN}(21)S{number}(10){lot_no}(17){expires}"


def test_a_pack_is_genuine_with_the_lot_and_the_day_that_its_maker_recorded(
    installation: Installation,
) -> None:
    own_medicine(installation)
    make(installation, *PACKS)

    (found,) = look(installation, on_label(1))

    assert (found.codes, found.is_genuine) == (("active",), True)
    assert (found.pack.facts.lot, found.pack.facts.expires_on) == ("L1", date(2027, 1, 31))


@pytest.mark.parametrize(
    ("label", "codes"),
    [
        (on_label(1, lot_no="L2"), ("batch_mismatch",)),
        (on_label(1, expires="270228"), ("expiry_mismatch",)),
        (on_label(1, lot_no="L2", expires="270228"), ("batch_mismatch", "expiry_mismatch")),
        (on_label(99), ("unknown_serial",)),
        ("(01)06901234567885(21)S1", ("unknown_product",)),
        (f"(01){GTIN}(10)L1", ("not_a_pack",)),
        (f"(01){GTIN}", ("not_a_pack",)),
    ],
)
def test_what_does_not_agree_is_said(
    installation: Installation, label: str, codes: tuple[str, ...]
) -> None:
    own_medicine(installation)
    make(installation, *PACKS)

    (found,) = look(installation, label)

    assert (found.codes, found.is_genuine) == (codes, False)


def test_a_trace_code_of_twenty_digits_is_a_pack_like_any_other(
    installation: Installation,
) -> None:
    first, other = TRACE_CODES
    make(installation, f"urn:suxin:drug-trace:{first}")

    spaced = f"{first[:5]} {first[5:10]} {first[10:15]} {first[15:]}"
    found = look(installation, first, spaced, other)

    assert [one.code for one in found] == ["active", "active", "unknown_product"]
    assert found[0].pack.facts.expires_on == date(2027, 1, 31)


def test_a_vaccine_that_was_given_is_supplied(installation: Installation) -> None:
    deliver(installation, PACKS[0], name="clinic")

    words = {"bizStep": "dispensing", "disposition": "dispensed"}
    installation.capture("clinic", seen(3, PACKS[0], **words))

    assert codes_of(installation, PACKS[0]) == ["supplied"]


def test_a_recall_of_the_lot_is_a_recall_of_each_pack_of_it(installation: Installation) -> None:
    own_medicine(installation)
    make(installation, *PACKS)
    named = [{"epcClass": lot("L1"), "quantity": 5}]
    recall = seen(9, quantityList=named, disposition="recalled", bizStep="holding")

    installation.capture("maker", {**recall, "epcList": []})

    assert codes_of(installation, PACKS[0], serial(99)) == ["recalled", "unknown_serial"]


def test_nobody_recalls_or_sells_what_was_never_handed_to_him(
    installation: Installation,
) -> None:
    own_medicine(installation)
    deliver(installation, *PACKS)

    installation.capture("stranger", seen(5, PACKS[0], disposition="recalled"))
    installation.capture("stranger", seen(5, PACKS[1], bizStep="dispensing"))

    assert codes_of(installation, *PACKS[:2]) == ["active", "active"]


def test_an_expired_pack_is_genuine_and_not_to_be_handed_out(installation: Installation) -> None:
    own_medicine(installation)
    make(installation, PACKS[0], **{"cbvmda:itemExpirationDate": "2026-11-21"})

    (found,) = look(installation, PACKS[0])

    assert (found.code, found.is_genuine) == ("expired", True)


def test_a_case_stands_for_each_pack_in_it_and_what_was_sold_with_it_is_sold(
    installation: Installation,
) -> None:
    own_medicine(installation)
    make(installation, *PACKS)
    pack(installation, 1, "maker", CASE, *PACKS[:2])
    pack(installation, 2, "maker", PALLET, CASE, PACKS[2])
    ship(installation, 3, "maker", "pharmacy", PALLET)
    receive(installation, 4, "pharmacy", PALLET)
    installation.capture("pharmacy", seen(5, PACKS[0], bizStep="dispensing"))

    mixed = look(installation, PALLET)
    installation.capture("pharmacy", seen(6, CASE, bizStep="dispensing"))

    assert [(one.pack.uri, one.code) for one in mixed] == [
        (PACKS[0], "supplied"),
        (PACKS[1], "active"),
        (PACKS[2], "active"),
    ]
    assert codes_of(installation, *PACKS[:4]) == ["supplied", "supplied", "active", "active"]


def test_what_was_taken_out_of_a_case_before_is_not_sold_with_it(
    installation: Installation,
) -> None:
    deliver(installation, *PACKS)
    pack(installation, 3, "pharmacy", CASE, *PACKS)
    unpack(installation, 4, "pharmacy", CASE, PACKS[0])

    installation.capture("pharmacy", seen(5, CASE, bizStep="dispensing"))

    assert codes_of(installation, *PACKS[:2]) == ["active", "supplied"]
    assert len(look(installation, CASE)) == 4


def test_a_late_event_and_one_taken_back_change_exactly_what_they_should(
    installation: Installation,
) -> None:
    deliver(installation, *PACKS)
    event_id = "urn:uuid:11111111-1111-4111-8111-111111111111"
    late = seen(3, PACKS[0], bizStep="dispensing", eventID=event_id)

    installation.capture("pharmacy", late)
    sold = codes_of(installation, PACKS[0])
    wrong = {"declarationTime": told(4), "reason": "did_not_occur"}
    installation.capture("pharmacy", {**late, "errorDeclaration": wrong})

    assert (sold, codes_of(installation, PACKS[0])) == (["supplied"], ["active"])


def test_with_whom_a_pack_is_only_those_are_told_who_may_know(installation: Installation) -> None:
    own_medicine(installation)
    make(installation, *PACKS)
    ship(installation, 1, "maker", "wholesaler", *PACKS)
    receive(installation, 2, "wholesaler", *PACKS)
    ship(installation, 3, "wholesaler", "pharmacy", *PACKS)
    receive(installation, 4, "pharmacy", *PACKS)
    found = look(installation, PACKS[0])
    holder = installation.party("pharmacy").party_id

    with reading(installation.engine) as connection:
        told_by_reader = {
            name: told_to(connection, at_counter(installation), actor, found)[0]
            for name, actor in {
                "authority": AUTHORITY,
                "pharmacy": installation.party("pharmacy"),
                "maker": installation.party("maker"),
                "stranger": installation.party("stranger"),
            }.items()
        }

    assert {name: one.holder for name, one in told_by_reader.items()} == {
        "authority": holder,
        "pharmacy": holder,
        "maker": None,
        "stranger": None,
    }


def test_more_packs_than_one_request_may_name_are_refused_whole(
    installation: Installation,
) -> None:
    make(installation, *PACKS)
    pack(installation, 1, "maker", CASE, *PACKS)

    with pytest.raises(InvalidInput, match="5 packs"):
        verify(at_counter(installation, packs_max=4), read(installation, CASE))


def test_a_pack_expires_by_itself(installation: Installation) -> None:
    deliver(installation, *PACKS)

    installation.clock.instant += timedelta(days=100)

    assert codes_of(installation, PACKS[0]) == ["expired"]
