"""Both databases, through the same doors."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Column, Engine, MetaData, Table, func, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from base.db import Big, Instant, open_engine, reading, transaction

METADATA = MetaData()
NOTES = Table(
    "notes",
    METADATA,
    Column("number", Big, primary_key=True, autoincrement=False),
    Column("written_at", Instant, nullable=False),
)
INSTANT = datetime(2026, 1, 31, 23, 59, 59, 999_999, tzinfo=UTC)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


def count(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(NOTES)).scalar_one()


def test_a_row_outlives_its_transaction_with_its_microseconds(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(insert(NOTES), {"number": 2**62, "written_at": INSTANT})

    with reading(engine) as connection:
        row = connection.execute(select(NOTES)).one()
    assert row.number == 2**62
    assert row.written_at == INSTANT
    assert row.written_at.tzinfo is not None


def test_an_error_takes_the_whole_transaction_back(engine: Engine) -> None:
    row = {"number": 1, "written_at": INSTANT}

    with pytest.raises(IntegrityError), transaction(engine) as connection:
        connection.execute(insert(NOTES), [row, row])

    assert count(engine) == 0


def test_a_naive_instant_is_refused(engine: Engine) -> None:
    row = {"number": 1, "written_at": datetime(2026, 1, 1)}  # noqa: DTZ001 -- that is the point

    with pytest.raises(StatementError, match="time zone"), transaction(engine) as db:
        db.execute(insert(NOTES), row)

    assert count(engine) == 0


def test_a_reading_transaction_sees_one_snapshot(engine: Engine) -> None:
    with reading(engine) as connection:
        before = connection.execute(select(func.count()).select_from(NOTES)).scalar_one()
        with transaction(engine) as other:
            other.execute(insert(NOTES), {"number": 7, "written_at": INSTANT})
        after = connection.execute(select(func.count()).select_from(NOTES)).scalar_one()

    assert (before, after, count(engine)) == (0, 0, 1)


def test_sqlite_syncs_every_commit_and_checks_foreign_keys(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)

    with engine.connect() as connection:
        found = [
            connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    engine.dispose()

    assert found == ["wal", 2, 1]
