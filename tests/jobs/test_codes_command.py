"""Prefixes and keys of signed serials from the console, and all of it in the ledger."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine

from base.clock import SystemClock
from base.db import open_engine, reading, transaction
from jobs.commands import run_command_line
from ledger.opening import DEFAULT_LOG
from ledger.parts import Part
from ledger.store import read_entries, read_head
from parties.issuing.prefixes import claim_prefix, confirmed_prefix
from parties.issuing.tag_keys import list_tag_keys
from tests.jobs.test_key_command import open_ledger
from tests.parties.samples import new_party

PREFIX = "69212345"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_engine(database_url, pool_size=2)
    open_ledger(opened)
    yield opened
    opened.dispose()


def run(engine: Engine, *arguments: str) -> int:
    url = engine.url.render_as_string(hide_password=False)
    return run_command_line(["codes", *arguments], {"SUXIN_DATABASE_URL": url})


def claimed(engine: Engine, party_id: UUID, prefix: str = PREFIX) -> str:
    with transaction(engine) as connection:
        claim = claim_prefix(
            connection,
            party_id,
            prefix,
            evidence="证书 2026-1",
            claims_max=5,
            now=SystemClock().now(),
        )
    return str(claim.id)


def acts_of(engine: Engine) -> list[tuple[str, str, bytes]]:
    with reading(engine) as connection:
        size = read_head(connection, DEFAULT_LOG).size
        entries = read_entries(connection, DEFAULT_LOG, range(1, size))
    return [
        (one.header.actor, one.header.kind, one.parts[Part.PUBLIC].body)
        for _, one in sorted(entries.items())
    ]


def test_a_key_is_made_listed_and_revoked(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(engine, "tag-key", "rotate") == 0
    first = capsys.readouterr().out.strip()
    assert run(engine, "tag-key", "rotate") == 0
    second = capsys.readouterr().out.strip()

    assert run(engine, "tag-key", "revoke", first, "--yes") == 0
    capsys.readouterr()
    assert run(engine, "tag-key", "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert run(engine, "tag-key", "list", "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert [line.split()[:2] for line in lines] == [[second, "signing"], [first, "revoked"]]
    assert [row["id"] for row in rows] == [second, first]


def test_a_key_is_revoked_only_by_whoever_says_yes(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    run(engine, "tag-key", "rotate")
    with reading(engine) as connection:
        key_id = list_tag_keys(connection)[0].id

    assert run(engine, "tag-key", "revoke", key_id) == 1

    with reading(engine) as connection:
        assert list_tag_keys(connection)[0].state == "signing"


def test_a_claim_is_listed_confirmed_and_ended(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    party_id = new_party(engine)
    claim = claimed(engine, party_id)

    run(engine, "prefix", "list")
    waiting = capsys.readouterr().out
    assert run(engine, "prefix", "confirm", claim) == 0
    with reading(engine) as connection:
        assert confirmed_prefix(connection, party_id, PREFIX) == PREFIX
    assert run(engine, "prefix", "end", claim) == 0
    capsys.readouterr()
    run(engine, "prefix", "list", "--party", str(party_id), "--json")
    row = json.loads(capsys.readouterr().out)

    assert waiting.split() == [claim, PREFIX, "waiting", "第1农场", "证书", "2026-1"]
    assert row["ended_at"] is not None
    assert run(engine, "prefix", "list") == 0
    assert capsys.readouterr().out == ""


def test_every_waiting_claim_is_listed_however_many_there_are(
    engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.commands.codes._ROWS", 2)
    party_id = new_party(engine)
    claims = [claimed(engine, party_id, f"6921234{number}") for number in range(5)]

    run(engine, "prefix", "list")

    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == claims


def test_every_act_is_in_the_ledger_as_the_consoles(engine: Engine) -> None:
    claim = claimed(engine, new_party(engine))

    run(engine, "prefix", "confirm", claim)
    run(engine, "prefix", "confirm", claim)
    run(engine, "tag-key", "rotate")

    acts = acts_of(engine)
    assert [(actor, kind) for actor, kind, _ in acts] == [
        ("console", "prefix_confirmed"),
        ("console", "tag_key_made"),
    ]
    assert PREFIX.encode() in acts[0][2]


@pytest.mark.parametrize(
    "arguments",
    [
        ("prefix", "confirm", str(UUID(int=5))),
        ("prefix", "end", str(UUID(int=5))),
        ("tag-key", "revoke", "ZZZ", "--yes"),
    ],
)
def test_what_is_not_there_is_refused(
    engine: Engine, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert run(engine, *arguments) == 1

    assert "refused (not_found)" in capsys.readouterr().err


def test_an_installation_that_was_not_initialised_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {"SUXIN_DATA_DIR": str(tmp_path / "nothing")}

    assert run_command_line(["codes", "tag-key", "list"], environ) == 1

    assert "init" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("tag-key", "list"), "there is no key"),
        (("prefix", "list"), "there is no waiting claim"),
        (("prefix", "list", "--party", str(UUID(int=1))), "there is no claim of this party"),
    ],
)
def test_an_empty_list_says_so_beside_the_output(
    engine: Engine, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], told: str
) -> None:
    assert run(engine, *command) == 0

    said = capsys.readouterr()
    assert said.out == ""
    assert told in said.err
