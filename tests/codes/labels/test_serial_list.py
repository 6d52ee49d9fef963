import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codes.labels.model import LabelError, LabelLimits
from codes.labels.serial_list import COLUMNS, SerialRow, serial_list
from tests.codes.labels.samples import GTIN, serial_of

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"]


def row_of(number: int) -> SerialRow:
    serial = serial_of(number)
    return SerialRow(
        serial=serial,
        url=f"https://zs.example.gov.cn/01/{GTIN}/21/{serial}",
        element_string=f"(01){GTIN}(21){serial}",
    )


def read(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_list_has_its_columns_and_numbers_from_one() -> None:
    data = b"".join(serial_list(row_of(number) for number in range(3)))

    rows = read(data)
    assert tuple(rows[0]) == COLUMNS == ("no", "serial", "url", "element_string")
    assert [row[0] for row in rows[1:]] == ["1", "2", "3"]
    assert rows[3][1:] == [row_of(2).serial, row_of(2).url, row_of(2).element_string]
    assert data.count(b"\r\n") == 4


@pytest.mark.parametrize("serial", FORMULAS)
def test_no_cell_is_run_as_a_formula_and_the_address_is_exact(serial: str) -> None:
    row = SerialRow(serial=serial, url="https://e.cn/1", element_string=serial)

    _, cells = read(b"".join(serial_list([row])))

    assert cells[1] == cells[3] == f"'{serial}"
    assert cells[2] == "https://e.cn/1"


@given(cell=st.text(st.characters(codec="utf-8"), max_size=30))
def test_every_cell_comes_out_as_it_went_in_but_for_the_guard(cell: str) -> None:
    _, cells = read(b"".join(serial_list([SerialRow(serial=cell, url=cell)])))

    assert cells[1].removeprefix("'") == cell.removeprefix("'")


def test_a_hundred_thousand_rows_are_asked_for_some_hundred_at_a_time() -> None:
    asked = 0
    told: list[tuple[int, int | None]] = []

    def rows() -> Iterator[SerialRow]:
        nonlocal asked
        for number in range(100_000):
            asked = number + 1
            yield SerialRow(serial=str(number), url="https://e.cn/")

    lines = 0
    for chunk in serial_list(rows(), total=100_000, progress=lambda *one: told.append(one)):
        lines += chunk.count(b"\r\n")
        assert asked - lines <= 500

    assert lines == 100_001
    assert told[-1] == (100_000, 100_000)


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(LabelError) as refusal:
        list(serial_list(map(row_of, range(4)), limits=LabelLimits(labels_max=3)))

    assert refusal.value.path == "rows"


def test_an_empty_list_is_its_head() -> None:
    assert read(b"".join(serial_list([]))) == [list(COLUMNS)]
