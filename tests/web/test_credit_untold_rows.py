"""Rows of a held batch that nobody can read again are told as unknown, and never as none."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from credit.intake.files import FOLDER
from tests.credit.samples import csv_of
from tests.web.credit_world import penalty
from tests.web.house import House, open_house
from tests.web.issuing_world import send
from tests.web.signed_in import sign_in

BATCHES, DOORS = "/api/v1/credit/batches", ("quarantine", "report.csv", "marked.xlsx")


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[House]:
    opened = open_house(sqlite_url, tmp_path, credit_told_max=2)
    yield opened
    opened.services.engine.dispose()


def _held(house: House, count: int) -> str:
    """Hand in a batch that nobody signed, its first row not understood; return its id."""
    rows = [penalty(1, cf_jdrq="2022-09-31"), *map(penalty, range(2, count + 1))]
    path = "/api/v1/credit/feeds/penalty/batches"
    batch: Any = json.loads(house.ask("POST", path, role="authority", data=csv_of(rows)).data)
    assert (batch["state"], batch["quarantined"]) == ("held", 1)
    return str(batch["id"])


def _codes(house: House, batch: str) -> list[str]:
    answers = [send(house, "GET", f"{BATCHES}/{batch}/{door}", role="auditor") for door in DOORS]
    assert [one.status_code for one in answers] == [409, 409, 409]
    return [json.loads(one.data)["errors"][0]["code"] for one in answers]


def test_which_rows_of_a_long_one_are_not_understood_is_not_known_yet(house: House) -> None:
    short, long = _held(house, 2), _held(house, 3)

    told = send(house, "GET", f"{BATCHES}/{short}/quarantine", role="auditor")
    page = sign_in(house, "authority").get(f"/work/credit/batches/{long}")
    marked = sign_in(house, "authority").get(f"/work/credit/batches/{long}/marked.xlsx")

    assert [row["row"] for row in json.loads(told.data)["rows"]] == [2]
    assert _codes(house, long) == ["too_many"] * 3
    assert (page.status_code, marked.status_code) == (200, 409)
    assert "才列出未能读懂的行" in page.get_data(as_text=True)


def test_a_held_one_without_its_file_says_so(house: House, tmp_path: Path) -> None:
    batch = _held(house, 2)
    for file in (house.services.settings.effective_files_dir / FOLDER).iterdir():
        file.unlink()

    assert _codes(house, batch) == ["file_gone"] * 3
    assert sign_in(house, "authority").get(f"/work/credit/batches/{batch}").status_code == 200
