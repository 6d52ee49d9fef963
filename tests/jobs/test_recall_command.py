"""`manage.py recall check`: a report is checked with the ledger's key alone."""

from pathlib import Path

import pytest

from jobs.commands import run_command_line
from tests.web.epcis_world import seal_now, vkey_of
from tests.web.house import House, open_house
from tests.web.issuing_world import made, send
from tests.web.recall_world import RAW, RECALLS, open_world


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> House:
    return open_house(sqlite_url, tmp_path / "data")


def test_a_report_holds_and_a_changed_one_does_not(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = open_world(house)
    recall = world.recall(RAW)
    made(world.post(f"/{recall['id']}/close", {"outcome": "withdrawn", "note": "批号写错"}))
    seal_now(house)
    answer = send(house, "GET", f"{RECALLS}/{recall['id']}/report.json", role="authority")
    house.services.engine.dispose()
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(answer.data)
    bad.write_bytes(answer.data.replace(b'"withdrawn"', b'"completed"', 1))
    key = vkey_of(house).text()

    holds = run_command_line(["recall", "check", str(good), "--key", key], {})
    told = capsys.readouterr().out
    fails = run_command_line(["recall", "check", str(bad), "--key", key], {})

    assert (holds, fails) == (0, 1)
    assert "the report says what they say" in told
