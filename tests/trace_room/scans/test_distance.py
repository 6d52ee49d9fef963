"""The least distance of two cells, beside the great circle that floating point gives."""

from math import asin, cos, radians, sin, sqrt
from trace.scans.distance import distance_km
from trace.scans.model import Place

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trace_room.scans.samples import SHANGHAI, SHIJIAZHUANG

_PLACES = st.builds(Place, lat_tenths=st.integers(-900, 900), lon_tenths=st.integers(-1800, 1800))


def _great_circle_km(one: Place, other: Place) -> float:
    north, south = radians(one.lat_tenths / 10), radians(other.lat_tenths / 10)
    turn = radians((one.lon_tenths - other.lon_tenths) / 10)
    half = sin((north - south) / 2) ** 2 + cos(north) * cos(south) * sin(turn / 2) ** 2
    return 2 * 6371 * asin(min(1.0, sqrt(half)))


@given(one=_PLACES, other=_PLACES)
def test_a_distance_is_never_overstated_and_the_same_both_ways(one: Place, other: Place) -> None:
    found = distance_km(one, other)

    assert 0 <= found <= _great_circle_km(one, other)
    assert found == distance_km(other, one)


@given(one=_PLACES, other=_PLACES)
def test_within_china_it_is_understated_by_little(one: Place, other: Place) -> None:
    true = _great_circle_km(one, other)

    if true <= 5500:
        assert distance_km(one, other) >= true * 0.96 - 17


def test_the_same_cell_and_the_next_one_are_no_distance() -> None:
    beside = Place(lat_tenths=381, lon_tenths=1146)

    assert distance_km(SHIJIAZHUANG, SHIJIAZHUANG) == 0
    assert distance_km(SHIJIAZHUANG, beside) == 0


@pytest.mark.parametrize(
    ("one", "other"), [((0, 1800), (0, -1800)), ((900, 0), (900, 900)), ((-900, 5), (-900, -900))]
)
def test_the_date_line_and_the_poles_are_no_edges(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    here, there = (Place(lat_tenths=lat, lon_tenths=lon) for lat, lon in (one, other))

    assert distance_km(here, there) == 0


def test_shijiazhuang_and_shanghai() -> None:
    assert distance_km(SHIJIAZHUANG, SHANGHAI) == 973


@pytest.mark.parametrize(("lat", "lon"), [(901, 0), (-901, 0), (0, 1801), (0, -1801)])
def test_a_place_off_the_earth_cannot_be_made(lat: int, lon: int) -> None:
    with pytest.raises(ValueError, match="no place"):
        Place(lat_tenths=lat, lon_tenths=lon)
