"""Pictures in ZPL: black and white, as `^GFA` with the printer's own compression.

ZPL II Programming Guide, "^GF" and "Alternative Data Compression Scheme for ~DG and ~DB".
"""

import re
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


def symbol_field(symbol: Symbol, x: int, y: int, dots: int) -> str:
    """Return the field that draws a symbol with modules of so many dots."""
    pixels = bytes(255 * module for module in symbol.modules)
    small = Image.frombytes("L", (symbol.width, symbol.height), pixels)
    size = (symbol.width * dots, symbol.height * dots)
    return f"^FO{x},{y}{_graphic(small.resize(size, Image.Resampling.NEAREST))}^FS"


def text_field(
    text: str, x: int, baseline: int, *, font: Path, size: float, width: int, is_bold: bool
) -> str:
    """Return the field that draws a row of text of `width` dots from its left end."""
    graphic = _text_graphic(text, font, round(size, 1), width, is_bold)
    return f"^FO{x},{max(0, baseline - round(size * _ASCENT_EM))}{graphic}^FS"


# Title and lines are the same on most labels of a file.
@lru_cache(maxsize=64)
def _text_graphic(text: str, font: Path, size: float, width: int, is_bold: bool) -> str:
    # Grid fitting widens some glyphs by part of a dot.
    room = width + round(size)
    image = Image.new("L", (room, round(size * _HEIGHT_EM)), 255)
    pen = ImageDraw.Draw(image)
    # Dots are black or white: the font's own grid fitting looks better than a threshold.
    pen.fontmode = "1"
    draw_text(pen, (0, round(size * _ASCENT_EM)), text, font=font, size=size, is_bold=is_bold)
    return _graphic(image.point(_INVERTED))


_INVERTED: Final = [255] * 128 + [0] * 128


def _graphic(image: Image.Image) -> str:
    """Return `^GFA` of a picture in which the lighter half of the scale is black."""
    packed = image.convert("1", dither=Image.Dither.NONE)
    data, stride = packed.tobytes(), -(-packed.width // 8)
    rows = [data[start : start + stride].hex().upper() for start in range(0, len(data), stride)]
    body = "".join(
        ":" if number and row == rows[number - 1] else _compressed(row)
        for number, row in enumerate(rows)
    )
    return f"^GFA,{len(data)},{len(data)},{stride},{body}"


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
