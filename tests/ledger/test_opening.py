"""Opening a log once, and the key that it names."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from base.db import reading, transaction
from base.errors import ConfigurationError, LedgerCorrupt
from ledger.checkpoint import origin_of_log
from ledger.note import SignerKey
from ledger.opening import (
    LOG_OPENED,
    SYSTEM_ACTOR,
    is_open,
    load_signer,
    open_log,
    read_verifiers,
)
from ledger.store import read_entries
from tests.instances import ORIGIN, Installation


def test_entry_0_says_who_signs(installation: Installation) -> None:
    with reading(installation.engine) as connection:
        entry = read_entries(connection, 1, [0])[0]
        verifiers = read_verifiers(connection, 1)

    assert (entry.header.kind, entry.header.actor) == (LOG_OPENED, SYSTEM_ACTOR)
    assert verifiers == (installation.signer.verifier(),)
    installation.check()


def test_a_log_is_opened_once(installation: Installation) -> None:
    with pytest.raises(LedgerCorrupt, match="fork"), transaction(installation.engine) as connection:
        open_log(
            connection,
            log=1,
            origin=ORIGIN,
            verifier=installation.signer.verifier(),
            clock=installation.clock,
        )

    assert installation.check() == 1


def test_a_second_log_stands_beside_the_first(installation: Installation) -> None:
    signer = SignerKey.from_seed(origin_of_log(ORIGIN, 2), bytes(32))
    with transaction(installation.engine) as connection:
        open_log(
            connection,
            log=2,
            origin=ORIGIN,
            verifier=signer.verifier(),
            clock=installation.clock,
        )

    with reading(installation.engine) as connection:
        assert (is_open(connection, 1), is_open(connection, 2)) == (True, True)
        assert not is_open(connection, 3)
        assert [key.name for key in read_verifiers(connection, 2)] == [f"{ORIGIN}/log/2"]
    assert installation.check() == 1


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE ledger_payload SET public_body = public_salt",
        "UPDATE ledger_payload SET public_body = NULL",
        "DELETE FROM ledger_entry",
    ],
)
def test_a_damaged_entry_0_names_no_key(installation: Installation, damage: str) -> None:
    with transaction(installation.engine) as connection:
        connection.execute(text(damage))

    with reading(installation.engine) as connection, pytest.raises(LedgerCorrupt):
        read_verifiers(connection, 1)


def test_a_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = load_signer(folder, ORIGIN, 1, may_create=True)

    again = load_signer(folder, ORIGIN, 1, may_create=False)

    assert again.verifier() == made.verifier()
    assert made.name == f"{ORIGIN}/log/1"
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_key_that_is_missing_is_not_replaced_in_silence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="missing"):
        load_signer(tmp_path, ORIGIN, 1, may_create=False)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "00", "zz" * 32, "00" * 33])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "log-1.seed").write_text(content)

    with pytest.raises(ConfigurationError, match="does not hold") as refusal:
        load_signer(tmp_path, ORIGIN, 1, may_create=True)

    assert content == "" or content not in str(refusal.value)
