"""When the writer stops: a clock that lies behind, a head that contradicts itself."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, text

from base.db import transaction
from base.errors import Busy, LedgerCorrupt, Problem
from ledger.batch import Batch
from ledger.opening import NoIndex
from tests.instances import Installation
from tests.ledger.acts import batch, open_journal
from tests.ledger.crowd import append_all


def test_a_clock_that_lies_a_little_behind_repeats_the_last_instant(
    installation: Installation,
) -> None:
    journal = open_journal(installation.engine, installation.clock, skew_max_ms=5000)
    before = journal.append(batch("a"))
    installation.clock.instant -= timedelta(seconds=5)

    after = journal.append(batch("b"))

    assert after.recorded_at == before.recorded_at
    installation.check()


def test_a_clock_that_lies_far_behind_stops_the_writing_for_every_caller(
    installation: Installation,
) -> None:
    journal = open_journal(installation.engine, installation.clock, skew_max_ms=5000)
    journal.append(batch("a"))
    installation.clock.instant -= timedelta(milliseconds=5001)

    answers = append_all(journal.append, [batch(f"n{n}") for n in range(8)])

    assert {type(answer) for answer in answers} == {Busy}
    installation.clock.instant += timedelta(seconds=6)
    assert journal.append(batch("b")).first_seq == 2
    assert installation.check() == 3


def test_a_head_that_contradicts_its_frontier_stops_the_writing(
    installation: Installation,
) -> None:
    journal = open_journal(installation.engine, installation.clock)
    journal.append(batch("a"))
    _set_head(installation.engine, "size = size + 1")

    answers = append_all(journal.append, [batch(f"n{n}") for n in range(8)])

    assert {type(answer) for answer in answers} == {LedgerCorrupt}
    _set_head(installation.engine, "size = size - 1")
    assert installation.check() == 2


def test_a_head_that_names_another_last_entry_stops_the_writing(
    installation: Installation,
) -> None:
    journal = open_journal(installation.engine, installation.clock)
    journal.append(batch("a"))
    (leaf,) = _set_head(installation.engine, "last_leaf = :leaf", leaf=bytes(32))

    with pytest.raises(LedgerCorrupt, match="last"):
        journal.append(batch("b"))

    _set_head(installation.engine, "last_leaf = :leaf", leaf=leaf)
    assert installation.check() == 2


def test_a_log_that_was_never_opened_takes_nothing(installation: Installation) -> None:
    with transaction(installation.engine) as connection:
        connection.execute(text("UPDATE ledger_head SET log = 9"))
    journal = open_journal(installation.engine, installation.clock)

    with pytest.raises(LedgerCorrupt, match="never opened"):
        journal.append(batch("a"))

    with transaction(installation.engine) as connection:
        connection.execute(text("UPDATE ledger_head SET log = 1"))
    assert installation.check() == 1


def _set_head(engine: Engine, change: str, **values: object) -> tuple[bytes]:
    """Change the head's row behind the journal's back; return the last leaf it named before."""
    with transaction(engine) as connection:
        leaf = connection.execute(text("SELECT last_leaf FROM ledger_head")).scalar_one()
        connection.execute(text(f"UPDATE ledger_head SET {change}"), values)  # noqa: S608 -- a test's own words
    return (bytes(leaf),)


def test_a_head_that_moved_under_its_lock_is_refused(installation: Installation) -> None:
    class Meddler(NoIndex):
        def admit(
            self, connection: Connection, batches: Sequence[Batch]
        ) -> Sequence[Mapping[int, Problem]]:
            connection.execute(text("UPDATE ledger_head SET size = size + 1"))
            return super().admit(connection, batches)

    journal = open_journal(installation.engine, installation.clock, index=Meddler())

    with pytest.raises(LedgerCorrupt, match="moved"):
        journal.append(batch("a"))

    assert installation.check() == 1
