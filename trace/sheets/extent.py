"""How far a sheet of a workbook reaches, counted before its cells are read.

The rule that must stay true: a cell that says something lies within the limits, and the rows and
cells come in their order; so the reader, which makes up what is left out between two of them and
passes over what goes back, neither works for hours nor loses a cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from trace.sheets.grid import GridLimits, cell_name, refuse, too_wide
from typing import Final
from xml.parsers import expat
from zipfile import ZipFile

from openpyxl.utils.cell import coordinate_to_tuple

from schemas.profiles.model import Words

_BLANK_ROWS_MAX: Final = 1_000
"""Rows without a word that may stand above and between those of a sheet."""

_PIECE: Final = 1 << 16
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_ROW, _CELL = f"{_MAIN}row", f"{_MAIN}c"
_WORDS: Final = frozenset({f"{_MAIN}v", f"{_MAIN}f", f"{_MAIN}is"})


def last_row(limits: GridLimits) -> int:
    """Return the number of the last row that may say something."""
    return limits.rows_max + _BLANK_ROWS_MAX


def require_within(data: bytes, part: str, limits: GridLimits) -> None:
    """Refuse a sheet that reaches too far or is out of order; raises `InvalidInput`.

    `part` is where the workbook keeps it. Cells with a look and no word may lie anywhere.
    """
    extent = _Extent(limits=limits)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = extent.start
    with ZipFile(BytesIO(data)) as archive, archive.open(part) as sheet:
        while piece := sheet.read(_PIECE):
            parser.Parse(piece)
        parser.Parse(b"", True)


@dataclass(slots=True, kw_only=True)
class _Extent:
    """Where the reader stands, counting as the reader does."""

    limits: GridLimits
    row: int = 0
    column: int = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == _ROW:
            self._start_row(attributes.get("r"))
        elif name == _CELL:
            self._start_cell(attributes.get("r"))
        elif name in _WORDS:
            self._require_near()

    def _start_row(self, number: str | None) -> None:
        row = self.row + 1 if number is None else int(number)
        if row <= self.row:
            _refuse_order(f"A{row}")
        self.row, self.column = row, 0

    def _start_cell(self, place: str | None) -> None:
        row, column = (self.row, self.column + 1) if place is None else coordinate_to_tuple(place)
        if row != self.row or column <= self.column:
            _refuse_order(cell_name(self.row, max(column - 1, 0)))
        self.column = column

    def _require_near(self) -> None:
        if self.column > self.limits.columns_max:
            refuse("", "too_many_columns", too_wide(self.limits))
        last = last_row(self.limits)
        if self.row > last:
            words = Words(
                zh=f"内容最多写到第 {last} 行，请删去更下面的内容。",
                en=f"Only the first {last} rows may say something; delete what is below.",
            )
            refuse(cell_name(self.row, self.column - 1), "too_many_rows", words)


def _refuse_order(place: str) -> None:
    words = Words(
        zh="行或单元格的次序不对，请重新另存为 .xlsx。",
        en="is out of order; save the workbook again as .xlsx.",
    )
    refuse(place, "damaged", words)
