"""Batches that a worker takes: a task with its progress, and a row that waits until it is taken.

The rule that must stay true: the file and the row are kept before anybody is told of the task; the
same file handed over twice is one batch, and what was doubted at the door is doubted by the worker.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.db import reading, transaction
from base.strict_json import JsonObject
from credit.feeds.model import Feed
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import BatchState, CreditBatch, Door, read_batch
from credit.intake.desk import IntakeDesk, Sent
from credit.intake.files import File, read_file
from credit.intake.taking import keep_first, new_batch, same_batch, take_batch
from parties.actors import Actor
from parties.tables import TASK
from parties.tasks import Made, Task, TaskRequest, TaskState, Tell, create_task, read_task

BATCH_TASK: Final = "credit_batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandingDesk:
    """What handing over needs: where files are kept, and how many tasks may wait."""

    intake: IntakeDesk
    folder: Path
    waiting_max: int


def plan_batch(
    handing: HandingDesk, actor: Actor, feed: Feed, came: File, *, door: Door, sent: Sent
) -> tuple[CreditBatch, Task | None]:
    """Return the batch of a file that is kept with the task that takes it, None for nothing to do.

    Raises `Busy` where too many tasks wait.
    """
    desk = handing.intake
    engine, now = desk.journal.engine, desk.clock.now()
    with reading(engine) as connection:
        same = same_batch(connection, desk.journal.log, feed, came.hash)
        if same is not None and not _is_to_do(same, sent):
            return same, None
        waiting = None if same is None else task_of_batch(connection, same.id)
    if same is not None and waiting is not None and not waiting.is_finished:
        return same, waiting
    batch = same or replace(new_batch(desk, actor, feed, came, door), signer_id=sent.signer)
    request = TaskRequest(
        kind=BATCH_TASK,
        subject=str(batch.id),
        arguments=_arguments(door, sent),
        total=0 if came.is_workbook else max(came.lines - 1, 0),
    )
    with transaction(engine) as connection:
        first = keep_first(connection, feed, batch) if same is None else None
        if first is None:
            waiting_max = handing.waiting_max
            task = create_task(connection, actor, request, waiting_max=waiting_max, now=now)
            return batch, task
    # The same bytes came in at the same moment, and theirs is the batch.
    return plan_batch(handing, actor, feed, came, door=door, sent=sent)


def run_batch(desk: IntakeDesk, actor: Actor, task: Task, tell: Tell, *, folder: Path) -> Made:
    """Take the batch of a task; what it came to stands in the batch."""
    engine, log = desk.journal.engine, desk.journal.log
    with reading(engine) as connection:
        batch = read_batch(connection, log, UUID(task.subject))
    body = read_file(folder, batch.file_hash)
    told = replace(desk, tell=tell)
    door, sent = _read_arguments(task.arguments)
    taken = take_batch(told, actor, FEEDS[batch.feed], body, door=door, sent=sent)
    bring_up_credit(engine, log)
    return Made(message=f"{taken.state.value}: {taken.message}" if taken.message else "")


def task_of_batch(connection: Connection, batch_id: UUID) -> Task | None:
    """Return the newest task that takes a batch; None where no worker does."""
    own = (TASK.c.kind == BATCH_TASK, TASK.c.subject == str(batch_id))
    newest = select(TASK.c.id).where(*own).order_by(TASK.c.id.desc()).limit(1)
    found = connection.execute(newest).scalar()
    return None if found is None else read_task(connection, found)


def progress_of(connection: Connection, batch: CreditBatch) -> JsonObject | None:
    """Return how far a worker is with a batch; None where it waits for none."""
    task = task_of_batch(connection, batch.id) if batch.state is BatchState.WAITING else None
    if task is None:
        return None
    running = task.state is TaskState.RUNNING
    return {"state": task.state.value, "rows_read": task.done if running else 0, "rows": task.total}


def _is_to_do(batch: CreditBatch, sent: Sent) -> bool:
    """Return whether a batch waits, or was held and comes signed this time."""
    if batch.state is BatchState.HELD:
        return sent.signer is not None and not sent.doubt
    return batch.state is BatchState.WAITING


def _arguments(door: Door, sent: Sent) -> JsonObject:
    return {
        "door": door.value,
        "doubt": sent.doubt,
        "rows": sent.rows,
        "signer": None if sent.signer is None else str(sent.signer),
        "made_at": None if sent.made_at is None else sent.made_at.isoformat(),
    }


def _read_arguments(told: JsonObject) -> tuple[Door, Sent]:
    read: dict[str, Any] = dict(told)
    signer, made_at = read["signer"], read["made_at"]
    return Door(read["door"]), Sent(
        doubt=read["doubt"],
        rows=read["rows"],
        signer=None if signer is None else UUID(signer),
        made_at=None if made_at is None else datetime.fromisoformat(made_at),
    )
