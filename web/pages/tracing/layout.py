"""Lays the boxes of a graph out in columns, with few crossings, and draws the arrows round them.

Pure. Lengths are pixels of the picture's own view box. What runs past a column has a place of its
own there, so that no arrow runs through a box.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Final

PASSAGE: Final = 60
_GAP: Final = 18
_BEND_HEIGHT: Final = 4
MARGIN: Final = 12
_SWEEPS: Final = 8
_TIP: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What is placed: in which column, how wide and how high it is."""

    key: int
    column: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is drawn from one node to another."""

    source: int
    target: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Where each node is (its left upper corner) and the path and middle of each line."""

    width: int
    height: int
    at: Mapping[int, tuple[int, int]]
    paths: tuple[str, ...]
    middles: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class _Slot:
    """A place in a column: of a node, or where a line passes."""

    column: int
    width: int
    height: int
    x: int = 0
    y: float = 0.0


def lay_out(nodes: Sequence[Node], lines: Sequence[Line]) -> Drawing:
    """Return the drawing; columns are numbered anew from the left, without empty ones."""
    numbers = {one: at for at, one in enumerate(sorted({node.column for node in nodes}))}
    slots = {
        node.key: _Slot(column=numbers[node.column], width=node.width, height=node.height)
        for node in nodes
    }
    chains = [_chain(slots, line) for line in lines]
    columns: list[list[_Slot]] = [[] for _ in numbers]
    for slot in (*slots.values(), *(slot for chain in chains for slot in chain[1:-1])):
        columns[slot.column].append(slot)
    _settle(columns, chains)
    top = min((slot.y for column in columns for slot in column), default=0)
    for column in columns:
        for slot in column:
            slot.y += MARGIN - top
    right = _spread(columns)
    bottom = max((slot.y + slot.height for column in columns for slot in column), default=0)
    return Drawing(
        width=right + MARGIN,
        height=round(bottom) + MARGIN,
        at={key: (slot.x, round(slot.y)) for key, slot in slots.items()},
        paths=tuple(_path(chain) for chain in chains),
        middles=tuple(_middle(chain) for chain in chains),
    )


def _chain(slots: Mapping[int, _Slot], line: Line) -> list[_Slot]:
    """Return the slots a line runs through, with one in each column it passes."""
    first, last = slots[line.source], slots[line.target]
    passed = range(first.column + 1, last.column)
    bends = [_Slot(column=column, width=0, height=_BEND_HEIGHT) for column in passed]
    return [first, *bends, last]


def _settle(columns: Sequence[list[_Slot]], chains: Sequence[Sequence[_Slot]]) -> None:
    """Order each column by where its neighbours are, then move it beside them."""
    left: dict[int, list[_Slot]] = {}
    right: dict[int, list[_Slot]] = {}
    for chain in chains:
        for one, other in pairwise(chain):
            left.setdefault(id(other), []).append(one)
            right.setdefault(id(one), []).append(other)
    for column in columns:
        _stack(column)
    for sweep in range(_SWEEPS):
        is_back = sweep % 2 == 1
        near = right if is_back else left
        for column in reversed(columns) if is_back else columns:
            wished = {
                id(slot): fmean(_center(one) for one in near[id(slot)])
                if id(slot) in near
                else _center(slot)
                for slot in column
            }
            column.sort(key=lambda slot: wished[id(slot)])
            _stack(column)
            offset = fmean(wished[id(slot)] - _center(slot) for slot in column) if column else 0
            for slot in column:
                slot.y += offset
    for column in columns:
        _relax(column, left, right)


def _relax(
    column: Sequence[_Slot], left: Mapping[int, list[_Slot]], right: Mapping[int, list[_Slot]]
) -> None:
    """Move each slot beside its neighbours as far as those above and below it leave room."""
    for at, slot in enumerate(column):
        near = left.get(id(slot)) or right.get(id(slot))
        if not near:
            continue
        wished = fmean(_center(one) for one in near) - slot.height / 2
        above = column[at - 1].y + column[at - 1].height + _GAP if at else float("-inf")
        below = column[at + 1].y - _GAP - slot.height if at + 1 < len(column) else float("inf")
        if above <= below:
            slot.y = min(max(wished, above), below)


def _stack(column: Sequence[_Slot]) -> None:
    total = sum(slot.height + _GAP for slot in column) - _GAP
    y = -total / 2
    for slot in column:
        slot.y = y
        y += slot.height + _GAP


def _center(slot: _Slot) -> float:
    return slot.y + slot.height / 2


def _spread(columns: Sequence[Sequence[_Slot]]) -> int:
    """Set the columns beside each other, each as wide as its widest; return where they end."""
    x = MARGIN
    for column in columns:
        width = max((slot.width for slot in column), default=0)
        for slot in column:
            slot.x, slot.width = x, slot.width or width
        x += width + PASSAGE
    return x - PASSAGE


def _path(chain: Sequence[_Slot]) -> str:
    x, y = chain[0].x + chain[0].width, round(_center(chain[0]))
    if chain[-1].column <= chain[0].column:
        # It leads back: round below, so that it is seen as what it is.
        to_x, to_y = chain[-1].x, round(_center(chain[-1]))
        low = max(y, to_y) + 46
        return f"M{x} {y}C{x + 40} {low} {to_x - 40} {low} {to_x - _TIP} {to_y}"
    path = [f"M{x} {y}"]
    for slot in chain[1:]:
        is_last = slot is chain[-1]
        to_x, to_y = slot.x - (_TIP if is_last else 0), round(_center(slot))
        middle = (x + to_x) // 2
        path.append(f"C{middle} {y} {middle} {to_y} {to_x} {to_y}")
        if not is_last:
            to_x += slot.width
            path.append(f"H{to_x}")
        x, y = to_x, to_y
    return "".join(path)


def _middle(chain: Sequence[_Slot]) -> tuple[int, int]:
    """Return where the label of a line stands: in the gap before its end."""
    one, other = chain[-2], chain[-1]
    x = (one.x + one.width + other.x) // 2
    return x, round((_center(one) + _center(other)) / 2)
