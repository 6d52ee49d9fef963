"""`manage.py credit office`: who decides for an authority is somebody who is there."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from jobs.commands import run_command_line

NAME: Final = "青岛市农业农村局"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    environ = {"SUXIN_DATA_DIR": str(tmp_path / "data")}

    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_command_line(list(arguments), environ)
        told = capsys.readouterr()
        return code, told.out, told.err

    assert run("init")[0] == 0
    return run


def key_of(run: Run, *options: str) -> str:
    """Grant a key and return the name it acts under, as the console tells it."""
    _, _, told = run("key", "grant", "--label", "市局", *options)
    found = re.search(r"acts as (\S+)", told)
    assert found is not None, told
    return found[1]


def test_the_operator_says_who_decides_for_which_authority(run: Run) -> None:
    actor = key_of(run, "--role", "authority")
    grant = ("credit", "office", "grant", "--actor", actor, "--authority", NAME)

    code, office, _ = run(*grant)
    again, _, _ = run(*grant)
    ended, _, _ = run("credit", "office", "end", office.strip())

    assert (code, again, ended) == (0, 1, 0)
    told = run("credit", "office", "list")[1]
    assert told.split() == [office.strip(), "ended", actor, NAME]
    assert actor in run("key", "list")[1]


@pytest.mark.parametrize("actor", ["key:0123456789abcdef", "account:0123456789abcdef", "somebody"])
def test_an_office_is_given_to_nobody_who_is_not_there(run: Run, actor: str) -> None:
    code, _, told = run("credit", "office", "grant", "--actor", actor, "--authority", NAME)

    assert code == 1
    assert "key list and account list tell" in told
    assert run("credit", "office", "list")[1] == ""


def test_neither_an_auditor_nor_a_key_that_was_revoked_holds_an_office(run: Run) -> None:
    auditor = key_of(run, "--role", "auditor")
    gone = key_of(run, "--role", "authority")
    key_id = next(line for line in run("key", "list")[1].splitlines() if gone in line).split()[0]
    assert run("key", "revoke", key_id)[0] == 0

    codes = [
        run("credit", "office", "grant", "--actor", one, "--authority", NAME)[0]
        for one in (auditor, gone)
    ]

    assert codes == [1, 1]


def test_every_authority_may_hold_an_office_at_once(run: Run) -> None:
    assert run("credit", "office", "grant", "--authority", "*")[0] == 0
