"""How high a row must be so that nothing of its cells is cut off.

One rule: a row of one line is left to the reader's program; only longer ones are told, since not
every program finds out by itself.
"""

import re
from collections.abc import Iterable
from typing import Any, Final
from unicodedata import east_asian_width

_LINE_POINTS: Final = 14
_POINTS_MAX: Final = 400
"""A row is at most 409 points high (Office Open XML); what is longer is read in the cell."""

_BREAKS: Final = re.compile(r"(?<=[\s/;-])")


def lines_of(text: str, width: int) -> int:
    """Return how many lines a text takes in a column so many digits wide, rather one too many."""
    return sum(_wrapped(line, max(1, width)) for line in text.split("\n"))


def _wrapped(line: str, width: int) -> int:
    count, used = 1, 0
    for piece in _BREAKS.split(line):
        columns = _columns(piece)
        if used and used + columns > width:
            count, used = count + 1, 0
        # A word that is longer than the column goes on below.
        count += max(0, columns - 1) // width
        used = (used + columns - 1) % width + 1 if used + columns else 0
    return count


def set_height(page: Any, row: int, cells: Iterable[tuple[str, int]]) -> None:
    """Make a row as high as the longest of its texts, each given with its column's width.

    It is told before the first cell of the row is written.
    """
    count = max((lines_of(text, width) for text, width in cells), default=1)
    if count > 1:
        page.set_row(row, min(_POINTS_MAX, _LINE_POINTS * count))


def _columns(line: str) -> int:
    return sum(2 if east_asian_width(sign) in ("W", "F") else 1 for sign in line)
