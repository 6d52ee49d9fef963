"""The records of a class come back as the sheets that they were recorded from."""

from datetime import date
from io import BytesIO
from trace.sheets.headers import headers_of
from typing import Any

import openpyxl

from tests.web.epcis_world import get, new_key, post_document, things
from tests.web.house import House
from tests.web.issuing_world import made
from tests.web.sheet_world import SHEET, as_xlsx, post, row

RECORDS = "/api/v1/submissions/veg_fruit/records.xlsx?since=2026-02-01"
NAME = "采收 harvest main"


def rows_of(house: House, **asked: Any) -> dict[str, list[dict[str, Any]]]:
    answer = get(house, RECORDS, **asked)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    book = openpyxl.load_workbook(BytesIO(answer.get_data()))
    return {
        page.title: [
            dict(zip((str(cell.value) for cell in page[1]), cells, strict=True))
            for cells in page.iter_rows(min_row=2, values_only=True)
        ]
        for page in book.worksheets
    }


def test_what_was_sent_on_a_template_is_handed_out_the_same(house: House) -> None:
    sent = [row(8), row(9)]
    made(post(house, "rows", as_xlsx(house, sent)))

    found = rows_of(house)[NAME]

    headers = headers_of(SHEET, "zh")
    # Whom a field is hidden from, even its sender, is not read back: that is for authorities.
    shown = [key for key in headers if found[0][headers[key]] is not None]
    assert len(shown) > len(headers) / 2
    for cells, told in zip(sent, found, strict=True):
        for key in shown:
            if key != "eventTime":
                assert told[headers[key]] == cells.get(key), (key, told[headers[key]])
    assert [told[headers["eventTime"]][:16] for told in found] == [
        cells["eventTime"][:16] for cells in sent
    ]


def test_each_row_names_its_entry_and_until_when_it_is_kept(sqlite_house: House) -> None:
    made(post(sqlite_house, "rows", as_xlsx(sqlite_house, [row(8)])))

    (told,) = rows_of(sqlite_house, role="authority")[NAME]

    assert told["账本条目"] > 0
    assert told["事件哈希"].startswith("ni:///sha-256;")
    assert told["保存至"].date() >= date(2028, 2, 20)
    assert told["保存依据"]


def test_a_stranger_gets_no_record_of_others(sqlite_house: House) -> None:
    made(post(sqlite_house, "rows", as_xlsx(sqlite_house, [row(8)])))
    key, _ = new_key(sqlite_house, 9)

    assert NAME not in rows_of(sqlite_house, key=key)


def test_the_notes_say_how_many_events_are_left_out_and_why(sqlite_house: House) -> None:
    made(post(sqlite_house, "rows", as_xlsx(sqlite_house, [row(8)])))
    post_document(sqlite_house, *things(1, eventTime="2026-02-20T09:30:00.000Z"))

    told = rows_of(sqlite_house, role="authority")["说明"]

    counts = [list(line.values())[1] for line in told if len(line) > 1]
    assert counts[1:6] == ["个数", 1, 1, 0, 0]
