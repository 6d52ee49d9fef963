"""A run of early warning that a worker does: asked for, its progress, and what it did.

The rule that must stay true: whoever asks waits for nobody; there is one run at a time, and one
that is done twice opens nothing twice.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, select

from base.clock import Clock
from base.db import transaction
from base.errors import NotFound
from base.strict_json import loads
from credit.warning.night import NightCounts, run_warnings
from ledger.append import lock_head
from ledger.journal import Journal
from parties.actors import Actor
from parties.tables import TASK
from parties.tasks import (
    MESSAGE_CHARS_MAX,
    Made,
    Task,
    TaskRequest,
    TaskState,
    Tell,
    create_task,
    read_task,
)

RUN_TASK: Final = "credit_warnings"
STAGES: Final = 4
"""Evidence is taken, credit and links are brought up, the rules are run, what they find is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDesk:
    """What a run needs. `gather` takes the evidence of this installation's own ledger first."""

    journal: Journal
    gather: Callable[[Actor], object]
    bring_up: Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningRun:
    """A run as it stands. `counts` are None until it is done; `message` says why it failed."""

    task: Task
    counts: NightCounts | None
    message: str


def plan_run(
    journal: Journal, actor: Actor, day: date, *, clock: Clock, run_id: UUID, waiting_max: int
) -> tuple[Task, bool]:
    """Return the run that is on its way or a new one, and whether it is new.

    The same id is the same run. Raises `Busy` where too many tasks wait.
    """
    request = TaskRequest(
        kind=RUN_TASK, subject=day.isoformat(), arguments={}, total=STAGES, id=run_id
    )
    with transaction(journal.engine) as connection:
        # Of two who ask at one moment the second waits here, and then sees the run of the first.
        lock_head(connection, journal.log)
        own = (TASK.c.kind == RUN_TASK, TASK.c.finished_at.is_(None) | (TASK.c.id == run_id))
        newest = select(TASK.c.id).where(*own).order_by((TASK.c.id == run_id).desc(), TASK.c.id)
        known = connection.execute(newest.limit(1)).scalar()
        if known is not None:
            return read_task(connection, known), False
        now = clock.now()
        return create_task(connection, actor, request, waiting_max=waiting_max, now=now), True


def make_run(desk: RunDesk, actor: Actor, task: Task, tell: Tell) -> Made:
    """Do a run; what it did is told in the task."""
    desk.gather(actor)
    tell(1)
    counts = run_warnings(
        desk.journal,
        actor,
        date.fromisoformat(task.subject),
        bring_up=desk.bring_up,
        # Gathering was the first of the stages.
        tell=lambda stage: tell(1 + stage),
    )
    return Made(message=orjson.dumps(asdict(counts)).decode())


def read_run(connection: Connection, run_id: UUID) -> WarningRun:
    """Return a run; raises `NotFound`, also for a task of another kind."""
    try:
        task = read_task(connection, run_id)
    except NotFound:
        raise NotFound("There is no run with that id.") from None
    if task.kind != RUN_TASK:
        raise NotFound("There is no run with that id.")
    return run_told(task)


def run_told(task: Task) -> WarningRun:
    """Return what a task says of a run."""
    if task.state is not TaskState.DONE:
        return WarningRun(task=task, counts=None, message=task.message)
    told: Any = loads(task.message.encode(), bytes_max=4 * MESSAGE_CHARS_MAX, depth_max=2)
    return WarningRun(task=task, counts=NightCounts(**told), message="")
