"""A line's own batch and row lead to the proof of that line, whichever door told it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from credit.intake.batches import CreditBatch
from tests.credit.samples import serious, uscc
from tests.web.credit_world import hand_in
from tests.web.epcis_world import seal_now
from tests.web.house import House, open_house

# Row 3 of the file is not understood: the rows behind it have another place in the batch's tree.
ROWS: Final = {2: 1, 4: 2, 5: 3}
DOORS: Final = {
    "check": "/credit/check?uscc={code}",
    "public list": "/credit/lists/serious_violation",
    "any list": "/credit/lists/serious_violation/entries",
    "record": "/credit/record?uscc={code}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A house with a batch of a list, of which a row in the middle was not understood."""

    house: House
    batch: CreditBatch

    def get(self, path: str) -> Any:
        answer = self.house.ask("GET", f"/api/v1{path}", role="authority")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return json.loads(answer.get_data())


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listed]:
    folder: Path = tmp_path_factory.mktemp("rows")
    house = open_house(f"sqlite:///{folder / 'suxin.db'}", folder)
    wrong = serious(9, listed_on="2022-09-31")
    batch = hand_in(house, "serious_listing", serious(1), wrong, serious(2), serious(3))
    seal_now(house)
    yield Listed(house=house, batch=batch)
    house.services.engine.dispose()


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("door", DOORS)
def test_batch_and_row_of_an_answer_lead_to_the_proof_of_that_very_line(
    listed: Listed, door: str, row: int
) -> None:
    code = uscc(ROWS[row])

    line = _line_of(listed.get(DOORS[door].format(code=code)), code)
    proof = listed.get(f"/credit/batches/{line['batch']}/rows/{line['row']}/proof")

    assert (line["batch"], line["row"]) == (str(listed.batch.id), row)
    assert (proof["row"], proof["about"]["codes"]) == (row, [code])


def test_a_snapshot_counts_rows_as_the_proof_of_a_row_does(listed: Listed) -> None:
    house = listed.house
    made = house.ask(
        "POST", "/api/v1/credit/lists/serious_violation/snapshots", role="authority", json={}
    )
    number = json.loads(made.get_data())["number"]
    seal_now(house)

    told = listed.get(f"/credit/snapshots/{number}/list.json")
    table = house.ask("GET", f"/api/v1/credit/snapshots/{number}/list.csv", role="authority")

    rows = {line["uscc"]: line["proof"]["row"] for line in told["lines"]}
    assert rows == {uscc(number): row for row, number in ROWS.items()}
    cells = [line.split(",") for line in table.get_data(as_text=True).splitlines()]
    at = cells[0].index("文件中的行")
    assert {line[0]: line[at] for line in cells[1:]} == {
        code: str(row) for code, row in rows.items()
    }


def _line_of(told: Any, code: str) -> Any:
    """Return the line about a party of whatever answer it is in."""
    if "listed" in told:
        return next(one["entry"] for one in told["listed"] if one["uscc"] == code)
    return (told.get("entries") or told["facts"])[0]
