"""What an outage leaves behind: all of an append or nothing of it."""

import pytest
from sqlalchemy import Connection, event, text

from base.db import transaction
from base.errors import Busy
from tests.faults import make_fragile, outage
from tests.instances import Installation, open_installation
from tests.ledger.acts import batch, open_journal
from tests.ledger.crowd import CountingIndex, RowIndex, append_all

WRITES_OF_ONE_APPEND = 7  # idempotency, entry, payload, node, head, checkpoint row, commit


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_each_write_in_turn_fails_and_nothing_is_half_done(
    database_url: str, is_after: bool
) -> None:
    installation = open_installation(database_url)
    make_fragile(installation.engine)
    # A connection that was opened before it was made fragile would not fail.
    installation.engine.dispose()
    journal = open_journal(installation.engine, installation.clock, index=RowIndex())
    with outage() as counted:
        journal.append(batch(*map(str, range(300)), key="whole", note=1))
    assert counted.seen[-1] == "COMMIT"
    acknowledged = 301

    for at in range(len(counted.seen)):
        names = [f"{at}-{n}" for n in range(300)]
        with outage(at=at, is_after=is_after), pytest.raises(Busy, match="Idempotency-Key"):
            journal.append(batch(*names, key=f"k{at}", note=2 + at))
        is_persisted = is_after and counted.seen[at] == "COMMIT"

        again = journal.append(batch(*names, key=f"k{at}", note=2 + at))

        assert again.is_replay is is_persisted
        assert (again.first_seq, again.count) == (acknowledged, 300)
        acknowledged += 300

    with transaction(installation.engine) as connection:
        connection.execute(text("DELETE FROM ledger_checkpoint WHERE log = 2"))
    assert len(counted.seen) == WRITES_OF_ONE_APPEND
    assert installation.check() == acknowledged
    installation.engine.dispose()


def test_an_outage_is_told_to_every_merged_caller(installation: Installation) -> None:
    make_fragile(installation.engine)
    installation.engine.dispose()
    index = CountingIndex()
    journal = open_journal(installation.engine, installation.clock, index=index)

    with outage(at=0):
        answers = append_all(journal.append, [batch(f"n{n}", key=f"k{n}") for n in range(12)])

    lost = [n for n, answer in enumerate(answers) if isinstance(answer, Busy)]
    assert lost
    retried = [journal.append(batch(f"n{n}", key=f"k{n}")) for n in lost]
    assert not any(receipt.is_replay for receipt in retried)
    assert installation.check() == 13


def test_a_full_disk_is_an_outage_and_not_a_loss(sqlite_url: str) -> None:
    installation = open_installation(sqlite_url)
    journal = open_journal(installation.engine, installation.clock)
    acknowledged = [journal.append(batch("x" * 2000)).first_seq for _ in range(5)]

    with installation.engine.connect() as connection:
        limit = [connection.exec_driver_sql("PRAGMA page_count").scalar_one()]

    @event.listens_for(installation.engine, "begin")
    def _bound(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {limit[0]}")

    wide = batch(*("y" * 2000 + str(number) for number in range(50)), key="wide")
    with pytest.raises(Busy):
        journal.append(wide)
    limit[0] = 1 << 30

    receipt = journal.append(wide)

    assert (acknowledged, receipt.first_seq, receipt.is_replay) == ([1, 2, 3, 4, 5], 6, False)
    assert installation.check() == 56
    installation.engine.dispose()
