"""Templates of a step as XLSX and CSV: header, a row that explains, drop-downs, a guide.

The rule that must stay true: a template is drawn from the profile's own columns, so that what can
be typed into it is what is checked; every text is written as text, never as a formula.
"""

import csv
from dataclasses import dataclass
from io import BytesIO, StringIO
from trace.sheets.guide import write_guide
from trace.sheets.headers import headers_of, said
from trace.sheets.looks import Looks, make_looks
from trace.sheets.texts import safe_text
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped] # It has no types.

from schemas.profiles.cells import LIST_KINDS
from schemas.profiles.columns import Column, Sheet
from schemas.profiles.model import Kind
from schemas.profiles.standing import Profile

HEADER_ROWS: Final = 2
"""The header and the row that explains it."""

_A3: Final = 8
_PRINT_SCALE: Final = 65

DATA_NAMES: Final = {"zh": "填写", "en": "Data"}
"""What the sheet is called that is filled in."""

_LISTS_NAME: Final = "_lists"
_WIDTHS: Final = {Kind.INSTANT: 20, Kind.DATE: 13, Kind.BOOLEAN: 9, Kind.RECORDS: 34}
_WIDE: Final = frozenset({Kind.LOT, Kind.ITEM, Kind.ITEMS, Kind.PLACE, Kind.PARTY, Kind.DOCUMENT})
_NUMBERS: Final = frozenset({Kind.NUMBER, Kind.INTEGER, Kind.READING, Kind.QUANTITY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What a template is made of: a class, one way of one of its steps, a language, how many rows.

    `rows_max` is as far as drop-downs and formats reach.
    """

    profile: Profile
    sheet: Sheet
    lang: str
    rows_max: int


def csv_template(template: Template) -> bytes:
    """Return the template as CSV, in UTF-8 with its mark, as spreadsheets expect it."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    headers = headers_of(template.sheet, template.lang)
    writer.writerow([safe_text(header) for header in headers.values()])
    explained = [said(column.explanation, template.lang) for column in template.sheet.columns]
    writer.writerow([safe_text(text) for text in explained])
    return out.getvalue().encode("utf-8-sig")


def xlsx_template(template: Template) -> bytes:
    """Return the template as a workbook."""
    out = BytesIO()
    # Text is text: a header or a choice that begins with "=" is never a formula, nor a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        looks = make_looks(book)
        page = book.add_worksheet(DATA_NAMES[template.lang])
        write_guide(book, looks, template.profile, template.sheet, template.lang)
        lists = book.add_worksheet(_LISTS_NAME)
        lists.hide()
        draw_head(page, looks, template.sheet, template.lang)
        for at, column in enumerate(template.sheet.columns):
            page.set_column(at, at, width_of(column), looks.cells[_look(column)])
            _offer_choices(page, lists, template, at)
    return out.getvalue()


def draw_head(page: Any, looks: Looks, sheet: Sheet, lang: str) -> None:
    """Write the header and the row that explains it, and keep both in sight."""
    page.set_row(0, 34)
    page.set_row(1, 62)
    page.freeze_panes(HEADER_ROWS, 1)
    set_paper(page)
    page.repeat_rows(0)
    page.repeat_columns(0)
    headers = headers_of(sheet, lang)
    for at, column in enumerate(sheet.columns):
        head = looks.required if column.is_required else looks.header
        page.write_string(0, at, headers[column.key], head)
        page.write_string(1, at, said(column.explanation, lang), looks.explained)


def set_paper(page: Any) -> None:
    """Print a wide sheet so that it can be read, with the name of the sheet on each page."""
    page.set_landscape()
    page.set_paper(_A3)
    page.set_print_scale(_PRINT_SCALE)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer("&L&A&R&P / &N")


def width_of(column: Column) -> int:
    """Return how wide a column is, in digits."""
    kind = None if column.field is None else column.field.kind
    if kind is None:
        return 15
    return _WIDTHS.get(kind, 30 if kind in _WIDE else 18)


def _look(column: Column) -> str:
    kind = None if column.field is None else column.field.kind
    if kind is Kind.DATE:
        return "date"
    if kind is Kind.INSTANT:
        return "instant"
    if kind in _NUMBERS and not column.key.endswith("[].quantity"):
        return "number"
    # Whatever else is text: a code keeps its leading zeros, a long number all its digits.
    return "lines" if kind in LIST_KINDS or kind is Kind.RECORDS else "text"


def _offer_choices(page: Any, lists: Any, template: Template, at: int) -> None:
    """Offer a column's choices as a drop-down; a list of them may hold several lines."""
    column = template.sheet.columns[at]
    if not column.choices:
        return
    words = [said(label, template.lang) for _, label in column.choices]
    for row, word in enumerate(words):
        lists.write_string(row, at, word)
    letters = xlsxwriter.utility.xl_col_to_name(at, True)
    is_list = column.field is not None and column.field.kind in LIST_KINDS
    refusal = {
        "zh": ("不在选项之内", "请从下拉列表中选择一项。"),
        "en": ("Not a choice", "Please pick one of the list."),
    }[template.lang]
    page.data_validation(
        HEADER_ROWS,
        at,
        HEADER_ROWS + template.rows_max - 1,
        at,
        {
            "validate": "list",
            "source": f"='{_LISTS_NAME}'!{letters}$1:{letters}${len(words)}",
            "show_error": not is_list,
            "error_title": refusal[0],
            "error_message": refusal[1],
        },
    )
