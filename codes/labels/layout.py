"""Where symbol and text stand on a label, in three ways: alone, side by side, one above the other.

Nothing is ever drawn over anything else: the symbol keeps its white margin, the text its box. A way
that does not hold both returns None.
"""

import math
from dataclasses import dataclass
from typing import Final

from codes.labels.fonts import Measure
from codes.labels.model import Label
from codes.labels.symbols import Symbol
from codes.labels.text_block import Block, fit, natural_height
from codes.labels.uses import Use

# Larger modules help no reader at a hand's distance (GS1 General Specifications 5.12.3.1 ends at
# 0.99 mm); the room is better for text.
_MODULE_MOST_MM: Final = 1.0
# How much of a label's width the symbol takes where text stands beside it.
_SYMBOL_SHARE: Final = 0.46
_TEXT_LEAST_MM: Final = 8.0
# Text keeps this far from a symbol whose own margin is narrower.
TEXT_GAP_MM: Final = 1.5
_INCH_MM: Final = 25.4
_ROUNDING: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A label's size, and how much of its edge stays free of ink.

    With `dpi` a module and the symbol's place are whole dots.
    """

    width_mm: float
    height_mm: float
    inset_x_mm: float
    inset_y_mm: float
    dpi: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One row of text; `x_mm` is its left edge, or its middle where it `is_centred`."""

    text: str
    x_mm: float
    baseline_mm: float
    size_mm: float
    width_mm: float
    is_bold: bool
    is_centred: bool

    @property
    def left_mm(self) -> float:
        """The left edge of a row that is as wide as it was measured."""
        return self.x_mm - self.width_mm / 2 if self.is_centred else self.x_mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A label ready to be drawn: all places in mm from its top left."""

    label: Label
    width_mm: float
    height_mm: float
    symbol: Symbol
    x_mm: float
    y_mm: float
    module_mm: float
    texts: tuple[Text, ...]
    is_shortened: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be laid out: a label, its symbol, the area, and what the use asks for."""

    label: Label
    symbol: Symbol
    area: Area
    use: Use
    measure: Measure

    @property
    def module_least_mm(self) -> float:
        """The least module: that of the use, of its least symbol, and a whole number of dots."""
        side = min(self.symbol.width, self.symbol.height)
        return self._dots_up(max(self.use.module_least_mm, self.use.symbol_least_mm / side))

    def white_mm(self, module_mm: float) -> float:
        """Return how wide the symbol's margin is at this module."""
        return self._dots_up(max(self.symbol.quiet * module_mm, self.use.margin_least_mm))

    def _dots_up(self, length_mm: float) -> float:
        dpi = self.area.dpi
        if dpi is None:
            return length_mm
        return math.ceil(length_mm * dpi / _INCH_MM - _ROUNDING) * _INCH_MM / dpi

    def whole_dots(self, length_mm: float) -> float:
        """Return the largest whole number of dots in a length."""
        dpi = self.area.dpi
        if dpi is None:
            return length_mm
        return math.floor(length_mm * dpi / _INCH_MM + _ROUNDING) * _INCH_MM / dpi

    def module_of(self, *limits_mm: float) -> float | None:
        """Return the largest module under all limits; None where that is less than the least."""
        least = self.module_least_mm
        if min(limits_mm) < least - _ROUNDING:
            return None
        return max(least, self.whole_dots(min(*limits_mm, max(least, _MODULE_MOST_MM))))

    def limit_mm(self, room_mm: float, modules: int, edges_mm: tuple[float, float]) -> float:
        """Return the largest module such that `modules` of it fit in `room_mm` between two margins.

        Each margin is the symbol's white one, and at least what is given for that edge.
        """
        quiet = self.symbol.quiet
        first, second = (max(edge, self.use.margin_least_mm) for edge in edges_mm)
        return min(
            (room_mm - first - second) / modules,
            (room_mm - first) / (modules + quiet),
            (room_mm - second) / (modules + quiet),
            room_mm / (modules + 2 * quiet),
        )


def alone(task: Task, *, module_mm: float | None = None) -> Placed | None:
    """Place the symbol in the middle of a label without text, as large as fits or is given."""
    area, symbol = task.area, task.symbol
    module = module_mm or task.module_of(
        task.limit_mm(area.width_mm, symbol.width, (area.inset_x_mm, area.inset_x_mm)),
        task.limit_mm(area.height_mm, symbol.height, (area.inset_y_mm, area.inset_y_mm)),
    )
    if module is None:
        return None
    x = (area.width_mm - symbol.width * module) / 2
    y = (area.height_mm - symbol.height * module) / 2
    return _placed(task, x, y, module)


def beside(task: Task) -> Placed | None:
    """Place the symbol at the left and the text at its right, both in the middle of the height.

    The symbol is made smaller, down to the least, before text is shortened.
    """
    area, symbol = task.area, task.symbol
    edges = (area.inset_y_mm, area.inset_y_mm)
    by_height = task.limit_mm(area.height_mm, symbol.height, edges)
    share = task.limit_mm(
        area.width_mm * _SYMBOL_SHARE, symbol.width, (area.inset_x_mm, TEXT_GAP_MM)
    )
    least = task.module_least_mm
    usual = task.module_of(by_height, max(share, least))
    if usual is None:
        return None
    found: Placed | None = None
    for module in dict.fromkeys((usual, least)):
        white = task.white_mm(module)
        left = max(area.inset_x_mm, white)
        text_left = left + symbol.width * module + max(white, TEXT_GAP_MM)
        text_width = area.width_mm - area.inset_x_mm - text_left
        if text_width < _TEXT_LEAST_MM:
            continue
        block = fit(task.label, text_width, area.height_mm - 2 * area.inset_y_mm, task.measure)
        if block is not None:
            y = (area.height_mm - symbol.height * module) / 2
            top = (area.height_mm - block.height_mm) / 2
            texts = _texts(block, text_left, top, is_centred=False)
            placed = _placed(task, left, y, module, texts, is_shortened=block.is_shortened)
            if not block.is_shortened:
                return placed
            found = found or placed
    return found


def beneath(task: Task, *, module_mm: float | None = None) -> Placed | None:
    """Place the text under the symbol, both in the middle of the width.

    With `module_mm` the symbol has that size, else as much as the text leaves at its usual size.
    """
    area, symbol = task.area, task.symbol
    text_width = area.width_mm - 2 * area.inset_x_mm
    if text_width < _TEXT_LEAST_MM:
        return None
    by_width = task.limit_mm(area.width_mm, symbol.width, (area.inset_x_mm, area.inset_x_mm))
    module = module_mm
    if module is None:
        room = (
            area.height_mm - area.inset_y_mm - natural_height(task.label, text_width, task.measure)
        )
        by_height = task.limit_mm(room, symbol.height, (area.inset_y_mm, TEXT_GAP_MM))
        module = task.module_of(by_width, max(by_height, task.module_least_mm))
    if module is None or module > by_width + _ROUNDING:
        return None
    white = task.white_mm(module)
    y = max(area.inset_y_mm, white)
    top = y + symbol.height * module + max(white, TEXT_GAP_MM)
    block = fit(task.label, text_width, area.height_mm - area.inset_y_mm - top, task.measure)
    if block is None:
        return None
    shift = (area.height_mm - area.inset_y_mm - top - block.height_mm) / 2
    x = (area.width_mm - symbol.width * module) / 2
    texts = _texts(block, area.width_mm / 2, top + shift, is_centred=True)
    return _placed(task, x, y + shift, module, texts, is_shortened=block.is_shortened)


def _texts(block: Block, x_mm: float, top_mm: float, *, is_centred: bool) -> tuple[Text, ...]:
    return tuple(
        Text(
            text=row.text,
            x_mm=x_mm,
            baseline_mm=top_mm + row.baseline_mm,
            size_mm=row.size_mm,
            width_mm=row.width_mm,
            is_bold=row.is_bold,
            is_centred=is_centred,
        )
        for row in block.rows
    )


def _placed(
    task: Task,
    x_mm: float,
    y_mm: float,
    module_mm: float,
    texts: tuple[Text, ...] = (),
    *,
    is_shortened: bool = False,
) -> Placed:
    return Placed(
        label=task.label,
        width_mm=task.area.width_mm,
        height_mm=task.area.height_mm,
        symbol=task.symbol,
        x_mm=task.whole_dots(x_mm),
        y_mm=task.whole_dots(y_mm),
        module_mm=module_mm,
        texts=texts,
        is_shortened=is_shortened,
    )
