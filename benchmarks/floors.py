"""Bare database floors: the rows that the product wrote, written again with nothing around them.

One rule: as many transactions, tables, rows and bytes as the product's own, into the same schema
with the same indexes, by the fastest way the driver has.
"""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from trace.tables import CAPTURE, EVENT, EVENT_ITEM, IDENTIFIER
from typing import Any, TypeAlias

import psycopg
from sqlalchemy import Engine, make_url

from base.bulk import copy_types
from base.db import METADATA
from benchmarks.harness import Reading
from ledger.tables import LEDGER_ENTRY, LEDGER_NODE, LEDGER_PAYLOAD

# In the order in which the product fills them.
TABLES = (LEDGER_ENTRY, LEDGER_PAYLOAD, LEDGER_NODE, IDENTIFIER, EVENT, EVENT_ITEM, CAPTURE)

_TYPES = {table.name: copy_types(table) for table in TABLES}

Rows: TypeAlias = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Every row of the ledger's tables, cut into as many portions as there were transactions."""

    portions: Sequence[dict[str, Rows]]
    events: int


def take_snapshot(engine: Engine, *, transactions: int) -> Snapshot:
    """Read the rows back as the driver gives them."""
    portions: list[dict[str, Rows]] = [{} for _ in range(transactions)]
    events = 0
    connection = _connect(engine)
    for table in TABLES:
        keys = ", ".join(column.name for column in table.primary_key.columns)
        order = "seq" if "seq" in table.c else keys
        rows = connection.execute(f'SELECT * FROM "{table.name}" ORDER BY {order}').fetchall()  # noqa: S608 -- names of our own tables
        events = len(rows) if table is EVENT else events
        for at in range(transactions):
            start, end = len(rows) * at // transactions, len(rows) * (at + 1) // transactions
            portions[at][table.name] = rows[start:end]
    connection.close()
    return Snapshot(portions=portions, events=events)


def write_snapshot(engine: Engine, snapshot: Snapshot) -> Reading:
    """Empty the tables and write every portion in a transaction of its own; events per second."""
    with engine.begin() as connection:
        METADATA.create_all(connection)
        for table in reversed(TABLES):
            connection.execute(table.delete())
    connection_ = _connect(engine)
    write = _copy if engine.dialect.name == "postgresql" else _insert
    started = time.perf_counter()
    for portion in snapshot.portions:
        write(connection_, portion)
    elapsed_s = time.perf_counter() - started
    connection_.close()
    return Reading(per_s=snapshot.events / elapsed_s)


def _connect(engine: Engine) -> Any:
    if engine.dialect.name == "postgresql":
        url = make_url(engine.url)
        return psycopg.connect(
            host=str(url.query["host"]), user=url.username or "", dbname=url.database or ""
        )
    connection = sqlite3.connect(str(engine.url.database), isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-65536")
    return connection


def _copy(connection: Any, portion: dict[str, Rows]) -> None:
    with connection.cursor() as cursor:
        for name, rows in portion.items():
            with cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT BINARY)') as copy:
                copy.set_types(_TYPES[name])
                for row in rows:
                    copy.write_row(row)
    connection.commit()


def _insert(connection: Any, portion: dict[str, Rows]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for name, rows in portion.items():
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)  # noqa: S608 -- as above
    connection.execute("COMMIT")
