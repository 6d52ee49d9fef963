"""Pictures in ZPL: black and white, with the printer's own compression.

A picture is drawn where it stands (`^GFA`), or sent once under a name and drawn wherever it is
named (`~DG`, `^XG`): a row of Chinese text is the same on every label of a file. The rule that must
stay true: a file names no picture that it did not send before, and leaves none in the printer.

ZPL II Programming Guide, "^GF", "~DG", "^XG", "^ID" and "Alternative Data Compression Scheme for
~DG and ~DB".
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from codes.labels.png import draw_text
from codes.labels.symbols import Symbol

# Repeats of one hexadecimal digit: g to z stand for 20 to 400, G to Y for 1 to 19.
_TWENTIES: Final = " ghijklmnopqrstuvwxyz"
_ONES: Final = " GHIJKLMNOPQRSTUVWXY"
_REPEAT: Final = re.compile(r"(.)\1*")
_REPEAT_MOST: Final = 419

# Of the em of a row: how much stands above the baseline and how high the picture is.
_ASCENT_EM: Final = 1.0
_HEIGHT_EM: Final = 1.32


# What a file may keep in the printer's memory, of which the smallest have half a megabyte free.
_STORED_MAX: Final = 64
_STORED_BYTES_MAX: Final = 256 << 10
_NAMES: Final = "R:SX"


@dataclass(frozen=True, slots=True, kw_only=True)
class Graphic:
    """A picture packed for a printer: `size` bytes unpacked, `stride` of them a row."""

    size: int
    stride: int
    body: str

    def field(self) -> str:
        """Return the command that draws it here and now."""
        return f"^GFA,{self.size},{self.size},{self.stride},{self.body}^FS"


@dataclass(slots=True, kw_only=True)
class PictureShelf:
    """The pictures that a file keeps in the printer; what finds no room is drawn on the spot."""

    _names: dict[Graphic, str] = field(default_factory=dict)
    _size: int = 0
    _unsent: list[str] = field(default_factory=list)

    def field(self, graphic: Graphic) -> str:
        """Return the command that draws a picture, kept under a name where there is room."""
        name = self._names.get(graphic) or self._kept(graphic)
        return f"^XG{name},1,1^FS" if name else graphic.field()

    def unsent(self) -> str:
        """Return what has to go to the printer before the label that was just drawn."""
        sent = "".join(self._unsent)
        self._unsent.clear()
        return sent

    def ending(self) -> str:
        """Return what takes all of them out of the printer again."""
        return f"^XA^ID{_NAMES}*.GRF^FS^XZ\n" if self._names else ""

    def _kept(self, graphic: Graphic) -> str:
        if len(self._names) == _STORED_MAX or self._size + graphic.size > _STORED_BYTES_MAX:
            return ""
        name = f"{_NAMES}{len(self._names):03}.GRF"
        self._names[graphic] = name
        self._size += graphic.size
        self._unsent.append(f"~DG{name},{graphic.size},{graphic.stride},{graphic.body}\n")
        return name


def symbol_field(symbol: Symbol, x: int, y: int, dots: int) -> str:
    """Return the field that draws a symbol with modules of so many dots."""
    pixels = bytes(255 * module for module in symbol.modules)
    small = Image.frombytes("L", (symbol.width, symbol.height), pixels)
    size = (symbol.width * dots, symbol.height * dots)
    return f"^FO{x},{y}{_graphic(small.resize(size, Image.Resampling.NEAREST)).field()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """A row of text as a picture: its font, its em and its width in dots, whether it is bold."""

    text: str
    font: Path
    size: float
    width: int
    is_bold: bool


def text_field(row: TextRow, x: int, baseline: int, *, shelf: PictureShelf) -> str:
    """Return the field that draws a row of text from the left end of its baseline."""
    top = max(0, baseline - round(row.size * _ASCENT_EM))
    return f"^FO{x},{top}{shelf.field(_text_graphic(row))}"


# Title and lines are the same on most labels of a file.
@lru_cache(maxsize=64)
def _text_graphic(row: TextRow) -> Graphic:
    # Grid fitting widens some glyphs by part of a dot.
    room = row.width + round(row.size)
    image = Image.new("L", (room, round(row.size * _HEIGHT_EM)), 255)
    pen = ImageDraw.Draw(image)
    # Dots are black or white: the font's own grid fitting looks better than a threshold.
    pen.fontmode = "1"
    where = (0, round(row.size * _ASCENT_EM))
    draw_text(pen, where, row.text, font=row.font, size=row.size, is_bold=row.is_bold)
    return _graphic(image.point(_INVERTED))


_INVERTED: Final = [255] * 128 + [0] * 128


def _graphic(image: Image.Image) -> Graphic:
    """Return a picture in which the lighter half of the scale is black."""
    packed = image.convert("1", dither=Image.Dither.NONE)
    data, stride = packed.tobytes(), -(-packed.width // 8)
    rows = [data[start : start + stride].hex().upper() for start in range(0, len(data), stride)]
    body = "".join(
        ":" if number and row == rows[number - 1] else _compressed(row)
        for number, row in enumerate(rows)
    )
    return Graphic(size=len(data), stride=stride, body=body)


def _compressed(row: str) -> str:
    """Return a row of hexadecimal digits with its repeats counted and its white end left out."""
    kept = row.rstrip("0")
    if len(kept) % 2 and len(kept) < len(row):
        kept += "0"
    packed = "".join(_counted(run[0]) for run in _REPEAT.finditer(kept))
    return packed if len(kept) == len(row) else packed + ","


def _counted(run: str) -> str:
    counted = ""
    left = len(run)
    while left:
        part = min(left, _REPEAT_MOST)
        left -= part
        if part < 3:
            counted += run[0] * part
        else:
            twenties, ones = divmod(part, 20)
            counted += f"{_TWENTIES[twenties]}{_ONES[ones]}".replace(" ", "") + run[0]
    return counted
