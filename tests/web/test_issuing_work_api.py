"""What is done with issued codes over HTTP: activations, voids, labels, tasks."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.parties.samples import NOW, gln_uri
from tests.web.epcis_world import check
from tests.web.house import House, open_house
from tests.web.issuing_world import (
    activation,
    at,
    codes_of,
    counts_of,
    errors_of,
    made,
    new_block,
    new_site,
    send,
    stranger,
)


def test_an_activated_code_has_its_lot_and_a_history(house: House) -> None:
    block, site = new_block(house), new_site(house)
    dates = {"produced_on": "2026-02-28", "expires_on": "2026-03-20"}

    task = made(send(house, "POST", at(block, "/activations"), activation(site, 2, 4, **dates)))

    assert (task["state"], task["done"], task["total"]) == ("done", 3, 3)
    assert counts_of(house, block) == {"free": 7, "activated": 3, "void": 0}
    second = codes_of(house, block)[1]
    state = json.loads(send(house, "GET", f"/api/v1/codes/state?code={second['uri']}").get_data())
    assert (state["number"], state["lot"], state["is_activated"]) == (2, "L1", True)
    page = house.client.get(second["uri"].removeprefix("https://id.gs1.org"))
    assert page.status_code == 200
    assert "L1" in page.get_data(as_text=True)
    check(house)


def test_void_is_final(sqlite_house: House) -> None:
    house = sqlite_house
    block, site = new_block(house), new_site(house)
    made(send(house, "POST", at(block, "/activations"), activation(site, 1, 4)))

    made(send(house, "POST", at(block, "/voids"), {"first": 4, "last": 6, "reason": "印错"}))
    again = send(house, "POST", at(block, "/activations"), activation(site, 5, 7))

    assert errors_of(again) == ["first"]
    assert counts_of(house, block) == {"free": 4, "activated": 3, "void": 3}
    whole = json.loads(send(house, "GET", at(block)).get_data())
    assert [(one["action"], one["first"], one["last"]) for one in whole["ranges"]] == [
        ("voided", 4, 6),
        ("activated", 1, 4),
    ]
    code = codes_of(house, block)[3]["uri"]
    state = json.loads(send(house, "GET", f"/api/v1/codes/state?code={code}").get_data())
    assert (state["is_activated"], state["is_void"]) == (True, True)


def test_the_same_activation_again_is_the_same_task(house: House) -> None:
    block, site = new_block(house), new_site(house)
    path = at(block, "/activations")

    first = made(send(house, "POST", path, activation(site), once="k"))
    house.clock.instant = NOW + timedelta(minutes=5)
    again = made(send(house, "POST", path, activation(site), once="k"))
    other = send(house, "POST", path, activation(site, 5, 6), once="k")

    assert again == first
    assert other.status_code == 409
    assert counts_of(house, block)["activated"] == 3


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"last": 11}, "first"),
        ({"first": 4}, "first"),
        ({"lot": "批"}, "lot"),
        ({"site": gln_uri(9)}, "site"),
        ({"happened_at": "2026-03-01 08:00"}, "happened_at"),
        ({"happened_at": "2026-03-01T25:00:00Z"}, "happened_at"),
        ({"happened_at": "2026-04-01T08:00:00Z"}, "happened_at"),
        ({"produced_on": "2026-03-02", "expires_on": "2026-03-01"}, "expires_on"),
    ],
)
def test_a_bad_activation_names_its_field(
    sqlite_house: House, changed: dict[str, Any], path: str
) -> None:
    block, site = new_block(sqlite_house), new_site(sqlite_house)

    refused = send(sqlite_house, "POST", at(block, "/activations"), activation(site, **changed))

    assert refused.status_code == 400
    assert errors_of(refused) == [path]
    assert counts_of(sqlite_house, block)["free"] == 10


def test_a_short_file_of_labels_is_the_answer(sqlite_house: House) -> None:
    house = sqlite_house
    block = new_block(house, count=24)
    wanted: dict[str, tuple[dict[str, Any], str, bytes]] = {
        "pdf": ({"sheet": "24"}, "application/pdf", b"%PDF-"),
        "zpl": ({"width_mm": 50, "height_mm": 30, "dpi": 203}, "application/octet-stream", b"~DG"),
        "csv": ({}, "text/csv; charset=utf-8", b"\xef\xbb\xbf"),
        "single_pdf": ({"first": 2, "last": 2}, "application/pdf", b"%PDF-"),
        "svg": ({"first": 2}, "image/svg+xml", b"<svg"),
        "png": ({"first": 2, "last": 2}, "image/png", b"\x89PNG"),
    }

    for form, (options, media_type, begins) in wanted.items():
        answer = send(house, "POST", at(block, "/labels"), {"format": form, **options})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        assert answer.content_type.split(";")[0] == media_type.split(";")[0]
        assert begins in answer.get_data()[:64]
        assert answer.headers["Content-Disposition"].endswith(f'.{form[-3:]}"')
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"format": "docx"}, "format"),
        ({"format": "svg", "last": 2}, "last"),
        ({"format": "single_pdf", "last": 10}, "last"),
        ({"sheet": "25"}, "sheet"),
        ({"sheet": "24", "start": 25}, "start"),
        ({"use": "wedding"}, "use"),
        ({"symbol": "aztec"}, "symbol"),
        ({"first": 3, "last": 2}, "first"),
        ({"last": 11}, "first"),
        ({"lines": ["x"] * 13}, "lines"),
        ({"title": "\U0001f42e"}, "title"),
        ({"lines": ["x", "\U0001f42e"]}, "lines"),
        ({"width_mm": 10, "height_mm": 10}, "width_mm"),
        ({"width_mm": 9}, "width_mm"),
        ({"use": "seed", "symbol": "data_matrix"}, "symbol"),
        ({"sheet": "65", "use": "logistic_unit"}, "sheet"),
    ],
)
def test_labels_that_cannot_be_made_name_their_field(
    sqlite_house: House, body: dict[str, Any], path: str
) -> None:
    block = new_block(sqlite_house)

    refused = send(sqlite_house, "POST", at(block, "/labels"), body)

    assert refused.status_code == 400
    assert errors_of(refused)[0].split("[")[0] == path


def test_void_codes_have_no_label(house: House) -> None:
    block = new_block(house)
    for first, last in ((1, 2), (4, 4), (9, 10)):
        void = {"first": first, "last": last, "reason": "x"}
        made(send(house, "POST", at(block, "/voids"), void))
    codes = [one["code"] for one in codes_of(house, block)]

    files = {
        form: send(house, "POST", at(block, "/labels"), {"format": form})
        for form in ("csv", "zpl", "pdf")
    }
    part = send(house, "GET", at(block, "/codes.csv?first=2&last=4"))
    single = send(house, "POST", at(block, "/labels"), {"format": "svg", "first": 3})
    gone = send(house, "POST", at(block, "/labels"), {"first": 9})
    gone_single = send(house, "POST", at(block, "/labels"), {"format": "svg"})

    listed = files["csv"].get_data(as_text=True)
    assert [code in listed for code in codes] == [n in (3, 5, 6, 7, 8) for n in range(1, 11)]
    assert [answer.headers["Labels-Left-Out"] for answer in files.values()] == ["5"] * 3
    assert [line.split(",")[1] for line in part.get_data(as_text=True).split()[1:]] == [codes[2]]
    assert (single.status_code, single.headers.get("Labels-Left-Out")) == (200, None)
    for refused in (gone, gone_single):
        assert refused.status_code == 400
        assert refused.get_json()["errors"][0]["code"] == "all_void"


def test_the_answer_says_on_how_many_labels_text_was_shortened(sqlite_house: House) -> None:
    block = new_block(sqlite_house, count=7)
    body = {"width_mm": 50, "height_mm": 30, "use": "retail_item", "format": "pdf"}

    whole = send(sqlite_house, "POST", at(block, "/labels"), body)
    cut = send(sqlite_house, "POST", at(block, "/labels"), {**body, "lines": ["冷藏保存" * 40]})

    assert (whole.status_code, cut.status_code) == (200, 200)
    assert "Labels-Shortened" not in whole.headers
    assert cut.headers["Labels-Shortened"] == "7"


@pytest.mark.parametrize("form", ["pdf", "zpl", "csv"])
def test_a_file_that_grows_too_large_is_refused_by_its_bytes(
    sqlite_url: str, tmp_path: Path, form: str
) -> None:
    house = open_house(sqlite_url, tmp_path, label_file_bytes_max=1 << 16)
    block = new_block(house, count=1000)

    refused = send(house, "POST", at(block, "/labels"), {"format": form})
    few = send(house, "POST", at(block, "/labels"), {"format": form, "last": 10})

    assert refused.status_code == 400
    assert refused.get_json()["errors"] == [
        {
            "path": "last",
            "code": "file_size",
            "message": "the file has more than 65,536 bytes; order fewer labels at once",
            "message_zh": "文件太大，请分几次。",
        }
    ]
    assert few.status_code == 200
    assert len(few.get_data()) <= 1 << 16
    house.services.engine.dispose()


def test_what_is_long_is_a_task_of_ones_own(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, codes_direct_max=3)
    block, site = new_block(house), new_site(house)

    labels = send(house, "POST", at(block, "/labels"), {"sheet": "24"}, once="k")
    again = send(house, "POST", at(block, "/labels"), {"sheet": "24"}, once="k")
    begun = send(house, "POST", at(block, "/activations"), activation(site, 1, 4))

    task = json.loads(labels.get_data())
    assert (labels.status_code, begun.status_code, again.get_json()) == (202, 202, task)
    assert (task["state"], task["total"], task["file"]) == ("waiting", 10, None)
    assert counts_of(house, block)["activated"] == 4
    own = json.loads(send(house, "GET", "/api/v1/tasks").get_data())["items"]
    assert {one["id"] for one in own} == {task["id"], begun.get_json()["id"]}
    path = labels.headers["Location"]
    other = stranger(house)
    assert send(house, "GET", path).get_json() == task
    assert send(house, "GET", f"{path}/file").status_code == 404
    assert send(house, "GET", path, key=other).status_code == 404
    assert json.loads(send(house, "GET", "/api/v1/tasks", key=other).get_data())["items"] == []
    house.services.engine.dispose()
