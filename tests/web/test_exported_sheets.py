"""A sheet that the service handed out comes back: nothing twice, changes told or corrected."""

from io import BytesIO
from trace.sheets.headers import headers_of
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from tests.web.epcis_world import check, get, new_key
from tests.web.house import House
from tests.web.issuing_world import made
from tests.web.sheet_world import SHEET, as_csv, post, row, saved
from tests.web.signed_in import once_of, sign_in
from tests.web.work_world import text_of

RECORDS = "/api/v1/submissions/veg_fruit/records.xlsx?since=2026-02-01"
AMOUNT = list(headers_of(SHEET, "zh")).index("quantityList[].quantity") + 1
PERSON = next(
    at
    for at, column in enumerate(SHEET.columns, start=1)
    if column.field is not None and column.is_required and column.field.seen_by == "personal"
)
PAGE = "/work/upload?class=veg_fruit&step=harvest/main"


def changed(book: Workbook, at: int) -> bytes:
    """Return a book with another amount in a row, and the person whom nobody is shown."""
    page = book.worksheets[0]
    page.cell(at, AMOUNT, "99")
    page.cell(at, PERSON, "李雷")
    return saved(book)


def events_of(house: House) -> list[dict[str, Any]]:
    found = get(house, "/epcis/events?perPage=100").get_json()
    events: list[dict[str, Any]] = found["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return events


def handed_out(house: House, *hours: int, lang: str = "zh") -> Workbook:
    made(post(house, "rows", as_csv([row(hour) for hour in hours])))
    return openpyxl.load_workbook(BytesIO(get(house, f"{RECORDS}&lang={lang}").get_data()))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_sheet_that_comes_back_unchanged_records_nothing(sqlite_house: House, lang: str) -> None:
    book = handed_out(sqlite_house, 8, 9, lang=lang)
    before = len(events_of(sqlite_house))

    found = post(sqlite_house, "check", saved(book)).get_json()
    task = made(post(sqlite_house, "rows?lang=zh", saved(book)))

    assert (found["rows"], found["wrong"], found["known"]) == (2, 0, 2), found
    assert (task["state"], task["total"]) == ("done", 0)
    assert task["message"] == "有 2 行以前已经登记，没有改动。"
    assert len(events_of(sqlite_house)) == before
    check(sqlite_house)


def test_a_changed_cell_is_told_and_nothing_is_recorded(sqlite_house: House) -> None:
    book = handed_out(sqlite_house, 8, 9)
    book.worksheets[0].cell(3, AMOUNT, "99")

    found = post(sqlite_house, "check", saved(book)).get_json()

    assert (found["wrong"], found["known"]) == (1, 1)
    (fault,) = found["faults"]
    assert fault["code"] == "changed"
    assert fault["path"] == book.worksheets[0].cell(3, AMOUNT).coordinate
    assert "更正改过的行" in fault["message_zh"]
    assert post(sqlite_house, "rows", saved(book)).status_code in (400, 422)


def test_a_changed_row_is_corrected_by_a_declaration_and_a_new_event(house: House) -> None:
    book = handed_out(house, 8, 9)

    task = made(post(house, "rows?changed=correct", changed(book, 3)))

    assert (task["state"], task["done"]) == ("done", 2), task
    declared = [one for one in events_of(house) if "errorDeclaration" in one]
    (declaration,) = (one["errorDeclaration"] for one in declared)
    assert declaration["reason"] == "incorrect_data"
    page = openpyxl.load_workbook(BytesIO(get(house, RECORDS).get_data())).worksheets[0]
    assert sorted(str(page.cell(at, AMOUNT).value) for at in (2, 3)) == ["100", "99"]
    assert page.max_row == 3
    check(house)


def test_a_correction_that_comes_twice_is_refused_the_second_time(sqlite_house: House) -> None:
    book = handed_out(sqlite_house, 8)
    data = changed(book, 2)
    made(post(sqlite_house, "rows?changed=correct", data))

    found = post(sqlite_house, "check?changed=correct", data).get_json()

    assert [fault["code"] for fault in found["faults"]] == ["withdrawn"]


def test_a_changed_row_says_again_what_was_hidden(sqlite_house: House) -> None:
    book = handed_out(sqlite_house, 8)
    book.worksheets[0].cell(2, AMOUNT, "99")

    found = post(sqlite_house, "check?changed=correct", saved(book)).get_json()

    (fault,) = (one for one in found["faults"] if one["is_grave"])
    assert fault["code"] == "missing"
    assert fault["path"] == book.worksheets[0].cell(2, PERSON).coordinate


def test_a_row_that_cites_somebody_elses_entry_is_refused(sqlite_house: House) -> None:
    book = handed_out(sqlite_house, 8)
    key, _ = new_key(sqlite_house, 9)

    found = post(sqlite_house, "check", saved(book), key=key).get_json()

    assert [fault["code"] for fault in found["faults"]] == ["no_such_record"]


def test_a_row_that_cites_nothing_is_a_new_one(sqlite_house: House) -> None:
    book = handed_out(sqlite_house, 8)
    page = book.worksheets[0]
    page.append([row(10).get(key) for key in headers_of(SHEET, "zh")])

    task = made(post(sqlite_house, "rows", saved(book)))

    assert (task["done"], task["total"]) == (1, 1)
    assert len(events_of(sqlite_house)) == 2


def test_a_person_corrects_by_a_tick_on_the_page(sqlite_house: House) -> None:
    book = handed_out(sqlite_house, 8)
    person = sign_in(sqlite_house)

    answer = person.post(
        "/work/upload",
        page=PAGE,
        file=(BytesIO(changed(book, 2)), "a.xlsx"),
        step="harvest/main",
        once=once_of(person.get(PAGE)),
        correct="1",
        **{"class": "veg_fruit"},
    )

    assert answer.status_code == 303
    assert "已登记 2 行" in text_of(person.get(answer.headers["Location"]))
