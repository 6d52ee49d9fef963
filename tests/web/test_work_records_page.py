"""Records for an authority on a page, without script."""

from io import BytesIO

import openpyxl
import pytest
from werkzeug.test import TestResponse

from schemas.profiles.registry import catalogue
from tests.web.house import House
from tests.web.issuing_world import made
from tests.web.sheet_world import as_xlsx, post, row
from tests.web.signed_in import sign_in
from tests.web.submission_world import LETTUCE, tell
from tests.web.work_world import text_of

ASKED = "/work/records/file?since=2026-02-01&what="


def titles_of(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return openpyxl.load_workbook(BytesIO(answer.get_data())).sheetnames


def test_a_producer_chooses_among_all_classes_and_fsma(sqlite_house: House) -> None:
    page = text_of(sign_in(sqlite_house).get("/work/records"))

    names = [one.name for one in catalogue().newest()]
    assert [name for name in [*names, "fsma204"] if f'value="{name}"' not in page] == []
    assert 'name="party"' not in page
    assert "/work/records" in text_of(sign_in(sqlite_house).get("/work"))


def test_what_was_chosen_is_downloaded(sqlite_house: House) -> None:
    made(post(sqlite_house, "rows", as_xlsx(sqlite_house, [row(8)])))
    person = sign_in(sqlite_house)

    assert titles_of(person.get(f"{ASKED}veg_fruit"))[0] == "采收 harvest main"
    assert "Harvesting" in titles_of(person.get(f"{ASKED}fsma204"))


def test_records_of_a_lot_alone_need_no_day(sqlite_house: House) -> None:
    tell(sqlite_house)

    answer = sign_in(sqlite_house).get(f"/work/records/file?what=fsma204&lots={LETTUCE}")

    book = openpyxl.load_workbook(BytesIO(answer.get_data()))
    assert (book["Harvesting"].max_row, book["Receiving"].max_row) == (2, 1)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("what=veg_fruit", "请写明批次编码或第一天。"),
        ("what=veg_fruit&since=2026-02-03&until=2026-02-01", "最后一天不能早于第一天。"),
        ("what=veg_fruit&lots=abc", "不是能识别的编码：abc"),
        ("what=nothing&since=2026-02-03", "请从中选择一项"),
        ("what=veg_fruit&since=yesterday", "日期请写成 2026-05-01 的形式。"),
    ],
    ids=["no day", "order", "lot", "class", "day"],
)
def test_what_cannot_be_asked_is_said_beside_its_field(
    sqlite_house: House, query: str, said: str
) -> None:
    answer = sign_in(sqlite_house).get(f"/work/records/file?{query}")

    assert answer.status_code == 400
    assert said in text_of(answer)
