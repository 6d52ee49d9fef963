"""`manage.py submission`."""

from pathlib import Path

import openpyxl
import pytest

from jobs.commands import run_command_line
from tests.instances import lot, open_installation
from tests.trace_room.story import seen_lot


def test_the_spreadsheet_of_a_lot_is_written_to_a_file(
    sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    installation = open_installation(sqlite_url)
    installation.capture("farm", seen_lot(1, lot("L1"), bizStep="shipping"))
    installation.engine.dispose()
    file = tmp_path / "fsma.xlsx"
    arguments = ["submission", "fsma204", str(file), "--lot", lot("L1")]

    code = run_command_line(arguments, {"SUXIN_DATABASE_URL": sqlite_url})

    assert code == 0
    assert "1 events" in capsys.readouterr().out
    page = openpyxl.load_workbook(file)["Shipping"]
    assert page["A2"].value == lot("L1")
