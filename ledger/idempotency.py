"""Requests that were recorded before: the same key returns the same receipt.

One rule: a key belongs to one actor and one request body (by its SHA-256); with another body it is
a conflict, never a second recording. Rows are written, and read to decide, under the head's lock.
A request that is kept now and recorded later claims its key when it is kept.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_

from base.bulk import insert_rows
from base.errors import Busy, Conflict, Problem
from ledger.batch import Appended, Batch, Idempotency, Outcome, Receipt
from ledger.tables import LEDGER_IDEMPOTENCY

# A look-up by list is cut into pieces that every database takes as parameters.
_CHUNK = 500

_IDEMPOTENCY_COLUMNS = tuple(column.name for column in LEDGER_IDEMPOTENCY.columns)


def replays(connection: Connection, log: int, batches: Sequence[Batch]) -> list[Outcome | None]:
    """Return, for each batch, the receipt of the same request recorded before, if there is one."""
    names = [
        (batch.actor, batch.idempotency.key) for batch in batches if batch.idempotency is not None
    ]
    known = _known_requests(connection, log, list(dict.fromkeys(names)))
    answers: list[Outcome | None] = []
    for batch in batches:
        row = None
        if batch.idempotency is not None:
            row = known.get((batch.actor, batch.idempotency.key))
        if row is None or batch.idempotency is None:
            answers.append(None)
        else:
            answers.append(_replay_of(row, batch.idempotency))
    return answers


def claim(
    connection: Connection, head: Row[Any], batch: Batch, recorded_at: datetime
) -> Outcome | None:
    """Bind the key of a batch that is recorded later; the head is locked.

    Returns the receipt or the conflict where the key is bound already: to a request that was
    recorded, or to one that waits too, whose receipt has no entries and the other's subject.
    """
    (known,) = replays(connection, head.log, (batch,))
    if known is None:
        place = Appended(
            batch=batch, first_seq=head.size, kept=(), refused={}, recorded_at=recorded_at
        )
        remember(connection, head.log, (place,))
    return known


def twins_of(batches: Sequence[Batch]) -> dict[int, int]:
    """Return the positions of batches whose key an earlier one has, with the earlier's position."""
    first: dict[tuple[str, str], int] = {}
    twins: dict[int, int] = {}
    for position, batch in enumerate(batches):
        if batch.idempotency is not None:
            earlier = first.setdefault((batch.actor, batch.idempotency.key), position)
            if earlier != position:
                twins[position] = earlier
    return twins


def twin_outcome(first: Batch, outcome: Outcome | None, twin: Batch) -> Outcome:
    """Return the answer to a batch whose twin, in the same transaction, was answered `outcome`."""
    is_same = (
        first.idempotency is not None
        and twin.idempotency is not None
        and first.idempotency.request_hash == twin.idempotency.request_hash
    )
    if isinstance(outcome, Receipt):
        return replace(outcome, is_replay=True) if is_same else _other_body()
    if is_same and outcome is not None:
        return outcome
    # The key is still free: the first one's request was refused.
    return Busy("Another request used this key at the same moment; ask again.", retry_after_s=1)


def was_recorded(
    connection: Connection, log: int, actor: str, idempotency: Idempotency | None
) -> bool:
    """Return whether an actor's key was used by now, for this request or for another.

    Such a request is not judged by how things stand since: `replays` tells what it was.
    """
    if idempotency is None:
        return False
    return bool(_known_requests(connection, log, [(actor, idempotency.key)]))


def _known_requests(
    connection: Connection, log: int, asked: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Row[Any]]:
    columns = LEDGER_IDEMPOTENCY.c
    known: dict[tuple[str, str], Row[Any]] = {}
    for start in range(0, len(asked), _CHUNK):
        wanted = tuple_(columns.actor, columns.key).in_(asked[start : start + _CHUNK])
        rows = connection.execute(select(LEDGER_IDEMPOTENCY).where(columns.log == log, wanted))
        known.update(((row.actor, row.key), row) for row in rows)
    return known


def _replay_of(row: Row[Any], idempotency: Idempotency) -> Outcome:
    if row.request_hash != idempotency.request_hash:
        return _other_body()
    return Receipt(
        log=row.log,
        subject=row.subject,
        first_seq=row.first_seq,
        count=row.entry_count,
        kept=_unpack_kept(row.kept, row.entry_count),
        recorded_at=row.recorded_at,
        is_replay=True,
    )


def _other_body() -> Conflict:
    return Conflict(
        "This idempotency key was used for another request body; use a new key.",
        problems=[
            Problem(path="Idempotency-Key", code="key_reused", message="used for another body")
        ],
    )


def remember(connection: Connection, log: int, appended: Sequence[Appended]) -> None:
    """Record the keys of the appended batches, so that a retry finds their receipts."""
    rows = [
        (
            log,
            place.batch.actor,
            place.batch.idempotency.key,
            place.batch.idempotency.request_hash,
            place.batch.subject,
            place.first_seq,
            len(place.kept),
            _pack_kept(place),
            place.recorded_at,
        )
        for place in appended
        if place.batch.idempotency is not None
    ]
    insert_rows(connection, LEDGER_IDEMPOTENCY, _IDEMPOTENCY_COLUMNS, rows)


def _pack_kept(place: Appended) -> bytes | None:
    """Return the kept positions, 4 bytes each, or nothing where all were kept."""
    if len(place.kept) == len(place.batch.drafts):
        return None
    return b"".join(at.to_bytes(4, "big") for at in place.kept)


def _unpack_kept(packed: bytes | None, count: int) -> tuple[int, ...]:
    if packed is None:
        return tuple(range(count))
    return tuple(int.from_bytes(packed[at : at + 4], "big") for at in range(0, len(packed), 4))
