"""Reads a sheet of a workbook as text.

The rule that must stay true: a formula is refused with the name of its cell and never evaluated; a
number that a spreadsheet can no longer hold exactly is refused, not rounded.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal
from io import BytesIO
from trace.sheets.archive import require_sound
from trace.sheets.extent import last_row, require_within
from trace.sheets.grid import GridLimits, cell_name, refuse
from typing import Any, Final

import openpyxl

from base.errors import AppError
from schemas.profiles.model import Words

_DIGITS: Final = 15
"""What a spreadsheet keeps of a number."""

_EXACT: Final = Context(prec=_DIGITS)
_FORMULA: Final = "f"
_ERROR: Final = "e"
_HALF: Final = timedelta(milliseconds=500)


def rows_of_workbook(
    data: bytes, limits: GridLimits, sheet: str = ""
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a sheet with their numbers; raises `InvalidInput`.

    It is the one whose name ends with `sheet`, the first where none does.
    """
    require_sound(data, limits)
    try:
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, keep_links=False)
        try:
            pages = book.worksheets
            page: Any = next(
                (one for one in pages if sheet and one.title.endswith(sheet)), pages[0]
            )
            page.reset_dimensions()
            # The reader makes up each row and cell that is left out, so these are counted before.
            require_within(data, page._worksheet_path, limits)  # noqa: SLF001 -- nothing else says it
            cut = {"max_row": last_row(limits), "max_col": limits.columns_max}
            for number, cells in enumerate(page.iter_rows(**cut), start=1):
                if cells:
                    yield number, _texts(number, cells)
        finally:
            book.close()
    except AppError:
        raise
    except Exception:  # Broad: a hostile workbook may break its reader in any place.
        refuse(
            "",
            "damaged",
            Words(
                zh="工作簿读不出来，请重新另存为 .xlsx。",
                en="The workbook cannot be read; save it again as .xlsx.",
            ),
        )


def _texts(number: int, cells: Any) -> list[str]:
    texts = [_text(cell_name(number, at), cell) for at, cell in enumerate(cells)]
    while texts and not texts[-1].strip():
        texts.pop()
    return texts


def _text(name: str, cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == _FORMULA:
        refuse(
            name,
            "formula",
            Words(zh="是公式，请改为它的值", en="is a formula; put its value there instead"),
        )
    if cell.data_type == _ERROR:
        refuse(name, "error", Words(zh="是表格软件的错误值", en="is an error of the spreadsheet"))
    if isinstance(value, timedelta):
        refuse(
            name,
            "duration",
            Words(zh="是时长，请写数字或时间", en="is a duration; write a number or a time"),
        )
    return _written(name, value)


def _written(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return _number(name, value)


def _instant(value: datetime) -> str:
    """Return a time to the second: a spreadsheet keeps it as a fraction of a day."""
    rounded = (value + _HALF).replace(microsecond=0)
    if (rounded.hour, rounded.minute, rounded.second) == (0, 0, 0):
        return rounded.date().isoformat()
    return rounded.isoformat(" ")


def _number(name: str, value: Any) -> str:
    exact = Decimal(repr(value))
    if not exact.is_finite() or exact.copy_abs() >= Decimal(10) ** _DIGITS:
        words = Words(
            zh="是超过 15 位的数字，表格存不下：请把单元格设为文本后重新输入",
            en="is a number of more than 15 digits, which a spreadsheet cannot hold: make the"
            " cell text and type it again",
        )
        refuse(name, "digits", words)
    shown = _EXACT.plus(exact).normalize()
    return format(shown, "f")
