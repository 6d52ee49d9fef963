"""Temperatures: out of range for too long, and times without a reading."""

from typing import Any

import pytest

from tests.instances import Installation, at, serial
from tests.trace_room.findings.desk import codes_of, found
from tests.trace_room.findings.goods import RICE, amount, product_of
from tests.trace_room.story import PALLET, packing, seen


def measured(*told: tuple[int, int, float]) -> dict[str, Any]:
    """Say how warm it was from one minute to another."""
    elements = [
        {
            "sensorMetadata": {"startTime": at(since), "endTime": at(until)},
            "sensorReport": [{"type": "Temperature", "value": degrees, "uom": "CEL"}],
        }
        for since, until, degrees in told
    ]
    return {"sensorElementList": elements}


def vaccine(
    installation: Installation, *told: tuple[int, int, float], shipped_at: int | None = None
) -> None:
    """Tell of a dose, and only then of which class it is: its maker kept to no profile."""
    moved = seen(300, serial(1), bizStep="transporting", **measured(*told))
    installation.capture("plant", moved)
    if shipped_at is not None:
        installation.capture("plant", seen(shipped_at, serial(1), bizStep="shipping"))
    product_of(installation, "plant", "vaccine")


def test_vaccine_that_was_too_warm_for_too_long_is_found(installation: Installation) -> None:
    vaccine(installation, (0, 60, 5), (60, 91, 9.5), (91, 120, 4))

    (one,) = found(installation)

    assert (one.code, one.uri, one.party) == ("cold_chain_excursion", serial(1), "plant")
    assert one.details == {"minutes": 31, "allowed": 30, "worst": "9.5", "low": "2", "high": "8"}


def test_half_an_hour_at_a_dock_is_in_order(installation: Installation) -> None:
    vaccine(installation, (0, 60, 5), (60, 90, 9.5), (90, 120, 4))

    assert codes_of(installation) == []


def test_both_ends_of_the_range_are_in_order(installation: Installation) -> None:
    vaccine(installation, (0, 100, 2), (100, 200, 8))

    assert codes_of(installation) == []


def test_vaccine_that_froze_is_found(installation: Installation) -> None:
    vaccine(installation, (0, 60, 5), (60, 160, -3))

    (one,) = found(installation)

    assert (one.code, one.details["worst"]) == ("cold_chain_excursion", "-3")


def test_goods_of_a_class_without_a_cold_chain_have_no_range(installation: Installation) -> None:
    installation.capture("plant", seen(300, serial(1), **measured((0, 200, 40))))
    product_of(installation, "plant", "pesticide")

    assert codes_of(installation) == []


def test_what_is_on_a_pallet_is_as_warm_as_the_pallet(installation: Installation) -> None:
    installation.capture(
        "plant",
        amount(1, 5, action="ADD", bizStep="commissioning"),
        packing(2, PALLET, lots=(RICE,)),
        seen(200, PALLET, bizStep="transporting", **measured((10, 20, 5), (20, 180, 12))),
    )
    product_of(installation, "plant", "vaccine")
    assert [(one.code, one.uri) for one in found(installation)] == [("cold_chain_excursion", RICE)]

    installation.capture("plant", packing(100, PALLET, action="DELETE"))

    assert codes_of(installation) == []


def test_single_readings_stand_for_the_time_up_to_the_next(installation: Installation) -> None:
    vaccine(installation, (0, 0, 5), (30, 30, 9), (61, 61, 5))

    (one,) = found(installation)

    assert one.details["minutes"] == 31


def test_a_time_without_a_reading_on_the_way_is_found(installation: Installation) -> None:
    vaccine(installation, (0, 10, 5), (131, 140, 5))

    (one,) = found(installation)

    assert (one.code, one.details) == ("sensor_gap", {"minutes": 121, "allowed": 120})


def test_two_hours_between_readings_are_in_order(installation: Installation) -> None:
    vaccine(installation, (0, 10, 5), (130, 140, 5))

    assert codes_of(installation) == []


@pytest.mark.parametrize(
    ("shipped_at", "codes"), [(None, ["sensor_gap"]), (100, [])], ids=["one leg", "two hands"]
)
def test_between_two_hands_nobody_has_to_measure(
    installation: Installation, shipped_at: int | None, codes: list[str]
) -> None:
    vaccine(installation, (0, 10, 5), (250, 260, 5), shipped_at=shipped_at)

    assert codes_of(installation) == codes


def test_a_truck_that_was_warm_before_it_was_loaded_warmed_nothing(
    installation: Installation,
) -> None:
    installation.capture(
        "plant",
        amount(1, 5, action="ADD", bizStep="commissioning"),
        packing(100, PALLET, lots=(RICE,)),
        seen(200, PALLET, bizStep="transporting", **measured((10, 95, 19), (95, 180, 5))),
    )
    product_of(installation, "plant", "vaccine")

    assert codes_of(installation) == []


def test_what_two_parties_copy_from_one_logger_counts_once(installation: Installation) -> None:
    warm = measured((0, 60, 5), (60, 85, 9.5), (85, 120, 4))
    installation.capture(
        "plant",
        seen(300, serial(1), bizStep="transporting", **warm),
        seen(301, serial(1), bizStep="storing", **warm),
    )
    product_of(installation, "plant", "vaccine")

    assert codes_of(installation) == []


def test_the_heat_of_the_making_is_no_excursion(installation: Installation) -> None:
    heat = measured((0, 60, 72), (60, 120, 5))
    made = seen(120, serial(1), action="ADD", bizStep="commissioning", **heat)
    installation.capture("plant", made, seen(300, serial(1), **measured((200, 260, 5))))
    product_of(installation, "plant", "vaccine")

    assert codes_of(installation) == []
