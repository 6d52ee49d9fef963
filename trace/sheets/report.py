"""A checked sheet handed back: every wrong cell marked, and a column that says what is wrong.

The rule that must stay true: the report can be mended and sent again as it is; what its sender
typed is in it unchanged, as text.
"""

import csv
from io import TextIOWrapper
from trace.sheets.checked import CellFault, CheckedRow, CheckedSheet
from trace.sheets.checking import MESSAGES
from trace.sheets.grid import CSV
from trace.sheets.headers import keys_of, said
from trace.sheets.heights import set_height
from trace.sheets.looks import Looks, make_looks
from trace.sheets.template import DATA_NAMES, set_paper, width_of
from trace.sheets.texts import safe_text
from typing import Any, BinaryIO, Final

import xlsxwriter  # type: ignore[import-untyped] # It has no types.

_CELL_CHARS_MAX: Final = 32_000
_WIDTH: Final = 20
_MESSAGE_WIDTH: Final = 70
_HEAD_POINTS: Final = 34


def write_report(checked: CheckedSheet, lang: str, out: BinaryIO) -> None:
    """Write the report in the form that the sheet came in."""
    if checked.suffix == CSV:
        _write_csv(checked, lang, out)
    else:
        _write_xlsx(checked, lang, out)


def message_of(row: CheckedRow, lang: str) -> str:
    """Return what is wrong with a row, a line for each fault."""
    return "\n".join(
        f"{fault.path}: {_words(fault, lang)}" for fault in row.faults if fault.is_grave
    )


def _words(fault: CellFault, lang: str) -> str:
    return fault.message_zh if lang == "zh" else fault.message


def _width_of(checked: CheckedSheet) -> int:
    """Return the place of the column of messages: that of an earlier report, else the next."""
    for at, text in enumerate(checked.header):
        if text in (MESSAGES.zh, MESSAGES.en):
            return at
    return checked.width


def _write_csv(checked: CheckedSheet, lang: str, out: BinaryIO) -> None:
    text = TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    at = _width_of(checked)
    writer.writerow([safe_text(text) for text in _padded(checked.header, at)] + [_head(lang)])
    number = 1
    for row in checked.told():
        # Rows stay where they were, so that the names of cells in the messages are those here.
        writer.writerows([""] * (at + 1) for _ in range(row.row.number - number - 1))
        number = row.row.number
        cells = [safe_text(text) for text in _padded(row.row.cells, at)]
        writer.writerow([*cells, safe_text(message_of(row, lang))])
    text.detach()


def _padded(cells: tuple[str, ...], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _head(lang: str) -> str:
    return said(MESSAGES, lang)


def _write_xlsx(checked: CheckedSheet, lang: str, out: BinaryIO) -> None:
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
        for column, text in enumerate(_padded(checked.header, at)):
            page.write_string(0, column, text, looks.header)
        page.write_string(0, at, _head(lang), looks.required)
        # Rows stay where they were, so that the names of cells in the messages are those here.
        for row in checked.told():
            _write_row(page, looks, row, widths, lang)


def _widths(checked: CheckedSheet, count: int) -> list[int]:
    """Return the widths of the sender's columns, those of the template where they are its own."""
    keys = keys_of(checked.chosen.sheet)
    widths = {column.key: width_of(column) for column in checked.chosen.sheet.columns}
    header = _padded(checked.header, count)
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
