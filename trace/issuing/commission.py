"""Activating and voiding issued codes: a range in the ledger, then the events of its items.

The rule that must stay true: what is to be done is a task before anything is recorded, and every
step of it may be done twice; so nothing that was acknowledged is left half done, whoever dies.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from trace.capture import Desk, Submission, submit
from trace.events.check import check_events
from trace.issuing.events import Making, commissioning, decommissioning
from typing import Final
from uuid import UUID

import orjson

from base.clock import CIVIL_ZONE, Clock
from base.db import reading, transaction
from base.errors import AppError, Busy, InvalidInput, Problem
from base.strict_json import JsonObject
from codes.canonical import uri_to_register
from codes.model import Category, CodeError
from ledger.batch import Idempotency
from parties.actors import Actor
from parties.drafts import refusal_words
from parties.issuing.blocks import Issuer, read_block, texts_of
from parties.issuing.ranges import CodeRange, RangeRequest, activated_within, record_range
from parties.issuing.tables import RangeAction
from parties.tasks import Made, Task, TaskRequest, Tell, attend, create_task, drop_task
from schemas.epcis import DocumentLimits, read_document

COMMISSION: Final = "commission"
DECOMMISSION: Final = "decommission"

# Keys that begin so are no caller's to use (`web.idempotency`).
_OWN_KEYS: Final = "capture:task:"
_LIMITS: Final = DocumentLimits(bytes_max=8 << 20, depth_max=16)

# What was made longer ago is not on any shelf that these codes could be put on.
_PAST_MAX: Final = timedelta(days=3653)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commissioner:
    """What this work needs: the desk that records events, the issuer, how many tasks may wait."""

    desk: Desk
    issuer: Issuer
    tasks_waiting_max: int

    @property
    def clock(self) -> Clock:
        """The clock of the desk."""
        return self.desk.clock


def plan_activation(
    commissioner: Commissioner,
    actor: Actor,
    request: RangeRequest,
    making: Making,
    *,
    task_id: UUID | None = None,
) -> Task:
    """Bind codes of the actor's block to a lot; return the task that records their events.

    The range is in the ledger when this returns; the events follow by `run_commission`. Raises
    `InvalidInput` with the path of a field, `NotFound`, `Busy`.
    """
    making = replace(making, site=_own_site(commissioner, actor, making.site))
    arguments: JsonObject = {
        **_range_arguments(request),
        "lot": request.lot,
        "site": making.site,
        "happened_at": _happened(commissioner, making.happened_at),
        "produced_on": making.produced_on.isoformat() if making.produced_on else "",
        "expires_on": making.expires_on.isoformat() if making.expires_on else "",
    }
    _require_days(commissioner, making)
    _require_readable(commissioner, actor, request, making)
    return _plan(commissioner, actor, COMMISSION, request, arguments, task_id)


def plan_void(
    commissioner: Commissioner,
    actor: Actor,
    request: RangeRequest,
    *,
    task_id: UUID | None = None,
) -> Task:
    """Take codes out of use for ever; return the task that records the end of those in use.

    Raises as `plan_activation`.
    """
    arguments: JsonObject = {**_range_arguments(request), "reason": request.reason}
    return _plan(commissioner, actor, DECOMMISSION, request, arguments, task_id)


def run_now(commissioner: Commissioner, actor: Actor, task: Task) -> Task:
    """Do a short task while its sender waits; return it as it then stands."""

    def work(taken: Task, tell: Tell) -> Made:
        run_commission(commissioner, actor, taken, tell)
        return Made()

    engine = commissioner.desk.journal.engine
    return attend(engine, task.id, commissioner.clock, work) or task


def run_commission(commissioner: Commissioner, actor: Actor, task: Task, tell: Tell) -> None:
    """Record the events of a task; done again, it records nothing twice."""
    request = _request_of(task)
    found = _record(commissioner, actor, task, request)
    documents = _documents(commissioner, found, task)
    done = 0
    for number, (body, count) in enumerate(documents):
        key = f"{_OWN_KEYS}{task.id}:{number}"
        submission = Submission(
            actor=actor,
            document=read_document(body, limits=_LIMITS),
            idempotency=Idempotency(key=key, request_hash=hashlib.sha256(body).digest()),
        )
        submit(commissioner.desk, submission)
        done += count
        tell(done)


def _plan(
    commissioner: Commissioner,
    actor: Actor,
    kind: str,
    request: RangeRequest,
    arguments: JsonObject,
    task_id: UUID | None,
) -> Task:
    wanted = TaskRequest(
        kind=kind,
        subject=str(request.block_id),
        arguments=arguments,
        total=max(request.last - request.first + 1, 0),
        id=task_id,
    )
    engine = commissioner.desk.journal.engine
    with transaction(engine) as connection:
        task = create_task(
            connection,
            actor,
            wanted,
            waiting_max=commissioner.tasks_waiting_max,
            now=commissioner.clock.now(),
        )
    try:
        _record(commissioner, actor, task, _request_of(task))
    except Busy:
        # Whether it was recorded is unknown: the task stays, and whoever does it finds out.
        raise
    except AppError:
        drop_task(engine, task.id)
        raise
    return task


def _record(
    commissioner: Commissioner, actor: Actor, task: Task, request: RangeRequest
) -> CodeRange:
    body = orjson.dumps(task.arguments, option=orjson.OPT_SORT_KEYS)
    once = Idempotency(key=f"{_OWN_KEYS}{task.id}", request_hash=hashlib.sha256(body).digest())
    return record_range(commissioner.issuer, actor, request, idempotency=once)


def _documents(
    commissioner: Commissioner, found: CodeRange, task: Task
) -> Iterator[tuple[bytes, int]]:
    if found.action is RangeAction.ACTIVATED:
        making = Making(
            site=_text(task.arguments, "site"),
            happened_at=datetime.fromisoformat(_text(task.arguments, "happened_at")),
            lot=found.lot,
            produced_on=_day(task.arguments, "produced_on"),
            expires_on=_day(task.arguments, "expires_on"),
        )
        return commissioning(_uris(commissioner, found, found.first, found.last), making)
    with reading(commissioner.desk.journal.engine) as connection:
        in_use = activated_within(connection, found)
    ended = (uri for first, last in in_use for uri in _uris(commissioner, found, first, last))
    return decommissioning(ended, task.created_at)


def _uris(commissioner: Commissioner, found: CodeRange, first: int, last: int) -> Iterator[str]:
    block, secret = found.block, commissioner.issuer.secret
    for text in texts_of(block, secret, first=first, count=last - first + 1):
        yield block.kind.uri_of_text(block.series.scope, text)


def _range_arguments(request: RangeRequest) -> JsonObject:
    return {"block_id": str(request.block_id), "first": request.first, "last": request.last}


def _request_of(task: Task) -> RangeRequest:
    is_activation = task.kind == COMMISSION
    return RangeRequest(
        block_id=UUID(_text(task.arguments, "block_id")),
        action=RangeAction.ACTIVATED if is_activation else RangeAction.VOIDED,
        first=_number(task.arguments, "first"),
        last=_number(task.arguments, "last"),
        lot=_text(task.arguments, "lot") if is_activation else "",
        reason="" if is_activation else _text(task.arguments, "reason"),
    )


def _own_site(commissioner: Commissioner, actor: Actor, text: str) -> str:
    """Return the canonical URI of a site of the actor's party; raises `InvalidInput`."""
    try:
        site = uri_to_register(text, Category.PLACE)
    except CodeError as refusal:
        example = "6901234567892 or https://id.gs1.org/414/6901234567892"
        raise _wrong("site", refusal.rule, refusal_words(refusal, example)) from None
    if commissioner.desk.owners.owners_of([site])[site] != actor.party_id:
        raise _wrong("site", "site", "is not a registered site of this party")
    return site


def _happened(commissioner: Commissioner, happened_at: datetime) -> str:
    if happened_at > commissioner.clock.now() + commissioner.desk.future_max:
        raise _wrong("happened_at", "future", "lies in the future")
    return happened_at.isoformat(timespec="milliseconds")


def _require_readable(
    commissioner: Commissioner, actor: Actor, request: RangeRequest, making: Making
) -> None:
    """Refuse what the events' own rules would refuse, before a range is in the ledger for ever."""
    issuer = commissioner.issuer
    with reading(commissioner.desk.journal.engine) as connection:
        block = read_block(connection, issuer.secret, issuer.journal.log, request.block_id)
    if block.party_id != actor.party_id or not block.kind.is_item:
        return  # Said with its reason by whoever records the range.
    (text,) = texts_of(block, issuer.secret, count=1)
    uri = block.kind.uri_of_text(block.series.scope, text)
    oldest = commissioner.clock.now() - _PAST_MAX
    if making.happened_at < oldest:
        raise _wrong("happened_at", "past", f"lies before {oldest:%Y-%m-%d}")
    for body, _ in commissioning([uri], making):
        try:
            document = read_document(body, limits=_LIMITS)
        except InvalidInput as refusal:
            raise _wrong("happened_at", "event", refusal.message) from None
        rules = check_events(
            document, now=commissioner.clock.now(), future_max=commissioner.desk.future_max
        )
        for _, problem in rules:
            raise _wrong("happened_at", problem.code, problem.message)


def _require_days(commissioner: Commissioner, making: Making) -> None:
    produced, expires = making.produced_on, making.expires_on
    # Labels of the night shift bear the next day.
    last = commissioner.clock.now().astimezone(CIVIL_ZONE).date() + timedelta(days=1)
    if produced is not None and produced > last:
        raise _wrong("produced_on", "future", f"lies after {last}: it is not made yet")
    if produced is not None and expires is not None and expires < produced:
        raise _wrong("expires_on", "period", "lies before the day of production")


def _wrong(path: str, code: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code=code, message=message)
    return InvalidInput(f"{path}: {message}", problems=(problem,))


def _text(arguments: JsonObject, name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str):
        raise TypeError(f"a task's {name} is a text")
    return value


def _number(arguments: JsonObject, name: str) -> int:
    value = arguments.get(name)
    if not isinstance(value, int):
        raise TypeError(f"a task's {name} is a number")
    return value


def _day(arguments: JsonObject, name: str) -> date | None:
    text = _text(arguments, name)
    return date.fromisoformat(text) if text else None
