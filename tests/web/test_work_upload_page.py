"""Filled-in sheets on a page, without script."""

from io import BytesIO
from pathlib import Path
from uuid import UUID

from werkzeug.test import TestResponse

from jobs.instance import Instance
from jobs.tasks import work_on
from tests.web.epcis_world import check, get
from tests.web.house import House, open_house
from tests.web.sheet_world import as_csv, row
from tests.web.signed_in import Visitor, once_of, sign_in
from tests.web.test_accounts import enter, new_account
from tests.web.work_world import text_of

PAGE = "/work/upload?class=veg_fruit&step=harvest/main"


def send(person: Visitor, data: bytes, once: str = "") -> TestResponse:
    return person.post(
        "/work/upload",
        page=PAGE,
        file=(BytesIO(data), "a.csv"),
        step="harvest/main",
        once=once or once_of(person.get(PAGE)),
        **{"class": "veg_fruit"},
    )


def test_a_producer_finds_the_template_of_a_step(sqlite_house: House) -> None:
    person = sign_in(sqlite_house)

    classes = text_of(person.get("/work/upload"))
    steps = text_of(person.get("/work/upload?class=veg_fruit"))
    page = text_of(person.get(PAGE))

    assert "蔬菜水果" in classes
    assert "step=harvest/main" in steps
    assert "/api/v1/profiles/veg_fruit/harvest/template.xlsx?lang=zh&way=main" in page


def test_rows_are_recorded_and_the_page_says_how_many(sqlite_house: House) -> None:
    person = sign_in(sqlite_house)

    answer = send(person, as_csv([row(8), row(9)]))

    assert answer.status_code == 303
    assert "已登记 2 行" in text_of(person.get(answer.headers["Location"]))


def test_wrong_rows_come_back_marked_and_nothing_is_recorded(sqlite_house: House) -> None:
    person = sign_in(sqlite_house)

    answer = send(person, as_csv([row(8), row(9, eventTime="昨天")]))

    task = answer.headers["Location"]
    page = text_of(person.get(task))
    assert "没有全部登记" in page
    report = person.get(f"{task}/file")
    assert "应为时间" in report.get_data().decode("utf-8-sig")
    report.close()
    found = get(sqlite_house, "/epcis/events").get_json()
    assert found["epcisBody"]["queryResults"]["resultsBody"]["eventList"] == []


def test_the_same_page_sent_twice_is_one_task(sqlite_house: House) -> None:
    person = sign_in(sqlite_house)
    once, data = once_of(person.get(PAGE)), as_csv([row(8)])

    first = send(person, data, once=once)
    again = send(person, data, once=once)

    assert first.headers["Location"] == again.headers["Location"]


def test_another_file_is_refused_beside_its_field(sqlite_house: House) -> None:
    person = sign_in(sqlite_house)

    answer = send(person, "品名\n白菜\n".encode())

    assert answer.status_code == 400
    assert "A1：不是本模板的列；A1：缺少这些列：" in text_of(answer)


def test_a_long_sheet_of_a_person_with_a_password_is_recorded_by_the_worker(
    database_url: str, tmp_path: Path
) -> None:
    house = open_house(database_url, tmp_path, codes_direct_max=1)
    new_account(house)
    person, parts = enter(house), house.services

    task = send(person, as_csv([row(8), row(9), row(10)])).headers["Location"]
    waiting = text_of(person.get(task))
    worker = Instance(
        settings=parts.settings,
        engine=parts.engine,
        clock=parts.clock,
        key_ring=parts.key_ring,
        desk=parts.desk,
        secret=parts.secret,
    )
    work_on(worker, UUID(task.rpartition("/")[2]))

    assert "排队" in waiting
    assert "已登记 3 行" in text_of(person.get(task))
    check(house)
    parts.engine.dispose()
