"""Lays out a heat map as a picture: cells on a plain grid, places by name, a legend.

Pure. The rule that must stay true: what is drawn is what was counted; cells too many to be seen are
drawn together, and nothing is drawn between them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, cos, radians
from trace.scans.heat import HeatMap
from typing import Final

_WIDTH_MIN: Final = 320
_ROOM: Final = 576
_LEFT: Final = 58
_BOTTOM: Final = 26
_TOP: Final = 8
_RIGHT: Final = 8
_CELL_MAX: Final = 48
_CELL_WITH_NUMBER: Final = 24
_LINES_MAX: Final = 32
_TICKS_MAX: Final = 6
_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 900)
_PLACES_MAX: Final = 8
_CHARACTER: Final = 13
_LEVELS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """A place that is drawn by its name: degrees of WGS 84."""

    name: str
    latitude: Decimal
    longitude: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCell:
    """A cell; `number` is its count where there is room for it. Level 5 is the most frequent."""

    x: float
    y: float
    level: int
    title: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnText:
    """A word of the picture, at the middle of its line."""

    x: float
    y: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPlace:
    """A place with a dot and its name."""

    x: float
    y: float
    label: DrawnText


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendStep:
    """One shade of the legend, and the counts it stands for."""

    level: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPicture:
    """A picture that is ready to be written down."""

    width: int
    height: int
    frame: tuple[float, float, float, float]
    cell_width: float
    cell_height: float
    cells: tuple[DrawnCell, ...]
    columns: tuple[DrawnText, ...]
    rows: tuple[DrawnText, ...]
    places: tuple[DrawnPlace, ...]
    legend: tuple[LegendStep, ...]
    size_tenths: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Where the cells lie: numbers of rows and columns, both from south and west."""

    size: int
    south: int
    west: int
    rows: int
    columns: int
    cell_width: float
    cell_height: float
    left: float

    @property
    def width(self) -> int:
        return ceil(2 * self.left + self.columns * self.cell_width - _LEFT + _RIGHT)

    def x(self, lon_tenths: float) -> float:
        return round(self.left + (lon_tenths - self.west) / self.size * self.cell_width, 1)

    def y(self, lat_tenths: float) -> float:
        north = self.south + self.rows * self.size
        return round(_TOP + (north - lat_tenths) / self.size * self.cell_height, 1)

    def holds(self, lat_tenths: float, lon_tenths: float) -> bool:
        return (
            self.south <= lat_tenths <= self.south + self.rows * self.size
            and self.west <= lon_tenths <= self.west + self.columns * self.size
        )


def draw_heat(heat: HeatMap, places: Sequence[NamedPlace]) -> HeatPicture | None:
    """Return the picture of the map's cells; None where it has none."""
    if not heat.cells:
        return None
    grid, counts = _fit(heat)
    bounds = _bounds(max(counts.values()))
    drawn = _places(grid, places)
    cells = tuple(_cell(grid, key, scans, bounds, drawn) for key, scans in sorted(counts.items()))
    return HeatPicture(
        width=grid.width,
        height=ceil(_TOP + grid.rows * grid.cell_height + _BOTTOM),
        frame=(
            grid.left,
            _TOP,
            round(grid.columns * grid.cell_width, 1),
            round(grid.rows * grid.cell_height, 1),
        ),
        cell_width=grid.cell_width,
        cell_height=grid.cell_height,
        cells=cells,
        columns=_column_ticks(grid),
        rows=_row_ticks(grid),
        places=drawn,
        legend=_legend(bounds, {cell.level for cell in cells}),
        size_tenths=grid.size,
    )


def degrees(tenths: int, positive: str, negative: str) -> str:
    """Return tenths of a degree as 38.0°N."""
    return f"{abs(tenths) // 10}.{abs(tenths) % 10}°{positive if tenths >= 0 else negative}"


def box_of(heat: HeatMap) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Return south, west, north and east of what is drawn, in degrees."""
    grid, _ = _fit(heat)
    edges = (
        grid.south,
        grid.west,
        grid.south + grid.rows * grid.size,
        grid.west + grid.columns * grid.size,
    )
    south, west, north, east = (Decimal(edge) / 10 for edge in edges)
    return south, west, north, east


def _fit(heat: HeatMap) -> tuple[_Grid, Counter[tuple[int, int]]]:
    """Return a grid that can be seen, with an empty line around the cells, and its counts."""
    size, counts = heat.step_tenths, Counter[tuple[int, int]]()
    for size in [one for one in _SIZES if one >= heat.step_tenths and not one % heat.step_tenths]:
        counts = Counter()
        for cell in heat.cells:
            counts[cell.south_tenths // size, cell.west_tenths // size] += cell.scans
        rows, columns = ({key[axis] for key in counts} for axis in (0, 1))
        if max(max(rows) - min(rows), max(columns) - min(columns)) + 3 <= _LINES_MAX:
            break
    row_count = max(rows) - min(rows) + 3
    column_count = max(columns) - min(columns) + 3
    # A degree of longitude is shorter than one of latitude: by the cosine of the middle latitude.
    middle = (max(rows) + min(rows) + 1) * size / 20
    slimness = max(0.2, cos(radians(min(80.0, abs(middle)))))
    room = min(_CELL_MAX * slimness, _ROOM / column_count)
    cell_width = round(min(room, _CELL_MAX * 10 * slimness / row_count), 2)
    missing = max(0.0, _WIDTH_MIN - _LEFT - _RIGHT - column_count * cell_width)
    grid = _Grid(
        size=size,
        south=(min(rows) - 1) * size,
        west=(min(columns) - 1) * size,
        rows=row_count,
        columns=column_count,
        cell_width=cell_width,
        cell_height=round(cell_width / slimness, 2),
        # In the middle of the picture, where it would be narrower than its legend.
        left=_LEFT + missing / 2,
    )
    return grid, counts


def _cell(
    grid: _Grid,
    key: tuple[int, int],
    scans: int,
    bounds: Sequence[int],
    places: Sequence[DrawnPlace],
) -> DrawnCell:
    south, west = key[0] * grid.size, key[1] * grid.size
    x, y = grid.x(west), grid.y(south + grid.size)
    middle = x + grid.cell_width / 2, y + grid.cell_height / 2
    has_room = grid.cell_width >= _CELL_WITH_NUMBER and not any(
        _covers(place, *middle) for place in places
    )
    return DrawnCell(
        x=x,
        y=y,
        level=_LEVELS - len(bounds) + sum(bound <= scans for bound in bounds),
        title=f"{degrees(south, 'N', 'S')} {degrees(west, 'E', 'W')}: {scans}",
        number=str(scans) if has_room and scans < 10_000 else "",
    )


def _covers(place: DrawnPlace, x: float, y: float) -> bool:
    """Return whether a place's name would run over a number there."""
    length = _length(place.label.text)
    start = place.label.x - (length if place.label.anchor == "end" else 0)
    is_under_dot = abs(place.x - x) < 18 and abs(place.y - y) < 14
    return is_under_dot or (abs(place.y - y) < 16 and start - 18 < x < start + length + 8)


def _length(text: str) -> int:
    """Return about how long a text is when it is drawn: a Han character is twice a letter."""
    return sum(_CHARACTER if sign > "\u2e80" else _CHARACTER // 2 + 1 for sign in text)


def _bounds(most: int) -> tuple[int, ...]:
    """Return the least counts of the shades, each twice the one before it."""
    return tuple(sorted({max(1, ceil(most / share)) for share in (2, 4, 8, 16)} | {1}))


def _legend(bounds: Sequence[int], levels: set[int]) -> tuple[LegendStep, ...]:
    """Return the shades that occur, and the counts that each of them stands for."""
    first = _LEVELS - len(bounds) + 1
    steps = []
    for number, bound in enumerate(bounds):
        is_last = number == len(bounds) - 1
        until = bound if is_last else bounds[number + 1] - 1
        text = f"≥ {bound}" if is_last else f"{bound}–{until}" if until > bound else f"{bound}"
        steps.append(LegendStep(level=first + number, text=text))
    return tuple(step for step in steps if step.level in levels)


def _tick_step(length_tenths: int) -> int:
    return next(step for step in (*_SIZES, 1800) if length_tenths / step <= _TICKS_MAX)


def _column_ticks(grid: _Grid) -> tuple[DrawnText, ...]:
    step = _tick_step(grid.columns * grid.size)
    y = round(_TOP + grid.rows * grid.cell_height + 18, 1)
    east = grid.west + grid.columns * grid.size
    first = -(-grid.west // step) * step
    ticks = range(first, east + 1, step)
    return tuple(
        DrawnText(x=grid.x(tick), y=y, text=degrees(tick, "E", "W"))
        for tick in ticks
        if grid.x(tick) - grid.left > 20 and grid.x(east) - grid.x(tick) > 12
    )


def _row_ticks(grid: _Grid) -> tuple[DrawnText, ...]:
    step = _tick_step(grid.rows * grid.size)
    north = grid.south + grid.rows * grid.size
    first = -(-grid.south // step) * step
    return tuple(
        DrawnText(
            x=grid.left - 6,
            y=round(grid.y(tick) + 4, 1),
            text=degrees(tick, "N", "S"),
            anchor="end",
        )
        for tick in range(first, north + 1, step)
        if grid.y(grid.south) - grid.y(tick) > 4
    )


def _places(grid: _Grid, places: Sequence[NamedPlace]) -> tuple[DrawnPlace, ...]:
    """Return the places within the frame whose names do not run over each other."""
    drawn: list[DrawnPlace] = []
    right = grid.left + grid.columns * grid.cell_width
    for place in places:
        lat_tenths, lon_tenths = float(place.latitude * 10), float(place.longitude * 10)
        if not grid.holds(lat_tenths, lon_tenths):
            continue
        x, y = grid.x(lon_tenths), grid.y(lat_tenths)
        is_right = x + 7 + _length(place.name) > right
        label = DrawnText(
            x=x - 7 if is_right else x + 7,
            y=y + 4,
            text=place.name,
            anchor="end" if is_right else "start",
        )
        if all(abs(other.y - y) > 15 or abs(other.x - x) > 130 for other in drawn):
            drawn.append(DrawnPlace(x=x, y=y, label=label))
        if len(drawn) == _PLACES_MAX:
            break
    return tuple(drawn)
