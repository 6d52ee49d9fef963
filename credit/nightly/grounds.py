"""What the grades of many parties are reckoned from, read at once.

The rule that must stay true: for each party it is what `credit.grading.ground_of` gives, in the
same order; a test holds the two against each other.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, case, null, or_, select

from credit.feeds.model import SubjectKind
from credit.grading import evidence_from, evidence_rows
from credit.scoring.model import Evidence, Model, ScoredFact
from credit.standing import counts_on, told_body
from credit.tables import CREDIT_FACT, CREDIT_SUBJECT

_SEQS_BYTES_MAX: Final = 1 << 20
_SEQS_MAX: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Some parties in the order of their ids, the first and the last of them included."""

    ids: tuple[UUID, ...]

    @property
    def first(self) -> UUID:
        """Return the first of them."""
        return self.ids[0]

    @property
    def last(self) -> UUID:
        """Return the last of them."""
        return self.ids[-1]


def next_span(connection: Connection, log: int, after: UUID | None, count: int) -> Span | None:
    """Return the next parties that are graded, None where there is nobody left.

    Natural persons are not graded.
    """
    own = CREDIT_SUBJECT.c
    statement = select(own.id).where(own.log == log, own.kind != SubjectKind.PERSON.value)
    if after is not None:
        statement = statement.where(own.id > after)
    ids = tuple(connection.execute(statement.order_by(own.id).limit(count)).scalars())
    return Span(ids=ids) if ids else None


def facts_of(
    connection: Connection, log: int, span: Span, model: Model, day: date
) -> dict[UUID, list[ScoredFact]]:
    """Return what counts of each party on a day, as far as the model looks at it."""
    found: dict[UUID, list[ScoredFact]] = {}
    for row in connection.execute(_counting(log, span, model, day)):
        fact = ScoredFact(
            id=row.id,
            kind=row.kind,
            list_id=row.list,
            severity=row.severity,
            grade="" if row.body is None else told_body(row.body).get("grade", ""),
            decided_on=row.starts_on or row.decided_on,
        )
        found.setdefault(row.subject_id, []).append(fact)
    return found


def evidence_of(
    connection: Connection, log: int, span: Span, day: date
) -> dict[UUID, list[Evidence]]:
    """Return what the trace ledger shows of each party on a day."""
    fact = CREDIT_FACT.c
    statement = evidence_rows(log, day).where(fact.subject_id.between(span.first, span.last))
    found: dict[UUID, list[Evidence]] = {}
    for row in connection.execute(statement.order_by(fact.seq, fact.position)):
        found.setdefault(row.subject_id, []).append(evidence_from(row))
    return found


def _counting(log: int, span: Span, model: Model, day: date) -> Select[*tuple[Any, ...]]:
    fact = CREDIT_FACT.c
    # Only these look into what a fact says beside its columns.
    graded = sorted({kind for item in model.items if item.grades for kind in item.kinds})
    kinds = sorted({kind for item in model.items for kind in item.kinds})
    vetoing = sorted({name for veto in model.vetoes for name in veto.lists})
    return (
        select(
            fact.subject_id,
            fact.id,
            fact.kind,
            fact.list,
            fact.severity,
            fact.starts_on,
            fact.decided_on,
            case((fact.kind.in_(graded), fact.body), else_=null()).label("body"),
        )
        .where(
            fact.log == log,
            fact.subject_id.between(span.first, span.last),
            fact.is_latest,
            counts_on(day),
            or_(fact.stops_on.is_(None), fact.stops_on > day),
            or_(fact.kind.in_(kinds), fact.list.in_(vetoing)),
        )
        .order_by(fact.subject_id, fact.seq, fact.position)
    )
