"""Lays the chain out for drawing: lying for wide screens, upright for phones.

Lengths are pixels of the picture's own view box. Texts are cut to measure here, because SVG 1.1
does not wrap lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from web.pages.model import Chain, ChainNode, Lang, Stage, StepState
from web.pages.words import STAGES

Anchor: TypeAlias = Literal["start", "middle", "end"]

LYING_WIDTH: Final = 1040
UPRIGHT_WIDTH: Final = 328
LYING_RANKS_MAX: Final = 7
"""More columns than this cannot hold a readable name; such a chain is drawn upright everywhere."""

_RADIUS: Final = 24
_LINE: Final = 18
_GAP: Final = 32
_LETTER: Final = 14
_HEADER: Final = 34
_NAME_WIDTH: Final = 140
_LINES_MAX: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One line of text at its base line."""

    x: int
    y: int
    anchor: Anchor
    text: str
    is_stage: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A place as a circle with the sign of its stage."""

    x: int
    y: int
    stage: Stage
    state: StepState


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the template draws; `paths` are SVG path data, from one place to the next."""

    width: int
    height: int
    radius: int
    dots: tuple[Dot, ...]
    texts: tuple[Text, ...]
    paths: tuple[str, ...]


def draw_lying(chain: Chain, lang: Lang) -> Picture:
    """Return the picture from left to right."""
    cell = LYING_WIDTH // max(chain.ranks, 1)
    lane_height = 2 * _RADIUS + _LINES_MAX * _LINE + _GAP
    height = _HEADER + lane_height * max((node.lanes for node in chain.nodes), default=1)
    middle = _HEADER + (height - _HEADER - _LINES_MAX * _LINE) // 2
    at: dict[str, tuple[int, int]] = {}
    texts: list[Text] = []
    for node in chain.nodes:
        x = cell * node.rank + cell // 2
        y = middle + (2 * node.lane - node.lanes + 1) * lane_height // 2
        at[node.key] = (x, y)
        # Lines that curve into a place from below leave this much beside its name.
        texts += _below(node, x, y, min(cell - 16, _NAME_WIDTH))
        if node.lane == 0:
            column = [other for other in chain.nodes if other.rank == node.rank]
            texts.append(_stage_text(column, x, _HEADER // 2, "middle", lang))
    paths = [_curve_across(at[first], at[second]) for first, second in chain.links]
    return Picture(
        width=LYING_WIDTH,
        height=height,
        radius=_RADIUS,
        dots=_dots(chain.nodes, at),
        texts=tuple(texts),
        paths=tuple(paths),
    )


def draw_upright(chain: Chain, lang: Lang) -> Picture:
    """Return the picture from top to bottom, 328 pixels wide."""
    at: dict[str, tuple[int, int]] = {}
    ends: dict[str, tuple[int, int]] = {}
    texts: list[Text] = []
    top = 4
    for rank in range(chain.ranks):
        nodes = [node for node in chain.nodes if node.rank == rank]
        row, row_texts, following = _row(nodes, top, lang)
        for node, (x, y, bottom) in zip(nodes, row, strict=True):
            at[node.key] = (x, y)
            # Above several places stands their stage, and no line may run through its name: there
            # the lines end above it.
            ends[node.key] = (y - _RADIUS - 10 if len(nodes) == 1 else top - 6, bottom + 4)
        texts += row_texts
        top = following
    paths = [
        _curve_down((at[first][0], ends[first][1]), (at[second][0], ends[second][0]))
        for first, second in chain.links
    ]
    return Picture(
        width=UPRIGHT_WIDTH,
        height=max(top - _GAP + 8, 2 * _RADIUS),
        radius=_RADIUS,
        dots=_dots(chain.nodes, at),
        texts=tuple(texts),
        paths=tuple(paths),
    )


def describe(chain: Chain, lang: Lang) -> str:
    """Return the chain in words, rank by rank, for those who do not see the picture."""
    ranks: list[str] = []
    for rank in range(chain.ranks):
        nodes = [node for node in chain.nodes if node.rank == rank]
        comma = "、" if lang == "zh" else ", "
        names = comma.join(node.label or f"+{node.more}" for node in nodes)
        colon = "：" if lang == "zh" else ": "
        ranks.append(f"{STAGES[nodes[0].stage].of(lang)}{colon}{names}")
    return ("；" if lang == "zh" else "; ").join(ranks)


def wrap(text: str, width: int) -> tuple[str, ...]:
    """Return at most two lines of about `width` pixels; what does not fit ends in an ellipsis.

    Two lines are made of like length, so that no single character stands alone.
    """
    text = text.strip()
    if _fitting(text, width) == len(text):
        return (text,) if text else ()
    cut = _cut(text, width)
    rest = text[cut:].lstrip()
    fits = _fitting(rest, width)
    if fits < len(rest):
        rest = rest[: max(fits - 1, 1)].rstrip() + "…"
    return text[:cut].rstrip(), rest


def _cut(text: str, width: int) -> int:
    """Return where the first of two lines ends: at a space where there is one, else in half."""
    fits = _fitting(text, width)
    space = text.rfind(" ", 0, fits + 1)
    if space > 0:
        return space
    half = (len(text) + 1) // 2
    return min(half, fits)


def _row(
    nodes: Sequence[ChainNode], top: int, lang: Lang
) -> tuple[list[tuple[int, int, int]], list[Text], int]:
    """Return (x, y, bottom) of each node of a rank, its texts, and where the next row begins."""
    if len(nodes) == 1:
        node, x, y = nodes[0], UPRIGHT_WIDTH // 2, top + _RADIUS
        side = _RADIUS + 14
        lines = wrap(node.label, UPRIGHT_WIDTH // 2 - side)
        first = y + 5 - (len(lines) - 1) * _LINE // 2
        texts = [
            Text(x=x + side, y=first + at * _LINE, anchor="start", text=line)
            for at, line in enumerate(lines)
        ]
        texts.append(_stage_text(nodes, x - side, y + 5, "end", lang))
        return [(x, y, y + _RADIUS)], texts, top + 2 * _RADIUS + _GAP
    cell = UPRIGHT_WIDTH // len(nodes)
    y = top + _LINE + 4 + _RADIUS
    texts = [_stage_text(nodes, UPRIGHT_WIDTH // 2, top + 12, "middle", lang)]
    places: list[tuple[int, int, int]] = []
    deepest = 0
    for node in nodes:
        x = cell * node.lane + cell // 2
        below = _below(node, x, y, cell - 8)
        texts += below
        deepest = max(deepest, len(below))
        places.append((x, y, y + _RADIUS + len(below) * _LINE + 8))
    bottom = y + _RADIUS + deepest * _LINE + 8
    return [(x, y, bottom) for x, y, _ in places], texts, bottom + _GAP + 8


def _below(node: ChainNode, x: int, y: int, width: int) -> list[Text]:
    lines = (f"+{node.more}",) if node.more else wrap(node.label, width)
    first = y + _RADIUS + _LINE
    return [
        Text(x=x, y=first + at * _LINE, anchor="middle", text=line) for at, line in enumerate(lines)
    ]


def _stage_text(nodes: Sequence[ChainNode], x: int, y: int, anchor: Anchor, lang: Lang) -> Text:
    words = dict.fromkeys(STAGES[node.stage].of(lang) for node in nodes)
    return Text(x=x, y=y, anchor=anchor, text=" / ".join(words), is_stage=True)


def _dots(nodes: Sequence[ChainNode], at: dict[str, tuple[int, int]]) -> tuple[Dot, ...]:
    return tuple(
        Dot(x=at[node.key][0], y=at[node.key][1], stage=node.stage, state=node.state)
        for node in nodes
    )


def _curve_across(start: tuple[int, int], end: tuple[int, int]) -> str:
    left, right = start[0] + _RADIUS + 4, end[0] - _RADIUS - 10
    middle = (left + right) // 2
    return f"M{left} {start[1]}C{middle} {start[1]} {middle} {end[1]} {right} {end[1]}"


def _curve_down(start: tuple[int, int], end: tuple[int, int]) -> str:
    (x, top), (to, low) = start, end
    middle = (top + low) // 2
    return f"M{x} {top}C{x} {middle} {to} {middle} {to} {low}"


def _fitting(text: str, width: int) -> int:
    """Return how many characters fit; Han characters are one em wide, others a little over half."""
    used = 0.0
    for at, char in enumerate(text):
        used += _LETTER * (1.0 if char >= "\u2e80" else 0.56)
        if used > width:
            return max(at, 1)
    return len(text)
