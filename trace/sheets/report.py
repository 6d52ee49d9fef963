"""A checked sheet handed back: every wrong cell marked, and a column that says what is wrong.

The rule that must stay true: the report can be mended and sent again as it is; what its sender
typed is in it unchanged, as text.
"""

import csv
from io import BytesIO, StringIO
from trace.sheets.checked import CellFault, CheckedGrid, CheckedRow
from trace.sheets.checking import MESSAGES
from trace.sheets.grid import CSV
from trace.sheets.headers import keys_of, said
from trace.sheets.heights import set_height
from trace.sheets.looks import Looks, make_looks
from trace.sheets.template import DATA_NAMES, set_paper, width_of
from trace.sheets.texts import safe_text
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped] # It has no types.

_CELL_CHARS_MAX: Final = 32_000
_WIDTH: Final = 20
_MESSAGE_WIDTH: Final = 70
_HEAD_POINTS: Final = 34


def report_of(checked: CheckedGrid, lang: str) -> bytes:
    """Return the report in the form that the sheet came in."""
    if checked.grid.suffix == CSV:
        return _csv_report(checked, lang)
    return _xlsx_report(checked, lang)


def message_of(row: CheckedRow, lang: str) -> str:
    """Return what is wrong with a row, a line for each fault."""
    return "\n".join(
        f"{fault.path}: {_words(fault, lang)}" for fault in row.faults if fault.is_grave
    )


def _words(fault: CellFault, lang: str) -> str:
    return fault.message_zh if lang == "zh" else fault.message


def _width_of(checked: CheckedGrid) -> int:
    """Return the place of the column of messages: that of an earlier report, else the next."""
    header = checked.grid.header
    for at, text in enumerate(header):
        if text in (MESSAGES.zh, MESSAGES.en):
            return at
    return max([len(header), *(len(row.row.cells) for row in checked.rows)])


def _csv_report(checked: CheckedGrid, lang: str) -> bytes:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    at = _width_of(checked)
    writer.writerow([safe_text(text) for text in _padded(checked.grid.header, at)] + [_head(lang)])
    number = 1
    for row in checked.rows:
        # Rows stay where they were, so that the names of cells in the messages are those here.
        writer.writerows([""] * (at + 1) for _ in range(row.row.number - number - 1))
        number = row.row.number
        cells = [safe_text(text) for text in _padded(row.row.cells, at)]
        writer.writerow([*cells, safe_text(message_of(row, lang))])
    return out.getvalue().encode("utf-8-sig")


def _padded(cells: tuple[str, ...], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _head(lang: str) -> str:
    return said(MESSAGES, lang)


def _xlsx_report(checked: CheckedGrid, lang: str) -> bytes:
    out = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        looks = make_looks(book)
        page = book.add_worksheet(DATA_NAMES[lang])
        page.freeze_panes(1, 0)
        set_paper(page)
        page.repeat_rows(0)
        at = _width_of(checked)
        widths = [*_widths(checked, at), _MESSAGE_WIDTH]
        page.set_row(0, _HEAD_POINTS)
        for column, width in enumerate(widths):
            page.set_column(column, column, width, looks.cells["text"] if column < at else None)
        for column, text in enumerate(_padded(checked.grid.header, at)):
            page.write_string(0, column, text, looks.header)
        page.write_string(0, at, _head(lang), looks.required)
        # Rows stay where they were, so that the names of cells in the messages are those here.
        for row in checked.rows:
            _write_row(page, looks, row, widths, lang)
    return out.getvalue()


def _widths(checked: CheckedGrid, count: int) -> list[int]:
    """Return the widths of the sender's columns, those of the template where they are its own."""
    keys = keys_of(checked.chosen.sheet)
    widths = {column.key: width_of(column) for column in checked.chosen.sheet.columns}
    header = _padded(checked.grid.header, count)
    return [widths.get(keys.get(text, ""), _WIDTH) for text in header]


def _write_row(page: Any, looks: Looks, row: CheckedRow, widths: list[int], lang: str) -> None:
    number, at = row.row.number - 1, len(widths) - 1
    wrong: dict[int, list[str]] = {}
    for fault in row.faults:
        if fault.is_grave and fault.at is not None:
            wrong.setdefault(fault.at, []).append(_words(fault, lang))
    told = (*_padded(row.row.cells, at), message_of(row, lang))
    texts = [text[:_CELL_CHARS_MAX] for text in told]
    set_height(page, number, zip(texts, widths, strict=True))
    for column, text in enumerate(texts[:at]):
        look = looks.wrong if column in wrong else looks.cells["lines"]
        page.write_string(number, column, text, look)
    for column, messages in wrong.items():
        page.write_comment(number, column, "\n".join(messages), {"x_scale": 2})
    page.write_string(number, at, texts[at], looks.message)
