"""The worker's side of long work: which kind of task is done by what.

One rule: a job carries the id of a task and nothing else, so that running it twice, or only when
the sweep finds it, does no harm. A new kind is one more row of the table.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from trace.issuing.commission import COMMISSION, DECOMMISSION, Commissioner, run_commission
from trace.sheets.capturing import SHEET, drop_rows, run_rows
from types import MappingProxyType
from typing import Final, TypeAlias
from uuid import UUID

import structlog

from base.db import reading
from base.errors import Unauthenticated
from credit.evidence.gathering import gather_evidence
from credit.folding.projector import bring_up_credit
from credit.index import open_credit_journal
from credit.intake.desk import IntakeDesk, open_intake
from credit.intake.handing import BATCH_TASK, run_batch
from credit.warning.handing import RUN_TASK, RunDesk, make_run
from credit.watching.soon import tell_soon
from jobs.instance import Instance, instance
from jobs.label_files import LABELS, make_label_file
from parties.accounts import actor_of_open_account
from parties.actors import Actor, Role
from parties.issuing.blocks import Issuer
from parties.tasks import Made, Task, Tell, attend, forget_finished, unattended_tasks

_log = structlog.get_logger(__name__)

Kind: TypeAlias = Callable[[Instance, Actor, Task, Tell], Made]
"""Does a task of one kind."""


def _commission(parts: Instance, actor: Actor, task: Task, tell: Tell) -> Made:
    issuer = Issuer(
        journal=parts.desk.journal,
        secret=parts.secret,
        clock=parts.clock,
        block_max=parts.settings.codes_block_max,
    )
    commissioner = Commissioner(
        desk=parts.desk, issuer=issuer, tasks_waiting_max=parts.settings.tasks_waiting_party_max
    )
    run_commission(commissioner, actor, task, tell)
    return Made()


def _rows(parts: Instance, actor: Actor, task: Task, tell: Tell) -> Made:
    return run_rows(
        parts.desk,
        _still_allowed(parts, actor, task),
        task,
        tell,
        folder=parts.settings.effective_files_dir,
        rows_max=parts.settings.sheet_document_rows_max,
    )


def _batch(parts: Instance, actor: Actor, task: Task, tell: Tell) -> Made:
    return run_batch(
        intake_desk(parts),
        _still_allowed(parts, actor, task),
        task,
        tell,
        folder=parts.settings.effective_files_dir,
    )


def _warnings(parts: Instance, actor: Actor, task: Task, tell: Tell) -> Made:
    intake, log = intake_desk(parts), parts.desk.journal.log
    desk = RunDesk(
        journal=intake.journal,
        gather=lambda who: gather_evidence(intake, who, parts.desk.owners.owners_of),
        bring_up=lambda: bring_up_credit(parts.engine, log),
    )
    return make_run(desk, _still_allowed(parts, actor, task), task, tell)


def intake_desk(parts: Instance) -> IntakeDesk:
    """Return the desk at which a worker takes batches of credit feeds."""
    journal = open_credit_journal(parts.settings, parts.engine, parts.clock)
    return open_intake(parts.settings, journal, parts.clock, parts.secret)


def _still_allowed(parts: Instance, actor: Actor, task: Task) -> Actor:
    """Return who asked, as he may act now; raises `Unauthenticated` for an ended key or account.

    The rows of a file are in no ledger yet, so their right is asked for when they are recorded.
    """
    if task.key_id is not None:
        actor = parts.key_ring.actor_of(task.key_id)
    elif task.account_id is not None:
        with reading(parts.engine) as connection:
            actor = actor_of_open_account(connection, task.account_id)
    if actor.id != task.actor:
        raise Unauthenticated("Whoever handed this in acts for somebody else by now.")
    return actor


WORKS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        COMMISSION: _commission,
        DECOMMISSION: _commission,
        LABELS: make_label_file,
        SHEET: _rows,
        BATCH_TASK: _batch,
        RUN_TASK: _warnings,
    }
)


def run_task(task_id: str) -> None:
    """Do one task, unless somebody else is at it."""
    work_on(instance(), UUID(task_id))


def sweep_tasks() -> None:
    """Do every task that waits or has lost its worker."""
    parts = instance()
    with reading(parts.engine) as connection:
        waiting = unattended_tasks(connection, now=parts.clock.now())
    for task_id in waiting:
        work_on(parts, task_id)


def forget_tasks() -> None:
    """Delete what was finished long ago."""
    parts = instance()
    before = parts.clock.now() - timedelta(days=parts.settings.tasks_days_max)
    count = forget_finished(parts.engine, before)
    _log.info("tasks_forgotten", count=count)


def work_on(parts: Instance, task_id: UUID) -> None:
    """Take a task and do it, unless somebody else is at it."""

    def work(task: Task, tell: Tell) -> Made:
        # What was asked was allowed when it was asked, and is in the ledger where it counts.
        actor = Actor(id=task.actor, role=Role.PRODUCER, party_id=task.party_id)
        return WORKS[task.kind](parts, actor, task, tell)

    task = attend(parts.engine, task_id, parts.clock, work)
    if task is not None:
        if task.kind == SHEET:
            drop_rows(task, parts.settings.effective_files_dir)
        if task.kind == BATCH_TASK:
            tell_soon(parts.settings)
        _log.info("task_left", task=str(task.id), kind=task.kind, state=task.state.value)
