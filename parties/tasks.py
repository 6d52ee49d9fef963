"""Long work that somebody asked for: what it is, how far it is, what came of it.

The rule that must stay true: a task is a row before anybody works on it, and working on it twice
does no harm. A worker that died leaves a row that was not touched for a while; the sweep starts it
again. Each try has a number, and only the newest one may write to the row: a worker that was taken
for dead finds out with its next word and stops.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
import structlog
from sqlalchemy import Connection, Engine, Row, delete, func, or_, select, update

from base.clock import Clock
from base.db import describe_error, is_database_error, reading, transaction
from base.errors import AppError, Busy, Conflict, InvalidInput, NotFound
from base.strict_json import JsonObject, loads
from parties.actors import Actor
from parties.ids import new_id
from parties.rows import insert_once
from parties.tables import TASK

_log = structlog.get_logger(__name__)

STALE_AFTER: Final = timedelta(minutes=2)
"""A running task that was not touched for so long has lost its worker."""

ATTEMPTS_MAX: Final = 5
"""A task that failed unexpectedly so often is given up, so that it does not stop the others."""

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
    failed, or what there is to say about what was made. `attempt` counts who took it. `key_id` or
    `account_id` is by which it was asked, for what has to be allowed still when it is done.
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
    attempt: int
    message: str
    file_name: str
    created_at: datetime
    touched_at: datetime
    finished_at: datetime | None
    key_id: UUID | None
    account_id: UUID | None

    @property
    def is_finished(self) -> bool:
        """Return whether nothing more happens to it."""
        return self.finished_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of a task: the name of a file that can be fetched, and a word about it."""

    file_name: str = ""
    message: str = ""


class TaskRefused(InvalidInput):
    """A task that ends here, with a file that says why."""

    code = "task_refused"

    def __init__(self, message: str, *, file_name: str) -> None:
        super().__init__(message)
        self.file_name = file_name


class TaskLost(Exception):
    """Another worker took the task over: nothing of this try counts any more."""


Tell: TypeAlias = Callable[[int], None]
"""Keeps how much of a task is done; raises `TaskLost`."""

Work: TypeAlias = Callable[[Task, Tell], Made]
"""Does a task."""


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

    Raises `Busy` where too many of the party's tasks are not finished yet, and `Conflict` where
    the id is that of another task.
    """
    row_id = request.id or new_id(now)
    known = connection.execute(select(TASK).where(TASK.c.id == row_id)).one_or_none()
    if known is not None:
        return _same_task(_task_of(known), actor, request)
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
        "attempt": 0,
        "message": "",
        "file_name": "",
        "created_at": now,
        "touched_at": now,
        "finished_at": None,
        "key_id": actor.key_id,
        "account_id": actor.account_id,
    }
    insert_once(connection, TASK, values)
    return _same_task(read_task(connection, row_id), actor, request)


def _same_task(task: Task, actor: Actor, request: TaskRequest) -> Task:
    asked = (actor.id, request.kind, request.subject, _lasting(request.arguments))
    if asked != (task.actor, task.kind, task.subject, _lasting(task.arguments)):
        raise Conflict("This idempotency key was used for another request.")
    return task


def _lasting(arguments: JsonObject) -> JsonObject:
    """Leave out the instant that a door fills in: a retry of the same request has a later one."""
    return {name: value for name, value in arguments.items() if name != "happened_at"}


def drop_task(engine: Engine, task_id: UUID) -> None:
    """Forget a task that was refused before anybody took it, so that it can be asked for anew."""
    with transaction(engine) as connection:
        connection.execute(delete(TASK).where(TASK.c.id == task_id, TASK.c.attempt == 0))


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
            .values(
                state=TaskState.RUNNING.value, touched_at=now, attempt=TASK.c.attempt + 1, done=0
            )
            .returning(TASK)
        )
        row = connection.execute(taken).one_or_none()
    return None if row is None else _task_of(row)


def attend(engine: Engine, task_id: UUID, clock: Clock, work: Work) -> Task | None:
    """Do a task if nobody else is at it, and return it as it then stands; else None.

    What `work` refuses is told in the task. What is busy, and what broke for a reason nobody
    foresaw, is left to be taken up again, the latter `ATTEMPTS_MAX` times at most.
    """
    task = take_task(engine, task_id, clock)
    if task is None:
        return None
    try:
        _close(engine, task, clock, TaskState.DONE, work(task, teller(engine, task, clock)))
    except TaskLost:
        _log.warning("task_lost", task=str(task.id), attempt=task.attempt)
        return None
    except Busy:
        _let_go(engine, task, clock)
    except TaskRefused as refusal:
        made = Made(message=refusal.message, file_name=refusal.file_name)
        _close(engine, task, clock, TaskState.FAILED, made)
    except AppError as refusal:
        _close(engine, task, clock, TaskState.FAILED, Made(message=refusal.message))
    except Exception as error:  # Broad: one broken task must not keep the worker from the others.
        told = describe_error(error) if is_database_error(error) else repr(error)
        _log.exception("task_broke", task=str(task.id), kind=task.kind, error=told)
        _give_up_or_let_go(engine, task, clock)
    with reading(engine) as connection:
        return read_task(connection, task.id)


def teller(engine: Engine, task: Task, clock: Clock) -> Tell:
    """Return what keeps the progress of this try of a task."""

    def tell(done: int) -> None:
        _set(engine, task, {"done": done, "touched_at": clock.now()})

    return tell


def forget_finished(engine: Engine, before: datetime) -> int:
    """Delete the tasks that were finished before an instant; return how many."""
    with transaction(engine) as connection:
        old = delete(TASK).where(TASK.c.finished_at.is_not(None), TASK.c.finished_at < before)
        return connection.execute(old).rowcount


def _give_up_or_let_go(engine: Engine, task: Task, clock: Clock) -> None:
    if task.attempt < ATTEMPTS_MAX:
        _let_go(engine, task, clock)
        return
    message = f"It broke {task.attempt} times; ask the operator of this installation."
    _close(engine, task, clock, TaskState.FAILED, Made(message=message))


def _let_go(engine: Engine, task: Task, clock: Clock) -> None:
    _set(engine, task, {"state": TaskState.WAITING.value, "touched_at": clock.now()})


def _close(engine: Engine, task: Task, clock: Clock, state: TaskState, made: Made) -> None:
    now = clock.now()
    values: dict[str, Any] = {
        "state": state.value,
        "message": made.message[:MESSAGE_CHARS_MAX],
        "file_name": made.file_name,
        "touched_at": now,
        "finished_at": now,
    }
    if state is TaskState.DONE:
        values["done"] = TASK.c.total
    _set(engine, task, values)


def _set(engine: Engine, task: Task, values: dict[str, Any]) -> None:
    """Write to the row as this try of the task; raises `TaskLost` where a newer one has it."""
    with transaction(engine) as connection:
        own = update(TASK).where(
            TASK.c.id == task.id,
            TASK.c.attempt == task.attempt,
            TASK.c.state == TaskState.RUNNING.value,
        )
        if connection.execute(own.values(**values)).rowcount != 1:
            raise TaskLost


def _task_of(row: Row[Any]) -> Task:
    read = loads(
        row.arguments.encode(), bytes_max=_ARGUMENTS_BYTES_MAX, depth_max=_ARGUMENTS_DEPTH_MAX
    )
    if not isinstance(read, dict):
        raise TypeError("the arguments of a task are an object")
    values = dict(row._mapping)  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    return Task(**{**values, "arguments": read, "state": TaskState(row.state)})
