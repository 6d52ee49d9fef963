"""Profiles and templates over HTTP."""

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from schemas.profiles.columns import templates_of
from schemas.profiles.registry import catalogue
from tests.web.epcis_world import readable
from tests.web.house import House

TEMPLATE = "/api/v1/profiles/dairy/milking/template"


def data_page(house: House, path: str) -> Worksheet:
    answer = house.ask("GET", path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    page = openpyxl.load_workbook(BytesIO(answer.get_data())).worksheets[0]
    assert isinstance(page, Worksheet)
    return page


def test_the_classes_and_their_steps_are_listed(sqlite_house: House) -> None:
    items = readable(sqlite_house.ask("GET", "/api/v1/profiles")).get_json()["items"]

    assert [one["name"] for one in items] == list(catalogue().names())
    dairy = next(one for one in items if one["name"] == "dairy")
    assert "milking" in dairy["ctes"]
    assert "raw_milk" in dairy["covers"]


def test_a_class_is_found_by_any_code_that_it_covers(sqlite_house: House) -> None:
    found = readable(sqlite_house.ask("GET", "/api/v1/profiles/raw_milk")).get_json()

    assert found["name"] == "dairy"
    step = next(one for one in found["ctes"] if one["id"] == "milking")
    assert step["ways"][0]["columns"][0]["header"] == {"zh": "挤奶时间", "en": "milking time"}


def test_a_template_has_a_header_that_stays_and_a_row_that_explains_it(sqlite_house: House) -> None:
    page = data_page(sqlite_house, f"{TEMPLATE}.xlsx?lang=zh")

    assert page.freeze_panes == "B3"
    assert page["A1"].value == "挤奶时间"
    assert str(page["A2"].value).startswith("必填")


def test_a_list_of_codes_is_a_drop_down(sqlite_house: House) -> None:
    profile = catalogue().profile("dairy")
    cte = next(one for one in profile.ctes if one.id == "milking")
    sheet = templates_of("dairy", cte)[0]
    offered = [at for at, column in enumerate(sheet.columns) if column.choices]

    page = data_page(sqlite_house, f"{TEMPLATE}.xlsx?lang=zh")

    ranges = [str(one.sqref) for one in page.data_validations.dataValidation]
    assert len(ranges) == len(offered)
    assert all(one.partition(":")[0].endswith("3") for one in ranges)


def test_the_same_template_is_there_as_csv_in_english(sqlite_house: House) -> None:
    answer = sqlite_house.ask("GET", f"{TEMPLATE}.csv?lang=en")

    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(answer.get_data().decode("utf-8-sig"))))
    page = data_page(sqlite_house, f"{TEMPLATE}.xlsx?lang=en")
    assert rows[0] == [cell.value for cell in page[1]]


def test_no_two_columns_of_any_template_have_the_same_header(sqlite_house: House) -> None:
    for name in catalogue().names():
        found = readable(sqlite_house.ask("GET", f"/api/v1/profiles/{name}")).get_json()
        ways = [way for cte in found["ctes"] for way in cte["ways"]]
        for lang in ("zh", "en"):
            for way in ways:
                headers = [column["header"][lang] for column in way["columns"]]
                assert len(set(headers)) == len(headers), (name, headers)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/profiles/nothing",
        "/api/v1/profiles/nothing/milking/template.xlsx",
        "/api/v1/profiles/dairy/nothing/template.xlsx",
        f"{TEMPLATE}.csv?way=nothing",
    ],
)
def test_what_there_is_no_template_for_is_not_found(sqlite_house: House, path: str) -> None:
    assert sqlite_house.ask("GET", path).status_code == 404
