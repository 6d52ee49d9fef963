"""Decommissioning packs and undoing it, each as one EPCIS event through the one door.

The rule that must stay true: the state is what the events say, so a refused pack is named by no
event, and a request that is sent again records nothing: its event is known by its own id, and its
key is bound to it in the ledger, so that neither two at one moment nor another one get past it.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from trace.capture import Desk, Submission, submit
from trace.drugs.events import act_event, as_document
from trace.drugs.fold import blocks_at, refusal_to_set, refusal_to_undo
from trace.drugs.model import Act, Block, Deed, Refusal, State, Who
from trace.drugs.pack_codes import PackCode
from trace.drugs.table import state_table
from trace.drugs.verification import Checked, Pharmacy, verify
from trace.identifiers import find_ids, key_of
from trace.tables import EVENT
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.clock import CIVIL_ZONE
from base.db import reading
from base.errors import Conflict, InvalidInput, Problem
from codes.canonical import uri_to_register
from codes.model import Category, CodeError
from ledger.batch import Idempotency
from parties.actors import Actor
from parties.drafts import refusal_words
from parties.ids import new_id

_EVENT: Final = "epcisBody.eventList[0]."
_DOUBTS: Final = (
    Refusal.UNKNOWN_PRODUCT,
    Refusal.UNKNOWN_SERIAL,
    Refusal.BATCH_MISMATCH,
    Refusal.EXPIRY_MISMATCH,
    Refusal.NOT_A_PACK,
    Refusal.NOT_A_DRUG,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is to be done to packs: into which state, `ACTIVE` for undoing, where and when.

    `undoes` is the state that an undoing is meant to end, None for whichever it is. `key` makes a
    request that is sent again the same one. `is_still_here` is the word of whoever undoes a supply
    that the pack was never handed over. `details` go into the event as they are: what the profile
    of the goods asks for, such as who gave a vaccine.
    """

    codes: Sequence[PackCode]
    state: State
    site: str
    happened_at: datetime | None = None
    undoes: State | None = None
    key: str | None = None
    is_still_here: bool = False
    details: Mapping[str, str | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of one pack: `refusal` is None where the operation counts by the entry `seq`."""

    checked: Checked
    refusal: Refusal | None
    seq: int | None


def operate(pharmacy: Pharmacy, desk: Desk, actor: Actor, operation: Operation) -> list[Done]:
    """Do an operation to each pack that it may be done to; say of each other one why not.

    Durable in the ledger when this returns. Raises `InvalidInput` for a site that is not the
    actor's own, a time in the future, and more packs than one request may name.
    """
    site = _own_site(desk, actor, operation.site)
    now = pharmacy.clock.now()
    at = operation.happened_at or now
    if at > now + desk.future_max:
        raise _wrong("happened_at", "future", "lies in the future")
    event_id = _event_id(actor, site, operation) or f"urn:uuid:{new_id(now)}"
    found = verify(pharmacy, operation.codes)
    with reading(pharmacy.engine) as connection:
        earlier = _recorded(connection, pharmacy.log, actor, event_id)
        site_id = find_ids(connection, pharmacy.log, [site]).get(site)
    if earlier is not None:
        return [_told_again(one, earlier, operation) for one in found]
    undoing = _undoing(actor, site_id, at=at, now=now)
    refusals = [_refusal(one, actor, operation, undoing) for one in found]
    uris = [one.pack.uri for one, refusal in zip(found, refusals, strict=True) if refusal is None]
    if not uris:
        return [
            Done(checked=one, refusal=refusal, seq=None)
            for one, refusal in zip(found, refusals, strict=True)
        ]
    _require_made(found, uris, at)
    words = state_table().rows[operation.state].writes
    event = act_event(
        list(dict.fromkeys(uris)),
        words,
        at=at,
        site=site,
        event_id=event_id,
        details=operation.details,
    )
    receipt = _submit(desk, actor, event, _once(operation, site))
    return _outcome(pharmacy, operation, receipt, refusals)


def _submit(
    desk: Desk, actor: Actor, event: Mapping[str, object], once: Idempotency | None
) -> int | None:
    """Record one event; return its entry, None where another process was faster with the same.

    Raises `Conflict` for a key that was used for another request.
    """
    submission = Submission(
        actor=actor, document=as_document([event]), is_single=True, idempotency=once
    )
    try:
        _, receipt = submit(desk, submission)
    except Conflict as conflict:
        if any(problem.path == "Idempotency-Key" for problem in conflict.problems):
            raise
        return None
    except InvalidInput as refusal:
        raise _of_details(refusal) from None
    return receipt.first_seq


def _outcome(
    pharmacy: Pharmacy,
    operation: Operation,
    seq: int | None,
    refusals: Sequence[Refusal | None],
) -> list[Done]:
    """Read the packs again: of two requests at one moment only the first one counts."""
    again = verify(pharmacy, operation.codes)
    if len(again) != len(refusals):
        # Something was packed or unpacked meanwhile: each pack is told by its state alone.
        return [_told_again(one, seq, operation) for one in again]
    return [
        Done(checked=one, refusal=refusal, seq=None)
        if refusal is not None
        else _told_again(one, seq, operation)
        for one, refusal in zip(again, refusals, strict=True)
    ]


def _told_again(one: Checked, seq: int | None, operation: Operation) -> Done:
    """Tell from its events what became of a pack in a request that was recorded as `seq`."""
    failed = next((bad for bad in one.pack.state.contradictions if bad.act.seq == seq), None)
    if seq is not None and seq in one.pack.state.counted:
        return Done(checked=one, refusal=None, seq=seq)
    if failed is not None:
        return Done(checked=one, refusal=failed.refusal, seq=None)
    doubt = _doubt(one)
    if doubt is not None:
        return Done(checked=one, refusal=doubt, seq=None)
    state = one.pack.state.state
    if state is operation.state:
        return Done(checked=one, refusal=Refusal.ALREADY_IN_STATE, seq=None)
    return Done(checked=one, refusal=state_table().rows[state].refused_with, seq=None)


def _refusal(one: Checked, actor: Actor, operation: Operation, undoing: Act) -> Refusal | None:
    """Return why the operation may not be done to this pack, None where it may."""
    doubt = _doubt(one)
    if doubt is not None:
        return doubt
    table, state = state_table(), one.pack.state
    today = undoing.recorded_at.astimezone(CIVIL_ZONE).date()
    blocks = blocks_at(one.pack.facts, is_recalled=one.is_recalled, on=today)
    if operation.state is State.ACTIVE:
        return _refusal_to_undo(one, operation, undoing, blocks)
    if operation.state is state.state:
        return Refusal.ALREADY_IN_STATE
    refusal = refusal_to_set(table, state.state, operation.state, blocks)
    if refusal is None and not _may(one, actor, table.rows[operation.state].who):
        return Refusal.NOT_IN_YOUR_HANDS
    return refusal


def _refusal_to_undo(
    one: Checked, operation: Operation, undoing: Act, blocks: Collection[Block]
) -> Refusal | None:
    table, state = state_table(), one.pack.state
    if operation.undoes not in (None, state.state):
        return Refusal.OTHER_REASON
    refusal = refusal_to_undo(table, state.state, state.by, undoing, blocks)
    if refusal is None and state.by is not None and not operation.is_still_here:
        rule = table.undo_of(state.state, state.by.at.astimezone(CIVIL_ZONE).date())
        return Refusal.HANDED_OVER if rule is not None and rule.not_handed_over else None
    return refusal


def _doubt(one: Checked) -> Refusal | None:
    return next((doubt for doubt in _DOUBTS if doubt.value in one.codes), None)


def _may(one: Checked, actor: Actor, who: frozenset[Who]) -> bool:
    may: set[UUID | None] = set()
    if Who.HOLDER in who:
        may |= one.hands.may_act
    if Who.MAKER in who:
        may |= {one.hands.maker, one.owner}
    return actor.party_id is not None and actor.party_id in may


def _undoing(actor: Actor, site: int | None, *, at: datetime, now: datetime) -> Act:
    return Act(
        deed=Deed.SET,
        at=at,
        recorded_at=now,
        key=0,
        seq=0,
        party_id=actor.party_id,
        site=site,
        state=State.ACTIVE,
    )


def _event_id(actor: Actor, site: str, operation: Operation) -> str | None:
    """Return the id of the event of a request that is the same whenever it is sent again.

    A request without a key is the same one where it says itself when it happened.
    """
    once = _once(operation, site)
    if once is not None:
        said = ["key", once.key, once.request_hash.hex()]
    elif operation.happened_at is not None:
        said = ["at", operation.happened_at.isoformat(), site, operation.state.value]
        said += sorted(code.uri for code in operation.codes)
    else:
        return None
    digest = hashlib.sha256("\n".join(["drug pack", actor.id, *said]).encode()).digest()[:16]
    number = int.from_bytes(digest) & ~(0xF << 76) | 0x8 << 76
    return f"urn:uuid:{UUID(int=number & ~(0b11 << 62) | 0b10 << 62)}"


def _once(operation: Operation, site: str) -> Idempotency | None:
    """Return the key of a request with what was asked; None for a request without one."""
    if operation.key is None:
        return None
    asked = (
        "drug pack",
        site,
        operation.state.value,
        [(code.uri, code.lot, str(code.expires_on)) for code in operation.codes],
        str(operation.happened_at),
        str(operation.undoes),
        operation.is_still_here,
        sorted(operation.details.items()),
    )
    return Idempotency(
        key=operation.key, request_hash=hashlib.sha256(repr(asked).encode()).digest()
    )


def _require_made(found: Sequence[Checked], uris: Collection[str], at: datetime) -> None:
    """Refuse a time at which one of the packs was not made yet; raises `InvalidInput`."""
    for one in found:
        made = one.pack.made_by
        if made is not None and one.pack.uri in uris and at < made.event.event_at:
            raise _wrong("happened_at", "before_made", f"lies before {one.pack.uri} was made")


def _recorded(connection: Connection, log: int, actor: Actor, event_id: str) -> int | None:
    statement = select(EVENT.c.seq).where(
        EVENT.c.event_id_key == key_of(event_id),
        EVENT.c.log == log,
        EVENT.c.party_id == actor.party_id,
        EVENT.c.declared_at.is_(None),
    )
    return connection.execute(statement.order_by(EVENT.c.seq)).scalars().first()


def _own_site(desk: Desk, actor: Actor, text: str) -> str:
    """Return the canonical URI of a site of the actor's party; raises `InvalidInput`."""
    try:
        site = uri_to_register(text, Category.PLACE)
    except CodeError as refusal:
        example = "6901234567892 or https://id.gs1.org/414/6901234567892"
        raise _wrong("site", refusal.rule, refusal_words(refusal, example)) from None
    if actor.party_id is None or desk.owners.owners_of([site])[site] != actor.party_id:
        raise _wrong("site", "site", "is not a registered site of this party")
    return site


def _of_details(refusal: InvalidInput) -> InvalidInput:
    """Return what the door refuses as it looks to whoever sent details and no event."""
    problems = [
        replace(one, path=f"details.{one.path.removeprefix(_EVENT)}")
        if one.path.startswith(_EVENT)
        else one
        for one in refusal.problems
    ]
    first = problems[0] if problems else Problem(path="", code="", message=refusal.message)
    return InvalidInput(f"{first.path}: {first.message}", problems=problems)


def _wrong(path: str, code: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code=code, message=message)
    return InvalidInput(f"{path}: {message}", problems=(problem,))
