"""Pictures of the signed-in pages: what became of a block, and one label as it will be printed.

Pure. One rule: a state that any code is in is to be seen, however few they are beside the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from codes.labels.batch import roll_area
from codes.labels.fonts import load_font
from codes.labels.layout import Area, Placed
from codes.labels.model import LIMITS, Label
from codes.labels.placing import Plan, place, place_single
from codes.labels.stock import Roll, get_sheet
from codes.labels.uses import get_use
from parties.issuing.labels import FORMATS, LabelDesk, LabelOrder
from parties.issuing.runs import Run, RunState

_CELLS_MAX: Final = 60
_HEIGHT: Final = 100
_LEAST: Final = 16
# From the bottom up: what was used first, what is gone on top.
_STACK: Final = (RunState.ACTIVATED, RunState.FREE, RunState.VOID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bit:
    """A rectangle of the bar, in cells across and hundredths of its height down."""

    x: int
    y: int
    height: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The bar of a block: `cells` across, each the same number of codes."""

    cells: int
    bits: tuple[Bit, ...]


def draw_bar(runs: Iterable[Run], count: int) -> Bar:
    """Return the bar of a block of `count` codes."""
    size = -(-count // _CELLS_MAX)
    cells = -(-count // size)
    counts: list[dict[RunState, int]] = [dict.fromkeys(RunState, 0) for _ in range(cells)]
    for run in runs:
        for cell in range((run.first - 1) // size, (run.last - 1) // size + 1):
            first = max(run.first, cell * size + 1)
            last = min(run.last, (cell + 1) * size)
            counts[cell][run.state] += last - first + 1
    bits = [bit for cell, one in enumerate(counts) for bit in _column(cell, one)]
    return Bar(cells=cells, bits=tuple(bits))


def _column(cell: int, counts: dict[RunState, int]) -> Iterable[Bit]:
    present = [state for state in _STACK if counts[state]]
    total = sum(counts.values())
    heights = [max(_LEAST, counts[state] * _HEIGHT // total) for state in present]
    # The largest gives way to what was made larger than its share.
    heights[heights.index(max(heights))] += _HEIGHT - sum(heights)
    y = _HEIGHT
    for state, height in zip(present, heights, strict=True):
        y -= height
        yield Bit(x=cell, y=y, height=height, state=state.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPicture:
    """One label in mm: dark runs of its symbol in modules, its rows of text."""

    placed: Placed
    runs: Sequence[tuple[int, int, int]]


def draw_label(desk: LabelDesk, label: Label, order: LabelOrder) -> LabelPicture:
    """Return a label of an order as it will be printed. Raises `CodeError`."""
    plan = Plan(use=get_use(order.use), measure=load_font(desk.font).width, limits=LIMITS)
    area = _area(order)
    placed = (
        place_single(label, plan) if area is None else place(label, area, plan, path="labels[0]")
    )
    return LabelPicture(placed=placed, runs=tuple(placed.symbol.runs()))


def _area(order: LabelOrder) -> Area | None:
    """Return the size of a label, None where it is made for its symbol."""
    if FORMATS[order.file_format].is_single:
        return None
    if order.file_format != "zpl" and order.sheet:
        sheet = get_sheet(order.sheet)
        return Area(
            width_mm=sheet.width_mm,
            height_mm=sheet.height_mm,
            inset_x_mm=sheet.inset_x_mm,
            inset_y_mm=sheet.inset_y_mm,
        )
    return roll_area(Roll(width_mm=order.width_mm, height_mm=order.height_mm, dpi=order.dpi))
