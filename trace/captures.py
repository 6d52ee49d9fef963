"""Capture jobs: what became of each document that was handed in (EPCIS 2.0, GET /capture/{id}).

One rule: the row of a finished capture is written in the transaction that appends its events, so
that a job never says something the ledger does not hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from trace.capture_problems import (
    NO_PROBLEMS,
    PROBLEMS_MAX,
    ProblemCounts,
    count_problems,
    dump_problems,
    load_problems,
)
from trace.page_tokens import read_instant, read_token, write_instant, write_token
from trace.tables import CAPTURE, CAPTURE_UPLOAD
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from base.errors import NotFound, Problem
from ledger.batch import Appended, Receipt


class ErrorBehaviour(StrEnum):
    """What happens to a document of which an event is refused (GS1-Capture-Error-Behaviour)."""

    ROLLBACK = "rollback"
    PROCEED = "proceed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureNote:
    """What the index needs of a capture. `is_stored`: its row was written when it was queued.

    `problems` are of refused events, `advice` is of recorded ones.
    """

    id: UUID
    party_id: UUID | None
    created_at: datetime
    behaviour: ErrorBehaviour
    event_count: int
    problems: Sequence[Problem] = ()
    advice: Sequence[Problem] = ()
    is_stored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A capture job. `kept_count` events were recorded from entry `first_seq` on.

    `problems` are the first ones, `counts` tells how many there were.
    """

    log: int
    id: UUID
    actor: str
    party_id: UUID | None
    created_at: datetime
    finished_at: datetime | None
    is_running: bool
    is_success: bool
    behaviour: ErrorBehaviour
    event_count: int
    kept_count: int | None
    first_seq: int | None
    problems: tuple[Problem, ...]
    counts: ProblemCounts = NO_PROBLEMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A document that waits for a worker, with the key or the account that handed it in."""

    capture: Capture
    key_id: UUID | None
    account_id: UUID | None
    body: bytes


def capture_row(log: int, place: Appended, note: CaptureNote) -> tuple[object, ...]:
    """Return the row of a capture that ends with this append, in the order of the columns."""
    values = {
        "log": log,
        "id": note.id,
        "actor": place.batch.actor,
        "party_id": note.party_id,
        "created_at": note.created_at,
        "error_behaviour": note.behaviour.value,
        "event_count": note.event_count,
        "request_hash": None,
        **ended_by(place, note),
    }
    return tuple(values[column.name] for column in CAPTURE.columns)


def whole_capture(receipt: Receipt, note: CaptureNote, *, actor: str) -> Capture | None:
    """Return the capture of a document of which every event was recorded now, else nothing.

    What was refused or left out is known to the row alone; that is then to be read.
    """
    if (
        receipt.is_replay
        or note.is_stored
        or receipt.count != note.event_count
        or not receipt.count
    ):
        return None
    return Capture(
        log=receipt.log,
        id=note.id,
        actor=actor,
        party_id=note.party_id,
        created_at=note.created_at,
        finished_at=receipt.recorded_at,
        is_running=False,
        is_success=True,
        behaviour=note.behaviour,
        event_count=note.event_count,
        kept_count=receipt.count,
        first_seq=receipt.first_seq,
        problems=tuple(note.advice[:PROBLEMS_MAX]),
        counts=count_problems(note.advice),
    )


def ended_by(place: Appended, note: CaptureNote) -> dict[str, Any]:
    """Return how a capture ended, from what was appended and what was refused before."""
    return finished_values(
        finished_at=place.recorded_at,
        kept_count=len(place.kept),
        first_seq=place.first_seq if place.kept else None,
        # What was refused comes first: only so many are kept.
        problems=(*note.problems, *place.refused.values(), *note.advice),
        # What the log held already is recorded, if not by this capture.
        is_success=len(place.kept) + len(place.refused) == note.event_count,
    )


def finished_values(
    *,
    finished_at: datetime,
    kept_count: int,
    first_seq: int | None,
    problems: Sequence[Problem],
    is_success: bool,
) -> dict[str, Any]:
    """Return the columns of an ended capture."""
    return {
        "finished_at": finished_at,
        "is_running": False,
        "is_success": is_success,
        "kept_count": kept_count,
        "first_seq": first_seq,
        "problems": dump_problems(problems),
    }


def read_capture(connection: Connection, log: int, capture_id: UUID) -> Capture:
    """Return a capture job; raises `NotFound`."""
    statement = select(CAPTURE).where(CAPTURE.c.log == log, CAPTURE.c.id == capture_id)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no capture job of this id.")
    return _capture_of(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturePage:
    """A page of capture jobs, newest first, and the token of the next one."""

    captures: tuple[Capture, ...]
    next_token: str | None


def list_captures(
    connection: Connection, log: int, *, party_id: UUID | None, per_page: int, token: str | None
) -> CapturePage:
    """Return the newest captures, of one party or of all; raises `InvalidInput` for a bad token."""
    columns = CAPTURE.c
    statement = select(CAPTURE).where(columns.log == log)
    if party_id is not None:
        statement = statement.where(columns.party_id == party_id)
    if token is not None:
        instant, number = read_token(token, 8, 16)
        created_at, capture_id = read_instant(instant), UUID(bytes=number)
        statement = statement.where(
            (columns.created_at < created_at)
            | ((columns.created_at == created_at) & (columns.id < capture_id))
        )
    statement = statement.order_by(columns.created_at.desc(), columns.id.desc())
    rows = connection.execute(statement.limit(per_page + 1)).all()
    shown = tuple(_capture_of(row) for row in rows[:per_page])
    has_more = len(rows) > per_page
    return CapturePage(captures=shown, next_token=_token_after(shown[-1]) if has_more else None)


def _token_after(capture: Capture) -> str:
    return write_token(write_instant(capture.created_at), capture.id.bytes)


def store_upload(connection: Connection, upload: Upload) -> None:
    """Keep a document until a worker captures it."""
    capture = upload.capture
    connection.execute(
        insert(CAPTURE).values(
            log=capture.log,
            id=capture.id,
            actor=capture.actor,
            party_id=capture.party_id,
            created_at=capture.created_at,
            is_running=True,
            is_success=True,
            error_behaviour=capture.behaviour.value,
            event_count=capture.event_count,
            problems=dump_problems(()),
        )
    )
    connection.execute(
        insert(CAPTURE_UPLOAD).values(
            log=capture.log,
            capture_id=capture.id,
            key_id=upload.key_id,
            account_id=upload.account_id,
            body=upload.body,
        )
    )


def read_upload(connection: Connection, log: int, capture_id: UUID) -> Upload | None:
    """Return a waiting document, or nothing where it was captured already."""
    statement = select(CAPTURE_UPLOAD).where(
        CAPTURE_UPLOAD.c.log == log, CAPTURE_UPLOAD.c.capture_id == capture_id
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    return Upload(
        capture=read_capture(connection, log, capture_id),
        key_id=row.key_id,
        account_id=row.account_id,
        body=row.body,
    )


def waiting_uploads(connection: Connection, log: int) -> list[UUID]:
    """Return the captures whose documents wait for a worker, oldest first."""
    statement = (
        select(CAPTURE.c.id)
        .join(
            CAPTURE_UPLOAD,
            (CAPTURE_UPLOAD.c.log == CAPTURE.c.log) & (CAPTURE_UPLOAD.c.capture_id == CAPTURE.c.id),
        )
        .where(CAPTURE.c.log == log)
        .order_by(CAPTURE.c.created_at, CAPTURE.c.id)
    )
    return list(connection.execute(statement).scalars())


def count_waiting(connection: Connection, log: int, *, party_id: UUID | None) -> tuple[int, int]:
    """Return how many documents wait for a worker: in all, and of this party."""
    statement = (
        select(
            func.count(),
            func.count().filter(CAPTURE.c.party_id.is_not_distinct_from(party_id)),
        )
        .select_from(CAPTURE_UPLOAD)
        .join(
            CAPTURE,
            (CAPTURE_UPLOAD.c.log == CAPTURE.c.log) & (CAPTURE_UPLOAD.c.capture_id == CAPTURE.c.id),
        )
        .where(CAPTURE_UPLOAD.c.log == log)
    )
    whole, own = connection.execute(statement).one()
    return whole, own


def finish_stored(
    connection: Connection,
    log: int,
    capture_id: UUID,
    values: dict[str, Any],
    *,
    only_running: bool = False,
) -> None:
    """End a queued capture: its row says how, its document is no longer kept.

    With `only_running` a capture that has ended already stays as it ended: of two workers with one
    document, the one that could not capture it does not take back what the other one recorded.
    """
    statement = update(CAPTURE).where(CAPTURE.c.log == log, CAPTURE.c.id == capture_id)
    if only_running:
        statement = statement.where(CAPTURE.c.is_running)
    connection.execute(statement.values(**values))
    connection.execute(
        delete(CAPTURE_UPLOAD).where(
            CAPTURE_UPLOAD.c.log == log, CAPTURE_UPLOAD.c.capture_id == capture_id
        )
    )


def _capture_of(row: Row[Any]) -> Capture:
    problems, counts = load_problems(row.problems)
    return Capture(
        log=row.log,
        id=row.id,
        actor=row.actor,
        party_id=row.party_id,
        created_at=row.created_at,
        finished_at=row.finished_at,
        is_running=row.is_running,
        is_success=row.is_success,
        behaviour=ErrorBehaviour(row.error_behaviour),
        event_count=row.event_count,
        kept_count=row.kept_count,
        first_seq=row.first_seq,
        problems=problems,
        counts=counts,
    )
