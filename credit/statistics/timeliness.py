"""How soon and how well each feed reports: rows by what became of them, decisions by their age.

The rule that must stay true: a decision is late by its first report, whenever it was corrected, and
counted in working days from the decision; the feed says how many there may be.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from trace.recall.workdays import workdays_after
from typing import Final

from sqlalchemy import Connection, and_, func, select

from base.clock import CIVIL_ZONE
from credit.feeds.model import Feed
from credit.feeds.registry import FEEDS
from credit.intake.batches import BatchState
from credit.tables import CREDIT_BATCH, CREDIT_FACT, CREDIT_QUARANTINE

_FIRST: Final = 1
_KEYS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCount:
    """What a feed handed in between two days.

    `received` is `accepted` + `quarantined` + `duplicates` of what was taken. `reported` counts the
    decisions that were told of for the first time and `late` those of them after more than
    `workdays` working days; both are 0 where the feed fixes none. `codes` counts rows in
    quarantine by what is wrong with them.
    """

    feed: str
    batches: int
    held: int
    received: int
    accepted: int
    quarantined: int
    duplicates: int
    last_at: datetime | None
    workdays: int
    reported: int
    late: int
    codes: Mapping[str, int] = field(default_factory=dict)


def feed_counts(connection: Connection, log: int, first: date, end: date) -> list[FeedCount]:
    """Return what each feed handed in from a day to the day before another, in order of names."""
    span = _instant(first), _instant(end)
    sums = _sums(connection, log, span)
    codes = _codes(connection, log, span)
    reported = _reported(connection, log, span)
    return [
        _count(feed, sums.get(name, {}), codes.get(name, {}), reported.get(name, Counter()))
        for name, feed in sorted(FEEDS.items())
    ]


def _count(
    feed: Feed,
    states: Mapping[str, "_Sums"],
    codes: Mapping[str, int],
    reported: Counter[tuple[date, date]],
) -> FeedCount:
    taken = states.get(BatchState.ACCEPTED.value, _Sums())
    held = states.get(BatchState.HELD.value, _Sums())
    workdays = feed.report_workdays
    last = [one.last_at for one in states.values() if one.last_at is not None]
    return FeedCount(
        feed=feed.id,
        batches=sum(one.batches for one in states.values()),
        held=held.batches,
        received=taken.received,
        accepted=taken.accepted,
        quarantined=taken.quarantined,
        duplicates=taken.duplicates,
        last_at=max(last, default=None),
        workdays=workdays,
        reported=reported.total() if workdays else 0,
        late=sum(
            count
            for (decided, told), count in reported.items()
            if workdays and told > workdays_after(decided, workdays).day
        ),
        codes=codes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """The batches of one feed in one state."""

    batches: int = 0
    received: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    last_at: datetime | None = None


def _sums(
    connection: Connection, log: int, span: tuple[datetime, datetime]
) -> dict[str, dict[str, _Sums]]:
    batch = CREDIT_BATCH.c
    statement = (
        select(
            batch.feed,
            batch.state,
            func.count().label("batches"),
            *(
                func.coalesce(func.sum(batch[name]), 0).label(name)
                for name in ("received", "accepted", "quarantined", "duplicates")
            ),
            func.max(batch.received_at).label("last_at"),
        )
        .where(batch.log == log, batch.received_at >= span[0], batch.received_at < span[1])
        .group_by(batch.feed, batch.state)
    )
    found: dict[str, dict[str, _Sums]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.feed, {})[row.state] = _Sums(
            batches=row.batches,
            received=int(row.received),
            accepted=int(row.accepted),
            quarantined=int(row.quarantined),
            duplicates=int(row.duplicates),
            last_at=row.last_at,
        )
    return found


def _codes(
    connection: Connection, log: int, span: tuple[datetime, datetime]
) -> dict[str, dict[str, int]]:
    batch, row = CREDIT_BATCH.c, CREDIT_QUARANTINE.c
    statement = (
        select(row.feed, row.code, func.count())
        .join(CREDIT_BATCH, and_(batch.log == row.log, batch.id == row.batch_id))
        .where(row.log == log, batch.received_at >= span[0], batch.received_at < span[1])
        .group_by(row.feed, row.code)
        .order_by(row.feed, row.code)
    )
    found: dict[str, dict[str, int]] = {}
    for feed, code, count in connection.execute(statement):
        found.setdefault(feed, {})[code] = count
    return found


def _reported(
    connection: Connection, log: int, span: tuple[datetime, datetime]
) -> dict[str, Counter[tuple[date, date]]]:
    """Return how many decisions of which day each feed told of for the first time on which day."""
    batch, fact = CREDIT_BATCH.c, CREDIT_FACT.c
    entered = select(batch.seq, batch.received_at).where(
        batch.log == log,
        batch.seq.is_not(None),
        batch.received_at >= span[0],
        batch.received_at < span[1],
    )
    told_on = {
        row.seq: row.received_at.astimezone(CIVIL_ZONE).date()
        for row in connection.execute(entered.order_by(batch.seq))
    }
    found: dict[str, Counter[tuple[date, date]]] = {}
    seqs = list(told_on)
    for start in range(0, len(seqs), _KEYS):
        some = seqs[start : start + _KEYS]
        # What a batch told of first stands in its entry: facts of other days are not looked at. By
        # the list alone SQLite would go through all of them.
        statement = (
            select(fact.seq, fact.feed, fact.decided_on, func.count())
            .where(
                fact.log == log,
                fact.seq.between(some[0], some[-1]),
                fact.seq.in_(some),
                fact.version == _FIRST,
                fact.decided_on.is_not(None),
            )
            .group_by(fact.seq, fact.feed, fact.decided_on)
        )
        for seq, feed, decided_on, count in connection.execute(statement):
            found.setdefault(feed, Counter())[decided_on, told_on[seq]] += count
    return found


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CIVIL_ZONE)
