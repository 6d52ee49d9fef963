"""The floors of credit: the same rows read and written with nothing around them.

One rule: they go into the same tables with the same indexes, under logs that nobody has, so that
both sides meet the same trees.
"""

import csv
import io
import os
from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from typing import Any, Final

from flask import Flask, Response
from sqlalchemy import Engine, Table, select

from base.bulk import insert_rows
from base.db import glancing, reading, transaction
from benchmarks.credit_city.asking import Ask, call
from credit.intake.batches import CreditBatch
from credit.persons.tables import CREDIT_PERSON
from credit.tables import CREDIT_FACT, CREDIT_ROW, CREDIT_SEEN

_FIRST_LOG: Final = 1_000
_PERSON_COLUMNS: Final = tuple(column.name for column in CREDIT_PERSON.columns)
_CHECK: Final = (
    "SELECT s.name, f.* FROM credit_code c"
    " JOIN credit_subject s ON s.log = c.log AND s.id = c.subject_id"
    " LEFT JOIN credit_fact f ON f.log = c.log AND f.subject_id = c.subject_id AND f.is_latest"
    " WHERE c.log = 1 AND c.code = {} AND c.scheme = 'uscc'"
)
_NIGHT: Final = (
    "SELECT subject_id, id, kind, list, severity, starts_on, decided_on, stops_on, body"
    " FROM credit_fact WHERE log = 1 AND is_latest ORDER BY subject_id, seq, position"
)

Rows = list[tuple[Any, ...]]
_LOGS: Final[Iterator[int]] = count(_FIRST_LOG)


def people_rows(people: int) -> Rows:
    """Return rows of people whom nobody told of."""
    log, day, salt = next(_LOGS), date(2000, 1, 1), bytes(16)
    keys = os.urandom(16 * people)
    return [(log, keys[16 * at : 16 * at + 16], day, salt, 1, at) for at in range(people)]


def write_people(engine: Engine, rows: Rows) -> None:
    """Write people in the order of their keys, in one transaction."""
    with transaction(engine) as connection:
        insert_rows(connection, CREDIT_PERSON, _PERSON_COLUMNS, sorted(rows))


def batch_rows(engine: Engine, batch: CreditBatch) -> dict[str, Rows]:
    """Return what a batch was made into, under a log of its own."""
    log = next(_LOGS)
    found: dict[str, Rows] = {}
    with reading(engine) as connection:
        for table, column in (
            (CREDIT_ROW, CREDIT_ROW.c.batch_id),
            (CREDIT_FACT, CREDIT_FACT.c.batch_id),
            (CREDIT_SEEN, CREDIT_SEEN.c.last_batch_id),
        ):
            rows = connection.execute(select(table).where(column == batch.id))
            found[table.name] = [(log, *row[1:]) for row in rows]
    return found


def write_batch(engine: Engine, body: bytes, rows: dict[str, Rows]) -> None:
    """Read the cells of a file, and write the rows that a batch like it was made into."""
    cells = sum(len(line) for line in csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    if not cells:
        raise ValueError("an empty file")
    with transaction(engine) as connection:
        for table in (CREDIT_ROW, CREDIT_FACT, CREDIT_SEEN):
            insert_rows(connection, table, _columns(table), rows[table.name])


def read_everything(engine: Engine) -> int:
    """Read the facts of everybody, as the driver gives them; return how many there are."""
    with reading(engine) as connection:
        return len(connection.exec_driver_sql(_NIGHT).fetchall())


def bare_check(engine: Engine) -> Ask:
    """Return what asks for a party and its facts in one statement, and makes nothing of it."""
    statement = _CHECK.format("%s" if engine.dialect.name == "postgresql" else "?")

    def ask(code: str) -> None:
        with glancing(engine) as connection:
            if not connection.exec_driver_sql(statement, (code,)).fetchall():
                raise LookupError(code)

    return ask


def bare_view(body: bytes) -> Ask:
    """Return what calls a bare view of the same framework that answers with these bytes."""
    app = Flask("floor")

    @app.get("/page")
    def get_page() -> Response:
        return Response(body, content_type="application/json")

    asked: Callable[..., Any] = app.wsgi_app

    def ask(code: str) -> None:
        call(asked, "/page", f"uscc={code}", {})

    return ask


def _columns(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)
