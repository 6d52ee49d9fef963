"""How feeds are doing: what came in, what was not understood and why, how late, about whom.

The rule that must stay true: accepted, quarantined and duplicate rows add up to what was received;
a share is told with the number that it is a share of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, and_, case, func, select

from base.clock import CIVIL_ZONE
from credit.casework.statistics import workdays_between
from credit.feeds.model import Feed
from credit.intake.batches import BatchState
from credit.tables import (
    CREDIT_BATCH,
    CREDIT_FACT,
    CREDIT_QUARANTINE,
    CREDIT_SEEN,
    CREDIT_SUBJECT,
)

_PERCENT: Final = 100
# What is late is told in steps of the time that the law leaves: in time, up to twice, four times.
_STEPS: Final = (1, 2, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCount:
    """The rows of a feed's accepted batches since a day; `held` are batches that wait for one."""

    batches: int = 0
    held: int = 0
    refused: int = 0
    received: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    noted: int = 0
    last_at: datetime | None = None

    def percent(self, rows: int) -> int:
        """Return the share of so many rows in what was received."""
        return rows * _PERCENT // self.received if self.received else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeliness:
    """How many working days lay between a decision and its report.

    `upto` are the last days of each step and `counts` the records in it; the last step has no end.
    """

    upto: tuple[int, ...]
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Return how many records were counted."""
        return sum(self.counts)

    @property
    def late(self) -> int:
        """Return how many came later than the law allows."""
        return sum(self.counts[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What the newest records of a feed are like: of `total`, so many name a party.

    `matched` name one that the register of enterprises knows; `unnamed` name nobody yet.
    `timeliness` is None for a feed whose reports have no time of law.
    """

    total: int
    matched: int
    unnamed: int
    timeliness: Timeliness | None

    @property
    def matched_percent(self) -> int | None:
        """Return the share that the register knows; None where there is no record."""
        return self.matched * _PERCENT // self.total if self.total else None


def counts_of_feeds(connection: Connection, log: int, *, since: date) -> Mapping[str, FeedCount]:
    """Return the numbers of each feed that handed in anything since a day."""
    row = CREDIT_BATCH.c
    names = ("received", "accepted", "quarantined", "duplicates", "noted")
    is_accepted = row.state == BatchState.ACCEPTED.value
    states = {
        "batches": BatchState.ACCEPTED,
        "held": BatchState.HELD,
        "refused": BatchState.REFUSED,
    }
    statement = (
        select(
            row.feed,
            func.max(row.received_at).label("last_at"),
            *(
                func.sum(case((row.state == state.value, 1), else_=0)).label(name)
                for name, state in states.items()
            ),
            *(func.sum(case((is_accepted, row[name]), else_=0)).label(name) for name in names),
        )
        # Rows that were read again are counted with the batch that they came in.
        .where(row.log == log, row.received_at >= _begin(since), row.origin_id.is_(None))
        .group_by(row.feed)
    )
    return {
        one.feed: FeedCount(
            last_at=one.last_at,
            **{name: int(getattr(one, name)) for name in (*states, *names)},
        )
        for one in connection.execute(statement)
    }


def codes_of_feed(connection: Connection, log: int, feed: str) -> list[tuple[str, int]]:
    """Return why rows of a feed wait in quarantine: (quality code, rows), the most first."""
    row = CREDIT_QUARANTINE.c
    count = func.count().label("rows")
    statement = (
        select(row.code, count)
        .where(row.log == log, row.feed == feed, row.state == "open")
        .group_by(row.code)
        .order_by(count.desc(), row.code)
    )
    return [(one.code, one.rows) for one in connection.execute(statement)]


def codes_of_batch(connection: Connection, log: int, batch_id: UUID) -> list[tuple[str, int, int]]:
    """Return why rows of a batch were not understood: (code, rows, of them read again since)."""
    row = CREDIT_QUARANTINE.c
    count = func.count().label("rows")
    again = func.sum(case((row.state == "open", 0), else_=1)).label("again")
    statement = (
        select(row.code, count, again)
        .where(row.log == log, row.batch_id == batch_id)
        .group_by(row.code)
        .order_by(count.desc(), row.code)
    )
    return [(one.code, one.rows, int(one.again)) for one in connection.execute(statement)]


def quality_of(connection: Connection, log: int, feed: Feed, *, rows_max: int) -> Quality:
    """Return what the newest records of a feed are like, of `rows_max` at most."""
    fact, seen, subject = CREDIT_FACT.c, CREDIT_SEEN.c, CREDIT_SUBJECT.c
    statement = (
        select(fact.decided_on, fact.subject_id, seen.first_at, subject.is_registered)
        .outerjoin(CREDIT_SEEN, and_(seen.log == fact.log, seen.fact_id == fact.id))
        .outerjoin(CREDIT_SUBJECT, and_(subject.log == fact.log, subject.id == fact.subject_id))
        .where(fact.log == log, fact.feed == feed.id, fact.is_latest)
        .order_by(fact.seq.desc())
        .limit(rows_max)
    )
    found = connection.execute(statement).all()
    spans = [
        (one.decided_on, day)
        for one in found
        if one.decided_on is not None
        and one.first_at is not None
        and (day := one.first_at.astimezone(CIVIL_ZONE).date()) >= one.decided_on
    ]
    return Quality(
        total=len(found),
        matched=sum(bool(one.is_registered) for one in found),
        unnamed=sum(one.subject_id is None for one in found),
        timeliness=_timeliness(spans, feed.report_workdays) if feed.report_workdays else None,
    )


def _timeliness(spans: Sequence[tuple[date, date]], workdays: int) -> Timeliness:
    upto = tuple(workdays * step for step in _STEPS)
    counts = [0] * (len(upto) + 1)
    for days in workdays_between(spans):
        counts[sum(days > last for last in upto)] += 1
    return Timeliness(upto=upto, counts=tuple(counts))


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CIVIL_ZONE)
