"""Measures that were lifted and whose ground came back: a repair revoked, a shield taken away.

The rule that must stay true: nobody is told that a measure binds again which the law, or its own
time, ended; whether it does is checked at the counter.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, select

from credit.applying.desk import Application
from credit.checking import is_listed_on
from credit.offices import colleagues_of
from credit.tables import CREDIT_APPLICATION, CREDIT_FACT

_IDS: Final = 900

_What: TypeAlias = tuple[UUID, str, str]
"""Party, measure and matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lifted:
    """A measure that was lifted by entry `seq`."""

    id: UUID
    what: _What
    fact_ids: frozenset[UUID]
    actor: str
    seq: int


def standing_again(
    connection: Connection, log: int, applications: Iterable[Application], day: date
) -> frozenset[UUID]:
    """Return those of some measures that were lifted though a record of theirs counts on a day.

    One that was lifted while its ground stood was given up, and not because the ground fell away;
    one that the same office applied anew since is in use.
    """
    lifted = [
        _Lifted(
            id=one.id,
            what=(one.subject_id, one.measure, one.matter),
            fact_ids=frozenset(one.fact_ids),
            actor=one.actor,
            seq=one.lifted_seq,
        )
        for one in applications
        if one.lifted_seq is not None and one.must_lift_since is not None
    ]
    return frozenset(one.id for one in _again(connection, log, lifted, day))


def count_again(
    connection: Connection,
    log: int,
    day: date,
    actors: Collection[str] | None,
    *,
    since: datetime,
    most: int,
) -> int:
    """Return how many of these actors' measures stand again by a record that was told since.

    Of the `most` that were lifted last. None is everybody's.
    """
    row = CREDIT_APPLICATION.c
    statement = select(CREDIT_APPLICATION).where(
        row.log == log, row.lifted_seq.is_not(None), row.must_lift_since.is_not(None)
    )
    if actors is not None:
        statement = statement.where(row.actor.in_(sorted(actors)))
    statement = statement.order_by(row.lifted_seq.desc()).limit(most)
    lifted = [
        _Lifted(
            id=one.id,
            what=(one.subject_id, one.measure, one.matter),
            fact_ids=frozenset(map(UUID, one.facts.split())),
            actor=one.actor,
            seq=one.lifted_seq,
        )
        for one in connection.execute(statement)
    ]
    return len(_again(connection, log, lifted, day, since=since))


def _again(
    connection: Connection,
    log: int,
    lifted: Sequence[_Lifted],
    day: date,
    *,
    since: datetime | None = None,
) -> list[_Lifted]:
    """Return those of which a record counts, and that their office has not applied anew."""
    ids = set[UUID]().union(*(one.fact_ids for one in lifted))
    counting = set(_counting(connection, log, ids, day, since=since))
    found = [one for one in lifted if counting & one.fact_ids]
    used = _used(connection, log, {one.what[0] for one in found})
    office = _Office(connection)
    return [
        one
        for one in found
        if not any(
            seq > one.seq and office.is_one(one.actor, actor)
            for seq, actor in used.get(one.what, ())
        )
    ]


def _used(
    connection: Connection, log: int, subject_ids: set[UUID]
) -> Mapping[_What, list[tuple[int, str]]]:
    """Return by which entries, and whose, each measure was applied to some parties."""
    row, wanted = CREDIT_APPLICATION.c, sorted(subject_ids)
    found = defaultdict[_What, list[tuple[int, str]]](list)
    for start in range(0, len(wanted), _IDS):
        some = row.subject_id.in_(wanted[start : start + _IDS])
        statement = select(row.subject_id, row.measure, row.matter, row.seq, row.actor)
        for one in connection.execute(statement.where(row.log == log, some)):
            found[one.subject_id, one.measure, one.matter].append((one.seq, one.actor))
    return found


@dataclass(slots=True)
class _Office:
    """Says of two actors whether they act, or acted, for one authority."""

    connection: Connection
    known: dict[str, frozenset[str] | None] = field(default_factory=dict)

    def is_one(self, one: str, other: str) -> bool:
        # Whoever left is a colleague of those who stayed, and has none of its own any more.
        return one == other or self._has(one, other) or self._has(other, one)

    def _has(self, one: str, other: str) -> bool:
        if one not in self.known:
            self.known[one] = colleagues_of(self.connection, one)
        colleagues = self.known[one]
        return colleagues is None or other in colleagues


def _counting(
    connection: Connection, log: int, ids: set[UUID], day: date, *, since: datetime | None = None
) -> Iterator[UUID]:
    fact = CREDIT_FACT.c
    wanted = sorted(ids)
    for start in range(0, len(wanted), _IDS):
        some = fact.id.in_(wanted[start : start + _IDS])
        statement = select(fact.id).where(fact.log == log, some, fact.is_latest, is_listed_on(day))
        if since is not None:
            statement = statement.where(fact.recorded_at >= since)
        yield from connection.execute(statement).scalars()
