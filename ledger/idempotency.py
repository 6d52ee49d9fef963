"""Requests that were recorded before: the same key returns the same receipt.

One rule: a key belongs to one actor and one request body (by its SHA-256); with another body it is
a conflict, never a second recording. Rows are read and written under the head's lock.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from base.bulk import insert_rows
from base.errors import Busy, Conflict, Problem
from ledger.batch import Appended, Batch, Idempotency, Outcome, Receipt
from ledger.tables import LEDGER_IDEMPOTENCY

_IDEMPOTENCY_COLUMNS = tuple(column.name for column in LEDGER_IDEMPOTENCY.columns)


def replays(connection: Connection, log: int, batches: Sequence[Batch]) -> list[Outcome | None]:
    """Return, for each batch, the receipt of the same request recorded before, if there is one."""
    asked = {
        (batch.actor, batch.idempotency.key) for batch in batches if batch.idempotency is not None
    }
    known = _known_requests(connection, log, asked)
    answers: list[Outcome | None] = []
    seen: set[tuple[str, str]] = set()
    for batch in batches:
        if batch.idempotency is None:
            answers.append(None)
            continue
        name = (batch.actor, batch.idempotency.key)
        if name in known:
            answers.append(_replay_of(known[name], batch.idempotency))
        elif name in seen:
            # Its twin is in this very transaction, so it has no receipt yet.
            answers.append(
                Busy("The same request is being recorded right now; ask again.", retry_after_s=1)
            )
        else:
            seen.add(name)
            answers.append(None)
    return answers


def _known_requests(
    connection: Connection, log: int, asked: set[tuple[str, str]]
) -> dict[tuple[str, str], Row[Any]]:
    if not asked:
        return {}
    columns = LEDGER_IDEMPOTENCY.c
    wanted = or_(*(and_(columns.actor == actor, columns.key == key) for actor, key in asked))
    rows = connection.execute(select(LEDGER_IDEMPOTENCY).where(columns.log == log, wanted))
    return {(row.actor, row.key): row for row in rows}


def _replay_of(row: Row[Any], idempotency: Idempotency) -> Outcome:
    if row.request_hash != idempotency.request_hash:
        return Conflict(
            "This idempotency key was used for another request body; use a new key.",
            problems=[
                Problem(path="Idempotency-Key", code="key_reused", message="used for another body")
            ],
        )
    return Receipt(
        log=row.log,
        subject=row.subject,
        first_seq=row.first_seq,
        count=row.entry_count,
        kept=_unpack_kept(row.kept, row.entry_count),
        recorded_at=row.recorded_at,
        is_replay=True,
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
