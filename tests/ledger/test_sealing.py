"""Checkpoints: they only grow, agree with each other, and are refused over a rewritten log."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from base.clock import SystemClock
from base.db import reading, transaction
from base.errors import LedgerCorrupt
from ledger.checkpoint import open_checkpoint
from ledger.merkle import consistency_path, inclusion_path, verify_consistency, verify_inclusion
from ledger.note import SignerKey
from ledger.proof import VerificationError
from ledger.sealing import seal, seal_until
from ledger.store import read_entries, scan_checkpoints, tile_reader
from tests.checking import naive_root
from tests.faults import make_fragile, outage
from tests.instances import Installation
from tests.ledger.acts import batch, open_journal


def _append(installation: Installation, count: int = 1) -> None:
    journal = open_journal(installation.engine, installation.clock)
    journal.append(batch(*map(str, range(count))))


def _sizes(installation: Installation) -> list[int]:
    with reading(installation.engine) as connection:
        return [stored.size for stored in scan_checkpoints(connection, installation.log)]


def test_a_checkpoint_is_signed_over_the_root_of_every_entry(installation: Installation) -> None:
    _append(installation, 4)

    sealed = installation.seal()

    assert sealed is not None
    opened = open_checkpoint(sealed.note, [installation.signer.verifier()]).checkpoint
    with reading(installation.engine) as connection:
        entries = read_entries(connection, 1, range(5))
    assert (opened.size, opened.origin) == (5, "ledger.example.org/log/1")
    assert opened.root == sealed.root == naive_root([entries[seq].leaf for seq in range(5)])
    installation.check()


def test_nothing_is_signed_twice(installation: Installation) -> None:
    installation.seal()

    assert installation.seal() is None

    assert _sizes(installation) == [1]
    installation.check()


def test_every_entry_is_proven_under_every_checkpoint(installation: Installation) -> None:
    for _ in range(17):
        installation.seal()
        _append(installation)
    installation.seal()

    with reading(installation.engine) as connection:
        stored = list(scan_checkpoints(connection, 1))
        entries = read_entries(connection, 1, range(18))
        reader = tile_reader(connection, 1)
        for checkpoint in stored:
            for seq in range(18):
                if seq < checkpoint.size:
                    path = inclusion_path(seq, checkpoint.size, reader.get_node)
                    leaf = entries[seq].leaf
                    verify_inclusion(seq, checkpoint.size, leaf, path, checkpoint.root)
                    other = entries[(seq + 1) % 18].leaf
                    with pytest.raises(VerificationError):
                        verify_inclusion(seq, checkpoint.size, other, path, checkpoint.root)
    assert [checkpoint.size for checkpoint in stored] == list(range(1, 19))
    installation.check()


def test_every_checkpoint_continues_every_earlier_one(installation: Installation) -> None:
    for size in (1, 2, 5, 8, 13, 64, 100, 255, 256, 257, 300):
        with reading(installation.engine) as connection:
            have = connection.execute(text("SELECT size FROM ledger_head")).scalar_one()
        if size > have:
            _append(installation, size - have)
        installation.seal()

    with reading(installation.engine) as connection:
        stored = list(scan_checkpoints(connection, 1))
        reader = tile_reader(connection, 1)
        for new in stored:
            for old in stored:
                if old.size <= new.size:
                    path = consistency_path(old.size, new.size, reader.get_node)
                    verify_consistency(old.size, new.size, old.root, new.root, path)
    assert len(stored) == 11
    installation.check()


def test_two_sealers_at_once_sign_one_checkpoint(installation: Installation) -> None:
    _append(installation, 10)

    with ThreadPoolExecutor(6) as pool:
        sealed = list(pool.map(lambda _: installation.seal(), range(12)))

    assert [one.size for one in sealed if one is not None] == [11]
    assert _sizes(installation) == [11]
    installation.check()


def test_a_slow_sealer_does_not_store_an_older_state_behind_a_newer_one(
    installation: Installation,
) -> None:
    slow = installation.another_desk()
    has_read = threading.Event()

    # The slow one has read the log and is about to store what it signs.
    @event.listens_for(slow.engine, "rollback")
    def _overtake(connection: Connection) -> None:
        if not has_read.is_set():
            has_read.set()
            _append(installation, 3)
            installation.seal()

    assert slow.seal() is None

    assert has_read.is_set()
    assert _sizes(installation) == [4]
    slow.engine.dispose()
    installation.check()


def test_sealers_and_writers_side_by_side_leave_a_growing_row(installation: Installation) -> None:
    journal = open_journal(installation.engine, installation.clock)

    with ThreadPoolExecutor(8) as pool:
        writes = [pool.submit(journal.append, batch(str(n))) for n in range(60)]
        seals = [pool.submit(installation.seal) for _ in range(30)]
    sealed = [one.size for one in (future.result() for future in seals) if one is not None]

    assert len({write.result().first_seq for write in writes}) == 60
    assert sorted(sealed) == _sizes(installation)
    assert len(set(sealed)) == len(sealed)
    assert installation.check() == 61


def test_checkpoints_are_stored_in_the_order_of_their_instants(installation: Installation) -> None:
    for _ in range(3):
        installation.clock.instant += timedelta(seconds=1)
        installation.seal()
        _append(installation)

    with reading(installation.engine) as connection:
        rows = connection.execute(
            text("SELECT size FROM ledger_checkpoint ORDER BY signed_at")
        ).scalars()
        assert list(rows) == [1, 2, 3]
    installation.check()


def test_a_log_with_fewer_entries_than_were_signed_is_not_signed(
    installation: Installation,
) -> None:
    _append(installation, 5)
    with transaction(installation.engine) as connection:
        before = connection.execute(text("SELECT * FROM ledger_head")).mappings().one()
    _append(installation, 2)
    installation.seal()
    _restore_head(installation, dict(before))

    with pytest.raises(LedgerCorrupt, match="8 entries was signed, 6 are left"):
        installation.seal()

    assert _sizes(installation) == [8]


def test_a_rewritten_entry_is_not_signed_again(installation: Installation) -> None:
    _append(installation, 5)
    installation.seal()
    _append(installation, 5)
    with transaction(installation.engine) as connection:
        connection.execute(
            text("UPDATE ledger_entry SET leaf = :leaf WHERE seq = 4"), {"leaf": bytes(32)}
        )

    with pytest.raises(LedgerCorrupt, match="no longer lead to the checkpoint of 6"):
        installation.seal()

    assert _sizes(installation) == [6]


def test_another_root_of_the_signed_size_is_not_passed_over(installation: Installation) -> None:
    _append(installation, 3)
    installation.seal()
    with transaction(installation.engine) as connection:
        frontier = connection.execute(text("SELECT frontier FROM ledger_head")).scalar_one()
        damaged = bytes(frontier)[:-1] + bytes([bytes(frontier)[-1] ^ 1])
        connection.execute(text("UPDATE ledger_head SET frontier = :f"), {"f": damaged})

    with pytest.raises(LedgerCorrupt, match="another root"):
        installation.seal()


def test_a_missing_leaf_is_not_signed_over(installation: Installation) -> None:
    _append(installation, 5)
    installation.seal()
    _append(installation, 1)
    with transaction(installation.engine) as connection:
        connection.execute(text("DELETE FROM ledger_entry WHERE seq = 2"))

    with pytest.raises(LedgerCorrupt):
        installation.seal()


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", [0, 1])
def test_each_write_of_a_checkpoint_fails_and_the_next_try_makes_it_good(
    installation: Installation, at: int, is_after: bool
) -> None:
    make_fragile(installation.engine)
    installation.engine.dispose()
    _append(installation, 3)

    with outage(at=at, is_after=is_after) as counted, pytest.raises(OperationalError):
        installation.seal()
    again = installation.seal()

    is_persisted = is_after and counted.seen[at] == "COMMIT"
    assert (again is None) is is_persisted
    assert _sizes(installation) == [4]
    installation.check()


class _Rounds:
    """A stop that lets a loop turn `count` times and does something before each turn."""

    def __init__(self, installation: Installation, count: int) -> None:
        self.installation = installation
        self.left = count

    def wait(self, timeout: float, /) -> bool:
        assert timeout > 0
        self.left -= 1
        _append(self.installation)
        return self.left < 0


def test_the_sealer_goes_on_after_an_outage_and_seals_once_more_at_its_end(
    installation: Installation,
) -> None:
    make_fragile(installation.engine)
    installation.engine.dispose()

    class Failing(_Rounds):
        def wait(self, timeout: float, /) -> bool:
            stops = super().wait(timeout)
            self.outage = outage(at=0 if self.left == 1 else None)
            self.outage.__enter__()
            return stops

    seal_until(
        Failing(installation, 3),
        installation.engine,
        1,
        installation.signer,
        clock=SystemClock(),
        interval_s=0.001,
    )

    assert _sizes(installation) == [2, 4, 5]
    installation.check()


def test_a_key_of_another_name_cannot_sign(installation: Installation) -> None:
    stranger = SignerKey.from_seed("elsewhere.example.org/log/1", bytes(32))

    with pytest.raises(Exception, match="bear its name"):
        seal(installation.engine, 1, stranger, installation.clock)

    assert _sizes(installation) == []
    installation.check()


def _restore_head(installation: Installation, row: dict[str, object]) -> None:
    with transaction(installation.engine) as connection:
        connection.execute(
            text("UPDATE ledger_head SET size = :size, last_leaf = :last_leaf, frontier = :f"),
            {"size": row["size"], "last_leaf": row["last_leaf"], "f": row["frontier"]},
        )
