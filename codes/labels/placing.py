"""Makes a label's symbol and lays both out, or says what would have to change.

A symbol is never finer than its use allows and a caption never shortened: such a label is refused,
with the size or the content that would do.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from codes.labels.fonts import Measure
from codes.labels.layout import TEXT_GAP_MM, Area, Placed, Task, alone, beneath, beside
from codes.labels.model import LIMITS, Label, LabelError, LabelLimits, check_label
from codes.labels.symbols import Encoder, SymbolMaker, make_symbol
from codes.labels.text_block import natural_height
from codes.labels.uses import Use, check_use
from codes.model import CodeError

# A label at least so much wider than high has its text beside the symbol.
_BESIDE_RATIO: Final = 1.25

# A single symbol is meant to be placed in a design of another: its usual and its largest module,
# and how wide its text is at least.
_SINGLE_MODULE_MM: Final = 0.5
_SINGLE_MODULE_MOST_MM: Final = 20.0
_SINGLE_TEXT_MM: Final = 32.0

# How far a label is enlarged, in steps, to find one that would do.
_GROWTH: Final = 1.04
_GROWTH_STEPS: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How labels are made: for what use, how wide text is, by which library, within what limits.

    `make` returns the symbol; a printer that draws its own needs only the size of one.
    """

    use: Use
    measure: Measure
    make: SymbolMaker = make_symbol
    limits: LabelLimits = LIMITS
    encoder: Encoder = Encoder.FASTEST
    mask_pattern: int | None = None


def place(label: Label, area: Area, plan: Plan, *, path: str = "label") -> Placed:
    """Return `label` laid out on `area`. Raises `LabelError` with the field under `path`."""
    task = _task(label, area, plan, path)
    placed = _measured(_arranged, task, path)
    if placed is None:
        raise _too_small(task, plan, path)
    return placed


def place_single(
    label: Label, plan: Plan, *, module_mm: float | None = None, dpi: int | None = None
) -> Placed:
    """Return `label` as large as it needs to be, its text beneath, a module being `module_mm`."""
    nowhere = Area(width_mm=0.0, height_mm=0.0, inset_x_mm=0.0, inset_y_mm=0.0, dpi=dpi)
    task = _task(label, nowhere, plan, "label")
    least = task.module_least_mm
    module = max(least, _SINGLE_MODULE_MM) if module_mm is None else module_mm
    if not least <= module + 1e-6 or module > _SINGLE_MODULE_MOST_MM:
        raise LabelError(
            "module_size",
            f"for this use a module is {least:.3g} to {_SINGLE_MODULE_MOST_MM:g} mm wide",
            path="module_mm",
            norm=plan.use.norm,
        )
    module = max(least, task.whole_dots(module))
    placed = _measured(lambda task: _around(task, module), task, "label")
    if placed is None:
        raise LabelError("text_too_long", "the text does not fit beneath the symbol", path="label")
    return placed


def _task(label: Label, area: Area, plan: Plan, path: str) -> Task:
    check_label(label, limits=plan.limits, path=path)
    check_use(label, plan.use, path=path)
    symbol = plan.make(
        label.symbol,
        label.payload,
        level=plan.use.level,
        encoder=plan.encoder,
        mask_pattern=plan.mask_pattern,
        path=f"{path}.payload",
    )
    return Task(label=label, symbol=symbol, area=area, use=plan.use, measure=plan.measure)


def _arranged(task: Task) -> Placed | None:
    if not task.label.has_text:
        return alone(task)
    ways = [beside, beneath]
    if task.area.width_mm < _BESIDE_RATIO * task.area.height_mm:
        ways.reverse()
    found: Placed | None = None
    for way in ways:
        placed = way(task)
        if placed is not None and not placed.is_shortened:
            return placed
        found = found or placed
    return found


def _around(task: Task, module_mm: float) -> Placed | None:
    """Lay the label out on an area that is made for it."""
    symbol, white = task.symbol, task.white_mm(module_mm)
    width, height = (side * module_mm + 2 * white for side in (symbol.width, symbol.height))
    if not task.label.has_text:
        area = replace(task.area, width_mm=width, height_mm=height)
        return alone(replace(task, area=area), module_mm=module_mm)
    width = max(width, _SINGLE_TEXT_MM + 2 * white)
    height += natural_height(task.label, width - 2 * white, task.measure) + white / 2 + TEXT_GAP_MM
    area = replace(
        task.area, width_mm=width, height_mm=height, inset_x_mm=white, inset_y_mm=white / 2
    )
    return beneath(replace(task, area=area), module_mm=module_mm)


def _measured(way: Callable[[Task], Placed | None], task: Task, path: str) -> Placed | None:
    """Return what `way` returns; a character that cannot be measured is refused with its field."""
    try:
        return way(task)
    except CodeError as refusal:
        for name, text in _named_texts(task.label):
            try:
                task.measure(text)
            except CodeError as again:
                raise LabelError(
                    again.rule, again.message, path=f"{path}.{name}", position=again.position
                ) from None
        raise refusal from None


def _named_texts(label: Label) -> list[tuple[str, str]]:
    found = [("title", label.title)]
    for name, texts in (("lines", label.lines), ("caption", label.caption)):
        found += [(f"{name}[{number}]", text) for number, text in enumerate(texts)]
    return found


def _too_small(task: Task, plan: Plan, path: str) -> LabelError:
    """Return the refusal of a label that is too small, with what would do instead."""
    size = f"{task.area.width_mm:g} × {task.area.height_mm:g} mm"
    larger = _larger(task)
    would_do = f"; one of {larger} would do" if larger else ""
    bare = replace(task, label=replace(task.label, title="", lines=(), caption=()))
    if task.label.has_text and _arranged(bare) is not None:
        return LabelError(
            "text_too_long",
            f"the text does not fit a label of {size} beside its symbol{would_do}, or less text",
            path=path,
        )
    shorter = _shorter(bare, plan)
    if shorter:
        would_do += f", or a content of at most {shorter} characters"
    side = max(task.symbol.width, task.symbol.height)
    return LabelError(
        "label_too_small",
        f"the symbol has {side} modules of at least {task.module_least_mm:.3g} mm and does not fit "
        f"a label of {size}{would_do}",
        path=f"{path}.payload",
        norm=task.use.norm,
    )


def _larger(task: Task) -> str:
    """Return the size of a label of the same shape that holds everything; empty for none."""
    for step in range(1, _GROWTH_STEPS):
        factor = _GROWTH**step
        width, height = (
            math.ceil(side * factor * 2) / 2 for side in (task.area.width_mm, task.area.height_mm)
        )
        area = replace(task.area, width_mm=width, height_mm=height)
        if _arranged(replace(task, area=area)) is not None:
            return f"{width:g} × {height:g} mm"
    return ""


def _shorter(bare: Task, plan: Plan) -> int:
    """Return how many characters of the content would fit; 0 where it cannot be cut."""
    payload = bare.label.payload
    if bare.label.symbol.is_gs1 or plan.use.check is not None:
        return 0
    fits, too_many = 0, len(payload)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        symbol = plan.make(
            bare.label.symbol, payload[:middle], level=plan.use.level, encoder=plan.encoder
        )
        if _arranged(replace(bare, symbol=symbol)) is None:
            too_many = middle
        else:
            fits = middle
    return fits
