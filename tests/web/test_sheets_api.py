"""Filled-in sheets over HTTP: checked, handed back, recorded."""

import csv
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from tests.schemas.profiles.samples import LOT
from tests.web.epcis_world import check, get
from tests.web.house import House, open_house
from tests.web.issuing_world import made, new_site, stranger
from tests.web.sheet_world import (
    SHEET,
    STEP,
    as_csv,
    as_xlsx,
    cell_of,
    checked,
    post,
    refused,
    row,
    saved,
    template,
)

ORIGIN = "ilmd.sx:origin"


def events_of(house: House) -> list[dict[str, object]]:
    found = get(house, "/epcis/events?perPage=1000").get_json()
    events: list[dict[str, object]] = found["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return events


def test_a_filled_in_workbook_is_recorded_row_by_row(house: House) -> None:
    data = as_xlsx(house, [row(8), row(9), row(10)])

    task = made(post(house, "rows", data))

    assert (task["state"], task["done"], task["total"]) == ("done", 3, 3), task
    events = events_of(house)
    assert [str(event["eventTime"])[11:16] for event in events] == ["10:30", "09:30", "08:30"]
    assert events[0]["quantityList"] == [{"epcClass": LOT, "quantity": 100, "uom": "KGM"}]
    check(house)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_list_is_read_in_the_encodings_that_spreadsheets_write(
    sqlite_house: House, encoding: str
) -> None:
    found = checked(sqlite_house, as_csv([row()], encoding=encoding))

    assert (found["rows"], found["wrong"]) == (1, 0), found


def test_a_header_of_either_language_means_the_same(sqlite_house: House) -> None:
    found = checked(sqlite_house, as_csv([row()], lang="en"))

    assert (found["rows"], found["wrong"]) == (1, 0), found


def test_a_wrong_cell_is_told_by_its_name_in_both_languages(sqlite_house: House) -> None:
    data = as_csv([row(), row(eventTime="yesterday")])

    found = checked(sqlite_house, data)

    assert found["wrong"] == 1
    fault = next(one for one in found["faults"] if one["is_grave"])
    assert fault["path"] == cell_of("eventTime", 3)
    assert "应为时间" in fault["message_zh"]
    assert "is a time" in fault["message"]


def test_a_sheet_with_a_wrong_row_is_refused_whole(sqlite_house: House) -> None:
    answer = post(sqlite_house, "rows", as_csv([row(), row(eventTime="yesterday")]))

    assert answer.status_code in (400, 422)
    assert answer.get_json()["errors"][0]["path"] == cell_of("eventTime", 3)
    assert events_of(sqlite_house) == []


def test_wrong_rows_are_left_out_where_their_sender_chose_so(sqlite_house: House) -> None:
    data = as_csv([row(), row(eventTime="yesterday")])

    task = made(post(sqlite_house, "rows", data, query="?wrong=leave_out"))

    assert (task["state"], task["done"]) == ("done", 1)
    assert len(events_of(sqlite_house)) == 1
    report = get(sqlite_house, task["file"])
    rows = list(csv.reader(StringIO(report.get_data().decode("utf-8-sig"))))
    report.close()
    assert rows[0][-1] == "校验结果"
    assert [bool(one[-1]) for one in rows[1:]] == [False, True]


def test_a_report_marks_the_cell_and_can_be_mended_and_sent_again(sqlite_house: House) -> None:
    data = as_xlsx(sqlite_house, [row(), row(9, eventTime="yesterday")])

    book = openpyxl.load_workbook(BytesIO(post(sqlite_house, "report", data).get_data()))
    page = book.worksheets[0]
    cell = page[cell_of("eventTime", 4)]

    assert cell.comment is not None
    assert cell.fill.start_color.rgb == "FFFBD5D5"
    cell.value = "2026-02-20 09:30"
    assert checked(sqlite_house, saved(book))["wrong"] == 0


def test_the_same_sheet_under_one_key_is_recorded_once(sqlite_house: House) -> None:
    data = as_csv([row(8), row(9)])

    first = made(post(sqlite_house, "rows", data, once="k"))
    again = made(post(sqlite_house, "rows", data, once="k"))
    other = post(sqlite_house, "rows", as_csv([row(10)]), once="k")

    assert first == again
    assert other.status_code == 409
    assert len(events_of(sqlite_house)) == 2


def test_the_same_rows_again_are_recorded_once(sqlite_house: House) -> None:
    data = as_csv([row(8), row(9)])

    made(post(sqlite_house, "rows", data))
    made(post(sqlite_house, "rows", data))

    assert len(events_of(sqlite_house)) == 2


@pytest.mark.parametrize(
    "typed",
    [
        "2026年2月20日 8时30分",
        "2026年2月20日 8:30",
        "2026/2/20 8:30",
        "2026-02-20T08:30",
        "2026.2.20 08：30",
    ],
)
def test_times_are_read_as_they_are_written_in_china(sqlite_house: House, typed: str) -> None:
    made(post(sqlite_house, "rows", as_csv([row(eventTime=typed)])))

    (event,) = events_of(sqlite_house)
    assert str(event["eventTime"])[:16] == "2026-02-20T08:30"


def test_a_number_that_is_text_and_a_text_that_is_a_number_are_both_read(
    sqlite_house: House,
) -> None:
    cells: dict[str, object] = {**row(), "quantityList[].quantity": 12.5}

    made(post(sqlite_house, "rows", as_xlsx(sqlite_house, [cells])))

    (event,) = events_of(sqlite_house)
    assert event["quantityList"] == [{"epcClass": LOT, "quantity": 12.5, "uom": "KGM"}]


def test_another_sheet_is_refused_with_each_wrong_header(sqlite_house: House) -> None:
    answer = post(sqlite_house, "check", "品名,数量\n白菜,3\n".encode())

    errors = answer.get_json()["errors"]
    assert [(one["path"], one["code"]) for one in errors][:2] == [
        ("A1", "unknown_header"),
        ("B1", "unknown_header"),
    ]
    assert errors[-1]["code"] == "missing_header"


def test_a_formula_is_refused_with_the_name_of_its_cell(sqlite_house: House) -> None:
    cells: dict[str, object] = {**row(), "quantityList[].quantity": "=1+1"}

    found = refused(sqlite_house, as_xlsx(sqlite_house, [cells]))

    assert found == (cell_of("quantityList[].quantity", 3), "formula")


def test_a_code_typed_as_a_number_has_lost_its_digits(sqlite_house: House) -> None:
    cells: dict[str, object] = {**row(), ORIGIN: 12345678901234567890}

    found = refused(sqlite_house, as_xlsx(sqlite_house, [cells]))

    assert found == (cell_of(ORIGIN, 3), "digits")


def test_merged_cells_are_refused(sqlite_house: House) -> None:
    book = template(sqlite_house)
    book.worksheets[0].merge_cells("A3:B3")

    assert refused(sqlite_house, saved(book)) == ("", "merged_cells")


def test_an_empty_template_is_refused(sqlite_house: House) -> None:
    assert refused(sqlite_house, saved(template(sqlite_house))) == ("A3", "empty")
    assert refused(sqlite_house, b"") == ("", "empty")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_workbook"),
        (b"PK\x03\x04 and so on", "damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not_text"),
        (b"\xff\xff\xff\xff", "encoding"),
        (b'a,"b\n', "csv"),
    ],
)
def test_a_file_that_is_something_else_is_refused(
    sqlite_house: House, data: bytes, code: str
) -> None:
    assert refused(sqlite_house, data)[1] == code


def test_an_archive_that_is_no_workbook_is_refused(sqlite_house: House) -> None:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")

    assert refused(sqlite_house, out.getvalue()) == ("", "not_a_workbook")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(sqlite_house: House) -> None:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(65 << 20))

    assert refused(sqlite_house, out.getvalue()) == ("", "too_large")


def test_a_workbook_that_declares_entities_is_refused(sqlite_house: House) -> None:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')

    assert refused(sqlite_house, out.getvalue()) == ("", "entities")


def test_one_row_too_many_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, sheet_rows_max=2)

    assert checked(house, as_csv([row(8), row(9)]))["wrong"] == 0
    assert refused(house, as_csv([row(8), row(9), row(10)])) == ("A4", "too_many_rows")
    assert checked(house, as_xlsx(house, [row(8), row(9)]))["wrong"] == 0
    house.services.engine.dispose()


def test_text_that_looks_like_a_formula_comes_back_as_text(sqlite_house: House) -> None:
    data = as_csv([{**row(), ORIGIN: "=HYPERLINK(1)", "eventTime": "no"}])

    report = post(sqlite_house, "report", data).get_data().decode("utf-8-sig")

    assert "'=HYPERLINK(1)" in report
    assert ",=HYPERLINK" not in report


def test_a_row_of_somebody_elses_place_is_a_wrong_row(sqlite_house: House) -> None:
    site = new_site(sqlite_house)
    data = as_csv([row(readPoint__id=site)])

    own = checked(sqlite_house, data)
    foreign = checked(sqlite_house, data, key=stranger(sqlite_house))

    assert own["wrong"] == 0
    assert [one["code"] for one in foreign["faults"] if one["is_grave"]] == ["not_yours"]


def test_every_column_of_the_template_is_in_the_test() -> None:
    assert {column.key for column in SHEET.columns} >= set(row())
    assert STEP.endswith(SHEET.cte.id)


@pytest.mark.parametrize("typed", ["千克", "kilogram", "kg", "KGM"])
def test_a_unit_is_read_as_a_word_a_sign_or_a_code(sqlite_house: House, typed: str) -> None:
    cells: dict[str, object] = {**row(), "quantityList[].uom": typed}

    made(post(sqlite_house, "rows", as_xlsx(sqlite_house, [cells])))

    (event,) = events_of(sqlite_house)
    assert event["quantityList"] == [{"epcClass": LOT, "quantity": 100, "uom": "KGM"}]
