"""Reads a filled-in sheet, whatever it came as: what it is decides, not what it is called.

The rule that must stay true: every limit holds before the work that it bounds is done.
"""

from collections.abc import Iterator
from trace.sheets.grid import CSV, XLSX, Grid, GridLimits, GridRow, cell_name, refuse
from trace.sheets.listing import rows_of_csv
from trace.sheets.workbook import rows_of_workbook
from typing import Final

from base.errors import InputTooLarge, Problem
from schemas.profiles.model import Words

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a workbook of Excel 97 to 2003 begins, and one with a password."""


def read_grid(data: bytes, limits: GridLimits, *, sheet: str = "") -> Grid:
    """Return the sheet in a file; raises `InvalidInput` or `InputTooLarge`.

    Of several the one is read whose name ends with `sheet`, the first where none does.
    """
    if len(data) > limits.bytes_max:
        message = f"a sheet has at most {limits.bytes_max} bytes"
        said = f"一张表最多 {limits.bytes_max} 字节。"
        problem = Problem(path="", code=InputTooLarge.code, message=message, message_zh=said)
        raise InputTooLarge(message, problems=(problem,))
    if data.startswith(_OLE):
        refuse(
            "",
            "old_workbook",
            Words(
                zh="这是 .xls 或带密码的文件，请另存为 .xlsx。",
                en="This is an .xls or has a password; save it as .xlsx.",
            ),
        )
    suffix = XLSX if data.startswith(_ZIP) else CSV
    rows = rows_of_workbook(data, limits, sheet) if suffix == XLSX else rows_of_csv(data, limits)
    return _grid(suffix, rows, limits)


def _grid(suffix: str, rows: Iterator[tuple[int, list[str]]], limits: GridLimits) -> Grid:
    header: tuple[str, ...] = ()
    kept: list[GridRow] = []
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        for at, cell in enumerate(cells):
            if len(cell) > limits.cell_chars_max:
                most = limits.cell_chars_max
                words = Words(zh=f"超过 {most} 个字符", en=f"has more than {most} characters")
                refuse(cell_name(number, at), "too_long", words)
        if not header:
            if number != 1:
                refuse(
                    "A1", "header", Words(zh="表头应在第 1 行。", en="The header stands in row 1.")
                )
            header = tuple(cell.strip() for cell in cells)
            continue
        # One more than is allowed: the row that explains may still be among them.
        if len(kept) > limits.rows_max:
            _too_many(number, limits)
        kept.append(GridRow(number=number, cells=tuple(cells)))
    if not header:
        refuse("", "empty", Words(zh="表中没有内容。", en="There is nothing in the sheet."))
    return Grid(suffix=suffix, header=header, rows=tuple(kept))


def require_rows(grid: Grid, limits: GridLimits) -> None:
    """Refuse a sheet without a row, or with more of them than are allowed."""
    if not grid.rows:
        refuse(
            "A3", "empty", Words(zh="表头下面没有数据行。", en="There is no row below the header.")
        )
    if len(grid.rows) > limits.rows_max:
        _too_many(grid.rows[limits.rows_max].number, limits)


def _too_many(number: int, limits: GridLimits) -> None:
    most = limits.rows_max
    words = Words(zh=f"一张表最多 {most} 行。", en=f"A sheet has at most {most} rows.")
    refuse(f"A{number}", "too_many_rows", words)
