"""The operator's key that is kept on the machine: it runs out, and is made anew."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from base.clock import SystemClock
from jobs.commands import run_command_line
from jobs.console import console_desk
from jobs.demo.renewing import kept_operator_key
from jobs.key_files import operator_key_file, read_key_file
from parties.actors import Actor, Role
from parties.keys import KeyRing
from parties.tables import API_KEY

PAST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    found = {"SUXIN_DATA_DIR": str(tmp_path)}
    assert run_command_line(["init"], found) == 0
    return found


def end(environ: dict[str, str], **values: Any) -> str:
    """Give the kept key other values; return its text."""
    with console_desk(environ) as desk, desk.engine.begin() as connection:
        connection.execute(update(API_KEY).values(**values))
        return read_key_file(operator_key_file(desk.settings.data_dir)) or ""


def opened(environ: dict[str, str], key: str) -> Actor:
    with console_desk(environ) as desk:
        return KeyRing(desk.engine, SystemClock()).authenticate(key)


def test_a_key_that_ran_out_is_made_anew_and_kept(environ: dict[str, str]) -> None:
    first = kept_operator_key(environ)
    assert first == end(environ, expires_at=PAST)

    fresh = kept_operator_key(environ)

    assert fresh is not None
    assert fresh != first
    assert opened(environ, fresh).role is Role.OPERATOR
    assert kept_operator_key(environ) == fresh


def test_a_key_that_was_revoked_is_not_made_anew(environ: dict[str, str]) -> None:
    kept = end(environ, expires_at=PAST, revoked_at=PAST)

    assert kept_operator_key(environ) == kept


@pytest.mark.parametrize("text", ["", "sx_nothing_more", "sx_0_1"])
def test_what_is_no_key_of_this_place_is_left_as_it_is(
    environ: dict[str, str], tmp_path: Path, text: str
) -> None:
    operator_key_file(tmp_path).write_text(text)

    assert (kept_operator_key(environ) or "") == text
