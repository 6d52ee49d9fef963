"""The places of a trace on a plain grid of degrees, with lines along which goods went on.

Pure. The rule that must stay true: only registered places with coordinates are drawn, each where it
is; there is no ground beneath them, so that nothing is shown that nobody told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, hypot, radians
from typing import Final

_WIDTH: Final = 680
_HEIGHT_MIN: Final = 220
_HEIGHT_MAX: Final = 560
_MARGIN: Final = 56
_SPAN_MIN: Final = 0.2
_LETTER: Final = 13
_DOT: Final = 6
_NAME_ROOM: Final = 17
_TICKS: Final = 4
_STEPS: Final = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place and how many events happened there; degrees are WGS 84."""

    key: str
    name: str
    latitude: Decimal
    longitude: Decimal
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnSpot:
    """A dot with its number, and its name where there is room for it."""

    x: float
    y: float
    number: int
    name: str
    anchor: str
    name_x: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line of the grid with its degrees."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """What the template draws; spots are numbered as in the table beside the map."""

    width: int
    height: int
    spots: tuple[DrawnSpot, ...]
    paths: tuple[str, ...]
    columns: tuple[Tick, ...]
    rows: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    west: float
    north: float
    scale_x: float
    scale_y: float

    def x(self, longitude: float) -> float:
        return round(_MARGIN + (longitude - self.west) * self.scale_x, 1)

    def y(self, latitude: float) -> float:
        return round(_MARGIN / 2 + (self.north - latitude) * self.scale_y, 1)


def draw_map(spots: Sequence[Spot], ways: Iterable[tuple[str, str]]) -> Map | None:
    """Return the map of some places, None for none; `ways` lead from one key to another."""
    if not spots:
        return None
    latitudes = [float(one.latitude) for one in spots]
    longitudes = [float(one.longitude) for one in spots]
    middle = (min(latitudes) + max(latitudes)) / 2
    slimness = max(cos(radians(middle)), 0.1)
    tall = max(max(latitudes) - min(latitudes), _SPAN_MIN) * 1.2
    wide = max(max(longitudes) - min(longitudes), _SPAN_MIN) * 1.2
    room = _WIDTH - 2 * _MARGIN
    scale_x = min(room / wide, (_HEIGHT_MAX - _MARGIN) / tall * slimness)
    scale_y = scale_x / slimness
    height = round(min(max(tall * scale_y, _HEIGHT_MIN), _HEIGHT_MAX) + _MARGIN)
    center = (min(longitudes) + max(longitudes)) / 2
    frame = _Frame(
        west=center - room / 2 / scale_x,
        north=middle + (height - _MARGIN) / 2 / scale_y,
        scale_x=scale_x,
        scale_y=scale_y,
    )
    at = {one.key: (frame.x(float(one.longitude)), frame.y(float(one.latitude))) for one in spots}
    south = frame.north - (height - _MARGIN) / scale_y
    return Map(
        width=_WIDTH,
        height=height,
        spots=tuple(_named(spots, at)),
        paths=tuple(
            _way(at[source], at[target])
            for source, target in dict.fromkeys(ways)
            if source in at and target in at and at[source] != at[target]
        ),
        columns=tuple(
            Tick(at=frame.x(one), text=_degrees(one, "E", "W"))
            for one in _ticks(frame.west, frame.west + room / scale_x)
        ),
        rows=tuple(
            Tick(at=frame.y(one), text=_degrees(one, "N", "S"))
            for one in _ticks(south, frame.north)
        ),
    )


def _named(spots: Sequence[Spot], at: dict[str, tuple[float, float]]) -> Iterable[DrawnSpot]:
    taken: list[tuple[float, float, float]] = []
    for number, one in enumerate(spots, start=1):
        x, y = at[one.key]
        length = sum(_LETTER if sign > "\u2e80" else _LETTER * 0.56 for sign in one.name)
        is_left = x + _DOT + 8 + length > _WIDTH
        start = x - _DOT - 8 - length if is_left else x + _DOT + 8
        is_free = all(
            abs(y - other) >= _NAME_ROOM or start + length < begin or end < start
            for begin, end, other in taken
        )
        if is_free:
            taken.append((start, start + length, y))
        yield DrawnSpot(
            x=x,
            y=y,
            number=number,
            name=one.name if is_free else "",
            anchor="end" if is_left else "start",
            name_x=x - _DOT - 8 if is_left else x + _DOT + 8,
            title=f"{number}. {one.name}",
        )


def _way(start: tuple[float, float], end: tuple[float, float]) -> str:
    """Return a path that bends a little, so that there and back are two lines."""
    (x, y), (to_x, to_y) = start, end
    length = hypot(to_x - x, to_y - y)
    bend_x = round((x + to_x) / 2 - (to_y - y) * 0.12, 1)
    bend_y = round((y + to_y) / 2 + (to_x - x) * 0.12, 1)
    # It ends before the dot, so that the tip is seen.
    gap = min((_DOT + 4) / length, 0.4) if length else 0
    end_x = round(to_x + (bend_x - to_x) * 2 * gap, 1)
    end_y = round(to_y + (bend_y - to_y) * 2 * gap, 1)
    return f"M{x} {y}Q{bend_x} {bend_y} {end_x} {end_y}"


def _ticks(low: float, high: float) -> list[float]:
    step = next((one for one in _STEPS if (high - low) / one <= _TICKS + 2), _STEPS[-1])
    first = int(low / step) - 1
    found = [round((first + number) * step, 2) for number in range(_TICKS * 4)]
    return [one for one in found if low < one < high]


def _degrees(value: float, positive: str, negative: str) -> str:
    return f"{abs(value):g}°{negative if value < 0 else positive}"
