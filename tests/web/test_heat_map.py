"""The picture of a heat map, and that of scans along time: what is drawn is what was counted."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from trace.scans.heat import Cell, HeatMap
from trace.scans.judging import TimelineScan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.pages.alert_timeline import draw_timeline
from web.pages.heat_map import HeatPicture, NamedPlace, box_of, degrees, draw_heat

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


def heat(*cells: tuple[int, int, int], step: int = 1) -> HeatMap:
    return HeatMap(
        step_tenths=step,
        cells=tuple(
            Cell(south_tenths=south, west_tenths=west, scans=scans) for south, west, scans in cells
        ),
        provinces=(),
        withheld=0,
        untold=0,
    )


def drawn(
    *cells: tuple[int, int, int], step: int = 1, places: tuple[NamedPlace, ...] = ()
) -> HeatPicture:
    picture = draw_heat(heat(*cells, step=step), places)
    assert picture is not None
    return picture


def place(name: str, lat: str, lon: str) -> NamedPlace:
    return NamedPlace(name=name, latitude=Decimal(lat), longitude=Decimal(lon))


def test_a_map_without_cells_has_no_picture() -> None:
    assert draw_heat(heat(), ()) is None


def test_north_is_above_and_east_is_to_the_right() -> None:
    picture = drawn((380, 1145, 5), (390, 1155, 6))
    south, north = sorted(picture.cells, key=lambda cell: cell.title)

    assert "38.0°N 114.5°E" in south.title
    assert north.y < south.y
    assert north.x > south.x


def test_the_most_frequent_cell_is_the_darkest_and_the_legend_names_what_occurs() -> None:
    picture = drawn((380, 1145, 100), (381, 1145, 60), (382, 1145, 30), (383, 1145, 1))

    levels = {int(cell.title.rpartition(" ")[2]): cell.level for cell in picture.cells}
    assert levels == {100: 5, 60: 5, 30: 4, 1: 1}
    assert [(step.level, step.text) for step in picture.legend] == [
        (1, "1–6"),
        (4, "25–49"),
        (5, "≥ 50"),
    ]


def test_one_scan_everywhere_is_one_shade() -> None:
    picture = drawn((380, 1145, 1), (381, 1145, 1))

    assert {cell.level for cell in picture.cells} == {5}
    assert [step.text for step in picture.legend] == ["≥ 1"]


@given(
    cells=st.dictionaries(
        st.tuples(st.integers(-900, 899), st.integers(-1800, 1799)),
        st.integers(1, 100_000),
        min_size=1,
        max_size=30,
    ),
    step=st.sampled_from([1, 2, 5, 10]),
)
def test_every_scan_is_drawn_once_within_the_frame(
    cells: dict[tuple[int, int], int], step: int
) -> None:
    whole = {(south // step * step, west // step * step): n for (south, west), n in cells.items()}
    picture = drawn(*((south, west, scans) for (south, west), scans in whole.items()), step=step)

    left, top, width, height = picture.frame
    assert sum(int(cell.title.rpartition(" ")[2]) for cell in picture.cells) == sum(whole.values())
    for cell in picture.cells:
        assert left <= cell.x <= left + width - picture.cell_width + 0.2
        assert top <= cell.y <= top + height - picture.cell_height + 0.2
        assert 1 <= cell.level <= 5
    assert picture.width <= 660
    assert len({(cell.x, cell.y) for cell in picture.cells}) == len(picture.cells)


def test_cells_far_apart_are_drawn_together_in_larger_ones() -> None:
    picture = drawn((380, 1145, 5), (381, 1146, 6), (231, 1132, 7))

    assert picture.size_tenths in (5, 10)
    assert sorted(int(cell.title.rpartition(" ")[2]) for cell in picture.cells) == [7, 11]


def test_places_are_named_within_the_frame_and_not_over_each_other() -> None:
    picture = drawn(
        (380, 1145, 5),
        (383, 1150, 5),
        places=(
            place("石家庄", "38.04", "114.51"),
            place("一样", "38.04", "114.52"),
            place("上海", "31.2", "121.5"),
            place("东边的配送站", "38.30", "115.09"),
        ),
    )

    assert [one.label.text for one in picture.places] == ["石家庄", "东边的配送站"]
    assert [one.label.anchor for one in picture.places] == ["start", "end"]


def test_a_number_is_left_out_where_a_name_runs_over_it() -> None:
    alone = drawn((380, 1145, 5))
    named = drawn((380, 1145, 5), places=(place("石家庄乳品厂", "38.05", "114.53"),))

    assert [cell.number for cell in alone.cells] == ["5"]
    assert [cell.number for cell in named.cells] == [""]


def test_the_box_of_a_map_holds_its_cells() -> None:
    south, west, north, east = box_of(heat((380, 1145, 5), (390, 1155, 6)))

    assert south <= Decimal("38.0")
    assert north >= Decimal("39.1")
    assert west <= Decimal("114.5")
    assert east >= Decimal("115.6")


@pytest.mark.parametrize(
    ("tenths", "words"), [(380, "38.0°N"), (-1, "0.1°S"), (0, "0.0°N"), (905, "90.5°N")]
)
def test_degrees(tenths: int, words: str) -> None:
    assert degrees(tenths, "N", "S") == words


def scans(*devices: str) -> list[TimelineScan]:
    return [
        TimelineScan(at=NOW + timedelta(hours=n), device=device, place=None, region=None)
        for n, device in enumerate(devices)
    ]


def test_scans_stand_in_the_order_of_time_on_the_line_of_their_device() -> None:
    picture = draw_timeline(scans("A", "B", "A"), {}, (NOW, NOW))

    assert picture is not None
    assert [row.label for row in picture.rows] == ["A", "B"]
    xs = [dot.x for dot in picture.dots]
    assert xs == sorted(xs)
    assert picture.dots[0].y == picture.dots[2].y != picture.dots[1].y


def test_a_single_scan_has_a_picture_and_none_has_none() -> None:
    one = draw_timeline(scans("A"), {}, (NOW, NOW))

    assert one is not None
    assert (len(one.dots), one.first, one.last) == (1, "2026-03-01", "")
    assert draw_timeline([], {}, (NOW, NOW)) is None


def test_of_too_many_devices_the_first_share_a_line() -> None:
    letters = [chr(ord("A") + n) for n in range(20)]

    picture = draw_timeline(scans(*letters), {"sold": NOW}, (NOW, NOW + timedelta(hours=1)))

    assert picture is not None
    assert [row.label for row in picture.rows] == ["…", *letters[-11:]]
    assert {dot.y for dot in picture.dots[:9]} == {picture.rows[0].y}
    assert [mark.label for mark in picture.marks] == ["sold"]


def test_a_time_outside_of_the_scans_that_are_left_stays_in_the_picture() -> None:
    picture = draw_timeline(scans("A", "B"), {}, (NOW - timedelta(days=90), NOW))

    assert picture is not None
    start, length = picture.noticed
    assert start >= 0
    assert start + length <= picture.width
