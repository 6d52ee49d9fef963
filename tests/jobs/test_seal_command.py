"""`init` and `seal` remember what was signed, and refuse a database that was set back."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from base.db import open_engine, transaction
from base.redis_server import owning
from jobs.commands import run_command_line


@pytest.fixture
def env(tmp_path: Path, database_url: str) -> dict[str, str]:
    environ = {"SUXIN_DATA_DIR": str(tmp_path / "data"), "SUXIN_DATABASE_URL": database_url}
    assert run_command_line(["init"], environ) == 0
    return environ


def _note(env: dict[str, str]) -> Path:
    return Path(env["SUXIN_DATA_DIR"]) / "keys" / "log-1.checkpoint"


def _change(env: dict[str, str], *statements: str) -> None:
    engine = open_engine(env["SUXIN_DATABASE_URL"])
    with transaction(engine) as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_init_writes_down_what_it_sealed(env: dict[str, str]) -> None:
    lines = _note(env).read_text(encoding="utf-8").splitlines()

    assert lines[:2] == ["suxin.local/log/1", "2"]
    assert _note(env).stat().st_mode & 0o777 == 0o600
    assert run_command_line(["init"], env) == 0


@pytest.mark.parametrize("command", ["init", "seal"])
def test_a_ledger_that_was_set_back_is_refused_with_what_to_do(
    env: dict[str, str], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _change(
        env,
        "DELETE FROM ledger_checkpoint",
        "UPDATE ledger_head SET size = 1",
    )

    code = run_command_line([command], env)

    told = capsys.readouterr().err
    assert code == 1
    assert "log-1.checkpoint" in told
    assert "Traceback" not in told


def test_a_second_ledger_is_not_opened_under_a_key_that_has_signed(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {**env, "SUXIN_DATABASE_URL": f"sqlite:///{tmp_path / 'other.db'}"}

    code = run_command_line(["init"], other)

    assert code == 1
    assert "would be a fork" in capsys.readouterr().err
    engine = open_engine(other["SUXIN_DATABASE_URL"])
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM ledger_head")).scalar_one() == 0
    engine.dispose()


def test_a_key_that_was_moved_with_its_memory_goes_on(env: dict[str, str], tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.move(env["SUXIN_DATA_DIR"], moved)

    assert run_command_line(["init"], {**env, "SUXIN_DATA_DIR": str(moved)}) == 0


def test_a_folder_has_one_sealer(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with owning(Path(env["SUXIN_DATA_DIR"]), part="sealer"):
        code = run_command_line(["seal"], env)

    assert code == 1
    assert "in use" in capsys.readouterr().err


def test_another_name_of_the_ledger_is_refused_before_anything_runs(
    env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = run_command_line(["init"], {**env, "SUXIN_ORIGIN": "another.example.org"})

    assert code == 1
    assert "SUXIN_ORIGIN" in capsys.readouterr().err
