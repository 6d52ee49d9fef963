"""What is kept of a natural person taken away, as an entry of erasure says.

The rule that must stay true: the hashes stay, so that every tree and every entry still holds
together; whatever they are hashes of is gone, from the rows of batches to the reports.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, delete, func, literal, select, update

from credit.intake.records import read_row
from credit.reporting.tables import CREDIT_REPORT
from credit.tables import CREDIT_BATCH, CREDIT_FACT, CREDIT_ROW, CREDIT_SEEN, CREDIT_SUBJECT
from ledger.store import StoredEntry
from ledger.told import told_by

_KEYS: Final = 300


def fold_nothing(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Make no rows: what the entry speaks of is kept elsewhere, and was written with it."""


def fold_erased(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Take away what was kept of a person before this entry."""
    subject_id = _subject_of(entry)
    fact = CREDIT_FACT.c
    own = (fact.log == log, fact.subject_id == subject_id, fact.seq < entry.seq)
    rows = list(connection.execute(select(fact.id, fact.batch_id, fact.position).where(*own)))
    keys = _keys_of(connection, log, rows)
    _empty_rows(connection, log, rows)
    _empty_others(connection, log, entry.seq, keys)
    ids = sorted({row.id for row in rows})
    for start in range(0, len(ids), _KEYS):
        some = ids[start : start + _KEYS]
        for table, column in (
            (CREDIT_SEEN, CREDIT_SEEN.c.fact_id),
            (CREDIT_FACT, CREDIT_FACT.c.id),
        ):
            connection.execute(delete(table).where(table.c.log == log, column.in_(some)))
    connection.execute(
        delete(CREDIT_SUBJECT).where(CREDIT_SUBJECT.c.log == log, CREDIT_SUBJECT.c.id == subject_id)
    )
    report = CREDIT_REPORT.c
    connection.execute(
        update(CREDIT_REPORT)
        .where(
            report.log == log,
            report.subject_id == subject_id,
            report.seq < entry.seq,
            report.erased_at.is_(None),
        )
        .values(body=None, pdf=None, erased_at=entry.header.recorded_at)
    )


def _empty_rows(connection: Connection, log: int, rows: Sequence[Row[*tuple[Any, ...]]]) -> None:
    placed = sorted({(row.batch_id, row.position) for row in rows if row.batch_id is not None})
    for batch_id, position in placed:
        connection.execute(
            update(CREDIT_ROW)
            .where(
                CREDIT_ROW.c.log == log,
                CREDIT_ROW.c.batch_id == batch_id,
                CREDIT_ROW.c.position == position,
            )
            .values(body=None)
        )


def _keys_of(
    connection: Connection, log: int, rows: Sequence[Row[*tuple[Any, ...]]]
) -> set[tuple[str, str]]:
    """Return the feeds and the key that rows about the person are known by."""
    found: set[tuple[str, str]] = set()
    for row in rows:
        statement = (
            select(CREDIT_BATCH.c.feed, CREDIT_ROW.c.body)
            .join(
                CREDIT_BATCH,
                (CREDIT_BATCH.c.log == CREDIT_ROW.c.log)
                & (CREDIT_BATCH.c.id == CREDIT_ROW.c.batch_id),
            )
            .where(
                CREDIT_ROW.c.log == log,
                CREDIT_ROW.c.batch_id == row.batch_id,
                CREDIT_ROW.c.position == row.position,
                CREDIT_ROW.c.body.is_not(None),
            )
        )
        for feed, body in connection.execute(statement):
            record = read_row(body).record
            if record is not None and record.claim.person_number:
                found.add((feed, record.claim.person_number))
    return found


def _empty_others(
    connection: Connection, log: int, before: int, keys: Iterable[tuple[str, str]]
) -> None:
    """Empty the rows that came too late to be facts: they are kept beside those that were."""
    batch, row = CREDIT_BATCH.c, CREDIT_ROW.c
    for feed, key in sorted(keys):
        batches = select(batch.id).where(batch.log == log, batch.feed == feed, batch.seq < before)
        told = literal(key.encode(), row.body.type)
        if connection.dialect.name == "sqlite":
            holds = func.instr(row.body, told) > 0
        else:
            holds = func.position(told.op("IN")(row.body)) > 0
        own = update(CREDIT_ROW).where(row.log == log, row.batch_id.in_(batches), holds)
        connection.execute(own.values(body=None))


def _subject_of(entry: StoredEntry) -> UUID:
    with told_by(entry, "an erasure") as told:
        return UUID(str(told["subject"]))
