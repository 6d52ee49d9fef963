"""The feed of changes: a page of what changed for the parties that a subscriber watches.

The rule that must stay true: nothing is lost and nothing is told twice, at whatever rhythm it is
asked for; the same token gives the same changes again, and says of a record what may still be said
of it by now and no more.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from trace.projections.tables import PROJECTION_CURSOR
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Integer, Row, Select, and_, bindparam, func, or_, select

from base.clock import CIVIL_ZONE
from credit.feeds.model import FactKind
from credit.nightly.tables import CREDIT_GRADE, CREDIT_NIGHT
from credit.standing import COLUMNS
from credit.tables import CREDIT_ENTRY, CREDIT_FACT, CURSOR
from credit.watching.history import (
    NIGHT_RANK,
    Change,
    ChangeKind,
    FactRow,
    Facts,
    View,
    changes_of,
    told_now,
)
from credit.watching.keeping import Watch, parties_of
from credit.watching.positions import (
    Place,
    Position,
    Reached,
    read_after,
    write_position,
    write_reached,
)
from ledger.store import read_head

_KEYS: Final = 400
_FEW: Final = 4_000
"""So many new facts are asked whose they are; of more, the parties are asked what is new."""
_DONE: Final = "done"
_COLUMNS: Final = (*COLUMNS, CREDIT_FACT.c.subject_id, CREDIT_FACT.c.recorded_at)


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


def stirred_since(
    connection: Connection, log: int, after: str, now: Position
) -> Collection[UUID] | None:
    """Return of whom alone anything can have changed behind a token, None for of anybody.

    Raises `InvalidInput` for a token that was never given out.
    """
    found = read_after(after, now)
    if isinstance(found, Reached) or (found.day, found.night) != (now.day, now.night):
        return None
    return _told_of(connection, log, found, now)


def changes_after(
    connection: Connection,
    log: int,
    watches: Collection[Watch],
    view: View,
    *,
    after: str,
    now: Position,
    rows_max: int,
) -> Feed:
    """Return what changed for watched parties behind a token, in the order it came about.

    Raises `InvalidInput` for a token that was never given out.
    """
    found = read_after(after, now)
    lower = found.lower if isinstance(found, Reached) else found
    upper = found.upper if isinstance(found, Reached) else now
    changes = _in_order(connection, log, watches, view, (lower, upper, now))
    if isinstance(found, Reached):
        changes = [one for one in changes if one.change.place > found.last]
    page = tuple(changes[:rows_max])
    if len(changes) > rows_max:
        last = page[-1].change.place
        # A party that is watched under two codes is told under both, on one page.
        page += tuple(one for one in changes[rows_max:] if one.change.place == last)
    if len(page) < len(changes):
        reached = Reached(lower=lower, upper=upper, last=page[-1].change.place)
        return Feed(told=page, after=write_reached(reached), is_last=False)
    return Feed(told=page, after=write_position(upper), is_last=upper == now)


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
) -> list[Told]:
    return sorted(
        _changes(connection, log, watches, view, span),
        key=lambda one: (one.change.place, one.code),
    )


def _changes(
    connection: Connection,
    log: int,
    watches: Collection[Watch],
    view: View,
    span: tuple[Position, Position, Position],
) -> Iterator[Told]:
    lower, upper, now = span
    watched = list(_watched(connection, log, watches))
    ids = {one.subject_id for one in watched}
    stirred = _stirred(connection, log, ids, view, lower, upper)
    rows = _rows(connection, log, stirred)
    grades = {} if view.is_public else _grades(connection, log, ids, lower, upper)
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


def _stirred(
    connection: Connection,
    log: int,
    ids: Collection[UUID],
    view: View,
    lower: Position,
    upper: Position,
) -> Sequence[UUID]:
    """Return the parties of which anything can have changed: the others need no look at all."""
    if _has_border(view, lower.day, upper.day):
        return sorted(ids)
    told_of = _told_of(connection, log, lower, upper) if lower.day == upper.day else None
    if told_of is not None:
        return sorted(told_of.intersection(ids))
    fact = CREDIT_FACT.c
    days = (fact.starts_on, fact.decided_on, fact.stops_on, fact.ended_on)
    stirs = or_(
        and_(fact.seq >= lower.seq, fact.seq < upper.seq),
        *(and_(one > lower.day, one <= upper.day) for one in days),
    )
    if lower.day < upper.day:
        # How long a bar of the law lasts is no column.
        stirs = or_(stirs, fact.kind == FactKind.PENALTY.value)
    # A fact that moved away is of another party by now, and changes the one it left.
    was = CREDIT_FACT.alias()
    left = (
        select(was.c.id)
        .where(was.c.log == log, was.c.id == fact.id, was.c.seq >= lower.seq)
        .exists()
    )
    found: set[UUID] = set()
    for keys in _pieces(ids):
        statement = select(fact.subject_id).where(
            fact.log == log, fact.subject_id.in_(keys), or_(stirs, left)
        )
        found |= set(connection.execute(statement.distinct()).scalars())
    return sorted(found)


def _told_of(
    connection: Connection, log: int, lower: Position, upper: Position
) -> set[UUID] | None:
    """Return whose the facts of some entries are, and whose they were; None where they are many."""
    fact = CREDIT_FACT.c
    new = select(fact.id).where(fact.log == log, fact.seq >= lower.seq, fact.seq < upper.seq)
    facts = set(connection.execute(new.limit(_FEW + 1)).scalars())
    if len(facts) > _FEW:
        return None
    found: set[UUID] = set()
    for keys in _pieces(facts):
        whose = select(fact.subject_id).where(fact.log == log, fact.id.in_(keys))
        found |= set(connection.execute(whose.distinct()).scalars())
    return found


def _has_border(view: View, after: date, until: date) -> bool:
    """Return whether a measure of the rulebook begins or ends in a span of days."""
    return not view.is_public and any(
        (one.from_on is not None and after < one.from_on <= until)
        or (one.to_on is not None and after <= one.to_on < until)
        for one in view.book.measures.values()
    )


def _rows(
    connection: Connection, log: int, ids: Collection[UUID]
) -> Mapping[UUID, Sequence[FactRow]]:
    """Return every version of each fact that was ever a party's, by party."""
    fact, found = CREDIT_FACT.c, dict[UUID, list[FactRow]]()
    for keys in _pieces(ids):
        theirs = select(fact.id, fact.subject_id).where(fact.log == log, fact.subject_id.in_(keys))
        whose: dict[UUID, list[UUID]] = {}
        for fact_id, of_id in connection.execute(theirs.distinct()):
            whose.setdefault(fact_id, []).append(of_id)
        # In a second step and no join: SQLite would read every fact in the order that is asked for.
        for facts in _pieces(whose):
            versions = (
                select(*_COLUMNS)
                .where(fact.log == log, fact.id.in_(facts))
                .order_by(fact.id, fact.version)
            )
            for row in connection.execute(versions):
                for subject_id in whose[row.id]:
                    found.setdefault(subject_id, []).append(row)
    return found


def _grades(
    connection: Connection, log: int, ids: Collection[UUID], lower: Position, upper: Position
) -> Mapping[UUID, Sequence[Change]]:
    """Return the changes of grade that finished nights of the span found."""
    own, earlier = CREDIT_GRADE.c, CREDIT_GRADE.alias()
    found: dict[UUID, list[Change]] = {}
    for keys in _pieces(ids if lower.night < upper.night else ()):
        statement = (
            select(own.subject_id, own.day, own.version, own.grade, earlier.c.grade.label("was"))
            .join(
                earlier,
                and_(
                    earlier.c.log == own.log,
                    earlier.c.subject_id == own.subject_id,
                    earlier.c.version == own.version - 1,
                ),
            )
            .where(
                own.log == log,
                own.subject_id.in_(keys),
                own.day > lower.night,
                own.day <= upper.night,
                own.grade != earlier.c.grade,
            )
        )
        for row in connection.execute(statement):
            found.setdefault(row.subject_id, []).append(_grade(row))
    return found


def _grade(row: Row[*tuple[Any, ...]]) -> Change:
    return Change(
        place=Place(row.day, NIGHT_RANK, 0, row.subject_id, row.version),
        kind=ChangeKind.GRADE_CHANGED,
        item="grade",
        before=row.was,
        after=row.grade,
    )


def _pieces(ids: Collection[UUID]) -> Iterator[Sequence[UUID]]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), _KEYS):
        yield wanted[start : start + _KEYS]
