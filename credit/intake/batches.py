"""Batches as rows: kept before anybody reads them, and known again when they are sent again.

The rule that must stay true: the same bytes of the same feed are one batch. What was held or
refused had no effect at all; and of a batch only he writes who has the claim on it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)

from base.bulk import insert_rows
from base.errors import NotFound
from credit.tables import CREDIT_BATCH, CREDIT_QUARANTINE, CREDIT_ROW, MESSAGE_CHARS_MAX
from parties.rows import insert_once

_ROW_COLUMNS: Final = ("log", "batch_id", "position", "row_number", "leaf", "body")
_QUARANTINE_COLUMNS: Final = (
    "log",
    "batch_id",
    "row_number",
    "feed",
    "code",
    "faults",
    "cells",
    "state",
)
# Who has the claim is written by claiming and giving back alone.
_OF_CLAIM: Final = ("claim", "claimed_until")


class BatchState(StrEnum):
    """Where a batch is."""

    WAITING = "waiting"
    HELD = "held"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Door(StrEnum):
    """How a batch came in."""

    PUSH = "push"
    FILE = "file"
    DROP = "drop"
    PULL = "pull"
    RETRY = "retry"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditBatch:
    """One batch: of `received` rows each is accepted, quarantined or a duplicate.

    `noted` are accepted ones that something is odd about. `signer_id` is the sender whose signature
    fits, `released_by` who took it although it was held (`message` says why it was), `origin_id`
    the batch whose quarantined rows it has. `claim` is the token of whoever is at it, and `root`
    that of the rows that are kept.
    """

    log: int
    id: UUID
    feed: str
    feed_version: int
    door: Door
    actor: str
    file_hash: bytes
    file_bytes: int
    state: BatchState
    message: str = ""
    received: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    ended: int = 0
    received_at: datetime
    finished_at: datetime | None = None
    seq: int | None = None
    noted: int = 0
    signer_id: UUID | None = None
    released_by: str | None = None
    origin_id: UUID | None = None
    claim: UUID | None = None
    claimed_until: datetime | None = None
    root: bytes | None = None

    @property
    def is_settled(self) -> bool:
        """Return whether it was looked at: it is no batch that waits."""
        return self.state is not BatchState.WAITING

    @property
    def is_read(self) -> bool:
        """Return whether its file was read whole: one without a row never was."""
        return self.received > 0


def keep_batch(connection: Connection, batch: CreditBatch) -> bool:
    """Write a batch that came in; False where it is there, or one of the same bytes waits."""
    return insert_once(connection, CREDIT_BATCH, _values(batch))


def change_batch(connection: Connection, batch: CreditBatch) -> None:
    """Write what became of a batch, in a transaction in which the claim on it was proven."""
    values = {name: value for name, value in _values(batch).items() if name not in _OF_CLAIM}
    connection.execute(update(CREDIT_BATCH).where(*_own(batch)).values(values))


def claim_row(connection: Connection, batch: CreditBatch, *, now: datetime) -> bool:
    """Write the claim of a batch unless somebody has one, or moved the batch on."""
    until = CREDIT_BATCH.c.claimed_until
    is_free = or_(until.is_(None), until <= now)
    own = update(CREDIT_BATCH).where(
        *_own(batch), CREDIT_BATCH.c.state == batch.state.value, is_free
    )
    claim = {"claim": batch.claim, "claimed_until": batch.claimed_until}
    return connection.execute(own.values(claim)).rowcount == 1


def renew_row(connection: Connection, batch: CreditBatch, *, until: datetime) -> bool:
    """Let a claim last longer; False where it is not his any more. Nobody else writes meanwhile."""
    if batch.claim is None:
        return False
    own = update(CREDIT_BATCH).where(*_own(batch), CREDIT_BATCH.c.claim == batch.claim)
    return connection.execute(own.values(claimed_until=until)).rowcount == 1


def drop_claim(connection: Connection, batch: CreditBatch) -> None:
    """Give the claim on a batch back, where it is still his."""
    own = update(CREDIT_BATCH).where(*_own(batch), CREDIT_BATCH.c.claim == batch.claim)
    connection.execute(own.values(claim=None, claimed_until=None))


def settle_row(connection: Connection, batch: CreditBatch, *, seq: int, at: datetime) -> None:
    """Write that a batch is an entry, whoever has the claim: the ledger knows how it ended."""
    is_open = CREDIT_BATCH.c.state.in_((BatchState.WAITING.value, BatchState.HELD.value))
    values = {
        "state": BatchState.ACCEPTED.value,
        "seq": seq,
        "finished_at": at,
        "claim": None,
        "claimed_until": None,
    }
    connection.execute(update(CREDIT_BATCH).where(*_own(batch), is_open).values(values))


def _own(batch: CreditBatch) -> tuple[ColumnElement[bool], ...]:
    return CREDIT_BATCH.c.log == batch.log, CREDIT_BATCH.c.id == batch.id


def read_batch(connection: Connection, log: int, batch_id: UUID) -> CreditBatch:
    """Return a batch; raises `NotFound`."""
    statement = select(CREDIT_BATCH).where(CREDIT_BATCH.c.log == log, CREDIT_BATCH.c.id == batch_id)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no batch with that id.")
    return _batch_of(row)


def find_same(
    connection: Connection,
    log: int,
    feed: str,
    file_hash: bytes,
    *,
    besides: UUID | None = None,
) -> CreditBatch | None:
    """Return the newest batch of a feed with these bytes that was not refused, `besides` one."""
    statement = (
        select(CREDIT_BATCH)
        .where(
            CREDIT_BATCH.c.log == log,
            CREDIT_BATCH.c.id != besides if besides else true(),
            CREDIT_BATCH.c.feed == feed,
            CREDIT_BATCH.c.file_hash == file_hash,
            CREDIT_BATCH.c.state != BatchState.REFUSED.value,
            # Rows that are read again have the file of their first batch and are not it.
            CREDIT_BATCH.c.door != Door.RETRY.value,
        )
        .order_by(CREDIT_BATCH.c.received_at.desc(), CREDIT_BATCH.c.id.desc())
        .limit(1)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _batch_of(row)


def largest_accepted(connection: Connection, log: int, feed: str) -> int:
    """Return how many rows the largest batch of a feed had that was ever accepted."""
    statement = select(func.max(CREDIT_BATCH.c.received)).where(*_accepted(log, feed))
    return connection.execute(statement).scalar() or 0


def newest_accepted(connection: Connection, log: int, feed: str) -> CreditBatch | None:
    """Return the accepted batch of a feed that came in last; rows that are read again are none."""
    statement = (
        select(CREDIT_BATCH)
        .where(*_accepted(log, feed))
        .order_by(CREDIT_BATCH.c.received_at.desc(), CREDIT_BATCH.c.seq.desc())
        .limit(1)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _batch_of(row)


def was_accepted(connection: Connection, log: int, feed: str, file_hash: bytes) -> bool:
    """Return whether a batch of a feed with these bytes was ever accepted."""
    statement = select(CREDIT_BATCH.c.id).where(
        *_accepted(log, feed), CREDIT_BATCH.c.file_hash == file_hash
    )
    return connection.execute(statement.limit(1)).first() is not None


def _accepted(log: int, feed: str) -> tuple[ColumnElement[bool], ...]:
    return (
        CREDIT_BATCH.c.log == log,
        CREDIT_BATCH.c.feed == feed,
        CREDIT_BATCH.c.state == BatchState.ACCEPTED.value,
        CREDIT_BATCH.c.door != Door.RETRY.value,
    )


def list_batches(
    connection: Connection,
    log: int,
    *,
    feed: str | None,
    state: BatchState | None,
    before: tuple[datetime, UUID] | None = None,
    rows_max: int,
) -> list[CreditBatch]:
    """Return batches, the newest first: of a feed, in a state, after the last one of a page."""
    statement = select(CREDIT_BATCH).where(CREDIT_BATCH.c.log == log)
    if feed is not None:
        statement = statement.where(CREDIT_BATCH.c.feed == feed)
    if state is not None:
        statement = statement.where(CREDIT_BATCH.c.state == state.value)
    if before is not None:
        place = tuple_(CREDIT_BATCH.c.received_at, CREDIT_BATCH.c.id)
        last = tuple_(
            literal(before[0], CREDIT_BATCH.c.received_at.type),
            literal(before[1], CREDIT_BATCH.c.id.type),
        )
        statement = statement.where(place < last)
    newest = (CREDIT_BATCH.c.received_at.desc(), CREDIT_BATCH.c.id.desc())
    return [
        _batch_of(row) for row in connection.execute(statement.order_by(*newest).limit(rows_max))
    ]


def quarantined_of(
    connection: Connection, log: int, batch_id: UUID, *, after: int, rows_max: int
) -> list[tuple[int, str, str, str]]:
    """Return quarantined rows as (row number, faults, cells, state), by their number."""
    statement = (
        select(
            CREDIT_QUARANTINE.c.row_number,
            CREDIT_QUARANTINE.c.faults,
            CREDIT_QUARANTINE.c.cells,
            CREDIT_QUARANTINE.c.state,
        )
        .where(
            CREDIT_QUARANTINE.c.log == log,
            CREDIT_QUARANTINE.c.batch_id == batch_id,
            CREDIT_QUARANTINE.c.row_number > after,
        )
        .order_by(CREDIT_QUARANTINE.c.row_number)
        .limit(rows_max)
    )
    return [
        (row.row_number, row.faults, row.cells, row.state) for row in connection.execute(statement)
    ]


def keep_rows(
    connection: Connection, batch: CreditBatch, rows: list[tuple[int, int, bytes, bytes]]
) -> None:
    """Write rows as (position, row number, leaf, body)."""
    insert_rows(connection, CREDIT_ROW, _ROW_COLUMNS, [(batch.log, batch.id, *row) for row in rows])


def keep_quarantined(
    connection: Connection, batch: CreditBatch, rows: list[tuple[int, str, str, str]]
) -> None:
    """Write quarantined rows as (row number, first code, faults, cells), both as JSON."""
    values = [
        (batch.log, batch.id, number, batch.feed, code, faults, cells, "open")
        for number, code, faults, cells in rows
    ]
    insert_rows(connection, CREDIT_QUARANTINE, _QUARANTINE_COLUMNS, values)


def rows_of_batch(
    connection: Connection, log: int, batch_id: UUID, *, start: int, count: int
) -> list[tuple[int, bytes, bytes | None]]:
    """Return rows from a position on, as (position, leaf, body); an erased one has no body."""
    statement = (
        select(CREDIT_ROW.c.position, CREDIT_ROW.c.leaf, CREDIT_ROW.c.body)
        .where(
            CREDIT_ROW.c.log == log,
            CREDIT_ROW.c.batch_id == batch_id,
            CREDIT_ROW.c.position >= start,
            CREDIT_ROW.c.position < start + count,
        )
        .order_by(CREDIT_ROW.c.position)
    )
    return [(row.position, row.leaf, row.body) for row in connection.execute(statement)]


def leaves_of_batch(connection: Connection, log: int, batch_id: UUID) -> list[bytes]:
    """Return the hashes of all rows of a batch, in order."""
    statement = (
        select(CREDIT_ROW.c.leaf)
        .where(CREDIT_ROW.c.log == log, CREDIT_ROW.c.batch_id == batch_id)
        .order_by(CREDIT_ROW.c.position)
    )
    return list(connection.execute(statement).scalars())


def _values(batch: CreditBatch) -> dict[str, Any]:
    return {
        "log": batch.log,
        "id": batch.id,
        "feed": batch.feed,
        "feed_version": batch.feed_version,
        "door": batch.door.value,
        "actor": batch.actor,
        "file_hash": batch.file_hash,
        "file_bytes": batch.file_bytes,
        "state": batch.state.value,
        "message": batch.message[:MESSAGE_CHARS_MAX],
        "received": batch.received,
        "accepted": batch.accepted,
        "quarantined": batch.quarantined,
        "duplicates": batch.duplicates,
        "ended": batch.ended,
        "received_at": batch.received_at,
        "finished_at": batch.finished_at,
        "seq": batch.seq,
        "noted": batch.noted,
        "signer_id": batch.signer_id,
        "released_by": batch.released_by,
        "origin_id": batch.origin_id,
        "claim": batch.claim,
        "claimed_until": batch.claimed_until,
        "root": batch.root,
    }


def _batch_of(row: Row[Any]) -> CreditBatch:
    values = dict(row._mapping)  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    return CreditBatch(
        **{
            **values,
            "door": Door(values["door"]),
            "state": BatchState(values["state"]),
            "noted": values["noted"] or 0,
        }
    )
