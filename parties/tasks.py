"""Long work that somebody asked for: what it is, how far it is, what came of it.

The rule that must stay true: a task is a row before anybody works on it, and working on it twice
does no harm. A worker that died leaves a row that was not touched for a while; the sweep starts it
again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, Row, func, or_, select, update

from base.clock import Clock
from base.db import reading, transaction
from base.errors import AppError, Busy, NotFound
from base.strict_json import JsonObject, loads
from parties.actors import Actor
from parties.ids import new_id
from parties.rows import insert_once
from parties.tables import TASK

STALE_AFTER: Final = timedelta(minutes=2)
"""A running task that was not touched for so long has lost its worker."""

MESSAGE_CHARS_MAX: Final = 1000
_ARGUMENTS_BYTES_MAX: Final = 64 << 10
_ARGUMENTS_DEPTH_MAX: Final = 8
_RETRY_AFTER_S: Final = 30


class TaskState(StrEnum):
    """Where a task is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One piece of long work. `done` of `total` are counted in what the kind counts.

    `file_name` is what can be fetched when it is done, "" for nothing; `message` says why it
    failed.
    """

    id: UUID
    party_id: UUID | None
    actor: str
    kind: str
    subject: str
    arguments: JsonObject
    state: TaskState
    total: int
    done: int
    message: str
    file_name: str
    created_at: datetime
    touched_at: datetime
    finished_at: datetime | None

    @property
    def is_finished(self) -> bool:
        """Return whether nothing more happens to it."""
        return self.finished_at is not None


Tell: TypeAlias = Callable[[int], None]
"""Keeps how much of a task is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRequest:
    """What is to be done: a kind of the worker's table, what it is about, and how much it is.

    With an `id` the same request made twice is one task.
    """

    kind: str
    subject: str
    arguments: JsonObject
    total: int
    id: UUID | None = None


def create_task(
    connection: Connection, actor: Actor, request: TaskRequest, *, waiting_max: int, now: datetime
) -> Task:
    """Keep a task until a worker takes it.

    Raises `Busy` where too many of the party's tasks are not finished yet.
    """
    row_id = request.id or new_id(now)
    known = connection.execute(select(TASK).where(TASK.c.id == row_id)).one_or_none()
    if known is not None:
        return _task_of(known)
    unfinished = select(func.count()).where(
        TASK.c.party_id == actor.party_id, TASK.c.finished_at.is_(None)
    )
    if connection.execute(unfinished).scalar_one() >= waiting_max:
        message = "Too many of your files and activations are still being made; try again later."
        raise Busy(message, retry_after_s=_RETRY_AFTER_S)
    values = {
        "id": row_id,
        "party_id": actor.party_id,
        "actor": actor.id,
        "kind": request.kind,
        "subject": request.subject,
        "arguments": orjson.dumps(request.arguments).decode(),
        "state": TaskState.WAITING.value,
        "total": request.total,
        "done": 0,
        "message": "",
        "file_name": "",
        "created_at": now,
        "touched_at": now,
        "finished_at": None,
    }
    insert_once(connection, TASK, values)
    return read_task(connection, row_id)


def read_task(connection: Connection, task_id: UUID) -> Task:
    """Return a task; raises `NotFound`."""
    row = connection.execute(select(TASK).where(TASK.c.id == task_id)).one_or_none()
    if row is None:
        raise NotFound("There is no task with that id.")
    return _task_of(row)


def list_tasks(
    connection: Connection, *, party_id: UUID, before: UUID | None, rows_max: int
) -> list[Task]:
    """Return at most `rows_max` tasks of a party, newest first, older than `before`."""
    statement = select(TASK).where(TASK.c.party_id == party_id)
    if before is not None:
        statement = statement.where(TASK.c.id < before)
    rows = connection.execute(statement.order_by(TASK.c.id.desc()).limit(rows_max))
    return [_task_of(row) for row in rows]


def unattended_tasks(connection: Connection, *, now: datetime) -> Sequence[UUID]:
    """Return the tasks that wait, or whose worker was not heard of for `STALE_AFTER`."""
    is_lost = (TASK.c.state == TaskState.RUNNING.value) & (TASK.c.touched_at < now - STALE_AFTER)
    wanted = or_(TASK.c.state == TaskState.WAITING.value, is_lost)
    return connection.execute(select(TASK.c.id).where(wanted).order_by(TASK.c.id)).scalars().all()


def take_task(engine: Engine, task_id: UUID, clock: Clock) -> Task | None:
    """Return the task to whoever may work on it now, None where another one is at it."""
    now = clock.now()
    with transaction(engine) as connection:
        is_free = or_(
            TASK.c.state == TaskState.WAITING.value,
            (TASK.c.state == TaskState.RUNNING.value) & (TASK.c.touched_at < now - STALE_AFTER),
        )
        taken = (
            update(TASK)
            .where(TASK.c.id == task_id, is_free)
            .values(state=TaskState.RUNNING.value, touched_at=now)
            .returning(TASK)
        )
        row = connection.execute(taken).one_or_none()
    return None if row is None else _task_of(row)


def attend(
    engine: Engine, task_id: UUID, clock: Clock, work: Callable[[Task, Tell], str]
) -> Task | None:
    """Do a task if nobody else is at it, and return it as it then stands; else None.

    `work` returns the name of the file that it made, "" for none. What it refuses is told in the
    task; what is busy is left for the sweep.
    """
    task = take_task(engine, task_id, clock)
    if task is None:
        return None
    tell = teller(engine, task.id, clock)
    try:
        file_name = work(task, tell)
    except Busy:
        # It stays as it is and is taken up again once it was left alone for a while.
        return task
    except AppError as refusal:
        fail_task(engine, task.id, clock, message=refusal.message)
    else:
        finish_task(engine, task.id, clock, file_name=file_name)
    with reading(engine) as connection:
        return read_task(connection, task.id)


def teller(engine: Engine, task_id: UUID, clock: Clock) -> Tell:
    """Return what keeps the progress of a task."""

    def tell(done: int) -> None:
        _set(engine, task_id, {"done": done, "touched_at": clock.now()})

    return tell


def finish_task(engine: Engine, task_id: UUID, clock: Clock, *, file_name: str = "") -> None:
    """Say that a task is done, and what can be fetched."""
    now = clock.now()
    values = {"state": TaskState.DONE.value, "done": TASK.c.total, "file_name": file_name}
    _set(engine, task_id, {**values, "touched_at": now, "finished_at": now})


def fail_task(engine: Engine, task_id: UUID, clock: Clock, *, message: str) -> None:
    """Say that a task cannot be done, and why."""
    now = clock.now()
    values = {"state": TaskState.FAILED.value, "message": message[:MESSAGE_CHARS_MAX]}
    _set(engine, task_id, {**values, "touched_at": now, "finished_at": now})


def _set(engine: Engine, task_id: UUID, values: dict[str, Any]) -> None:
    with transaction(engine) as connection:
        connection.execute(update(TASK).where(TASK.c.id == task_id).values(**values))


def _task_of(row: Row[Any]) -> Task:
    read = loads(
        row.arguments.encode(), bytes_max=_ARGUMENTS_BYTES_MAX, depth_max=_ARGUMENTS_DEPTH_MAX
    )
    if not isinstance(read, dict):
        raise TypeError("the arguments of a task are an object")
    values = dict(row._mapping)  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    return Task(**{**values, "arguments": read, "state": TaskState(row.state)})
