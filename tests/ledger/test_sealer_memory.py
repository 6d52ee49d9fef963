"""The sealer's memory: a database that was rolled back with its checkpoints is not signed."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Row, delete, event, insert, select, text
from sqlalchemy.exc import OperationalError

from base.db import reading, transaction
from base.errors import LedgerCorrupt
from ledger.checkpoint import open_checkpoint
from ledger.kept_note import KeptNote, kept_note
from ledger.note import SignerKey
from ledger.sealing import seal
from ledger.store import StoredCheckpoint, scan_checkpoints
from ledger.tables import (
    LEDGER_CHECKPOINT,
    LEDGER_ENTRY,
    LEDGER_HEAD,
    LEDGER_IDEMPOTENCY,
    LEDGER_NODE,
    LEDGER_PAYLOAD,
)
from tests.faults import make_fragile, outage
from tests.instances import Installation
from tests.ledger.acts import batch, open_journal

_TABLES = (
    LEDGER_HEAD,
    LEDGER_ENTRY,
    LEDGER_PAYLOAD,
    LEDGER_NODE,
    LEDGER_CHECKPOINT,
    LEDGER_IDEMPOTENCY,
)
Backup = Mapping[str, Sequence[Row[Any]]]


@pytest.fixture
def memory(tmp_path: Path) -> KeptNote:
    return kept_note(tmp_path, 1)


def _seal(installation: Installation, memory: KeptNote) -> StoredCheckpoint | None:
    return seal(
        installation.engine, installation.log, installation.signer, installation.clock, memory
    )


def _append(installation: Installation, *names: str) -> None:
    open_journal(installation.engine, installation.clock).append(batch(*names))


def _sizes(installation: Installation) -> list[int]:
    with reading(installation.engine) as connection:
        return [stored.size for stored in scan_checkpoints(connection, installation.log)]


def _kept_size(installation: Installation, memory: KeptNote) -> int:
    note = memory.read()
    assert note is not None
    return open_checkpoint(note, [installation.signer.verifier()]).checkpoint.size


def _back_up(installation: Installation) -> Backup:
    with reading(installation.engine) as connection:
        return {table.name: connection.execute(select(table)).all() for table in _TABLES}


def _restore(installation: Installation, backup: Backup) -> None:
    with transaction(installation.engine) as connection:
        for table in _TABLES:
            connection.execute(delete(table))
            if backup[table.name]:
                rows = [dict(row._mapping) for row in backup[table.name]]
                connection.execute(insert(table), rows)


def _forget_checkpoints(installation: Installation) -> None:
    with transaction(installation.engine) as connection:
        connection.execute(delete(LEDGER_CHECKPOINT))


@pytest.mark.parametrize("has_checkpoints", [True, False], ids=["yesterday's", "deleted"])
def test_yesterdays_backup_is_not_signed_and_the_newest_one_is(
    installation: Installation, memory: KeptNote, has_checkpoints: bool
) -> None:
    _append(installation, "a", "b")
    _seal(installation, memory)
    yesterday = _back_up(installation)
    _append(installation, "c", "d", "e")
    _seal(installation, memory)
    _append(installation, "f")
    today = _back_up(installation)
    _restore(installation, yesterday)
    if not has_checkpoints:
        _forget_checkpoints(installation)

    with pytest.raises(LedgerCorrupt, match=r"6 entries was signed, 3 are left.*newest backup"):
        _seal(installation, memory)
    refused = _sizes(installation)
    _restore(installation, today)
    sealed = _seal(installation, memory)

    assert refused == ([3] if has_checkpoints else [])
    assert sealed is not None
    assert sealed.size == _kept_size(installation, memory) == 7
    installation.check()


@pytest.mark.parametrize("more", [3, 5], ids=["as many", "more"])
def test_another_future_of_yesterdays_backup_is_not_signed(
    installation: Installation, memory: KeptNote, more: int
) -> None:
    yesterday = _back_up(installation)
    _append(installation, "a", "b", "c")
    _seal(installation, memory)
    _restore(installation, yesterday)
    _append(installation, *map(str, range(more)))

    with pytest.raises(LedgerCorrupt, match=r"another root|no longer lead to"):
        _seal(installation, memory)

    assert _sizes(installation) == []
    assert _kept_size(installation, memory) == 4
    installation.check()


def test_a_checkpoint_is_in_the_memory_before_its_row_is_written(
    installation: Installation, memory: KeptNote
) -> None:
    kept: list[int] = []

    @event.listens_for(installation.engine, "before_cursor_execute")
    def _note(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("INSERT INTO ledger_checkpoint"):
            kept.append(_kept_size(installation, memory))

    _seal(installation, memory)
    _append(installation, "a")
    _seal(installation, memory)

    assert kept == [1, 2]
    assert memory.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in memory.path.parent.glob("*log-1*")] == ["log-1.checkpoint"]
    installation.check()


@pytest.mark.parametrize("grows", [False, True], ids=["as it was", "with more entries"])
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", [0, 1])
def test_what_was_signed_and_not_stored_is_stored_the_next_time(
    installation: Installation, memory: KeptNote, at: int, is_after: bool, grows: bool
) -> None:
    make_fragile(installation.engine)
    installation.engine.dispose()
    _append(installation, "a", "b")

    with outage(at=at, is_after=is_after), pytest.raises(OperationalError):
        _seal(installation, memory)
    was_kept = _kept_size(installation, memory)
    if grows:
        _append(installation, "c")
    _seal(installation, memory)

    assert was_kept == 3
    assert _sizes(installation) == ([3, 4] if grows else [3])
    assert _kept_size(installation, memory) == _sizes(installation)[-1]
    installation.check()


def test_a_ledger_that_was_sealed_without_a_memory_gets_one(
    installation: Installation, memory: KeptNote
) -> None:
    _append(installation, "a")
    installation.seal()

    assert _seal(installation, memory) is None

    assert _kept_size(installation, memory) == 2
    assert _sizes(installation) == [2]
    installation.check()


@pytest.mark.parametrize("note", [b"", b"x", b"x" * 100_000], ids=["empty", "other", "long"])
def test_a_memory_that_is_no_checkpoint_stops_the_sealer(
    installation: Installation, memory: KeptNote, note: bytes
) -> None:
    memory.write(note)

    with pytest.raises(LedgerCorrupt, match=r"log-1\.checkpoint .* anybody kept"):
        _seal(installation, memory)

    assert memory.read() is not None
    assert _sizes(installation) == []
    installation.check()


def test_a_memory_of_another_key_stops_the_sealer(
    installation: Installation, memory: KeptNote
) -> None:
    stranger = SignerKey.from_seed(installation.signer.name, b"\1" * 32)
    seal(installation.engine, 1, stranger, installation.clock, memory)
    _forget_checkpoints(installation)

    with pytest.raises(LedgerCorrupt, match="no known key signed it"):
        _seal(installation, memory)

    assert _sizes(installation) == []
    installation.check()


def test_sealers_that_share_a_memory_leave_a_growing_row(
    installation: Installation, memory: KeptNote
) -> None:
    journal = open_journal(installation.engine, installation.clock)

    with ThreadPoolExecutor(8) as pool:
        writes = [pool.submit(journal.append, batch(str(n))) for n in range(40)]
        seals = [pool.submit(_seal, installation, memory) for _ in range(30)]
    receipts = [write.result() for write in writes]
    sealed = [one.result() for one in seals]
    _seal(installation, memory)

    assert _sizes(installation)[-1] == _kept_size(installation, memory) == 41
    with reading(installation.engine) as connection:
        count = connection.execute(text("SELECT count(*) FROM ledger_checkpoint")).scalar_one()
    assert len(receipts) == 40
    assert len([one for one in sealed if one is not None]) <= count <= 41
    installation.check()
