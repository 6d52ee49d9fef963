"""The frame of the commands: what is printed where, and the exit codes."""

from pathlib import Path

import pytest

import jobs.commands
from base.config import describe_settings
from base.errors import InvalidInput, Problem
from jobs.commands import COMMANDS, run_command_line
from tests.live import clean_environment, manage


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_that_begins_with_a_sentence(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line([name, "--help"], {}) == 0

    out = capsys.readouterr().out
    assert f"Usage: manage.py {name}" in out
    assert "." in out


def test_every_file_or_package_in_the_folder_of_commands_is_in_the_table() -> None:
    folder = Path(jobs.commands.__file__).parent

    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"} | packages
    named = {target.partition(":")[0].rpartition(".")[2] for target in COMMANDS.values()}

    assert files == named


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["fly"], {}) == 2

    assert "No such command 'fly'" in capsys.readouterr().err


def test_a_wrong_setting_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["settings"], {"SUXIN_PORT": "http"}) == 1

    assert "SUXIN_PORT must be a whole number" in capsys.readouterr().err


def test_a_refusal_names_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    problem = Problem(path="a[1].b", code="kind", message="is not a number")
    refusal = InvalidInput("not accepted", problems=[problem] * 25)

    jobs.commands._show(refusal)

    err = capsys.readouterr().err
    assert err.startswith("refused (invalid_input): not accepted\n  a[1].b: is not a number [kind]")
    assert err.endswith("and 5 more\n")


def test_settings_lists_every_setting_and_no_password(tmp_path: Path) -> None:
    env = clean_environment(tmp_path, redis_url="redis://user:geheim@example.test/0")

    done = manage(env, "settings")

    assert done.returncode == 0, done.stderr
    assert all(variable in done.stdout for variable, _, _ in describe_settings())
    assert "redis://user:***@example.test/0" in done.stdout
    assert "geheim" not in done.stdout


@pytest.mark.parametrize(
    "query", ["password=geheim", "host=/run&sslpassword=geheim", "PassWord=geheim&host=/run"]
)
def test_settings_shows_no_password_of_a_query(query: str, tmp_path: Path) -> None:
    url = f"postgresql+psycopg://suxin@/suxin?{query}"

    done = manage(clean_environment(tmp_path, database_url=url), "settings")

    assert done.returncode == 0, done.stderr
    assert "geheim" not in done.stdout
    assert "suxin@/suxin?" in done.stdout
    assert "=***" in done.stdout


def test_the_root_is_first_on_the_path_wherever_it_is_started(tmp_path: Path) -> None:
    env = clean_environment(tmp_path)
    env["PYTHONPATH"] = str(tmp_path)

    done = manage(env, "settings")

    assert done.returncode == 0, done.stderr
