"""`manage.py fsck`: what it takes as kept outside, what it says loudly, its exit code."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from base.db import open_engine, transaction
from jobs.commands import run_command_line
from ledger.opening import load_signer
from tests.instances import Installation, observation, open_installation, serial

Check = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def env(tmp_path: Path, database_url: str) -> dict[str, str]:
    """Give a new installation, sealed by `init`."""
    environ = {"SUXIN_DATA_DIR": str(tmp_path / "data"), "SUXIN_DATABASE_URL": database_url}
    assert run_command_line(["init"], environ) == 0
    return environ


@pytest.fixture
def check(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Check:
    """Run fsck and return its exit code and its report."""

    def run(*arguments: str, **changes: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = run_command_line(["fsck", "--json", *arguments], {**env, **changes})
        report: dict[str, Any] = json.loads(capsys.readouterr().out)
        return code, report

    return run


def _change(env: dict[str, str], *statements: str) -> None:
    engine = open_engine(env["SUXIN_DATABASE_URL"])
    with transaction(engine) as connection:
        for statement in statements:
            assert connection.execute(text(statement)).rowcount > 0
    engine.dispose()


def _codes(report: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in report["findings"]]


def _note(env: dict[str, str]) -> Path:
    return Path(env["SUXIN_DATA_DIR"]) / "keys" / "log-1.checkpoint"


def _key(env: dict[str, str]) -> str:
    keys = Path(env["SUXIN_DATA_DIR"]) / "keys"
    return load_signer(keys, "suxin.local", 1, may_create=False).verifier().text()


def test_a_sound_ledger_is_clean_with_the_key_of_the_folder(check: Check) -> None:
    code, report = check()

    assert code == 0
    assert (report["keyFrom"], report["findings"], report["index"]) == ("folder", [], [])


def test_a_key_from_the_ledger_itself_is_said_loudly(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = {**env, "SUXIN_DATA_DIR": str(tmp_path / "elsewhere")}

    assert run_command_line(["fsck"], elsewhere) == 0

    assert capsys.readouterr().err.startswith("WARNING: the key was taken from the ledger itself")
    assert run_command_line(["fsck", "--key", _key(env)], elsewhere) == 0
    assert capsys.readouterr().err == ""


def test_entries_that_wait_for_the_sealer_are_told_and_are_no_damage(
    env: dict[str, str], check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    grant = ["key", "grant", "--role", "auditor", "--label", "a"]
    assert run_command_line(grant, env) == 0

    code, report = check()
    assert run_command_line(["fsck"], env) == 0

    assert (code, report["unsealed"], report["findings"]) == (0, 1, [])
    assert "1 of the entries lie beyond the newest checkpoint" in capsys.readouterr().out


def test_a_removed_checkpoint_is_missed_by_whoever_gives_the_note_that_was_kept(
    env: dict[str, str], check: Check, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.txt"
    shutil.copy(_note(env), kept)
    grant = ["key", "grant", "--role", "auditor", "--label", "a"]
    assert run_command_line(grant, env) == 0
    assert run_command_line(["init"], env) == 0
    _change(env, "DELETE FROM ledger_checkpoint WHERE size = 2")

    assert check()[0] == 0
    code, report = check("--checkpoint", str(kept), "--checkpoint", str(_note(env)))

    assert code == 1
    assert _codes(report) == ["checkpoint_missing"]


def test_the_sealers_note_tells_of_a_ledger_that_was_set_back(
    env: dict[str, str], check: Check
) -> None:
    _change(env, "DELETE FROM ledger_checkpoint", "UPDATE ledger_head SET size = 1")

    code, report = check()

    assert code == 1
    assert "entries_missing" in _codes(report)
    assert "never_sealed" in _codes(report)


def test_a_file_that_is_no_checkpoint_is_refused(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").write_text("no note")

    assert run_command_line(["fsck", "--checkpoint", str(tmp_path / "x")], env) == 1

    assert "the signed note is refused" in capsys.readouterr().err


@pytest.fixture
def installation(tmp_path: Path, database_url: str) -> Installation:
    """Give three events under a checkpoint; the key is the ledger's own."""
    opened = open_installation(database_url)
    opened.capture("磨坊", *(observation(serial(number)) for number in range(3)))
    opened.seal()
    opened.engine.dispose()
    return opened


def test_a_row_of_the_index_that_is_wrong_is_named_by_its_entry(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env = {
        "SUXIN_DATA_DIR": str(tmp_path / "nothing"),
        "SUXIN_DATABASE_URL": installation.settings.database_url,
    }
    assert run_command_line(["fsck"], env) == 0
    _change(env, "UPDATE event SET biz_step = 'shipping' WHERE seq = 2")
    _change(env, "DELETE FROM event_item WHERE seq = 3")
    _change(env, "INSERT INTO credit_entry (log, seq, kind) VALUES (1, 3, 'credit_case')")
    capsys.readouterr()

    code = run_command_line(["fsck"], env)

    out = capsys.readouterr().out
    assert code == 1
    assert "4 entries and 1 checkpoints read, nothing found" in out
    assert "entry 2: event_differs" in out
    assert "entry 3: items_differ" in out
    assert "entry 3: credit_extra: credit_entry seq 3" in out
    assert "`manage.py rebuild`" in out
    assert run_command_line(["fsck", "--no-index"], env) == 0
    assert "not compared" in capsys.readouterr().out


def test_a_damaged_entry_does_not_keep_the_report_from_being_printed(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env = {
        "SUXIN_DATA_DIR": str(tmp_path / "nothing"),
        "SUXIN_DATABASE_URL": installation.settings.database_url,
    }
    _change(env, "UPDATE ledger_payload SET public_salt = chain_salt WHERE seq = 2")

    code = run_command_line(["fsck"], env)

    out = capsys.readouterr().out
    assert code == 1
    assert "entry 2: part_damaged" in out
    assert "index_unreadable" in out
