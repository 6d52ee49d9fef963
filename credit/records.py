"""The record of one party: every fact that is known of it, with its state and where it is proven.

The rule that must stay true: the newest version is told, whatever became of the fact; what is
repaired or withdrawn is marked as such and shown to those alone who may see the whole record.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.strict_json import loads
from credit.checking import article_told, version_at
from credit.facts import stands_on
from credit.standing import OF_BATCH, OF_ROW
from credit.tables import CREDIT_BATCH, CREDIT_FACT, CREDIT_ROW, CREDIT_SEEN

_BODY_BYTES_MAX: Final = 1 << 20
_BODY_DEPTH_MAX: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """A fact in a version, made of row `row_number` of the file of its batch.

    `batch_seq` is the entry whose tree has that row at `position`. `last_at` is None where all that
    is known is that it was told once more after the instant that was asked for.
    """

    id: UUID
    version: int
    feed: str
    kind: str
    list_id: str
    state: str
    authority: str
    number: str
    title: str
    decided_on: date | None
    starts_on: date | None
    ends_on: date | None
    ended_on: date | None
    severity: str | None
    is_published: bool
    repairable_on: date | None
    stops_on: date | None
    seq: int
    position: int | None
    batch_id: UUID | None
    batch_seq: int | None
    row_number: int | None
    first_at: datetime | None
    last_at: datetime | None
    body: Any

    @property
    def article(self) -> str:
        """Return the article that it names, or that of its list for what it tells."""
        return article_told(self.body, self.list_id, self.starts_on or self.decided_on)

    def counts_on(self, day: date) -> bool:
        """Return whether the fact is in answers on a day."""
        stands = stands_on(self.state, self.ended_on, day)
        return stands and (self.stops_on is None or self.stops_on > day)


def facts_of(
    connection: Connection,
    log: int,
    subject_id: UUID,
    *,
    rows_max: int,
    known_at: datetime | None = None,
) -> list[FactRow]:
    """Return what is known of a party, or was at an instant, the newest decision first."""
    fact = CREDIT_FACT.c
    is_told = fact.is_latest if known_at is None else fact.version == version_at(log, known_at)
    of_seen = (CREDIT_SEEN.c.log == CREDIT_FACT.c.log) & (CREDIT_SEEN.c.fact_id == CREDIT_FACT.c.id)
    statement = (
        select(
            CREDIT_FACT,
            CREDIT_SEEN.c.first_at,
            CREDIT_SEEN.c.last_at,
            CREDIT_BATCH.c.seq.label("batch_seq"),
            CREDIT_ROW.c.row_number,
        )
        .outerjoin(CREDIT_SEEN, of_seen)
        .outerjoin(CREDIT_BATCH, OF_BATCH)
        .outerjoin(CREDIT_ROW, OF_ROW)
        .where(
            CREDIT_FACT.c.log == log,
            CREDIT_FACT.c.subject_id == subject_id,
            is_told,
        )
        .order_by(CREDIT_FACT.c.decided_on.desc(), CREDIT_FACT.c.seq.desc(), CREDIT_FACT.c.id)
        .limit(rows_max)
    )
    return [
        FactRow(
            id=row.id,
            version=row.version,
            feed=row.feed,
            kind=row.kind,
            list_id=row.list,
            state=row.state,
            authority=row.authority_name,
            number=row.number,
            title=row.title,
            decided_on=row.decided_on,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            ended_on=row.ended_on,
            severity=row.severity,
            is_published=row.is_published,
            repairable_on=row.repairable_on,
            stops_on=row.stops_on,
            seq=row.seq,
            position=row.position,
            batch_id=row.batch_id,
            batch_seq=row.batch_seq,
            row_number=row.row_number,
            first_at=row.first_at,
            last_at=_by(row.last_at, known_at),
            body=loads(row.body.encode(), bytes_max=_BODY_BYTES_MAX, depth_max=_BODY_DEPTH_MAX),
        )
        for row in connection.execute(statement)
    ]


def _by(instant: datetime | None, known_at: datetime | None) -> datetime | None:
    is_later = instant is not None and known_at is not None and instant > known_at
    return None if is_later else instant
