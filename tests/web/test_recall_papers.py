"""Reports and letters of a recall: who gets them, what is in them, how they are checked."""

import json
from io import BytesIO
from trace.recall.report import check_report

import pikepdf
import pytest

from tests.web.epcis_world import seal_now, vkey_of
from tests.web.house import House
from tests.web.issuing_world import made, send
from tests.web.recall_world import RAW, RECALLS, YOGHURT, RecallWorld, open_world
from tests.web.signed_in import sign_in


@pytest.fixture
def world(sqlite_house: House) -> RecallWorld:
    return open_world(sqlite_house)


def test_the_report_is_proven_by_the_ledgers_key(world: RecallWorld) -> None:
    recall = world.recall(RAW)
    made(world.post(f"/{recall['id']}/close", {"outcome": "withdrawn", "note": "批号写错"}))
    seal_now(world.house)

    data = send(world.house, "GET", f"{RECALLS}/{recall['id']}/report.json", role="authority").data

    assert check_report(data, [vkey_of(world.house)]).entries
    assert json.loads(data)["report"]["number"] == recall["number"]
    assert YOGHURT in {one["code"] for one in json.loads(data)["report"]["lines"]}


@pytest.mark.parametrize("name", ["report.pdf", "letters.pdf"])
def test_papers_are_whole_pdf_files(world: RecallWorld, name: str) -> None:
    recall = world.recall(RAW)

    answer = send(world.house, "GET", f"{RECALLS}/{recall['id']}/{name}", role="authority")

    assert answer.headers["Cache-Control"] == "no-store"
    with pikepdf.open(BytesIO(answer.data)) as pdf:
        assert len(pdf.pages) == (2 if name == "letters.pdf" else 1)


def test_a_holder_gets_its_letter_and_no_report(world: RecallWorld) -> None:
    recall = world.recall(RAW)
    shop = sign_in(world.house, key=world.shop.key)
    at = f"/work/recalls/{recall['id']}"

    letter = shop.get(f"{at}/letters.pdf")
    report = shop.get(f"{at}/report.json")
    strange = sign_in(world.house, key=world.rival.key).get(f"{at}/letters.pdf")

    assert (letter.status_code, report.status_code, strange.status_code) == (200, 403, 404)
    with pikepdf.open(BytesIO(letter.data)) as pdf:
        assert len(pdf.pages) == 1
