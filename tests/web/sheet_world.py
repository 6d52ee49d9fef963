"""Filled-in templates of a harvest, as workbooks and as lists."""

import csv
import json
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from trace.sheets.choosing import choose
from trace.sheets.headers import headers_of
from trace.sheets.texts import safe_text
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from werkzeug.test import TestResponse

from schemas.profiles.cells import CellStyle
from schemas.profiles.row_events import row_of_event
from tests.schemas.profiles.samples import NAMESPACES, full_event
from tests.web.epcis_world import readable
from tests.web.house import House

STEP = "/api/v1/profiles/veg_fruit/harvest"
SHEET = choose("veg_fruit", "harvest").sheet
DAY = "2026-02-20"

Row = Mapping[str, str]


def row(hour: int = 8, **changed: str) -> dict[str, str]:
    """Return a row that says everything, by the keys of its columns; names with __ for dots."""
    cells = row_of_event(SHEET, full_event(SHEET, day=DAY, hour=hour), NAMESPACES, CellStyle())
    changes = {key.replace("__", "."): cell for key, cell in changed.items()}
    return {**cells, **changes}


def as_csv(rows: Sequence[Row], *, lang: str = "zh", encoding: str = "utf-8-sig") -> bytes:
    out = StringIO()
    writer = csv.writer(out)
    headers = headers_of(SHEET, lang)
    writer.writerow(headers.values())
    for cells in rows:
        writer.writerow([safe_text(cells.get(key, "")) for key in headers])
    return out.getvalue().encode(encoding)


def template(house: House, lang: str = "zh") -> Workbook:
    data = house.ask("GET", f"{STEP}/template.xlsx?lang={lang}").get_data()
    return openpyxl.load_workbook(BytesIO(data))


def as_xlsx(house: House, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the house's own template, filled in."""
    book = template(house)
    page = book.worksheets[0]
    for number, cells in enumerate(rows, start=3):
        for at, column in enumerate(SHEET.columns, start=1):
            if column.key in cells:
                page.cell(number, at, cells[column.key])
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def post(
    house: House,
    what: str,
    data: bytes,
    *,
    query: str = "",
    key: str | None = None,
    once: str | None = None,
) -> TestResponse:
    headers = {"Authorization": f"Bearer {key or house.keys['producer']}"}
    if once is not None:
        headers["Idempotency-Key"] = once
    return readable(house.client.post(f"{STEP}/{what}{query}", data=data, headers=headers))


def checked(house: House, data: bytes, **options: Any) -> dict[str, Any]:
    answer = post(house, "check", data, **options)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = json.loads(answer.get_data())
    return found


def refused(house: House, data: bytes) -> tuple[str, str]:
    """Return the cell and the code of the first thing that is wrong with a file."""
    answer = post(house, "check", data)
    assert answer.status_code in (400, 413, 422), answer.get_data(as_text=True)
    first = answer.get_json()["errors"][0]
    return first["path"], first["code"]


def cell_of(key: str, number: int) -> str:
    at = [column.key for column in SHEET.columns].index(key) + 1
    return f"{get_column_letter(at)}{number}"
