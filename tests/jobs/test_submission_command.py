"""`manage.py submission`."""

from pathlib import Path

import openpyxl
import pytest

from jobs.commands import run_command_line
from schemas.profiles.registry import catalogue
from tests.instances import lot, open_installation
from tests.trace_room.story import seen_lot


@pytest.fixture(scope="module")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'suxin.db'}"
    open_installation(url).engine.dispose()
    return url


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


@pytest.mark.parametrize("name", sorted(one.name for one in catalogue().newest()))
def test_the_records_of_every_class_are_written_to_a_file(
    empty_ledger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    file = tmp_path / "records.xlsx"
    arguments = ["submission", "records", name, str(file), "--since", "2026-01-01"]

    code = run_command_line(arguments, {"SUXIN_DATABASE_URL": empty_ledger})

    assert code == 0
    assert "0 records" in capsys.readouterr().out
    assert openpyxl.load_workbook(file).worksheets[0]["A1"].value == "没有记录"


def test_a_file_that_cannot_be_written_is_said_plainly(
    empty_ledger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = str(tmp_path / "nowhere" / "fsma.xlsx")

    code = run_command_line(
        ["submission", "fsma204", nowhere], {"SUXIN_DATABASE_URL": empty_ledger}
    )

    assert code == 2
    assert "cannot be written" in capsys.readouterr().err
