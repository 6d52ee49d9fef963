"""Tells subscribers' own programs what changed of the parties that they watch.

The rule that must stay true: a program is told what its subscriber could ask for at this very
moment, by the right of the key or account that set its address; whose right has ended is told
nothing, and of a record that is told no more nobody hears what it said.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import orjson
from sqlalchemy import Connection

from base.clock import CIVIL_ZONE, format_instant
from base.db import reading, transaction
from base.errors import InvalidInput, Unauthenticated
from base.log import get_logger
from credit.folding.projector import bring_up_within
from credit.rulebook.reading import rulebook
from credit.watching.deliveries import (
    Delivery,
    Trying,
    begin_delivery,
    begin_test,
    due_hooks,
    head_of_credit,
    is_due,
    move_on,
    note_failed,
    note_look,
    note_taken,
    read_delivery,
    stop,
    try_again,
)
from credit.watching.feed import FeedAsked, Page, page_again, page_of
from credit.watching.hooks import Hook, Stopped, hook_again, signing_key
from credit.watching.limits import WatchLimit, limit_on
from credit.watching.written import change_told
from jobs.instance import Instance, instance
from jobs.name_turns import Turn
from jobs.signed_sending import Sending, Sent, Step, send_signed, tell_programs
from parties.access import Action, has_role_for
from parties.accounts import actor_of_open_account
from parties.actors import Actor
from parties.ids import new_id

_LOG: Final = get_logger(__name__)
_NOTHING_LEFT: Final = "Nothing was left to be told."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outgoing:
    """A delivery that was begun, with what is sent of it."""

    hook: Hook
    delivery: Delivery
    trying: Trying
    body: bytes


def deliver_changes() -> None:
    """Tell every program whose subscriber was not told everything."""
    deliver_to_programs(instance())


def deliver_to_programs(parts: Instance) -> None:
    """Tell every program what it was not told yet; what fails waits for its next time."""
    log = parts.desk.journal.log
    # The batch of a whole city is read by whoever handed it in, or by the worker that follows: what
    # is not read yet is told by a later run.
    bring_up_within(parts.engine, log, parts.settings.credit_backlog_max)
    with reading(parts.engine) as connection:
        due = due_hooks(
            connection, log, now=parts.clock.now(), rows_max=parts.settings.hooks_run_max
        )
    # One worker for all queues must come back soon to a recall.
    tell_programs(parts.settings, _steps(parts, due), seconds_max=parts.settings.changes_run_max_s)


def _steps(parts: Instance, due: Sequence[Hook]) -> list[Step]:
    # Made in an own thread, one at a time: what another program answers is not kept waiting.
    making = asyncio.Lock()
    return [partial(_step, parts, making, one) for one in due]


async def _step(parts: Instance, making: asyncio.Lock, hook: Hook, turn: Turn) -> bool:
    """Make the next try for one program; return whether there may be more for it."""
    async with making:
        made = await asyncio.to_thread(_begin, parts, hook)
    if made is None:
        return False
    sent = await send_signed(parts.settings, _sending(parts, made), turn)
    await asyncio.to_thread(_note, parts, made, sent)
    _LOG.info("credit_changes_sent", taken=sent.is_taken, how=sent.outcome)
    return sent.is_taken or made.delivery.is_test


def _sending(parts: Instance, made: _Outgoing) -> Sending:
    return Sending(
        url=made.hook.url,
        body=made.body,
        key=signing_key(parts.secret, made.hook.id),
        once=str(made.delivery.id),
    )


def _note(parts: Instance, made: _Outgoing, sent: Sent) -> None:
    with transaction(parts.engine) as connection:
        if sent.is_taken:
            now = parts.clock.now()
            note_taken(connection, made.hook, made.delivery, outcome=sent.outcome, now=now)
        else:
            note_failed(connection, made.hook, made.delivery, made.trying, outcome=sent.outcome)


def _begin(parts: Instance, of: Hook) -> _Outgoing | None:
    """Begin what is to be told next, None where there is nothing, or another worker does it."""
    with transaction(parts.engine) as connection:
        hook = hook_again(connection, of)
        if hook is None:
            return None
        # Before anything else: a hook that something is wrong with goes behind the others, too.
        note_look(connection, hook, parts.clock.now())
    actor = _subscriber(parts, hook)
    if actor is None:
        with transaction(parts.engine) as connection:
            stop(connection, hook, Stopped.RIGHT)
        return None
    now = parts.clock.now()
    limit = limit_on(actor.role, now.astimezone(CIVIL_ZONE).date())
    trying = Trying(
        now=now,
        id=new_id(now),
        wait_max=timedelta(seconds=parts.settings.hook_wait_max_s),
        attempts_max=parts.settings.hook_attempts_max,
        kept=limit.deliveries,
    )
    if hook.test_at is not None:
        with transaction(parts.engine) as connection:
            test = begin_test(connection, hook, trying)
        return None if test is None else _outgoing(parts, hook, test, trying, [])
    if not is_due(hook, now):
        return None
    if hook.waiting is not None:
        return _again(parts, actor, hook, trying, limit)
    return _next(parts, actor, hook, trying, limit)


def _next(
    parts: Instance, actor: Actor, hook: Hook, trying: Trying, limit: WatchLimit
) -> _Outgoing | None:
    asked = _asked(parts, trying, limit, hook.told)
    with reading(parts.engine) as connection:
        # Before the page: what comes in between is news once more, and not lost.
        head = head_of_credit(connection, hook.log, trying.now)
        page = _page(connection, hook, actor, asked)
    if page is None:
        return None
    changes = [change_told(told, due, asked.book) for told, due in page.to_lift]
    until = page.feed.after
    with transaction(parts.engine) as connection:
        if not changes:
            move_on(connection, hook, until, idle_at=head if page.feed.is_last else None)
            return None
        begun = begin_delivery(connection, hook, trying, until=until, changes=len(changes))
    return None if begun is None else _outgoing(parts, hook, begun, trying, changes)


def _page(connection: Connection, hook: Hook, actor: Actor, asked: FeedAsked) -> Page | None:
    try:
        return page_of(connection, hook.log, actor, asked)
    except InvalidInput:
        # It was told from a ledger that had come further than this one has by now, as while the
        # rows are made anew or the clock was set back. That is no news; it waits.
        _LOG.warning("credit_hook_told_ahead", hook=str(hook.id))
        return None


def _again(
    parts: Instance, actor: Actor, hook: Hook, trying: Trying, limit: WatchLimit
) -> _Outgoing | None:
    with reading(parts.engine) as connection:
        delivery = read_delivery(connection, hook, hook.waiting or 0)
        if delivery is None:
            # The address was dropped meanwhile, and what came of telling it.
            return None
        asked = _asked(parts, trying, limit, delivery.after)
        page = page_again(connection, hook.log, actor, asked, until=delivery.until)
    changes = [change_told(told, due, asked.book) for told, due in page]
    with transaction(parts.engine) as connection:
        claimed = try_again(connection, hook, delivery, trying)
        if claimed is not None and not changes:
            # Its watches were given up meanwhile.
            note_taken(connection, hook, claimed, outcome=_NOTHING_LEFT, now=trying.now)
            return None
    return None if claimed is None else _outgoing(parts, hook, claimed, trying, changes)


def _asked(parts: Instance, trying: Trying, limit: WatchLimit, after: str) -> FeedAsked:
    return FeedAsked(
        after=after,
        rows_max=limit.told_at_once,
        to_lift_max=limit.to_lift,
        book=rulebook().for_region(parts.settings.region),
        now=trying.now,
    )


def _outgoing(
    parts: Instance,
    hook: Hook,
    delivery: Delivery,
    trying: Trying,
    changes: Sequence[dict[str, object]],
) -> _Outgoing:
    body = {
        "type": "credit_changes_test" if delivery.is_test else "credit_changes",
        "delivery_id": str(delivery.id),
        "number": delivery.number,
        "sent_at": format_instant(trying.now),
        "changes": changes,
        "next_after": delivery.until,
        "page": f"{parts.settings.effective_public_url}/work/credit/watches",
    }
    return _Outgoing(hook=hook, delivery=delivery, trying=trying, body=orjson.dumps(body))


def _subscriber(parts: Instance, hook: Hook) -> Actor | None:
    """Return whose right the program is told by, None where it has ended."""
    try:
        if hook.key_id is not None:
            actor = parts.key_ring.actor_of(hook.key_id)
        else:
            with reading(parts.engine) as connection:
                actor = actor_of_open_account(connection, hook.account_id)
    except Unauthenticated:
        return None
    is_own = actor.id == hook.actor and has_role_for(actor, Action.WATCH_CREDIT)
    return actor if is_own else None
