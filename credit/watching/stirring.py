"""Of which parties anything can have changed in a span, so that nobody else's facts are read.

The rule that must stay true: whoever changed is among them. What an entry changes is found by the
entries of the span, and what a day changes by the days that each record tells beforehand: on which
it begins, is told no more or ends, and on which a bar of the law is over that follows from it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from credit.feeds.model import FactKind
from credit.nightly.tables import CREDIT_GRADE
from credit.rules.measures import barred_between
from credit.tables import CREDIT_FACT
from credit.watching.history import View
from credit.watching.positions import Position
from credit.watching.rows import pieces

_FEW: Final = 4_000
"""So many new facts are asked whose they are; of more, the parties are asked what is new."""
_DUE_MAX: Final = 20_000
"""So many facts whose day has come are looked up; of more, the parties are asked likewise."""

_KINDS: Final = tuple(one.value for one in FactKind)


def stirred_in(
    connection: Connection, log: int, view: View, lower: Position, upper: Position
) -> set[UUID] | None:
    """Return of whom alone anything can have changed; None where they are many, or everybody."""
    if _has_border(view, lower.day, upper.day):
        return None
    stirred: set[UUID] = set()
    for look in (_told_of, _due_of, _graded_of):
        some = look(connection, log, view, lower, upper)
        if some is None:
            return None
        stirred |= some
    return stirred


def stirred_among(
    connection: Connection,
    log: int,
    ids: Collection[UUID],
    view: View,
    span: tuple[Position, Position],
) -> Sequence[UUID]:
    """Return those of these parties of which anything but the grade can have changed."""
    lower, upper = span
    if _has_border(view, lower.day, upper.day):
        return sorted(ids)
    fact = CREDIT_FACT.c
    stirs = or_(
        and_(fact.seq >= lower.seq, fact.seq < upper.seq), *_due_days(view, lower.day, upper.day)
    )
    # A fact that moved away is of another party by now, and changes the one it left.
    was = CREDIT_FACT.alias()
    left = (
        select(was.c.id)
        .where(was.c.log == log, was.c.id == fact.id, was.c.seq >= lower.seq)
        .exists()
    )
    found: set[UUID] = set()
    for keys in pieces(ids):
        statement = select(fact.subject_id).where(
            fact.log == log, fact.subject_id.in_(keys), or_(stirs, left)
        )
        found |= set(connection.execute(statement.distinct()).scalars())
    return sorted(found)


def _told_of(
    connection: Connection, log: int, _view: View, lower: Position, upper: Position
) -> set[UUID] | None:
    """Return whose the facts of some entries are, and whose they were; None where they are many."""
    fact, found = CREDIT_FACT.c, set[UUID]()
    new = select(fact.id).where(fact.log == log, fact.seq >= lower.seq, fact.seq < upper.seq)
    facts = set(connection.execute(new.limit(_FEW + 1)).scalars())
    if len(facts) > _FEW:
        return None
    for keys in pieces(facts):
        # Not the distinct ones: for these SQLite would read all facts in the order of parties.
        whose = select(fact.subject_id).where(fact.log == log, fact.id.in_(keys))
        found |= _somebody(connection.execute(whose).scalars())
    return found


def _due_of(
    connection: Connection, log: int, view: View, lower: Position, upper: Position
) -> set[UUID] | None:
    """Return whose facts a day of the span changes by itself; None where they are many.

    An earlier version than the newest may be among them: its party is looked at for nothing.
    """
    fact, left, found = CREDIT_FACT.c, _DUE_MAX, set[UUID]()
    # One column after the other: each has an index, which an "or" over all of them would not use.
    for is_due in _due_days(view, lower.day, upper.day):
        whose = select(fact.subject_id).where(fact.log == log, is_due).limit(left + 1)
        rows = connection.execute(whose).scalars().all()
        left -= len(rows)
        if left < 0:
            return None
        found |= _somebody(rows)
    return found


def _graded_of(
    connection: Connection, log: int, view: View, lower: Position, upper: Position
) -> set[UUID] | None:
    """Return of whom the nights of the span found another grade; None where they are many."""
    if view.is_public or lower.night >= upper.night:
        return set()
    own = CREDIT_GRADE.c
    statement = select(own.subject_id).where(
        own.log == log, own.day > lower.night, own.day <= upper.night
    )
    # The first grade of a party changed nothing.
    found = connection.execute(statement.where(own.version > 1).limit(_FEW + 1)).scalars().all()
    return None if len(found) > _FEW else set(found)


def _due_days(view: View, after: date, until: date) -> Iterator[ColumnElement[bool]]:
    """Yield what a fact fulfils, in one way or another, that a day of a span changes by itself."""
    if after >= until:
        return
    fact = CREDIT_FACT.c
    for day in (fact.starts_on, fact.stops_on, fact.ended_on):
        yield and_(day > after, day <= until)
    # Named by its kinds, as the index has the kind before the day.
    yield and_(fact.kind.in_(_KINDS), fact.decided_on > after, fact.decided_on <= until)
    if not view.is_public:
        # How long a bar lasts is no column: it follows from the day of the decision and the law.
        for first_on, last_on in barred_between(view.book, after, until):
            yield and_(
                fact.kind == FactKind.PENALTY.value, fact.decided_on.between(first_on, last_on)
            )


def _has_border(view: View, after: date, until: date) -> bool:
    """Return whether a measure of the rulebook begins or ends in a span of days."""
    return not view.is_public and any(
        (one.from_on is not None and after < one.from_on <= until)
        or (one.to_on is not None and after <= one.to_on < until)
        for one in view.book.measures.values()
    )


def _somebody(ids: Iterable[UUID | None]) -> set[UUID]:
    return {one for one in ids if one is not None}
