"""What a workbook may say of itself, and how much work it can make."""

from io import BytesIO
from trace.sheets.cells import tidy
from trace.sheets.grid import GridLimits
from trace.sheets.reading import read_grid
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from base.errors import InvalidInput
from schemas.profiles.columns import Column
from schemas.profiles.registry import catalogue
from tests.schemas.profiles.samples import names, sheets

LIMITS: Final = GridLimits(rows_max=50, bytes_max=1 << 20, unzipped_bytes_max=8 << 20)
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEADER: Final = '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
PARTS: Final = {
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1"'
    f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="a"'
    ' sheetId="1" r:id="r1"/></sheets></workbook>',
}


def book(rows: str, *, name: str = "sheet1.xml", before: str = "", after: str = "") -> bytes:
    sheet = f'{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    return zipped(sheet.encode(), name=name)


def zipped(sheet: bytes, *, name: str = "sheet1.xml") -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for part, text in PARTS.items():
            archive.writestr(part, text)
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/{name}" ContentType="{TYPE}.worksheet+xml"/>'
            "</Types>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1"'
            f' Type="{OFFICE}/worksheet" Target="worksheets/{name}"/></Relationships>',
        )
        archive.writestr(f"xl/worksheets/{name}", sheet)
    return out.getvalue()


def refused(data: bytes) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as refusal:
        read_grid(data, LIMITS)
    return refusal.value.problems[0].path, refusal.value.problems[0].code


def time_column() -> Column:
    sheet = next(sheets(catalogue().profile(names()[0])))
    return next(column for column in sheet.columns if column.key == "eventTime")


def test_a_small_workbook_that_names_a_row_far_down_is_refused() -> None:
    data = book(HEADER + '<row r="50000000"><c r="A50000000"><v>1</v></c></row>')

    assert refused(data) == ("A50000000", "too_many_rows")


def test_rows_that_are_empty_are_no_way_around_the_limit() -> None:
    data = book(HEADER + "<row/>" * 2_000 + "<row><c><v>1</v></c></row>")

    assert refused(data) == ("A2002", "too_many_rows")


def test_a_word_in_a_column_far_to_the_right_is_refused() -> None:
    data = book(HEADER + '<row r="2"><c r="XFD2"><v>1</v></c></row>')

    assert refused(data) == ("", "too_many_columns")


def test_cells_with_a_look_and_no_word_may_lie_anywhere() -> None:
    wide = "".join(f'<row r="{at}"><c r="XFD{at}" s="0"/></row>' for at in range(3, 900))
    far = '<row r="1048576"><c r="A1048576" s="0"/></row>'

    grid = read_grid(book(HEADER + '<row r="2"><c r="A2"><v>7</v></c></row>' + wide + far), LIMITS)

    assert [(row.number, row.cells) for row in grid.rows] == [(2, ("7",))]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>',
        '<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>2</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>',
        '<row r="2"><c r="A7"><v>1</v></c></row>',
    ],
    ids=["rows", "cells", "twice", "elsewhere"],
)
def test_what_would_be_passed_over_in_silence_is_refused(rows: str) -> None:
    assert refused(book(HEADER + rows))[1] == "damaged"


@pytest.mark.parametrize("name", ["sheet1.xml", "sheet1.bin", "picture.png"])
def test_a_sheet_is_looked_at_whatever_its_part_is_called(name: str) -> None:
    doctype = '<!DOCTYPE w [<!ENTITY e "expanded">]>'
    merged = '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'

    assert refused(book(HEADER, name=name, before=doctype)) == ("", "entities")
    assert refused(book(HEADER, name=name, after=merged)) == ("", "merged_cells")


def test_another_encoding_hides_nothing() -> None:
    sheet = f'<!DOCTYPE w [<!ENTITY e "x">]><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'

    assert refused(zipped(sheet.encode("utf-16"))) == ("", "entities")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("2024-01-01 1:" + " " * 400 + "x", "2024-01-01 1:" + " " * 400 + "x"),
        ("2024" + " " * 7_000 + "-1-2", "2024-01-02"),
        ("2024年1月2日  8 点 30 分 5 秒", "2024-01-02 08:30:05"),
        ("2024/1/2 8:30", "2024-01-02 08:30:00"),
        ("2024-01-02T8:30:05.000", "2024-01-02 08:30:05"),
        ("2024.1.2 8时", "2024-01-02 08:00:00"),
        ("2024-01-02" + "0" * 7_000, "2024-01-02" + "0" * 7_000),
    ],
    ids=["blanks", "blanks within a day", "chinese", "slashes", "iso", "hour", "long"],
)
def test_a_time_is_read_with_its_blanks_and_never_for_long(typed: str, written: str) -> None:
    assert tidy(typed, time_column()) == written
