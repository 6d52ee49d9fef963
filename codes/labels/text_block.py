"""Fits the text of a label into a box: one size for all, then wrapped, then shortened.

Text never leaves its box. A caption is the symbol in words (GS1 General Specifications 4.14) and is
never shortened: where it does not fit there is no block, and the label is refused.
"""

import math
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

from codes.labels.fonts import Measure
from codes.labels.model import Label

MM_PER_POINT: Final = 25.4 / 72

# A line is 6.5 points at scale 1. The least is 5.1 points: Chinese of 1.8 mm, which GB 7718-2011
# 3.9 asks of what must stand on the label of a food.
_LINE_MM: Final = 6.5 * MM_PER_POINT
_SCALE_LEAST: Final = 5.1 / 6.5
_SCALE_MOST: Final = 2.0
_STEP: Final = 0.05
_HAIR: Final = 1e-9
_SCALES: Final = tuple(number / 20 for number in range(40, 15, -1))
# Text is wrapped rather than made smaller where that gains so much; above the usual size a row
# that stays whole is worth more.
_WORTH_A_WRAP: Final = 0.15
_WORTH_A_WRAP_WHEN_LARGE: Final = 0.4
# A wrapped text may be so much of its size to break at blanks only.
_WORTH_A_BLANK: Final = 0.8

# Distance of two baselines, and how much of it lies above the baseline, in em.
_LEADING: Final = 1.28
ASCENT: Final = 0.98
# White above the first row of each kind but the first, in em of a line.
_GAP: Final = 0.35

_ELLIPSIS: Final = "…"
# How much narrower a break without a blank must make a text to be preferred, in rooms, by blanks.
_BLANK_WORTH: Final = (0.0, 0.3, 0.6)
# Rows break at blanks and around Chinese characters, never before a closing mark.
_WIDE: Final = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_CLOSING: Final = "、。，．：；！？）】》」』”’"
_TOKEN = re.compile(rf"(?:[{_WIDE}]|[^\s{_WIDE}]+)[{_CLOSING}]*\s*|\s+")


class Style(NamedTuple):
    """A kind of text: size beside a line's, how many rows one text may become, is it bold."""

    size: float
    rows_most: int
    is_bold: bool


_TITLE: Final = Style(1.38, 2, True)
_LINE: Final = Style(1.0, 2, False)
_CAPTION: Final = Style(1.0, 3, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of text: its em, its width, and where its baseline is below the block's top."""

    text: str
    size_mm: float
    width_mm: float
    baseline_mm: float
    is_bold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Rows from the top, and how high they are together."""

    rows: tuple[Row, ...]
    height_mm: float
    is_shortened: bool = False


_Text = tuple[Style, str, float]
_Row = tuple[str, float]


def fit(label: Label, width_mm: float, height_mm: float, measure: Measure) -> Block | None:
    """Return the text as large as the box allows; None where even the smallest does not fit."""
    texts = _texts(label, measure)
    if width_mm <= 0 or height_mm <= 0:
        return None
    straight = _scale_unwrapped(texts, width_mm, height_mm)
    wrapped = _best_wrapped(texts, straight, width_mm, height_mm, measure)
    if wrapped is not None:
        return wrapped
    if straight >= _SCALE_LEAST:
        return _block(texts, straight)
    return _shortened(texts, width_mm, height_mm, measure)


def natural_height(label: Label, width_mm: float, measure: Measure) -> float:
    """Return how high the text is in a box of this width: at the usual size, or where it breaks."""
    texts = _texts(label, measure)
    for scale in [scale for scale in _SCALES if scale <= 1.0]:
        rows = _wrapped(texts, scale, width_mm, measure)
        if rows is not None:
            return _height(rows, scale)
    cut = _shortened(texts, width_mm, math.inf, measure)
    return _height(texts, 1.0) if cut is None else cut.height_mm


def _texts(label: Label, measure: Measure) -> list[_Text]:
    kinds = (
        (_TITLE, (label.title,)),
        (_LINE, label.lines),
        (_CAPTION, label.caption),
    )
    return [(style, text, measure(text)) for style, some in kinds for text in some if text]


def _scale_unwrapped(texts: list[_Text], width_mm: float, height_mm: float) -> float:
    """Return the largest scale at which every text stands in one row, down to the step."""
    scale = min(_SCALE_MOST, height_mm / _height(texts, 1.0))
    for style, _, em in texts:
        scale = min(scale, width_mm / (em * style.size * _LINE_MM))
    # A hair is added so that a box that was measured for the text does hold it.
    stepped = (scale + _HAIR) // _STEP * _STEP
    return max(stepped, _SCALE_LEAST) if scale >= _SCALE_LEAST else stepped


def _scales_worth_a_wrap(straight: float) -> list[float]:
    """Return the scales that are so much larger than the one without wraps, largest first."""
    large = max(1.0, straight + _WORTH_A_WRAP_WHEN_LARGE)
    # Where nothing stands unwrapped, every wrap is worth it.
    small = straight + _WORTH_A_WRAP if straight >= _SCALE_LEAST else _SCALE_LEAST
    return [scale for scale in _SCALES if scale >= large or (scale <= 1.0 and scale >= small)]


def _best_wrapped(
    texts: list[_Text], straight: float, width_mm: float, height_mm: float, measure: Measure
) -> Block | None:
    """Return the text wrapped where that is worth it; a little smaller if it breaks at blanks."""
    best: Block | None = None
    best_scale = 0.0
    for scale in _scales_worth_a_wrap(straight):
        if best is not None and scale < best_scale * _WORTH_A_BLANK:
            break
        rows = _wrapped(texts, scale, width_mm, measure)
        if rows is None or _height(rows, scale) > height_mm:
            continue
        if _breaks_at_blanks(texts, rows):
            return _block(rows, scale)
        if best is None:
            best, best_scale = _block(rows, scale), scale
    return best


def _breaks_at_blanks(texts: list[_Text], rows: list[_Text]) -> bool:
    """Whether every text that has a blank was broken at one or not at all."""
    left = [row for _, row, _ in rows]
    for _, text, _ in texts:
        rest = text
        while rest:
            row = left.pop(0)
            rest = rest.lstrip().removeprefix(row)
            if rest and not rest[0].isspace() and " " in text:
                return False
            rest = rest.strip()
    return True


def _height(rows: list[_Text], scale: float) -> float:
    """Return how high rows are at a scale."""
    ems = sum([style.size for style, _, _ in rows]) * _LEADING
    ems += (len({style for style, _, _ in rows}) - 1) * _GAP
    return ems * _LINE_MM * scale


def _block(rows: list[_Text], scale: float) -> Block:
    line_mm = _LINE_MM * scale
    made = []
    y = 0.0
    last: Style | None = None
    for style, text, em in rows:
        size = line_mm * style.size
        if last is not None and style is not last:
            y += _GAP * line_mm
        made.append(
            Row(
                text=text,
                size_mm=size,
                width_mm=em * size,
                baseline_mm=y + ASCENT * size,
                is_bold=style.is_bold,
            )
        )
        y += _LEADING * size
        last = style
    return Block(rows=tuple(made), height_mm=y)


def _wrapped(
    texts: list[_Text], scale: float, width_mm: float, measure: Measure
) -> list[_Text] | None:
    """Return the texts in as many rows as they need; None where one needs more than it may."""
    made: list[_Text] = []
    for style, text, em in texts:
        room = _room(style, scale, width_mm)
        rows = ((text, em),) if em <= room else _broken(text, room, style.rows_most, measure)
        if rows is None:
            return None
        made += [(style, row, wide) for row, wide in rows]
    return made


def _room(style: Style, scale: float, width_mm: float) -> float:
    """Return how many em of a style stand in a row."""
    return width_mm / (_LINE_MM * scale * style.size)


def _broken(text: str, room: float, rows_most: int, measure: Measure) -> tuple[_Row, ...] | None:
    """Break a text into rows of at most `room` em; None where it takes more than `rows_most`."""
    if rows_most < 2:
        return None
    halves = _halves(text, room, measure)
    if halves is not None:
        return halves
    pieces = _pieces(text, room, measure)
    if len(pieces) > rows_most:
        return None
    rows = _rows(pieces, measure)
    # A single character may be wider than the room is.
    return rows if all(em <= room for _, em in rows) else None


# The labels of a file share most of their text.
@lru_cache(maxsize=256)
def _halves(text: str, room: float, measure: Measure) -> tuple[_Row, ...] | None:
    """Return the two rows that look best: of like width, broken at a blank, best at a wide one."""
    best: tuple[_Row, ...] | None = None
    best_score = 0.0
    for token in list(_TOKEN.finditer(text))[1:]:
        first, second = text[: token.start()].rstrip(), text[token.start() :].strip()
        rows = ((first, measure(first)), (second, measure(second)))
        widest = max(em for _, em in rows)
        blanks = token.start() - len(first)
        score = widest - room * _BLANK_WORTH[min(blanks, 2)]
        if widest <= room and (best is None or score < best_score):
            best, best_score = rows, score
    return best


@lru_cache(maxsize=256)
def _pieces(text: str, room: float, measure: Measure) -> tuple[str, ...]:
    """Cut a text into pieces that each fill a row; a word that no row holds is cut anywhere."""
    pieces: list[str] = []
    piece = ""
    for token in _TOKEN.findall(text):
        if piece and measure((piece + token).rstrip()) > room:
            pieces.append(piece)
            piece = ""
        piece += token
        while len(piece) > 1 and measure(piece.rstrip()) > room:
            head = _head(piece, room, measure)
            pieces.append(head)
            piece = piece[len(head) :]
    return (*pieces, piece) if piece else tuple(pieces)


def _rows(pieces: tuple[str, ...], measure: Measure) -> tuple[_Row, ...]:
    return tuple((one, measure(one)) for one in (piece.strip() for piece in pieces))


def _head(text: str, room: float, measure: Measure) -> str:
    """Return as much of the beginning as fits, at least one character."""
    end = 1
    while end < len(text) and measure(text[: end + 1]) <= room:
        end += 1
    return text[:end]


def _shortened(
    texts: list[_Text], width_mm: float, height_mm: float, measure: Measure
) -> Block | None:
    """Return the text at the least size, cut where it must be; captions are never cut.

    Every text has one row, and then more from the first on as long as there is room.
    """
    rows: list[tuple[_Row, ...]] = []
    for style, text, _ in texts:
        room = _room(style, _SCALE_LEAST, width_mm)
        most = style.rows_most if style is _CAPTION else 1
        made = _whole(text, room, most, measure)
        if made is None and style is _CAPTION:
            return None
        rows.append(_cut(text, room, 1, measure) if made is None else made)
    block = _joined(texts, rows)
    if not _is_within(block, width_mm, height_mm):
        return None
    for number, (style, text, _) in enumerate(texts):
        room = _room(style, _SCALE_LEAST, width_mm)
        if style is _CAPTION or _whole(text, room, 1, measure) is not None:
            continue
        kept, rows[number] = rows[number], _cut(text, room, style.rows_most, measure)
        taller = _joined(texts, rows)
        if _is_within(taller, width_mm, height_mm):
            block = taller
        else:
            rows[number] = kept
    return block


def _is_within(block: Block, width_mm: float, height_mm: float) -> bool:
    """Whether a block stands in its box: no room holds less than a character and the ellipsis."""
    is_narrow = all(row.width_mm <= width_mm + _HAIR for row in block.rows)
    return is_narrow and block.height_mm <= height_mm


def _whole(text: str, room: float, rows_most: int, measure: Measure) -> tuple[_Row, ...] | None:
    em = measure(text)
    return ((text, em),) if em <= room else _broken(text, room, rows_most, measure)


def _cut(text: str, room: float, rows_most: int, measure: Measure) -> tuple[_Row, ...]:
    """Return the text in at most so many rows, its end left out where it must be."""
    whole = _whole(text, room, rows_most, measure)
    if whole is not None:
        return whole
    pieces = _pieces(text, room, measure)
    rest = "".join(pieces[rows_most - 1 :]).lstrip()
    last = _head(rest, room - measure(_ELLIPSIS), measure).rstrip() + _ELLIPSIS
    return (*_rows(pieces[: rows_most - 1], measure), (last, measure(last)))


def _joined(texts: list[_Text], rows: list[tuple[_Row, ...]]) -> Block:
    made = [
        (style, row, em)
        for (style, _, _), some in zip(texts, rows, strict=True)
        for row, em in some
    ]
    is_shortened = any(
        some[-1][0].endswith(_ELLIPSIS) and not text.endswith(_ELLIPSIS)
        for (_, text, _), some in zip(texts, rows, strict=True)
    )
    return replace(_block(made, _SCALE_LEAST), is_shortened=is_shortened)
