"""Draws the chain of a class of goods: each step a box with how many data it asks for.

The rule that must stay true: every step and every link of the profile is in the picture. Lengths
are pixels of its own view box; SVG 1.1 wraps no lines, so names are cut to measure here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDE_COLUMNS: Final = 4
NARROW_COLUMNS: Final = 1

_WIDE_BOX: Final = (220, 84)
_NARROW_BOX: Final = (288, 76)
_GAP: Final = 40
_EDGE: Final = 20
_LINE: Final = 20
_LETTER: Final = 15
_LINES_MAX: Final = 2
_CJK: Final = "\u2e80"
_PIECE: Final = re.compile("[\u2e80-\uffff]|[^\\s\u2e80-\uffff]+\\s?|\\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBox:
    """A step as it is drawn; `after` names the steps before it."""

    id: str
    name: str
    counted: str
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A box at its place, with the lines of its name."""

    step: StepBox
    number: int
    x: int
    y: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePicture:
    """What the template draws; `links` are SVG path data, those of neighbours first."""

    width: int
    height: int
    box_width: int
    box_height: int
    boxes: tuple[Drawn, ...]
    links: tuple[str, ...]


def draw_profile(steps: Sequence[StepBox], *, columns: int) -> ProfilePicture:
    """Return the picture in rows that turn at their ends, so that one step leads to the next."""
    width, height = _WIDE_BOX if columns > 1 else _NARROW_BOX
    boxes: dict[str, Drawn] = {}
    for at, step in enumerate(steps):
        row, column = divmod(at, columns)
        column = column if row % 2 == 0 else columns - 1 - column
        boxes[step.id] = Drawn(
            step=step,
            number=at + 1,
            x=_EDGE + column * (width + _GAP),
            y=_EDGE + row * (height + _GAP),
            lines=_cut(step.name, width - 56),
        )
    rows = -(-len(steps) // columns)
    links = [
        _link(boxes[before], boxes[step.id], width, height)
        for step in steps
        for before in step.after
        if before in boxes
    ]
    return ProfilePicture(
        width=2 * _EDGE + columns * width + (columns - 1) * _GAP,
        height=2 * _EDGE + rows * height + max(rows - 1, 0) * _GAP,
        box_width=width,
        box_height=height,
        boxes=tuple(boxes.values()),
        links=tuple(links),
    )


def _link(first: Drawn, second: Drawn, width: int, height: int) -> str:
    if first.y == second.y and abs(first.x - second.x) == width + _GAP:
        is_right = first.x < second.x
        start = first.x + width if is_right else first.x
        end = second.x - 6 if is_right else second.x + width + 6
        return f"M{start} {first.y + height // 2}H{end}"
    if first.x == second.x and abs(first.y - second.y) == height + _GAP:
        is_down = first.y < second.y
        start = first.y + height if is_down else first.y
        end = second.y - 6 if is_down else second.y + height + 6
        return f"M{first.x + width // 2} {start}V{end}"
    return _around(first, second, width, height)


def _around(first: Drawn, second: Drawn, width: int, height: int) -> str:
    """Lead past what stands between, in the gaps beside the boxes."""
    if first.y == second.y:
        lane = first.y + height + _GAP // 2
        start, end = first.x + width // 2 + 16, second.x + width // 2 - 16
        return f"M{start} {first.y + height}V{lane}H{end}V{second.y + height + 6}"
    if first.x == second.x:
        lane = first.x + width + _EDGE // 2
        start, end = first.y + height // 2, second.y + height // 2
        return f"M{first.x + width} {start}H{lane}V{end}H{second.x + width + 6}"
    is_down = first.y < second.y
    start = first.y + height if is_down else first.y
    end = second.y - 6 if is_down else second.y + height + 6
    lane = second.y - _GAP // 2 if is_down else second.y + height + _GAP // 2
    near = first.y + height + _GAP // 2 if is_down else first.y - _GAP // 2
    side = second.x + width + _GAP // 2 if first.x > second.x else second.x - _GAP // 2
    turn = f"V{near}H{side}V{lane}" if near != lane else f"V{lane}"
    return f"M{first.x + width // 2 + 16} {start}{turn}H{second.x + width // 2 - 16}V{end}"


def _cut(name: str, width: int) -> tuple[str, ...]:
    lines: list[str] = [""]
    for word in _words(name):
        if lines[-1] and _measure(lines[-1] + word) > width:
            lines.append("")
        lines[-1] = (lines[-1] + word).lstrip()
    if len(lines) > _LINES_MAX:
        lines = [*lines[: _LINES_MAX - 1], lines[_LINES_MAX - 1].rstrip() + "…"]
    return tuple(line.rstrip() for line in lines)


def _words(name: str) -> list[str]:
    """Return what a line may be broken between: Chinese signs, and words with their space."""
    return _PIECE.findall(name)


def _measure(text: str) -> int:
    return sum(_LETTER if sign >= _CJK else _LETTER * 11 // 20 for sign in text)
