"""Counts events of some days by party and by product, in the database.

The rule that must stay true: what its own recorder took back is counted nowhere, nor is the word
that took it back; and a request counts at most what the service was set up to count.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from trace.events.model import Role
from trace.monitoring.stages import Stage, stage_of
from trace.projections.reading import events_at, taken_back_by
from trace.tables import EVENT, EVENT_ITEM, IDENTIFIER
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, select

from base.clock import CIVIL_ZONE
from codes.gs1.digital_link import CANONICAL_STEM

_CHUNK: Final = 500
_GTIN: Final = f"{CANONICAL_STEM}/01/"
_GTIN_URI_CHARS: Final = len(_GTIN) + 14
_GOODS: Final = (Role.EPC, Role.EPC_CLASS, Role.OUTPUT, Role.OUTPUT_CLASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Some days in China, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """Return when the first day begins."""
        return datetime.combine(self.first, time(), CIVIL_ZONE)

    @property
    def until(self) -> datetime:
        """Return when the last day is over."""
        return datetime.combine(self.last + timedelta(days=1), time(), CIVIL_ZONE)

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    def before(self) -> "Span":
        """Return as many days before it."""
        last = self.first - timedelta(days=1)
        return Span(first=last - timedelta(days=self.days - 1), last=last)


@dataclass(slots=True)
class Tally:
    """Events by stage, and when the last of them happened."""

    stages: Counter[Stage] = field(default_factory=Counter)
    last_at: datetime | None = None

    def add(self, stage: Stage, count: int, last_at: datetime | None = None) -> None:
        """Count some events; a negative number takes them away again."""
        self.stages[stage] += count
        if last_at is not None and (self.last_at is None or last_at > self.last_at):
            self.last_at = last_at

    @property
    def total(self) -> int:
        """Return all of them."""
        return self.stages.total()


def event_count(connection: Connection, log: int, span: Span) -> int:
    """Return how many events the index has of these days."""
    statement = select(func.count()).select_from(EVENT).where(_in(log, span))
    return int(connection.execute(statement).scalar_one())


def withdrawn_in(connection: Connection, log: int, span: Span) -> frozenset[int]:
    """Return the events of these days that their recorders took back.

    A declaration repeats the event with its time (ISO/IEC 19987 7.4.1.4), so both are of one day.
    """
    statement = select(EVENT.c.seq).where(_in(log, span), EVENT.c.declared_at.is_not(None))
    declarations = events_at(connection, log, connection.execute(statement).scalars().all())
    return frozenset(taken_back_by(connection, log, declarations)) if declarations else frozenset()


def by_party(
    connection: Connection, log: int, span: Span, withdrawn: Collection[int]
) -> dict[UUID | None, Tally]:
    """Return what each party recorded of these days."""
    statement = (
        select(
            EVENT.c.party_id,
            EVENT.c.type,
            EVENT.c.action,
            EVENT.c.biz_step,
            func.count().label("events"),
            func.max(EVENT.c.event_at).label("last_at"),
        )
        .where(_in(log, span), EVENT.c.declared_at.is_(None))
        .group_by(EVENT.c.party_id, EVENT.c.type, EVENT.c.action, EVENT.c.biz_step)
    )
    found: dict[UUID | None, Tally] = {}
    for row in connection.execute(statement):
        tally = found.setdefault(row.party_id, Tally())
        tally.add(stage_of(row.type, row.action, row.biz_step), row.events, row.last_at)
    for event in events_at(connection, log, withdrawn):
        if span.since <= event.event_at < span.until:
            tally = found.setdefault(event.party_id, Tally())
            tally.add(stage_of(event.type, event.action, event.biz_step), -1)
    return {party: tally for party, tally in found.items() if tally.total}


def by_product(
    connection: Connection, log: int, span: Span, withdrawn: Collection[int]
) -> dict[str, Tally]:
    """Return what was recorded of each product; "" stands for goods without a GTIN and for cases.

    An event of two products counts for each of them.
    """
    found: dict[str, Tally] = {}
    for row in connection.execute(_of_products(_in(log, span), log)):
        found.setdefault(row.product, Tally()).add(_stage(row), row.events)
    for some in _pieces(sorted(withdrawn)):
        of_some = and_(_in(log, span), EVENT.c.seq.in_(some))
        for row in connection.execute(_of_products(of_some, log)):
            found.setdefault(row.product, Tally()).add(_stage(row), -row.events)
    return {product: tally for product, tally in found.items() if tally.total}


def _of_products(condition: ColumnElement[bool], log: int) -> Any:
    uri = IDENTIFIER.c.uri
    is_gtin = uri.like(f"{_GTIN}%")
    product = case((is_gtin, func.substr(uri, 1, _GTIN_URI_CHARS)), else_="").label("product")
    return (
        select(
            product,
            EVENT.c.type,
            EVENT.c.action,
            EVENT.c.biz_step,
            func.count(EVENT.c.seq.distinct()).label("events"),
        )
        .select_from(EVENT)
        .join(EVENT_ITEM, (EVENT_ITEM.c.log == EVENT.c.log) & (EVENT_ITEM.c.seq == EVENT.c.seq))
        .join(
            IDENTIFIER,
            (IDENTIFIER.c.log == EVENT_ITEM.c.log) & (IDENTIFIER.c.id == EVENT_ITEM.c.item),
        )
        .where(
            condition,
            EVENT.c.declared_at.is_(None),
            EVENT_ITEM.c.log == log,
            IDENTIFIER.c.log == log,
            EVENT_ITEM.c.role.in_([int(role) for role in _GOODS]),
        )
        .group_by(product, EVENT.c.type, EVENT.c.action, EVENT.c.biz_step)
    )


def _stage(row: Row[*tuple[Any, ...]]) -> Stage:
    return stage_of(row.type, row.action, row.biz_step)


def _in(log: int, span: Span) -> ColumnElement[bool]:
    return and_(EVENT.c.log == log, EVENT.c.event_at >= span.since, EVENT.c.event_at < span.until)


def _pieces(values: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
