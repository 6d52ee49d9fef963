"""From the bytes of a file to rows of cells: a CSV, a workbook, or JSON lines.

The rule that must stay true: what a file is decides how it is read, not what it is called; a row
with more cells than headers is told, and never cut. A file that breaks off is told from one that
was written so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from trace.sheets.grid import CSV, GridLimits, GridRow
from trace.sheets.reading import bounded, read_grid
from typing import Final

from base.errors import InvalidInput
from base.strict_json import JsonValue, loads
from credit.feeds.persons import MORE_CELLS

_LINE_BYTES_MAX: Final = 1 << 20
_LINE_DEPTH_MAX: Final = 2
_LINE_ENDS: Final = (b"\n", b"\r")
_BROKEN_OFF: Final = "Its last line breaks off: send the file whole."


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One row: its number in the file (the headers' is 1), and its cells by header."""

    number: int
    cells: Mapping[str, str]


def _whatever(headers: Sequence[str]) -> None:
    """Require nothing of the headers."""


class BrokenOff(InvalidInput):
    """The last line of a file is not whole: the rest of it may be missing."""


def rows_of(
    body: bytes, limits: GridLimits, require: Callable[[Sequence[str]], None] = _whatever
) -> Iterator[RawRow]:
    """Yield the rows of a file; empty ones are left out. `require` refuses headers that are wrong.

    Raises `InvalidInput` or `InputTooLarge` where it is none of the three, or more than allowed,
    and `BrokenOff` after its last row where that one is not whole.
    """
    is_ended = body[-1:] in _LINE_ENDS
    if body[:1] == b"{":
        yield from _json_lines(body, limits.rows_max, require)
        return
    grid = read_grid(body, limits)
    if len(set(grid.header)) != len(grid.header):
        raise InvalidInput("The first line has to name each column once.")
    require(grid.header)
    count = len(grid.header)
    for row in _told(bounded(grid.rows, limits), is_ended=is_ended or grid.suffix != CSV):
        count = len(row.cells)
        yield RawRow(number=row.number, cells=_named(grid.header, row.cells))
    if grid.suffix == CSV and not is_ended and count < len(grid.header):
        raise BrokenOff(_BROKEN_OFF)


def _told(rows: Iterator[GridRow], *, is_ended: bool) -> Iterator[GridRow]:
    try:
        yield from rows
    except InvalidInput:
        if is_ended:
            raise
        raise BrokenOff(_BROKEN_OFF) from None


def _named(headers: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    named = dict(zip(headers, cells, strict=False))
    more = [cell for cell in cells[len(headers) :] if cell.strip()]
    return {**named, MORE_CELLS: " ".join(more)} if more else named


def _json_lines(
    body: bytes, rows_max: int, require: Callable[[Sequence[str]], None]
) -> Iterator[RawRow]:
    count, newlines = 0, body.count(b"\n")
    for number, line in enumerate(body.split(b"\n"), start=1):
        if not line.strip():
            continue
        count += 1
        if count > rows_max:
            raise InvalidInput(f"The file has more than {rows_max} rows, which is the limit here.")
        found = _line(line, number, is_last=number > newlines)
        if not isinstance(found, dict):
            raise InvalidInput(f"Line {number} is no object.")
        if count == 1:
            require(list(found))
        yield RawRow(number=number, cells={key: _plain(found[key], number) for key in found})


def _line(line: bytes, number: int, *, is_last: bool) -> JsonValue:
    try:
        return loads(line, bytes_max=_LINE_BYTES_MAX, depth_max=_LINE_DEPTH_MAX)
    except InvalidInput:
        if is_last:
            raise BrokenOff(_BROKEN_OFF) from None
        # What the reader says names the key, which may be somebody's name or number.
        raise InvalidInput(f"Line {number} is no JSON object that names each key once.") from None


def _plain(value: object, number: int) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"Line {number} holds something else than texts and whole numbers.")
    return str(value)
