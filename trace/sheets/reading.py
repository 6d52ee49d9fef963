"""Reads a filled-in sheet, whatever it came as: what it is decides, not what it is called.

The rule that must stay true: every limit holds before the work that it bounds is done.
"""

from collections.abc import Iterable, Iterator
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
    filled = _filled(rows, limits)
    number, header = next(filled, (0, []))
    if not header:
        refuse("", "empty", Words(zh="表中没有内容。", en="There is nothing in the sheet."))
    if number != 1:
        words = Words(zh="表头应在第 1 行。", en="The header stands in row 1.")
        refuse("A1", "header", words)
    return Grid(
        suffix=suffix,
        header=tuple(cell.strip() for cell in header),
        rows=(GridRow(number=number, cells=tuple(cells)) for number, cells in filled),
    )


def _filled(
    rows: Iterator[tuple[int, list[str]]], limits: GridLimits
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything."""
    most = limits.cell_chars_max
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        for at, cell in enumerate(cells):
            if len(cell) > most:
                words = Words(zh=f"超过 {most} 个字符", en=f"has more than {most} characters")
                refuse(cell_name(number, at), "too_long", words)
        yield number, cells


def bounded(rows: Iterable[GridRow], limits: GridLimits) -> Iterator[GridRow]:
    """Yield the rows of a sheet; one without a row, or with too many of them, is refused."""
    count = 0
    for count, row in enumerate(rows, start=1):
        if count > limits.rows_max:
            _too_many(row.number, limits)
        yield row
    if not count:
        words = Words(zh="表头下面没有数据行。", en="There is no row below the header.")
        refuse("A3", "empty", words)


def _too_many(number: int, limits: GridLimits) -> None:
    most = limits.rows_max
    words = Words(zh=f"一张表最多 {most} 行。", en=f"A sheet has at most {most} rows.")
    refuse(f"A{number}", "too_many_rows", words)
