"""Keys from the console: granted, used, revoked, and all of it in the ledger."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect

from base.clock import SystemClock
from base.db import METADATA, open_engine, reading, transaction
from base.errors import InvalidInput, Unauthenticated
from jobs.commands import run_command_line
from ledger.checkpoint import origin_of_log
from ledger.journal import Journal, JournalLimits
from ledger.note import SignerKey
from ledger.opening import DEFAULT_LOG, open_log
from ledger.parts import Part
from ledger.store import read_entries, read_head
from parties.actors import Role
from parties.acts import ActsIndex, recorder
from parties.keys import KeyRing
from tests.parties.samples import new_party

ORIGIN = "ledger.example.org"


def open_ledger(engine: Engine) -> None:
    METADATA.create_all(engine)
    signer = SignerKey.from_seed(origin_of_log(ORIGIN, DEFAULT_LOG), bytes(32))
    with transaction(engine) as connection:
        open_log(
            connection,
            log=DEFAULT_LOG,
            origin=ORIGIN,
            verifier=signer.verifier(),
            clock=SystemClock(),
        )


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_engine(database_url, pool_size=2)
    open_ledger(opened)
    yield opened
    opened.dispose()


def run(engine: Engine, *arguments: str) -> int:
    url = engine.url.render_as_string(hide_password=False)
    return run_command_line(["key", *arguments], {"SUXIN_DATABASE_URL": url})


def ring(engine: Engine) -> KeyRing:
    return KeyRing(engine, SystemClock())


def kinds_of(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as connection:
        size = read_head(connection, DEFAULT_LOG).size
        entries = read_entries(connection, DEFAULT_LOG, range(size))
    return [(entry.header.kind, entry.header.actor) for _, entry in sorted(entries.items())]


def test_a_key_from_the_console_opens_until_it_is_revoked(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    party = new_party(engine)
    code = run(
        engine, "grant", "--role", "producer", "--party", str(party), "--label", "north gate"
    )
    key = capsys.readouterr().out.strip()
    actor = ring(engine).authenticate(key)
    assert (code, actor.role, actor.party_id) == (0, Role.PRODUCER, party)

    code = run(engine, "revoke", str(actor.key_id))

    assert code == 0
    with pytest.raises(Unauthenticated):
        ring(engine).authenticate(key)


def test_both_acts_stand_in_the_ledger_under_the_console(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    run(engine, "grant", "--role", "auditor", "--label", "audit")
    key = capsys.readouterr().out.strip()
    run(engine, "revoke", str(ring(engine).authenticate(key).key_id))

    assert kinds_of(engine)[1:] == [("key_granted", "console"), ("key_revoked", "console")]
    with reading(engine) as connection:
        entry = read_entries(connection, DEFAULT_LOG, [1])[1]
    assert set(entry.parts) == {Part.PUBLIC, Part.AUTHORITY}
    assert b"audit" not in entry.parts[Part.PUBLIC].body.replace(b"auditor", b"")
    assert key.rsplit("_", 1)[1].encode() not in b"".join(p.body for p in entry.parts.values())


def test_the_list_shows_every_key_and_what_opens_of_none(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    run(engine, "grant", "--role", "auditor", "--label", "audit 2026")
    first = capsys.readouterr().out.strip()
    run(engine, "grant", "--role", "operator", "--label", "duty")
    second = capsys.readouterr().out.strip()
    run(engine, "revoke", str(ring(engine).authenticate(first).key_id))
    capsys.readouterr()

    assert run(engine, "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert run(engine, "list", "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert [line.split()[1:3] for line in lines] == [["auditor", "revoked"], ["operator", "valid"]]
    assert [row["label"] for row in rows] == ["audit 2026", "duty"]
    assert all(key.rsplit("_", 1)[1] not in str([*lines, *rows]) for key in (first, second))
    assert "hash" not in rows[0]
    assert [line.split(" acts as ")[1] for line in lines] == [row["acts_as"] for row in rows]
    assert rows[0]["acts_as"] == f"key:{rows[0]['id'].replace('-', '')[-16:]}"


def test_a_refused_grant_leaves_nothing(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(engine, "grant", "--role", "producer", "--label", "x")

    assert code == 2
    assert "--party" in capsys.readouterr().err
    assert len(kinds_of(engine)) == 1


def test_no_key_is_granted_where_no_ledger_is_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = open_engine(f"sqlite:///{tmp_path / 'bare.db'}", pool_size=1)
    METADATA.create_all(bare)
    assert "api_key" in inspect(bare).get_table_names()

    code = run(bare, "grant", "--role", "auditor", "--label", "x")

    assert code == 1
    assert "manage.py init" in capsys.readouterr().err
    bare.dispose()


def test_the_journal_of_acts_takes_nothing_else(engine: Engine) -> None:
    journal = Journal(
        engine=engine,
        log=DEFAULT_LOG,
        index=ActsIndex(),
        clock=SystemClock(),
        limits=JournalLimits(queue_entries_max=1, batch_entries_max=1),
        skew_max_ms=5000,
    )
    record = recorder(journal, actor="console")

    with pytest.raises(InvalidInput, match="only acts"):
        record("event", {"key": "key:1"}, {})

    assert len(kinds_of(engine)) == 1
