"""Who supplies a party and whom it supplies, as a picture: shares as widths, lists in colour.

One rule: every line stands for a row of the table below it, and what is left out is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from credit.warning.around import Around, Neighbour

ROWS_MAX: Final = 6
WIDTH: Final = 960
_ROW: Final = 56
_TOP: Final = 16
_BOX: Final = 250
_BOX_HEIGHT: Final = 44
_LINE_MOST: Final = 14
_LETTERS_MAX: Final = 11
_HUNDRED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnParty:
    """A box with a party; `tone` is bad where a list holds it or it recalls."""

    x: int
    y: int
    width: int
    height: int
    tone: str
    href: str
    title: str
    name: str
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnSupply:
    """A curve from a supplier to whom it supplies, as wide as its share."""

    path: str
    width: int
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposurePicture:
    """What the template draws."""

    width: int
    height: int
    middle: DrawnParty
    parties: tuple[DrawnParty, ...]
    supplies: tuple[DrawnSupply, ...]


def draw_around(found: Around, name: str) -> ExposurePicture:
    """Return the picture of a party between its suppliers and its buyers."""
    sides = [found.suppliers[:ROWS_MAX], found.buyers[:ROWS_MAX]]
    height = 2 * _TOP + max(1, *map(len, sides)) * _ROW
    left = (WIDTH - _BOX) // 2
    middle = DrawnParty(
        x=left,
        y=(height - _BOX_HEIGHT) // 2,
        width=_BOX,
        height=_BOX_HEIGHT,
        tone="own",
        href="",
        title=name,
        name=_short(name),
        share="",
    )
    parties, supplies = [], []
    for side, rows in enumerate(sides):
        x = 0 if side == 0 else WIDTH - _BOX
        start = (height - len(rows) * _ROW) // 2
        for at, one in enumerate(rows):
            box = _box(one, x, start + at * _ROW + (_ROW - _BOX_HEIGHT) // 2)
            parties.append(box)
            ends = (_BOX, left) if side == 0 else (left + _BOX, WIDTH - _BOX)
            rises = (_middle(box), height // 2) if side == 0 else (height // 2, _middle(box))
            supplies.append(_supply(one, ends, rises))
    return ExposurePicture(
        width=WIDTH,
        height=height,
        middle=middle,
        parties=tuple(parties),
        supplies=tuple(supplies),
    )


def _box(one: Neighbour, x: int, y: int) -> DrawnParty:
    return DrawnParty(
        x=x,
        y=y,
        width=_BOX,
        height=_BOX_HEIGHT,
        tone=_tone(one),
        href=f"/work/credit/parties/{one.code}",
        title=one.name,
        name=_short(one.name),
        share=f"{one.percent}%",
    )


def _supply(one: Neighbour, ends: Sequence[int], rises: Sequence[int]) -> DrawnSupply:
    (x1, x2), (y1, y2) = ends, rises
    bend = (x1 + x2) // 2
    return DrawnSupply(
        path=f"M{x1} {y1}C{bend} {y1} {bend} {y2} {x2} {y2}",
        width=max(2, one.percent * _LINE_MOST // _HUNDRED),
        tone=_tone(one),
    )


def _middle(box: DrawnParty) -> int:
    return box.y + box.height // 2


def _tone(one: Neighbour) -> str:
    return "bad" if one.is_listed or one.recalls else ""


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS_MAX else f"{name[: _LETTERS_MAX - 1]}…"
