"""Issuing as the doors offer it: the API and the pages do the same through here.

The rule that must stay true: what is not the actor's own is not there at all, so that ids of others
are not for finding out; what is short is done at once, what is long is a task for a worker.
"""

from trace.issuing.commission import Commissioner, plan_activation, plan_void, run_now
from trace.issuing.events import Making
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import Connection, Row

from base.db import reading
from base.errors import Busy, NotFound
from base.queue import enqueue
from parties.access import Action, Allowed, Subject, may, require, require_role
from parties.actors import Actor, Role
from parties.issuing.blocks import Block, Issuer, read_block
from parties.issuing.prefixes import claim_prefix, end_prefix, read_prefix
from parties.issuing.ranges import RangeRequest
from parties.register import Registered
from parties.tasks import Task, read_task
from web.services import Services

TASK_JOB: Final = "jobs.tasks.run_task"

_log = structlog.get_logger(__name__)


def own(actor: Actor) -> Subject:
    """Return what belongs to the actor's party, as the subject of an action."""
    return Subject() if actor.party_id is None else Subject(party_ids=frozenset({actor.party_id}))


def party_of(actor: Actor, action: Action) -> UUID:
    """Return the party that the actor does `action` for; raises `Forbidden` where there is none."""
    require(actor, action, own(actor))
    if actor.party_id is None:
        raise NotFound("Only a party has products, prefixes and codes.")
    return actor.party_id


def issuer_of(parts: Services) -> Issuer:
    """Return what issues codes in this process."""
    return Issuer(
        journal=parts.desk.journal,
        secret=parts.secret,
        clock=parts.clock,
        block_max=parts.settings.codes_block_max,
        first_percent_max=parts.settings.codes_first_percent_max,
    )


def commissioner_of(parts: Services) -> Commissioner:
    """Return what activates and voids codes in this process."""
    return Commissioner(
        desk=parts.desk,
        issuer=issuer_of(parts),
        tasks_waiting_max=parts.settings.tasks_waiting_party_max,
    )


def block_for(
    connection: Connection, parts: Services, actor: Actor, action: Action, block_id: UUID
) -> Block:
    """Return a block that the actor may do `action` to; raises `NotFound` for any other."""
    require_role(actor, action)
    block = read_block(connection, parts.secret, parts.log, block_id)
    subject = Subject(party_ids=frozenset({block.party_id}))
    if not isinstance(may(actor, action, subject), Allowed):
        raise NotFound("There is no block with that id.")
    return block


def activate(
    parts: Services, actor: Actor, request: RangeRequest, making: Making, *, task_id: UUID | None
) -> Task:
    """Bind codes of an own block to a lot; the task is finished where the range is short."""
    party_of(actor, Action.ISSUE_CODES)
    planned = plan_activation(commissioner_of(parts), actor, request, making, task_id=task_id)
    return _begun(parts, actor, planned)


def void(parts: Services, actor: Actor, request: RangeRequest, *, task_id: UUID | None) -> Task:
    """Take codes of an own block out of use for ever; else as `activate`."""
    party_of(actor, Action.ISSUE_CODES)
    planned = plan_void(commissioner_of(parts), actor, request, task_id=task_id)
    return _begun(parts, actor, planned)


def _begun(parts: Services, actor: Actor, task: Task) -> Task:
    if task.is_finished:
        return task
    if task.total <= parts.settings.codes_direct_max:
        return run_now(commissioner_of(parts), actor, task)
    hand_over(parts, task)
    return task


def hand_over(parts: Services, task: Task) -> None:
    """Tell a worker of a task, after its commit."""
    try:
        enqueue(
            parts.long_queue,
            TASK_JOB,
            {"task_id": str(task.id)},
            job_id=f"task-{task.id}",
            seconds_max=parts.settings.task_seconds_max,
        )
    except Busy:
        # The task is a row; the timetable's sweep finds it once the queue is back.
        _log.warning("task_waits_for_queue", task=str(task.id))


def own_task(connection: Connection, actor: Actor, task_id: UUID) -> Task:
    """Return a task of the actor's own party; raises `NotFound` for any other."""
    party_id = party_of(actor, Action.ISSUE_CODES)
    task = read_task(connection, task_id)
    if task.party_id != party_id:
        raise NotFound("There is no task with that id.")
    return task


def claim(
    connection: Connection, parts: Services, actor: Actor, *, prefix: str, evidence: str
) -> Registered:
    """Claim a prefix for the actor's party."""
    return claim_prefix(
        connection,
        party_of(actor, Action.CLAIM_PREFIX),
        prefix,
        evidence=evidence,
        claims_max=parts.settings.codes_prefixes_party_max,
        now=parts.clock.now(),
    )


def end_claim(parts: Services, actor: Actor, row_id: UUID) -> Row[Any]:
    """End a prefix or a claim: an operator any, a producer its own; raises `NotFound`."""
    if actor.role is Role.OPERATOR:
        require(actor, Action.CONFIRM_PREFIX)
    else:
        party_id = party_of(actor, Action.CLAIM_PREFIX)
        with reading(parts.engine) as connection:
            if read_prefix(connection, row_id).party_id != party_id:
                raise NotFound("There is no claim of a prefix with that id.")
    record = parts.recorder(actor.id)
    return end_prefix(parts.engine, row_id, now=parts.clock.now(), record=record)
