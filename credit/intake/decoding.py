"""From the bytes of a file to rows of cells: a CSV, a workbook, or JSON lines.

The rule that must stay true: what a file is decides how it is read, not what it is called; a row
with more cells than headers is told, and never cut.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from trace.sheets.grid import GridLimits
from trace.sheets.reading import bounded, read_grid
from typing import Final

from base.errors import InvalidInput
from base.strict_json import loads

_LINE_BYTES_MAX: Final = 1 << 20
_LINE_DEPTH_MAX: Final = 2
EXTRA: Final = "(more cells than headers)"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One row: its number in the file (the headers' is 1), and its cells by header."""

    number: int
    cells: Mapping[str, str]


def rows_of(body: bytes, limits: GridLimits) -> Iterator[RawRow]:
    """Yield the rows of a file; empty ones are left out.

    Raises `InvalidInput` or `InputTooLarge` where it is none of the three, or more than allowed.
    """
    if body[:1] == b"{":
        yield from _json_lines(body, limits.rows_max)
        return
    grid = read_grid(body, limits)
    if len(set(grid.header)) != len(grid.header):
        raise InvalidInput("The first line has to name each column once.")
    for row in bounded(grid.rows, limits):
        yield RawRow(number=row.number, cells=_named(grid.header, row.cells))


def _named(headers: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    named = dict(zip(headers, cells, strict=False))
    more = [cell for cell in cells[len(headers) :] if cell.strip()]
    return {**named, EXTRA: " ".join(more)} if more else named


def _json_lines(body: bytes, rows_max: int) -> Iterator[RawRow]:
    count = 0
    for number, line in enumerate(body.split(b"\n"), start=1):
        if not line.strip():
            continue
        count += 1
        if count > rows_max:
            raise InvalidInput(f"The file has more than {rows_max} rows, which is the limit here.")
        found = loads(line, bytes_max=_LINE_BYTES_MAX, depth_max=_LINE_DEPTH_MAX)
        if not isinstance(found, dict):
            raise InvalidInput(f"Line {number} is no object.")
        yield RawRow(number=number, cells={key: _plain(found[key], number) for key in found})


def _plain(value: object, number: int) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"Line {number} holds something else than texts and whole numbers.")
    return str(value)
