"""Both databases, through the same doors."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Column, Engine, MetaData, Table, func, insert, make_url, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from base.db import (
    Big,
    DatabaseLimits,
    Instant,
    describe_error,
    open_engine,
    reading,
    transaction,
)
from tests.postgres import PostgresServer

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


def _shown(engine: Engine, name: str) -> str:
    with transaction(engine) as connection:
        return str(connection.execute(text(f"SHOW {name}")).scalar_one())


def test_postgresql_is_told_to_wait_for_the_disk_and_for_nothing_else_for_ever(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    limits = DatabaseLimits(lock_wait_ms=1234, idle_ms=5678)
    name = make_url(postgres_url).database or ""
    with postgres_server.connect(name) as other:
        # A server whose own defaults are others'.
        for said in ("synchronous_commit = off", "default_transaction_isolation = serializable"):
            other.execute(f"ALTER DATABASE {name} SET {said}")
    engine = open_engine(postgres_url, limits=limits)

    found = [
        _shown(engine, setting)
        for setting in (
            "synchronous_commit",
            "transaction_isolation",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
        )
    ]
    with reading(engine) as connection:
        isolation = connection.execute(text("SHOW transaction_isolation")).scalar_one()
        is_read_only = connection.execute(text("SHOW transaction_read_only")).scalar_one()
    again = _shown(engine, "transaction_isolation")
    engine.dispose()

    assert found == ["on", "read committed", "1234ms", "5678ms"]
    assert (isolation, is_read_only, again) == ("repeatable read", "on", "read committed")


def test_options_of_the_address_are_kept_beside_ours(postgres_url: str) -> None:
    engine = open_engine(f"{postgres_url}&options=-c%20work_mem%3D12MB")

    found = (_shown(engine, "work_mem"), _shown(engine, "synchronous_commit"))
    engine.dispose()

    assert found == ("12MB", "on")


def test_who_waits_too_long_for_a_lock_is_told_so(database_url: str) -> None:
    engine = open_engine(database_url, limits=DatabaseLimits(lock_wait_ms=100))
    METADATA.create_all(engine)
    row = {"number": 1, "written_at": INSTANT}

    with transaction(engine) as connection:
        connection.execute(insert(NOTES), row)
        with pytest.raises(OperationalError) as caught, transaction(engine) as other:
            other.execute(insert(NOTES), row)
    told = describe_error(caught.value)
    engine.dispose()

    assert told.split()[-1] in ("55P03", "SQLITE_BUSY")
