"""A whole list as a file: a table in text, a workbook, or JSON.

The rule that must stay true: a file holds every row of the list as it was asked for and says what
that was; a cell is text and never a formula, whatever a sender wrote.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date
from trace.sheets.texts import safe_text
from typing import Final

import orjson
import xlsxwriter  # type: ignore[import-untyped] # It has no types.
from flask import Response, request

from base.errors import NotFound
from credit.checking import Listed
from credit.list_reading import AsKnown
from credit.rulebook.lists import CreditList
from parties.access import Action
from web.credit_lists import any_list, as_known, whole_list
from web.pages.credit import words
from web.pages.credit.asking import come_day_asked
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form
from web.services import services
from web.session import page_requires

_MARK: Final = "\ufeff"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS: Final = (22, 30, 40, 44, 26, 22, 12, 12, 12, 10, 38, 10)
_CELL_CHARS_MAX: Final = 32_767
# ECMA-376 18.3.1.73: the last row that a sheet has.
_SHEET_ROWS_MAX: Final = 1_048_576


@blueprint.get("/credit/lists/<list_id>/file/<kind>")
@page_requires(Action.CHECK_CREDIT)
def credit_list_file(list_id: str, kind: str) -> Response:
    """Give a whole list as `csv`, `xlsx` or `json`."""
    parts, found = services(), any_list(list_id)
    form = Form(name="list", values=request.args.to_dict())
    day, known_on = come_day_asked(form, "day"), come_day_asked(form, "known")
    if kind not in ("csv", "xlsx", "json") or not form.is_good:
        raise NotFound("There is no such file of a list.")
    asked = as_known(parts, found.id, day=day, known_on=known_on)
    rows = whole_list(parts, asked)
    name = f"{found.id}-{asked.day}.{kind}"
    if kind == "xlsx":
        return _file(_workbook(found, rows), name, _XLSX)
    if kind == "csv":
        return _file(_csv(rows), name, "text/csv; charset=utf-8")
    return _file(_json(found, asked, rows), name, "application/json")


def _heads() -> tuple[str, ...]:
    return (
        _("Social credit code"),
        _("Name"),
        _("Ground"),
        _("Article"),
        _("Decided by"),
        _("Decision"),
        _("On it since"),
        _("Not on it from"),
        _("Removal may be asked for"),
        _("Entry of the ledger"),
        _("Batch"),
        _("Row of the file"),
    )


def _cells(listed: Listed) -> tuple[str, ...]:
    entry = listed.entry
    return (
        listed.code,
        listed.name,
        entry.ground,
        entry.article,
        entry.authority,
        entry.number,
        entry.from_on.isoformat(),
        _day(entry.stops_on),
        _day(entry.removable_on),
        str(entry.seq),
        "" if entry.batch_id is None else str(entry.batch_id),
        "" if entry.row_number is None else str(entry.row_number),
    )


def _csv(rows: Iterator[Listed]) -> str:
    out = io.StringIO(_MARK)
    out.seek(0, io.SEEK_END)
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(_heads())
    for one in rows:
        write([safe_text(cell) for cell in _cells(one)])
    return out.getvalue()


def _workbook(found: CreditList, rows: Iterator[Listed]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet = book.add_worksheet(words.title(found)[:31])
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        for column, head in enumerate(_heads()):
            sheet.write_string(0, column, head, bold)
        number = 0
        for number, one in enumerate(rows, 1):
            if number >= _SHEET_ROWS_MAX:
                raise NotFound("This list is longer than a sheet: take the CSV.")
            for column, cell in enumerate(_cells(one)):
                sheet.write_string(number, column, cell[:_CELL_CHARS_MAX])
        sheet.autofilter(0, 0, max(number, 1), len(_WIDTHS) - 1)
    return out.getvalue()


def _json(found: CreditList, asked: AsKnown, rows: Iterator[Listed]) -> bytes:
    return orjson.dumps(
        {
            "list": {"id": found.id, "zh": found.zh, "en": found.en, "norm": found.norm},
            "day": asked.day,
            "known_at": asked.known_at,
            "listed": [
                {
                    "uscc": one.code,
                    "name": one.name,
                    "fact": one.entry.fact_id,
                    "ground": one.entry.ground,
                    "article": one.entry.article,
                    "authority": one.entry.authority,
                    "number": one.entry.number,
                    "from": one.entry.from_on,
                    "stops_on": one.entry.stops_on,
                    "removable_on": one.entry.removable_on,
                    "seq": one.entry.seq,
                    "batch": one.entry.batch_id,
                    "row": one.entry.row_number,
                }
                for one in rows
            ],
        }
    )


def _file(body: str | bytes, name: str, content_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, content_type=content_type, headers=headers)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
