"""Lays out the scans of one code along time: a row for each device, lines for what was recorded.

Pure. One rule: a device is a letter here and nothing else, the same letter as in the table below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.scans.judging import TimelineScan
from typing import Final

from base.clock import CIVIL_ZONE

_WIDTH: Final = 640
_LEFT: Final = 34
_RIGHT: Final = 14
_TOP: Final = 26
_ROW: Final = 22
_BOTTOM: Final = 26
_ROWS_MAX: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One scan."""

    x: float
    y: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The line of a device, or of all devices for which there was no line left."""

    y: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something recorded of the code, as a line across all rows."""

    x: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePicture:
    """A picture that is ready to be written down. `first` and `last` are the days at its ends.

    `noticed` is where the time begins that set the rule off, and how long it is.
    """

    width: int
    height: int
    left: int
    right: int
    rows: tuple[Row, ...]
    dots: tuple[Dot, ...]
    marks: tuple[Mark, ...]
    noticed: tuple[float, float]
    first: str
    last: str


def draw_timeline(
    scans: Sequence[TimelineScan],
    marks: Mapping[str, datetime],
    noticed: tuple[datetime, datetime],
) -> TimelinePicture | None:
    """Return the picture of scans, oldest first, and of named instants; None without scans.

    Where there are too many devices, those that were seen first share a line.
    """
    if not scans:
        return None
    instants = [scan.at for scan in scans] + list(marks.values())
    first, last = min(instants), max(instants)
    letters = list(dict.fromkeys(scan.device for scan in scans))
    is_cut = len(letters) > _ROWS_MAX
    rows = ["…", *letters[1 - _ROWS_MAX :]] if is_cut else letters
    places = {letter: _TOP + number * _ROW + _ROW / 2 for number, letter in enumerate(rows)}

    def x(at: datetime) -> float:
        span = (last - first).total_seconds()
        share = (min(max(at, first), last) - first).total_seconds() / span if span else 0.5
        return round(_LEFT + 10 + share * (_WIDTH - _LEFT - _RIGHT - 20), 1)

    return TimelinePicture(
        width=_WIDTH,
        height=_TOP + len(rows) * _ROW + _BOTTOM,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        rows=tuple(Row(y=y, label=letter) for letter, y in places.items()),
        dots=tuple(
            Dot(
                x=x(scan.at),
                y=places.get(scan.device, places[rows[0]]),
                title=f"{scan.device} {clock(scan.at)}",
            )
            for scan in scans
        ),
        marks=tuple(
            Mark(x=x(at), label=label, anchor="end" if x(at) > _WIDTH / 2 else "start")
            for label, at in marks.items()
        ),
        noticed=(x(noticed[0]) - 8, x(noticed[1]) - x(noticed[0]) + 16),
        first=clock(first)[:10],
        last=clock(last)[:10] if clock(last)[:10] != clock(first)[:10] else "",
    )


def clock(at: datetime) -> str:
    """Return an instant as clocks in China show it."""
    return at.astimezone(CIVIL_ZONE).strftime("%Y-%m-%d %H:%M")
