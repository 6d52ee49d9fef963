"""The engine and the one `transaction()`.

Two databases from the same code: SQLite (WAL, synchronous FULL, foreign keys) and PostgreSQL
(psycopg 3). Two rules: nothing commits but `transaction()`, and no value of a row gets into the
text of an error, because errors are logged and rows hold personal data.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator, TypeEngine

from base.config import Settings

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives a 64-bit rowid alias only to a column typed INTEGER.
Big = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant with microseconds: timestamptz, or microseconds since 1970 in SQLite.

    SQLite has no instant of its own; an integer sorts, compares and indexes as one.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the dialect."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        """Refuse a naive instant; SQLite gets microseconds."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return to_micros(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- the signature is SQLAlchemy's
        """Return the instant in UTC."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        if isinstance(value, int):
            return from_micros(value)
        raise TypeError(f"not a stored instant: {value!r}")


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(instant: datetime) -> int:
    """Return microseconds since 1970-01-01T00:00:00Z, exactly."""
    delta = instant - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_micros(micros: int) -> datetime:
    """Return the instant that lies `micros` microseconds after 1970-01-01T00:00:00Z."""
    return _EPOCH + timedelta(microseconds=micros)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseLimits:
    """How long anything may wait for the database.

    `lock_wait_ms`: for another transaction's lock; `idle_ms`: a transaction that asks nothing
    (PostgreSQL); `connect_s`: for a connection (PostgreSQL).
    """

    connect_s: int = 10
    lock_wait_ms: int = 30_000
    idle_ms: int = 60_000


# A server that is gone without a word is noticed after 30 + 3 * 10 seconds (tcp(7)); a socket of
# the same machine ignores these.
_KEEPALIVES: Final = {
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}


def open_database(settings: Settings, *, pool_size: int = 5) -> Engine:
    """Open the database of the settings for one process, with the settings' limits."""
    limits = DatabaseLimits(
        connect_s=settings.database_connect_max_s,
        lock_wait_ms=settings.database_lock_wait_max_ms,
        idle_ms=settings.database_idle_max_ms,
    )
    return open_engine(settings.effective_database_url, pool_size=pool_size, limits=limits)


def open_engine(
    url: str, *, pool_size: int = 5, limits: DatabaseLimits = DatabaseLimits()
) -> Engine:
    """Open the database at `url` for one process; `pool_size` is connections kept open."""
    # Without `hide_parameters` an error's text holds the rows of its statement.
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            hide_parameters=True,
        )

        def set_pragmas(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001 -- the signature is SQLAlchemy's
            _set_sqlite_pragmas(connection, limits)

        event.listen(engine, "connect", set_pragmas)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        hide_parameters=True,
        # A writer reads under the head's lock what others committed before it got the lock: that
        # is what READ COMMITTED shows, and a server's other default would not.
        isolation_level="READ COMMITTED",
        connect_args=_postgres_arguments(url, limits),
    )


def _postgres_arguments(url: str, limits: DatabaseLimits) -> dict[str, Any]:
    """Return what a connection is opened with; the address's own options stay, ours come last."""
    given = make_url(url).query.get("options", "")
    said = (
        # Said here and not left to the server: an acknowledged entry is a durable one.
        ("synchronous_commit", "on"),
        ("lock_timeout", f"{limits.lock_wait_ms}ms"),
        ("idle_in_transaction_session_timeout", f"{limits.idle_ms}ms"),
    )
    options = [*((given,) if isinstance(given, str) else given)]
    options += [f"-c {name}={value}" for name, value in said]
    return {
        **_KEEPALIVES,
        "connect_timeout": limits.connect_s,
        "options": " ".join(options).strip(),
    }


def describe_error(error: BaseException) -> str:
    """Return a database error's class and code (SQLSTATE, or SQLite's name) and nothing else.

    A driver's own sentence may quote the row that it refused.
    """
    found = error.orig if isinstance(error, StatementError) and error.orig else error
    code = None
    if isinstance(found, psycopg.Error):
        code = found.sqlstate
    elif isinstance(found, sqlite3.Error):
        code = getattr(found, "sqlite_errorname", None)
    name = type(error).__name__
    if found is not error and type(found).__name__ != name:
        name = f"{name} of {type(found).__name__}"
    return f"{name} {code}" if code else name


def is_database_error(error: BaseException) -> bool:
    """Return whether an error's own text may hold values of rows."""
    return isinstance(error, (StatementError, DBAPIError, psycopg.Error, sqlite3.Error))


def _set_sqlite_pragmas(connection: DBAPIConnection, limits: DatabaseLimits) -> None:
    # The driver's own transaction handling begins late and upgrades locks, which
    # deadlocks two writers; it is switched off and `_begin_sqlite` begins instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={limits.lock_wait_ms}",
        "cache_size=-65536",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Give one writing transaction: commits at the end of the block, rolls back on any error."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give one transaction that only reads: a single snapshot, rolled back at the end."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def glancing(engine: Engine) -> Iterator[Connection]:
    """Give a connection for a single statement that reads, with no transaction around it."""
    if engine.dialect.name != "postgresql":
        with reading(engine) as connection:
            yield connection
        return
    # Beginning and ending a transaction are two journeys to the server more than the question.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def plan_afresh(connection: Connection) -> None:
    """Let PostgreSQL plan every statement of this transaction for the sizes of the moment.

    A plan that was kept from when a table was empty reads the whole table, again and again, while
    the same transaction fills it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
