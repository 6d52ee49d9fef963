"""What is told to a subscriber's program, delivery after delivery, and what came of each.

The rule that must stay true: a delivery is a row, with its place in the feed, before anything is
sent; the next one is begun when it was taken, and not before. So nothing is left out and nothing
comes before what it followed; what nobody knows the end of is sent again, with the same id.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from trace.projections.tables import PROJECTION_CURSOR
from trace.recall.hook_tables import OUTCOME_CHARS_MAX
from trace.recall.hooks import next_try
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from credit.tables import CURSOR
from credit.watching.hooks import Hook, Stopped, hook_from
from credit.watching.positions import write_position
from credit.watching.tables import CREDIT_HOOK, CREDIT_HOOK_DELIVERY
from credit.watching.telling import position_now

_UNKNOWN: Final = "It is not known what came of it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery: from which token to which, or a test; `delivered_at` is when it was taken."""

    number: int
    id: UUID
    is_test: bool
    after: str
    until: str
    changes: int
    attempts: int
    outcome: str
    begun_at: datetime
    tried_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trying:
    """How a try is made: when, what a delivery is called, how long it may take, how many follow."""

    now: datetime
    id: UUID
    wait_max: timedelta
    attempts_max: int
    kept: int


def due_hooks(connection: Connection, log: int, *, now: datetime, rows_max: int) -> Sequence[Hook]:
    """Return the hooks whose program may have to be told something now.

    Whoever was looked at longest ago comes first: every entry of credit may be news for everybody,
    and the oldest hooks would keep the newer ones waiting for ever.
    """
    own = CREDIT_HOOK.c
    is_due = and_(own.stopped == Stopped.NO.value, or_(own.next_at.is_(None), own.next_at <= now))
    has_news = or_(
        own.waiting.is_not(None),
        own.idle_at.is_(None),
        own.idle_at != head_of_credit(connection, log, now),
    )
    statement = (
        select(CREDIT_HOOK)
        .where(own.log == log, or_(and_(is_due, has_news), own.test_at.is_not(None)))
        .order_by(own.looked_at.asc().nulls_first(), own.created_at, own.actor)
        .limit(rows_max)
    )
    return [hook_from(row) for row in connection.execute(statement)]


def head_of_credit(connection: Connection, log: int, now: datetime) -> str:
    """Return how far the rows of credit, the days and the nights have come, and nothing else.

    An entry that is not of credit is news for nobody, and changes nothing of it.
    """
    position = position_now(connection, log, now)
    return write_position(replace(position, seq=_cursor(connection, log)))


def note_look(connection: Connection, hook: Hook, now: datetime) -> None:
    """Keep that a worker looks at a hook, whatever comes of it."""
    connection.execute(update(CREDIT_HOOK).where(_same(hook)).values(looked_at=now))


def is_due(hook: Hook, now: datetime) -> bool:
    """Return whether changes may be told now, beside a test that was asked for."""
    return hook.stopped is Stopped.NO and (hook.next_at is None or hook.next_at <= now)


def read_delivery(connection: Connection, hook: Hook, number: int) -> Delivery | None:
    """Return one delivery of a hook, None where it was dropped meanwhile."""
    statement = select(CREDIT_HOOK_DELIVERY).where(_delivery(hook, number))
    row = connection.execute(statement).one_or_none()
    return None if row is None else _from(row)


def newest_deliveries(
    connection: Connection, log: int, actor: str, *, rows_max: int
) -> Sequence[Delivery]:
    """Return what came of telling a subscriber's program, the newest delivery first."""
    own = CREDIT_HOOK_DELIVERY.c
    statement = (
        select(CREDIT_HOOK_DELIVERY)
        .where(own.log == log, own.actor == actor)
        .order_by(own.number.desc())
        .limit(rows_max)
    )
    return [_from(row) for row in connection.execute(statement)]


def move_on(connection: Connection, hook: Hook, told: str, *, idle_at: str | None) -> None:
    """Keep that there was nothing to tell up to a token; `idle_at` is how far credit had come."""
    moved = update(CREDIT_HOOK).where(
        _same(hook), CREDIT_HOOK.c.waiting.is_(None), CREDIT_HOOK.c.told == hook.told
    )
    connection.execute(moved.values(told=told, idle_at=idle_at))


def begin_delivery(
    connection: Connection, hook: Hook, trying: Trying, *, until: str, changes: int
) -> Delivery | None:
    """Begin the next delivery and note its first try; None where another worker does it."""
    begun = update(CREDIT_HOOK).where(
        _same(hook),
        CREDIT_HOOK.c.stopped == Stopped.NO.value,
        CREDIT_HOOK.c.number == hook.number,
        CREDIT_HOOK.c.waiting.is_(None),
        CREDIT_HOOK.c.told == hook.told,
    )
    number = hook.number + 1
    values = {
        "number": number,
        "waiting": number,
        "attempts": 1,
        "next_at": _next_at(trying, 1),
    }
    if connection.execute(begun.values(**values)).rowcount != 1:
        return None
    return _new(connection, hook, trying, after=hook.told, until=until, changes=changes)


def begin_test(connection: Connection, hook: Hook, trying: Trying) -> Delivery | None:
    """Begin a test that was asked for; None where another worker does it."""
    begun = update(CREDIT_HOOK).where(
        _same(hook), CREDIT_HOOK.c.number == hook.number, CREDIT_HOOK.c.test_at == hook.test_at
    )
    values = {"number": hook.number + 1, "test_at": None}
    if connection.execute(begun.values(**values)).rowcount != 1:
        return None
    return _new(connection, hook, trying, after="", until="", changes=0, is_test=True)


def try_again(
    connection: Connection, hook: Hook, delivery: Delivery, trying: Trying
) -> Delivery | None:
    """Note one more try of a delivery before it is made; None where another worker makes it."""
    attempts = hook.attempts + 1
    claimed = update(CREDIT_HOOK).where(
        _waits(hook, delivery), CREDIT_HOOK.c.attempts == hook.attempts
    )
    values = {"attempts": attempts, "next_at": _next_at(trying, attempts)}
    if connection.execute(claimed.values(**values)).rowcount != 1:
        return None
    tried = update(CREDIT_HOOK_DELIVERY).where(_delivery(hook, delivery.number))
    connection.execute(
        tried.values(attempts=delivery.attempts + 1, outcome=_UNKNOWN, tried_at=trying.now)
    )
    return read_delivery(connection, hook, delivery.number)


def note_taken(
    connection: Connection, hook: Hook, delivery: Delivery, *, outcome: str, now: datetime
) -> None:
    """Keep that a delivery was taken: the next one may begin."""
    noted = update(CREDIT_HOOK_DELIVERY).where(
        _delivery(hook, delivery.number), CREDIT_HOOK_DELIVERY.c.id == delivery.id
    )
    connection.execute(noted.values(outcome=outcome[:OUTCOME_CHARS_MAX], delivered_at=now))
    if not delivery.is_test:
        taken = update(CREDIT_HOOK).where(_waits(hook, delivery))
        connection.execute(
            taken.values(told=delivery.until, waiting=None, attempts=0, next_at=None)
        )


def note_failed(
    connection: Connection, hook: Hook, delivery: Delivery, trying: Trying, *, outcome: str
) -> None:
    """Keep that a delivery was not taken; after the last try nothing follows by itself."""
    noted = update(CREDIT_HOOK_DELIVERY).where(
        _delivery(hook, delivery.number),
        CREDIT_HOOK_DELIVERY.c.id == delivery.id,
        # A later try of it may have been taken meanwhile.
        CREDIT_HOOK_DELIVERY.c.delivered_at.is_(None),
    )
    connection.execute(noted.values(outcome=outcome[:OUTCOME_CHARS_MAX]))
    if not delivery.is_test:
        given_up = update(CREDIT_HOOK).where(
            _waits(hook, delivery), CREDIT_HOOK.c.attempts >= trying.attempts_max
        )
        connection.execute(given_up.values(stopped=Stopped.TRIES.value, next_at=None))


def stop(connection: Connection, hook: Hook, why: Stopped) -> None:
    """Tell a program no more until its subscriber says otherwise."""
    stopped = update(CREDIT_HOOK).where(_same(hook))
    connection.execute(stopped.values(stopped=why.value, next_at=None, test_at=None))


def _new(
    connection: Connection,
    hook: Hook,
    trying: Trying,
    *,
    after: str,
    until: str,
    changes: int,
    is_test: bool = False,
) -> Delivery:
    made = Delivery(
        number=hook.number + 1,
        id=trying.id,
        is_test=is_test,
        after=after,
        until=until,
        changes=changes,
        attempts=1,
        outcome=_UNKNOWN,
        begun_at=trying.now,
        tried_at=trying.now,
        delivered_at=None,
    )
    values = {name: getattr(made, name) for name in made.__slots__}
    row = {"log": hook.log, "actor": hook.actor, **values}
    connection.execute(insert(CREDIT_HOOK_DELIVERY).values(row))
    own = CREDIT_HOOK_DELIVERY.c
    old = delete(CREDIT_HOOK_DELIVERY).where(
        own.log == hook.log,
        own.actor == hook.actor,
        own.number <= made.number - trying.kept,
        # What was not taken yet is sent again from its row, however many tests came after it.
        own.number != (hook.waiting or 0),
    )
    connection.execute(old)
    return made


def _next_at(trying: Trying, attempts: int) -> datetime:
    """Return when a try that nobody heard of again is made once more: never while it may run."""
    return max(next_try(trying.now, attempts), trying.now + 2 * trying.wait_max)


def _cursor(connection: Connection, log: int) -> int:
    own = PROJECTION_CURSOR.c
    statement = select(own.next_seq).where(own.log == log, own.name == CURSOR)
    return int(connection.execute(statement).scalar() or 0)


def _from(row: Any) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in Delivery.__slots__})


def _same(hook: Hook) -> ColumnElement[bool]:
    """Return the condition for the very setting that a hook was read as."""
    own = CREDIT_HOOK.c
    return and_(own.log == hook.log, own.actor == hook.actor, own.id == hook.id)


def _waits(hook: Hook, delivery: Delivery) -> ColumnElement[bool]:
    return and_(_same(hook), CREDIT_HOOK.c.waiting == delivery.number)


def _delivery(hook: Hook, number: int) -> ColumnElement[bool]:
    own = CREDIT_HOOK_DELIVERY.c
    return and_(own.log == hook.log, own.actor == hook.actor, own.number == number)
