"""Heat maps: counts of coarse cells, and nothing of a few people."""

from datetime import timedelta
from trace.scans.heat import Cell, HeatMap, HeatQuery, ProvinceCount, read_heat
from trace.scans.model import LAT_TENTHS_MAX, LON_TENTHS_MAX, Place, Scan, period_start
from trace.scans.recording import View
from typing import Any

import pytest

from base.db import reading
from tests.instances import observation, serial
from tests.trace_room.scans.desk import ScanDesk, subject
from tests.trace_room.scans.samples import SHANGHAI, SHIJIAZHUANG

OTHER_GTIN = "06901234000016"


@pytest.fixture
def told(desk: ScanDesk) -> ScanDesk:
    items = [serial(n) for n in range(10)] + [serial(n, gtin=OTHER_GTIN) for n in range(10)]
    desk.place.capture("farm", observation(items[0], epcList=items))
    return desk


def scan(
    desk: ScanDesk,
    device: int,
    uri: str = serial(1),
    *,
    days: float = 0,
    where: Place | None = None,
    region: str | None = None,
) -> None:
    made = Scan(
        at=desk.place.clock.now() + timedelta(days=days),
        device=device.to_bytes(12),
        place=where,
        region=region,
    )
    desk.recorder.note(View(subject=subject(uri), scan=made))


def heat(desk: ScanDesk, **changes: Any) -> HeatMap:
    desk.recorder.flush()
    now = desk.place.clock.now()
    asked = {
        "since": now - timedelta(days=50),
        "until": now + timedelta(days=50),
        "products": None,
        "devices_min": 5,
        "cells_max": 100,
        **changes,
    }
    with reading(desk.engine) as connection:
        return read_heat(connection, HeatQuery(**asked))


@pytest.mark.parametrize(("devices", "is_shown"), [(4, False), (5, True), (6, True)])
def test_a_cell_is_shown_when_enough_devices_scanned_in_it(
    told: ScanDesk, devices: int, is_shown: bool
) -> None:
    for device in range(devices):
        scan(told, device, where=SHIJIAZHUANG)

    found = heat(told)

    if is_shown:
        assert found.cells == (Cell(south_tenths=380, west_tenths=1145, scans=devices),)
        assert (found.step_tenths, found.withheld) == (1, 0)
    else:
        assert (found.cells, found.withheld) == ((), devices)


def test_one_device_that_scans_often_is_one_device(told: ScanDesk) -> None:
    for number in range(10):
        scan(told, 1, serial(number), where=SHIJIAZHUANG)
        scan(told, 1, serial(number, gtin=OTHER_GTIN), days=1, where=SHIJIAZHUANG)

    assert heat(told).cells == ()
    assert heat(told).withheld == 20


def test_devices_of_two_products_are_not_added_up(told: ScanDesk) -> None:
    for device in range(4):
        scan(told, device, where=SHIJIAZHUANG)
        scan(told, device, serial(1, gtin=OTHER_GTIN), where=SHIJIAZHUANG)

    assert heat(told).cells == ()
    assert heat(told, devices_min=4).cells[0].scans == 8


def test_devices_of_two_periods_are_not_added_up(told: ScanDesk) -> None:
    told.place.clock.instant = period_start(690) - timedelta(hours=1)
    for device in range(4):
        scan(told, device, where=SHIJIAZHUANG)
        scan(told, 10 + device, days=0.5, where=SHIJIAZHUANG)

    assert heat(told).cells == ()
    assert heat(told, devices_min=4).cells[0].scans == 8


def test_cells_grow_until_half_of_what_was_told_is_shown(told: ScanDesk) -> None:
    # Nine neighbouring cells with two devices each: none of them may be told by itself.
    for device in range(18):
        place = Place(lat_tenths=380 + device // 6, lon_tenths=1140 + device // 2 % 3)
        scan(told, device, where=place)

    found = heat(told)

    assert found.step_tenths in (2, 5)
    assert sum(cell.scans for cell in found.cells) + found.withheld == 18
    assert 2 * sum(cell.scans for cell in found.cells) >= 18


def test_what_stays_too_rare_is_counted_and_not_shown(told: ScanDesk) -> None:
    for device in range(9):
        scan(told, device, where=SHIJIAZHUANG)
    scan(told, 20, where=SHANGHAI)

    found = heat(told)

    assert found.cells == (Cell(south_tenths=380, west_tenths=1145, scans=9),)
    assert found.withheld == 1


def test_provinces_are_told_like_cells_and_scans_without_a_place_are_counted(
    told: ScanDesk,
) -> None:
    for device in range(5):
        scan(told, device, region="130102" if device % 2 else "130133")
    scan(told, 30, region="440305")
    scan(told, 31)

    found = heat(told)

    assert found.provinces == (ProvinceCount(province="13", scans=5),)
    assert (found.withheld, found.untold) == (1, 1)


def test_only_the_products_and_days_that_were_asked_for_count(told: ScanDesk) -> None:
    for device in range(6):
        scan(told, device, where=SHIJIAZHUANG)
        scan(told, device, serial(1, gtin=OTHER_GTIN), where=SHANGHAI)
        scan(told, device, serial(2), days=-60, where=SHANGHAI)

    of_one = heat(told, products=frozenset({subject(serial(1)).product}))
    of_none = heat(told, products=frozenset())

    assert [cell.south_tenths for cell in of_one.cells] == [380]
    assert of_none == HeatMap(step_tenths=1, cells=(), provinces=(), withheld=0, untold=0)


def test_the_most_frequent_cells_are_shown_where_there_are_too_many(told: ScanDesk) -> None:
    for device in range(6):
        scan(told, device, where=SHIJIAZHUANG)
        scan(told, 10 + device, where=SHANGHAI)
    scan(told, 20, where=SHANGHAI)

    found = heat(told, cells_max=1)

    assert [cell.south_tenths for cell in found.cells] == [312]
    assert found.withheld == 6


@pytest.mark.parametrize(
    "place",
    [
        Place(lat_tenths=-LAT_TENTHS_MAX, lon_tenths=-LON_TENTHS_MAX),
        Place(lat_tenths=LAT_TENTHS_MAX, lon_tenths=LON_TENTHS_MAX),
        Place(lat_tenths=-1, lon_tenths=-1),
        Place(lat_tenths=0, lon_tenths=0),
    ],
    ids=str,
)
def test_a_cell_holds_its_place_on_all_four_quarters_of_the_earth(
    told: ScanDesk, place: Place
) -> None:
    for device in range(5):
        scan(told, device, where=place)

    (cell,) = heat(told).cells

    assert (cell.south_tenths, cell.west_tenths) == (place.lat_tenths, place.lon_tenths)
