"""The page of a block without script: labels, activation, void, and what they refuse."""

import re
from pathlib import Path
from uuid import UUID

import pytest

from base.db import reading
from codes.labels.stock import SHEETS
from parties.tasks import Made, attend, read_task
from tests.web.house import House, open_house
from tests.web.issuing_world import activation, made, new_block, new_site, send, stranger
from tests.web.signed_in import once_of, sign_in
from tests.web.work_world import (
    activation_form,
    at,
    counts_of,
    error_of,
    label_form,
    text_of,
    value_of,
)


def test_a_block_shows_what_became_of_it(house: House) -> None:
    block, site = new_block(house, count=24), new_site(house)
    path = f"/api/v1/code-blocks/{block['id']}"
    made(send(house, "POST", f"{path}/activations", activation(site, 1, 10)))
    made(send(house, "POST", f"{path}/voids", {"first": 9, "last": 12, "reason": "印错"}))

    page = text_of(sign_in(house).get(at(block)))

    assert 'aria-label="未启用 12，已激活 8，作废 4"' in page
    assert [page.count(f'class="bar-{state}"') for state in ("free", "activated", "void")] == [
        12,
        8,
        4,
    ]
    assert "印错" in page
    assert 'id="activation-first" name="first" type="text" value="13"' in page


def test_a_picture_of_a_label_is_on_the_page_and_follows_the_form(sqlite_house: House) -> None:
    block, person = new_block(sqlite_house), sign_in(sqlite_house)
    form = {
        "first": "2",
        "last": "2",
        "format": "pdf",
        "sheet": "24",
        "start": "1",
        "roll": "50x30",
        "dpi": "300",
        "use": "general",
        "symbol": "qr",
        "title": "新的标题",
    }

    first = text_of(person.get(at(block)))
    query = "&".join(f"{name}={value}" for name, value in form.items())
    fragment = text_of(person.get(f"{at(block)}/preview?{query}"))
    page = text_of(person.post(f"{at(block)}/labels", preview="1", **form))

    code = send(sqlite_house, "GET", f"/api/v1/code-blocks/{block['id']}/codes?first=2").get_json()
    assert 'class="label-picture"' in first
    assert "<html" not in fragment
    for text in (fragment, page):
        assert "新的标题" in text
        assert code["items"][0]["code"] in text


@pytest.mark.parametrize(
    ("changed", "begins"),
    [
        ({}, b"%PDF-"),
        ({"format": "roll"}, b"%PDF-"),
        ({"format": "zpl", "dpi": "203"}, b"~DG"),
        ({"format": "csv"}, b"\xef\xbb\xbfno,"),
        ({"format": "single_pdf"}, b"%PDF-"),
        ({"format": "svg"}, b"<svg"),
        ({"format": "png"}, b"\x89PNG"),
    ],
)
def test_labels_are_a_file(sqlite_house: House, changed: dict[str, str], begins: bytes) -> None:
    block, person = new_block(sqlite_house), sign_in(sqlite_house)

    answer = person.post(f"{at(block)}/labels", **label_form(block, **changed))

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert begins in answer.get_data()[:64]


def test_the_page_says_that_void_codes_get_no_label(sqlite_house: House) -> None:
    block, person = new_block(sqlite_house), sign_in(sqlite_house)
    void = {"reason": "x", "is_sure": "1"}
    person.post(f"{at(block)}/void", first="1", last="4", **void)

    some = text_of(person.get(at(block)))
    refused = person.post(f"{at(block)}/labels", **label_form(block, last="4"))
    person.post(f"{at(block)}/void", first="5", last="10", **void)
    none = text_of(person.get(at(block)))

    assert "已作废的码不打印标签：本段 4 个" in some
    assert 'class="label-picture"' in some
    assert "已全部作废" in error_of(refused, "labels", "first")
    assert "没有可打印的标签" in none
    assert "data-label-form" not in none


def test_nobody_gets_labels_with_shortened_text_without_having_been_told(
    sqlite_house: House,
) -> None:
    block, person = new_block(sqlite_house), sign_in(sqlite_house)
    form = label_form(block, format="roll", lines="冷藏保存，开封后请尽快食用。" * 14)

    asked = person.post(f"{at(block)}/labels", **form)
    got = person.post(f"{at(block)}/labels", may_shorten="1", **form)

    assert asked.status_code == 400
    assert 'class="label-picture"' in text_of(asked)
    assert error_of(asked, "labels", "may_shorten") == "文字放不下、会被截短的标签：10 枚。"
    assert 'name="may_shorten"' not in text_of(person.get(at(block)))
    assert got.get_data().startswith(b"%PDF-")


@pytest.mark.parametrize("sheet", sorted(SHEETS))
def test_every_sheet_holds_a_retail_label(sqlite_house: House, sheet: str) -> None:
    block, person = new_block(sqlite_house), sign_in(sqlite_house)
    form = label_form(block, sheet=sheet, lines="", title="")

    answer = person.post(f"{at(block)}/labels", **form)

    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert "放不进" in error_of(answer, "labels", "sheet")


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"last": "11"}, "first", "1 至 10"),
        ({"start": "25"}, "start", "没有这么多"),
        ({"sheet": "65", "use": "logistic_unit"}, "sheet", "放不进"),
        ({"title": "\U0001f42e 牛奶"}, "title", "字体"),
        ({"use": "wedding"}, "use", "选择"),
        ({"format": "docx"}, "format", "选择"),
        ({"first": ""}, "first", "必填"),
    ],
)
def test_labels_that_cannot_be_made_say_so_beside_the_field(
    sqlite_house: House, changed: dict[str, str], field: str, said: str
) -> None:
    block, person = new_block(sqlite_house), sign_in(sqlite_house)

    answer = person.post(f"{at(block)}/labels", **label_form(block, **changed))

    assert answer.status_code == 400
    assert said in error_of(answer, "labels", field)
    if "title" not in changed:
        assert value_of(answer, "labels", "title") == "原味酸奶"


def test_a_long_file_is_a_task_that_is_fetched_later(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, codes_direct_max=5)
    block, person = new_block(house), sign_in(house)
    page = person.get(at(block))
    form = label_form(block, once=once_of(page))

    begun = person.post(f"{at(block)}/labels", **form)
    again = person.post(f"{at(block)}/labels", **form)
    other = person.post(f"{at(block)}/labels", **{**form, "format": "csv"})

    path = begun.headers["Location"]
    assert path == again.headers["Location"] != other.headers["Location"]
    assert "排队中" in text_of(person.get(path))
    assert path in text_of(person.get("/work"))
    assert person.get(f"{path}/file").status_code == 404
    _make(house, UUID(path.rsplit("/", 1)[1]))
    assert f'href="{path}/file"' in text_of(person.get(path))
    assert f'href="{path}/file"' in text_of(person.get(at(block)))
    assert "会被截短的标签：1,200 枚" in text_of(person.get(path))
    answer = person.get(f"{path}/file")
    assert answer.get_data() == b"%PDF- whole"
    assert answer.headers["Content-Disposition"].endswith("-1-10.pdf")
    assert sign_in(house, key=stranger(house)).get(path).status_code == 404
    answer.close()
    house.services.engine.dispose()


def _make(house: House, task_id: UUID) -> None:
    """Do what a worker does: leave a file and say so."""
    parts = house.services
    folder = parts.settings.effective_files_dir
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{task_id}.pdf"
    (folder / name).write_bytes(b"%PDF- whole")
    made = Made(file_name=name, message="The text of 1200 labels was shortened.")
    attend(parts.engine, task_id, parts.clock, lambda _task, _tell: made)
    with reading(parts.engine) as connection:
        assert read_task(connection, task_id).file_name == name


def test_codes_are_activated_with_a_lot(house: House) -> None:
    block, site, person = new_block(house), new_site(house), sign_in(house)
    form = activation_form(site, once=once_of(person.get(at(block))), lot=" Ｌ１ ")

    answer = person.post(f"{at(block)}/activate", **form)
    again = person.post(f"{at(block)}/activate", **form)

    assert answer.headers["Location"] == f"{at(block)}?done=activated"
    assert again.headers["Location"] == answer.headers["Location"]
    assert counts_of(house, block) == {"free": 7, "activated": 3, "void": 0}
    assert "L1" in text_of(person.get(at(block)))


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"last": "11"}, "first", "1 至 10"),
        ({"first": "5", "last": "2"}, "first", "1 至 10"),
        ({"lot": "批号"}, "lot", "不能有汉字"),
        ({"lot": ""}, "lot", "1 至 20"),
        ({"site": "urn:example:elsewhere"}, "site", "已登记"),
        ({"expires_on": "2026-02-27"}, "expires_on", "早于"),
        ({"produced_on": "28.2.2026"}, "produced_on", "2026-05-01"),
        ({"produced_on": "2026-02-30"}, "produced_on", "2026-05-01"),
    ],
)
def test_a_wrong_activation_comes_back_with_what_was_typed(
    sqlite_house: House, changed: dict[str, str], field: str, said: str
) -> None:
    block, site, person = new_block(sqlite_house), new_site(sqlite_house), sign_in(sqlite_house)
    form = activation_form(site, **changed)

    answer = person.post(f"{at(block)}/activate", **form)

    assert answer.status_code == 400
    assert said in error_of(answer, "activation", field)
    assert value_of(answer, "activation", "lot") == form["lot"]
    assert counts_of(sqlite_house, block)["free"] == 10


def test_codes_are_activated_once(sqlite_house: House) -> None:
    block, site, person = new_block(sqlite_house), new_site(sqlite_house), sign_in(sqlite_house)
    person.post(f"{at(block)}/activate", **activation_form(site))

    answer = person.post(f"{at(block)}/activate", **activation_form(site, last="5", lot="L2"))

    assert "已经激活" in error_of(answer, "activation", "first")


def test_void_asks_whether_one_is_sure(sqlite_house: House) -> None:
    block, person = new_block(sqlite_house), sign_in(sqlite_house)
    form = {"first": "1", "last": "2", "reason": "丢失"}

    unsure = person.post(f"{at(block)}/void", **form)
    no_reason = person.post(f"{at(block)}/void", is_sure="1", **{**form, "reason": " "})
    done = person.post(f"{at(block)}/void", is_sure="1", **form)

    assert "勾选" in error_of(unsure, "void", "is_sure")
    assert value_of(unsure, "void", "reason") == "丢失"
    assert "<details open" in text_of(unsure)
    assert "原因" in error_of(no_reason, "void", "reason")
    assert done.headers["Location"] == f"{at(block)}?done=voided"
    assert counts_of(sqlite_house, block) == {"free": 8, "activated": 0, "void": 2}


def test_a_site_is_found_among_more_than_the_form_shows(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, page_size_max=2)
    block, person = new_block(house), sign_in(house)
    sites = [new_site(house, number, name=f"{number}号车间") for number in range(1, 5)]
    form = activation_form("", lot="L7", find_site="", found_site="")

    newest = text_of(person.get(at(block)))
    found = person.post(f"{at(block)}/activate", **{**form, "find_site": "1号"})
    pressed = person.post(f"{at(block)}/activate", **form, find="1")
    known = text_of(person.post(f"{at(block)}/activate", **{**form, "site": sites[0]}, find="1"))

    choice = r'<option value="([^"]+)"( selected)?>[^<]*号车间'
    assert len(re.findall(choice, newest)) == 2
    assert found.status_code == pressed.status_code == 200
    assert re.findall(choice, text_of(found)) == [(sites[0], "")]
    assert value_of(found, "activation", "lot") == "L7"
    assert (sites[0], " selected") in re.findall(choice, known)
    assert counts_of(house, block)["activated"] == 0
    done = {**form, "site": sites[0], "find_site": "1号", "found_site": "1号"}
    assert person.post(f"{at(block)}/activate", **done).status_code == 303
    assert counts_of(house, block)["activated"] == 3
    house.services.engine.dispose()


@pytest.mark.parametrize("tail", ["activate", "void", "labels"])
def test_the_address_of_a_form_leads_to_its_page(sqlite_house: House, tail: str) -> None:
    block, person = new_block(sqlite_house), sign_in(sqlite_house)

    assert person.get(f"{at(block)}/{tail}").headers["Location"] == f"{at(block)}#{tail}"
