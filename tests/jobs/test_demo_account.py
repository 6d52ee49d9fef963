"""The account of the demonstration's dairy is its own, never somebody's of the same name."""

from datetime import UTC, datetime
from pathlib import Path

from base.config import Settings
from base.db import open_engine, transaction
from jobs.demo.account import LOGIN, keep_demo_account
from jobs.demo.register import PARTIES
from parties.accounts import AccountRequest, add_account, is_password_of
from parties.drafts import PartyDraft
from parties.passwords import Passwords
from parties.register import register_party
from parties.tables import PartyKind, Role
from tests.jobs.test_key_command import open_ledger
from tests.parties.samples import new_party

THEIRS = "a sentence about wheat"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_somebody_elses_account_of_that_name_keeps_its_password(
    sqlite_url: str, tmp_path: Path
) -> None:
    engine = open_engine(sqlite_url, pool_size=2)
    open_ledger(engine)
    passwords = Passwords(Settings())
    dairy = PARTIES["dairy"]
    with transaction(engine) as connection:
        draft = PartyDraft(uscc=dairy.uscc, name_zh=dairy.name_zh, kind=PartyKind.PLANT)
        register_party(connection, draft, now=NOW)
    other = new_party(engine, 5)
    request = AccountRequest(login=LOGIN, name="李雷", role=Role.PRODUCER, party_id=other)
    add_account(engine, passwords, request, THEIRS, now=NOW, record=lambda *_: None)

    given = keep_demo_account({"SUXIN_DATABASE_URL": sqlite_url, "SUXIN_DATA_DIR": str(tmp_path)})

    assert given is None
    assert is_password_of(engine, passwords, LOGIN, THEIRS) is not None
    engine.dispose()
