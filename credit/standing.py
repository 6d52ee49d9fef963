"""What a party is known by on a day, as the gate of measures looks at it.

The rule that must stay true: what counted on a day is what was known by the end of it. A record
that was repaired or is told no more counts for nothing but the bars that a law fixes; one that was
withdrawn, or is shielded, for nothing at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from base.strict_json import loads
from credit.facts import FactState, standing_on, stands_on
from credit.feeds.model import FactKind
from credit.rulebook.model import Measure
from credit.rules.measures import Punished, Standing, is_called_for, over_on
from credit.tables import CREDIT_ALIAS, CREDIT_BATCH, CREDIT_CODE, CREDIT_FACT, CREDIT_ROW

_BODY_BYTES_MAX: Final = 1 << 20
_BODY_DEPTH_MAX: Final = 6
_OUTLIVED: Final = (FactState.REPAIRED, FactState.ENDED)

OF_ALIAS: Final = and_(
    CREDIT_ALIAS.c.log == CREDIT_CODE.c.log,
    CREDIT_ALIAS.c.subject_id == CREDIT_CODE.c.subject_id,
)
"""Joins a code to whom its party was joined to, where a person judged that it was."""

STANDS_AS: Final = func.coalesce(CREDIT_ALIAS.c.into_id, CREDIT_CODE.c.subject_id)
"""Whom a code stands for: whoever was joined to another stands as the other, under either code."""

OF_ROW: Final = and_(
    CREDIT_ROW.c.log == CREDIT_FACT.c.log,
    CREDIT_ROW.c.batch_id == CREDIT_FACT.c.batch_id,
    CREDIT_ROW.c.position == CREDIT_FACT.c.position,
)
"""Joins a fact to the row that it was made of, which knows its number in the file."""

OF_BATCH: Final = and_(
    CREDIT_BATCH.c.log == CREDIT_FACT.c.log, CREDIT_BATCH.c.id == CREDIT_FACT.c.batch_id
)
"""Joins a fact to its batch, whose entry has the tree of that row."""

COLUMNS: Final = (
    CREDIT_FACT.c.id,
    CREDIT_FACT.c.version,
    CREDIT_FACT.c.seq,
    CREDIT_FACT.c.position,
    CREDIT_FACT.c.kind,
    CREDIT_FACT.c.list,
    CREDIT_FACT.c.state,
    CREDIT_FACT.c.authority_name,
    CREDIT_FACT.c.number,
    CREDIT_FACT.c.title,
    CREDIT_FACT.c.decided_on,
    CREDIT_FACT.c.starts_on,
    CREDIT_FACT.c.ended_on,
    CREDIT_FACT.c.repairable_on,
    CREDIT_FACT.c.stops_on,
    CREDIT_FACT.c.is_published,
    CREDIT_FACT.c.severity,
    CREDIT_FACT.c.body,
)
"""What answers are made of."""

ENTRY_COLUMNS: Final = (
    *COLUMNS,
    CREDIT_FACT.c.batch_id,
    CREDIT_BATCH.c.seq.label("batch_seq"),
    CREDIT_ROW.c.row_number,
)
"""What entries of lists are made of, and where they are proven; joined by `OF_BATCH`, `OF_ROW`."""

FactRows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The facts that call for a measure; from `over_on` on none of them does, None: no such day."""

    fact_ids: tuple[UUID, ...]
    over_on: date | None


def current_facts(
    connection: Connection,
    log: int,
    subject_id: UUID,
    day: date,
    *,
    known_at: datetime | None = None,
) -> FactRows:
    """Return the rows of what counts of a party on a day, as known now or at an instant."""
    rows = _rows(connection, log, subject_id, day, known_at=known_at)
    return [row for row in rows if is_current(row, day)]


def standing_of(
    connection: Connection,
    log: int,
    subject_id: UUID,
    day: date,
    *,
    known_at: datetime | None = None,
) -> Standing:
    """Return what a party is known by on a day, as known now or at an instant."""
    return standing_from(_rows(connection, log, subject_id, day, known_at=known_at), day)


def basis_of(
    connection: Connection,
    log: int,
    subject_id: UUID,
    measure: Measure,
    day: date,
    *,
    known_at: datetime | None = None,
    only: frozenset[UUID] | None = None,
) -> Basis | None:
    """Return what calls for a measure on a day, None where nothing does; `only` these may."""
    rows = [
        row
        for row in _rows(connection, log, subject_id, day, known_at=known_at)
        if only is None or row.id in only
    ]
    if not is_called_for(measure, standing_from(rows, day), day):
        return None
    if measure.years_running > 1:
        found = [row for row in rows if row.list in measure.lists]
    else:
        found = [row for row in rows if is_called_for(measure, standing_from([row], day), day)]
    ends = [over_on(measure, _told_until(row), _one_punished(row, day)) for row in found]
    last = None if None in ends else max(one for one in ends if one is not None)
    return Basis(fact_ids=tuple(row.id for row in found), over_on=last)


def standing_from(rows: FactRows, day: date) -> Standing:
    """Return what rows say that a party is known by on a day."""
    years: dict[str, set[int]] = {}
    for row in rows:
        start_on = row.starts_on or row.decided_on
        if row.list and start_on is not None and row.state in (FactState.ACTIVE, FactState.ENDED):
            years.setdefault(row.list, set()).add(start_on.year)
    return Standing(
        lists=frozenset(row.list for row in rows if row.list and is_current(row, day)),
        years={name: frozenset(found) for name, found in years.items()},
        penalties=tuple(_punished(rows, day)),
    )


def is_current(row: Row[*tuple[Any, ...]], day: date) -> bool:
    """Return whether a fact is told on a day."""
    return stands_on(row.state, row.ended_on, day) and (row.stops_on is None or row.stops_on > day)


def _told_until(row: Row[*tuple[Any, ...]]) -> date | None:
    """Return the first day on which a fact is told no more: its time is up, or an end is known."""
    ended_on = row.ended_on if row.state == FactState.ENDED else None
    return min((day for day in (row.stops_on, ended_on) if day is not None), default=None)


def told_body(text: str) -> Any:
    """Return what a fact says beside its columns."""
    return loads(text.encode(), bytes_max=_BODY_BYTES_MAX, depth_max=_BODY_DEPTH_MAX)


def counts_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Return the condition under which a fact counts on a day."""
    return and_(standing_on(day), _began_by(day))


def tells_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Return the condition for what counts on a day and what may have left a bar or a run."""
    fact = CREDIT_FACT.c
    return or_(
        counts_on(day),
        and_(
            fact.state.in_(_OUTLIVED),
            or_(fact.kind == FactKind.PENALTY.value, fact.ended_on >= fact.stops_on),
            _began_by(day),
        ),
    )


def _began_by(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    return func.coalesce(CREDIT_FACT.c.starts_on, CREDIT_FACT.c.decided_on) <= day


def _rows(
    connection: Connection,
    log: int,
    subject_id: UUID,
    day: date,
    *,
    known_at: datetime | None = None,
) -> FactRows:
    fact = CREDIT_FACT.c
    statement = select(*COLUMNS).where(
        fact.log == log, fact.subject_id == subject_id, tells_on(day)
    )
    if known_at is None:
        statement = statement.where(fact.is_latest)
    else:
        later = CREDIT_FACT.alias()
        newest = select(func.max(later.c.version)).where(
            later.c.log == log, later.c.id == fact.id, later.c.recorded_at <= known_at
        )
        statement = statement.where(fact.version == newest.scalar_subquery())
    return list(connection.execute(statement.order_by(fact.seq, fact.position)))


def _punished(rows: FactRows, day: date) -> Iterator[Punished]:
    for row in rows:
        found = _one_punished(row, day)
        if found is not None:
            yield found


def _one_punished(row: Row[*tuple[Any, ...]], day: date) -> Punished | None:
    if row.kind != FactKind.PENALTY:
        return None
    body = told_body(row.body)
    return Punished(
        kinds=frozenset(body["kinds"]),
        fields=frozenset(body["fields"]),
        decided_on=row.decided_on,
        is_current=is_current(row, day),
        stops_on=row.stops_on,
    )
