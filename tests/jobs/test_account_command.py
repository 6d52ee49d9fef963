"""Accounts from the console: added, listed, reset, ended, and all of it in the ledger."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from base.clock import SystemClock
from base.config import Settings
from base.db import open_engine, reading
from base.errors import Unauthenticated
from credit.secret_needs import open_credit_secret
from jobs.commands import run_command_line
from parties.accounts import actor_of_open_account, find_account, is_password_of
from parties.actors import Role
from parties.passwords import Passwords
from parties.sign_ins import SignInDesk, SignInLimits, Try
from tests.jobs.test_key_command import kinds_of, open_ledger
from tests.parties.samples import new_party

FIRST, SECOND = "a sentence about wheat", "another about autumn"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_engine(database_url, pool_size=2)
    open_ledger(opened)
    yield opened
    opened.dispose()


def run(engine: Engine, monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    url = engine.url.render_as_string(hide_password=False)
    return run_command_line(["account", *arguments], {"SUXIN_DATABASE_URL": url})


def opens(engine: Engine, password: str) -> bool:
    return is_password_of(engine, Passwords(Settings()), "li.lei", password) is not None


def add(engine: Engine, monkeypatch: pytest.MonkeyPatch, typed: str = f"{FIRST}\n") -> int:
    party = str(new_party(engine))
    words = ("add", "Li.Lei", "--role", "producer", "--party", party, "--name", "李雷")
    return run(engine, monkeypatch, *words, typed=typed)


def test_an_account_is_added_reset_and_ended(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert add(engine, monkeypatch) == 0
    assert opens(engine, FIRST)
    with reading(engine) as connection:
        actor = actor_of_open_account(connection, find_account(connection, "li.lei").id)
    assert (actor.role, actor.key_id) == (Role.PRODUCER, None)
    assert run(engine, monkeypatch, "list") == 0
    listed = capsys.readouterr().out
    assert "li.lei" in listed
    assert f"acts as {actor.id}" in listed

    assert run(engine, monkeypatch, "end", "li.lei") == 0

    assert not opens(engine, FIRST)
    with reading(engine) as connection:
        account = find_account(connection, "li.lei")
        with pytest.raises(Unauthenticated):
            actor_of_open_account(connection, account.id)
    assert kinds_of(engine)[1:] == [("account_granted", "console"), ("account_ended", "console")]


def test_a_reset_gives_another_password_for_one_sign_in(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add(engine, monkeypatch)
    monkeypatch.chdir(tmp_path)

    assert run(engine, monkeypatch, "reset", "LI.LEI", typed=SECOND) == 0

    assert (opens(engine, FIRST), opens(engine, SECOND)) == (False, True)
    account = is_password_of(engine, Passwords(Settings()), "li.lei", SECOND)
    assert account is not None
    assert account.must_change
    assert kinds_of(engine)[-1] == ("account_password_changed", "console")


def test_no_password_is_shown_again(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    add(engine, monkeypatch)

    said = capsys.readouterr()

    assert FIRST not in said.out + said.err


@pytest.mark.parametrize("typed", ["", "\n", "short\n", "li.leili.lei\n"])
def test_a_password_that_is_not_taken_makes_no_account(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    assert add(engine, monkeypatch, typed) == 1
    assert kinds_of(engine)[1:] == []


def test_only_a_producers_account_names_a_party(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("add", "li.lei", "--role", "producer", "--name", "李雷")

    assert run(engine, monkeypatch, *words, typed=FIRST) == 2


def test_the_list_says_who_waits_and_the_help_where_the_password_is_read(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert add(engine, monkeypatch) == 0
    settings = Settings()
    door = SignInDesk(
        engine=engine,
        passwords=Passwords(settings),
        limits=SignInLimits.of(settings),
        secret=open_credit_secret(settings, engine),
    )
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            door.enter(
                Try(login="li.lei", password="wrong", network="n"),
                now=SystemClock().now(),
            )
    assert run(engine, monkeypatch, "list") == 0
    assert "waits until" in capsys.readouterr().out

    assert run(engine, monkeypatch, "add", "--help") == 0
    assert "standard input" in capsys.readouterr().out
