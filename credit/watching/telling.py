"""The feed of changes: a page of what changed for the parties that a subscriber watches.

The rule that must stay true: nothing is lost and nothing is told twice, at whatever rhythm it is
asked for; the same token gives the same changes again, and says of a record what may still be said
of it by now and no more.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from trace.projections.tables import PROJECTION_CURSOR
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Integer, Select, bindparam, func, select

from base.clock import CIVIL_ZONE
from credit.nightly.tables import CREDIT_NIGHT
from credit.tables import CREDIT_ENTRY, CURSOR
from credit.watching.history import (
    Change,
    FactRow,
    Facts,
    View,
    changes_of,
    told_now,
)
from credit.watching.keeping import Watch, parties_of
from credit.watching.orders import Span, keep_order, kept_order
from credit.watching.positions import (
    Place,
    Position,
    Reached,
    read_after,
    write_position,
    write_reached,
)
from credit.watching.rows import grades_of, rows_of
from credit.watching.stirring import stirred_among, stirred_in
from ledger.store import read_head

_DONE: Final = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A change with its party. `record` is None where nothing more may be said of the record."""

    change: Change
    code: str
    name: str
    record: FactRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A page of changes; `after` asks for what comes behind it, and `is_last` where it was all."""

    told: tuple[Told, ...]
    after: str
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched:
    """A party that is watched under a code, since a position."""

    code: str
    name: str
    subject_id: UUID
    since: Position


def position_now(connection: Connection, log: int, now: datetime) -> Position:
    """Return how far everything has come by now.

    An entry that was appended a moment ago, and is no row yet, is told by the next question.
    """
    size = read_head(connection, log).size
    unread: int | None = connection.execute(_UNREAD, {"of_log": log}).scalar()
    own = CREDIT_NIGHT.c
    statement = select(func.max(own.day)).where(own.log == log, own.stage == _DONE)
    night: date | None = connection.execute(statement).scalar()
    return Position(
        seq=size if unread is None else min(size, unread),
        day=now.astimezone(CIVIL_ZONE).date(),
        night=night or date.min,
    )


def _first_unread() -> Select[int]:
    """Return the query for the first entry of credit that was not folded; `of_log` is the log."""
    entry, cursor = CREDIT_ENTRY.c, PROJECTION_CURSOR.c
    log = bindparam("of_log", type_=Integer())
    read = select(cursor.next_seq).where(cursor.log == log, cursor.name == CURSOR)
    return select(func.min(entry.seq)).where(
        entry.log == log, entry.seq >= func.coalesce(read.scalar_subquery(), 0)
    )


_UNREAD: Final = _first_unread()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What a page is asked of: a span, from behind a change of it, and of whom it can tell.

    `parties` is None where that is not known yet. `order` are the places of all changes of the
    span where this process has worked them out for an earlier page; `parties` are then the page's.
    """

    span: Span
    now: Position
    last: Place | None
    rows_max: int
    parties: Collection[UUID] | None
    order: Sequence[Place] | None = None


def stretch_after(
    connection: Connection,
    log: int,
    subscriber: str,
    view: View,
    *,
    after: str,
    now: Position,
    rows_max: int,
) -> Stretch:
    """Return what a page behind a token is about, and of whom alone it can tell.

    Raises `InvalidInput` for a token that was never given out.
    """
    found = read_after(after, now)
    if not isinstance(found, Reached):
        span = Span(
            log=log, subscriber=subscriber, is_public=view.is_public, lower=found, upper=now
        )
        parties: Collection[UUID] | None = stirred_in(connection, log, view, found, now)
        return Stretch(span=span, now=now, last=None, rows_max=rows_max, parties=parties)
    parties = None
    span = Span(
        log=log,
        subscriber=subscriber,
        is_public=view.is_public,
        lower=found.lower,
        upper=found.upper,
    )
    order = kept_order(connection.engine, span, view.book)
    if order is not None:
        start, end = _page_in(order, found.last, rows_max)
        parties = {order[at].subject_id for at in range(start, end)}
    return Stretch(
        span=span, now=now, last=found.last, rows_max=rows_max, parties=parties, order=order
    )


def changes_after(
    connection: Connection, log: int, watches: Collection[Watch], view: View, stretch: Stretch
) -> Feed:
    """Return what changed for watched parties in a stretch, in the order it came about.

    `watches` name at least the parties that the stretch can tell of.
    """
    span, order = stretch.span, stretch.order
    places = (span.lower, span.upper, stretch.now)
    changes = _in_order(connection, log, watches, view, places, only=stretch.parties)
    if order is None:
        order = [one.change.place for one in changes]
    start, end = _page_in(order, stretch.last, stretch.rows_max)
    page = order[start:end]
    told = tuple(one for one in changes if page and page[0] <= one.change.place <= page[-1])
    if end == len(order):
        return Feed(told=told, after=write_position(span.upper), is_last=span.upper == stretch.now)
    if stretch.order is None:
        # The pages that follow then cost what they hold, and not what the whole span does.
        keep_order(connection.engine, span, view.book, order)
    reached = Reached(lower=span.lower, upper=span.upper, last=page[-1])
    return Feed(told=told, after=write_reached(reached), is_last=False)


def _page_in(order: Sequence[Place], last: Place | None, rows_max: int) -> tuple[int, int]:
    """Return where a page behind a change begins and ends in an order.

    A party that is watched under two codes is told under both, on one page.
    """
    start = 0 if last is None else bisect_right(order, last)
    end = min(start + rows_max, len(order))
    while start < end < len(order) and order[end] == order[end - 1]:
        end += 1
    return start, end


def changes_between(
    connection: Connection,
    log: int,
    watches: Collection[Watch],
    view: View,
    *,
    after: str,
    until: str,
    now: Position,
) -> Sequence[Told]:
    """Return again the changes of a page that was told: `until` is its `Feed.after`.

    Raises `InvalidInput` for a token that was never given out.
    """
    start, end = read_after(after, now), read_after(until, now)
    lower = start.lower if isinstance(start, Reached) else start
    upper = end.upper if isinstance(end, Reached) else end
    changes = _in_order(connection, log, watches, view, (lower, upper, now))
    if isinstance(start, Reached):
        changes = [one for one in changes if one.change.place > start.last]
    if isinstance(end, Reached):
        changes = [one for one in changes if one.change.place <= end.last]
    return changes


def _in_order(
    connection: Connection,
    log: int,
    watches: Collection[Watch],
    view: View,
    span: tuple[Position, Position, Position],
    *,
    only: Collection[UUID] | None = None,
) -> list[Told]:
    return sorted(
        _changes(connection, log, watches, view, span, only),
        key=lambda one: (one.change.place, one.code),
    )


def _changes(
    connection: Connection,
    log: int,
    watches: Collection[Watch],
    view: View,
    span: tuple[Position, Position, Position],
    only: Collection[UUID] | None,
) -> Iterator[Told]:
    """Yield the changes of a span, of some parties alone where they are named."""
    lower, upper, now = span
    watched = [
        one for one in _watched(connection, log, watches) if only is None or one.subject_id in only
    ]
    ids = {one.subject_id for one in watched}
    if only is None:
        stirred: Collection[UUID] = stirred_among(connection, log, ids, view, (lower, upper))
    else:
        stirred = ids
    rows = rows_of(connection, log, stirred)
    grades = {} if view.is_public else grades_of(connection, log, ids, lower, upper)
    for one in watched:
        own = rows.get(one.subject_id, ())
        start = lower.or_later(one.since)
        if own and start.seq <= upper.seq and start.day <= upper.day:
            changes = list(changes_of(one.subject_id, own, start, upper, view))
            # Most of whom a look is worth have not changed: what may be said is asked for the rest.
            may_tell = told_now(one.subject_id, own, now, view) if changes else {}
            yield from (_told(one, change, may_tell) for change in changes)
        for change in grades.get(one.subject_id, ()):
            if change.place.day > one.since.night:
                yield _told(one, change, {})


def _told(one: _Watched, change: Change, may_tell: Facts) -> Told:
    """Return a change with what may be said of its record; a grade has none."""
    record = None if change.fact is None else may_tell.get(change.fact.id)
    return Told(change=change, code=one.code, name=one.name, record=record)


def _watched(connection: Connection, log: int, watches: Collection[Watch]) -> Iterator[_Watched]:
    named = parties_of(connection, log, [one.code for one in watches])
    for watch in watches:
        for party in named.get(watch.code, ()):
            yield _Watched(
                code=watch.code, name=party.name, subject_id=party.subject_id, since=watch.since
            )
