"""A file of a snapshot that was changed: which line is wrong is said, of its JSON and its table."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from base.errors import InvalidInput
from credit.reporting.snapshot_checking import check_snapshot_file, check_table
from jobs.commands import run_command_line
from tests.credit.samples import serious, uscc
from tests.web.credit_world import hand_in
from tests.web.epcis_world import seal_now, vkey_of
from tests.web.house import House
from tests.web.test_credit_snapshots import file_of, take


@pytest.fixture
def taken(sqlite_house: House) -> tuple[House, bytes, bytes]:
    sqlite_house.clock.instant = datetime(2026, 6, 1, 2, tzinfo=UTC)
    hand_in(sqlite_house, "serious_listing", serious(1), serious(2, ground="=1+1"), serious(3))
    snapshot = take(sqlite_house)
    seal_now(sqlite_house)
    data, table = (file_of(sqlite_house, snapshot, kind) for kind in ("json", "csv"))
    return sqlite_house, data, table


def refused(taken: tuple[House, bytes, bytes], data: bytes, table: bytes | None = None) -> str:
    """Return the words in which files are refused."""
    with pytest.raises(InvalidInput) as told:
        check_table(table or b"", check_snapshot_file(data, [vkey_of(taken[0])]))
    return str(told.value)


def test_the_line_that_was_changed_is_named(taken: tuple[House, bytes, bytes]) -> None:
    value: Any = json.loads(taken[1])
    (at,) = (i for i, line in enumerate(value["lines"]) if line["uscc"] == uscc(2))

    value["lines"][at]["ground"] = "另一事由"

    said = refused(taken, json.dumps(value).encode())
    assert said.startswith(f"lines[{at}] (青岛第2食品有限公司 {uscc(2)})")


def test_a_line_more_or_less_and_a_changed_hash_are_told(taken: tuple[House, bytes, bytes]) -> None:
    value: Any = json.loads(taken[1])

    less = json.dumps({**value, "lines": value["lines"][:-1]}).encode()
    other = json.dumps({**value, "hashes": ["00" * 32, *value["hashes"][1:]]}).encode()

    assert refused(taken, less) == "lines are 2, and the ledger holds 3"
    assert refused(taken, other).startswith("hashes are not the ones")


def test_a_file_of_before_lines_had_hashes_is_checked_as_ever(
    taken: tuple[House, bytes, bytes],
) -> None:
    value: Any = json.loads(taken[1])
    del value["hashes"]
    before = json.dumps(value).encode()

    checked = check_snapshot_file(before, [vkey_of(taken[0])])

    assert checked.lines_proven == 3
    changed = before.replace(json.dumps("青岛第1食品有限公司").encode(), b'"?"')
    assert refused(taken, changed).startswith("lines are not the ones")


@pytest.mark.parametrize("is_marked", [True, False])
def test_a_table_is_checked_beside_its_list_at_the_console(
    taken: tuple[House, bytes, bytes],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    is_marked: bool,
) -> None:
    house, data, table = taken
    json_path, csv_path = tmp_path / "list.json", tmp_path / "list.csv"
    json_path.write_bytes(data)
    csv_path.write_bytes(table if is_marked else table.removeprefix(b"\xef\xbb\xbf"))
    rest = ["--key", vkey_of(house).text()]

    done = run_command_line(
        ["credit", "check-snapshot", str(json_path), "--csv", str(csv_path), *rest], {}
    )
    alone = run_command_line(["credit", "check-snapshot", str(csv_path), *rest], {})

    said = capsys.readouterr()
    assert (done, alone) == (0, 1)
    assert "the table has the same 3 lines" in said.out
    assert "a list.csv is checked beside it, with --csv" in said.err


def test_the_line_of_a_table_that_was_changed_is_named(taken: tuple[House, bytes, bytes]) -> None:
    _house, data, table = taken
    lines = table.decode().splitlines(keepends=True)
    (at,) = (i for i, line in enumerate(lines) if uscc(3) in line)

    changed = table.replace("青市监列〔2026〕3号".encode(), "青市监列〔2026〕8号".encode())
    short = "".join(lines[:-1]).encode()
    long = table + lines[-1].encode()

    assert refused(taken, data, changed) == (
        f"csv.row {at + 1} (青岛第3食品有限公司 {uscc(3)}) is another one: 文书号"
    )
    assert refused(taken, data, short) == "csv.row 4 is missing"
    assert refused(taken, data, long) == "csv.row 5 is one too many"
    assert refused(taken, data, b"\xff") == "csv is no table in UTF-8"
