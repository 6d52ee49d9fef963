"""Many rows at once: binary COPY on PostgreSQL, executemany on SQLite; look-ups by many keys.

One rule: the rows are tuples in the order of the named columns, holding the values that a Core
insert would take. It writes inside the caller's transaction and never commits.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Date,
    Dialect,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.types import TypeEngine

from base.db import Instant

Row = tuple[Any, ...]

# SQLite takes 32,766 parameters at most; longer lists are cut.
_KEYS_MAX = 1000

# A binary COPY must name the PostgreSQL type of every column. The order matters: the first class
# that fits decides: SmallInteger and BigInteger are Integers, Text is a String.
_COPY_TYPES: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (SmallInteger, "int2"),
    (BigInteger, "int8"),
    (Integer, "int4"),
    (LargeBinary, "bytea"),
    (Boolean, "bool"),
    (Uuid, "uuid"),
    (Instant, "timestamptz"),
    (Date, "date"),
    (Text, "text"),
    (String, "varchar"),
)


def insert_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row]
) -> None:
    """Insert `rows` into `table`; each row holds the values of `columns` in that order.

    A violated constraint raises the driver's own error on PostgreSQL and SQLAlchemy's on SQLite.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        statement, types = _copy_plan(table, columns)
        cursor = connection.connection.cursor()
        with cursor.copy(statement) as copy:
            copy.set_types(types)
            write = copy.write_row
            for row in rows:
                write(row)
        cursor.close()
        return
    text, converters = _insert_plan(table, columns, connection.dialect)
    connection.exec_driver_sql(text, [_convert(row, converters) for row in rows])


def find_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], log: int, values: Sequence[Any]
) -> Iterator[Row]:
    """Yield the `columns` of the rows of a log whose first column of these is one of `values`.

    The columns hold integers, texts or bytes, which need no conversion: a statement of a thousand
    parameters costs SQLAlchemy more than its answer costs the database.
    """
    is_postgresql = connection.dialect.name == "postgresql"
    values_of: tuple[Any, ...]
    for start in range(0, len(values), _KEYS_MAX):
        some = list(values[start : start + _KEYS_MAX])
        if is_postgresql:
            text, values_of = _find_plan(table, columns, 0), (log, some)
        else:
            text, values_of = _find_plan(table, columns, len(some)), (log, *some)
        # The driver's own rows, at once: asking SQLAlchemy for one after the other costs as much as
        # the query. Where a connection streams, SQLAlchemy would have taken the first ones already.
        found = connection.exec_driver_sql(
            text, values_of, execution_options={"stream_results": False, "yield_per": 0}
        )
        rows = found.cursor.fetchall()
        found.close()
        yield from rows


@lru_cache(maxsize=4096)
def _find_plan(table: Table, columns: tuple[str, ...], keys: int) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    # Names come from the table's own metadata, never from input.
    head = f'SELECT {names} FROM "{table.name}" WHERE log = '  # noqa: S608 -- as said above
    if not keys:
        return f'{head}%s AND "{columns[0]}" = ANY(%b)'
    return f'{head}? AND "{columns[0]}" IN ({", ".join("?" * keys)})'


@lru_cache(maxsize=256)
def _copy_plan(table: Table, columns: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    names = ", ".join(f'"{name}"' for name in columns)
    types = tuple(_copy_type(table.c[name].type) for name in columns)
    return f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT BINARY)', types


def copy_types(table: Table) -> tuple[str, ...]:
    """Return the PostgreSQL types that a binary COPY of every column of `table` must name."""
    return _copy_plan(table, tuple(column.name for column in table.columns))[1]


def _copy_type(kind: TypeEngine[Any]) -> str:
    for python_type, name in _COPY_TYPES:
        if isinstance(kind, python_type) or isinstance(getattr(kind, "impl", None), python_type):
            return name
    raise TypeError(f"no COPY type is known for {kind!r}")


@lru_cache(maxsize=256)
def _insert_plan(
    table: Table, columns: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[tuple[int, Any], ...]]:
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" * len(columns))
    processors = (
        # The driver takes bytes as they are; SQLAlchemy would wrap each of them.
        None
        if isinstance(table.c[name].type, LargeBinary)
        else table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        for name in columns
    )
    converters = tuple((index, one) for index, one in enumerate(processors) if one is not None)
    # Names come from the table's own metadata, never from input.
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', converters  # noqa: S608 -- as said above


def _convert(row: Row, converters: tuple[tuple[int, Any], ...]) -> Row:
    if not converters:
        return row
    values = list(row)
    for index, convert in converters:
        values[index] = convert(values[index])
    return tuple(values)
