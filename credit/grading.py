"""The grade of a party, from what counts of it on a day and what the trace ledger shows of it.

The rule that must stay true: what is repaired, withdrawn, shielded or over gives and takes nothing.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select

from base.strict_json import loads
from credit.checking import version_at
from credit.feeds.registry import OWN_FEED
from credit.scoring.model import Evidence, Grade, Model, ScoredFact
from credit.scoring.scoring import grade_of
from credit.scoring.what_if import Ground
from credit.standing import counts_on, current_facts, told_body
from credit.tables import CREDIT_FACT

_BODY_BYTES_MAX: Final = 1 << 20
_BODY_DEPTH_MAX: Final = 6
_SEQS_MAX: Final = 100


def grade_party(
    connection: Connection, log: int, subject_id: UUID, model: Model, day: date
) -> Grade:
    """Return the grade of a party by a model on a day."""
    ground = ground_of(connection, log, subject_id, day)
    return grade_of(model, ground.facts, ground.evidence, day)


def ground_of(
    connection: Connection,
    log: int,
    subject_id: UUID,
    day: date,
    *,
    known_at: datetime | None = None,
) -> Ground:
    """Return what the grade of a party is reckoned from on a day, as known then or by now."""
    facts = current_facts(connection, log, subject_id, day, known_at=known_at)
    return Ground(
        facts=tuple(_scored(row) for row in facts),
        evidence=tuple(evidence_of(connection, log, subject_id, day, known_at=known_at)),
        day=day,
    )


def evidence_of(
    connection: Connection,
    log: int,
    subject_id: UUID,
    day: date,
    *,
    known_at: datetime | None = None,
) -> Iterator[Evidence]:
    """Yield what the trace ledger shows of a party on a day, as gathered by now or an instant.

    A drill is none, and a finding that nobody confirmed is not held against anybody.
    """
    statement = evidence_rows(log, day, known_at).where(CREDIT_FACT.c.subject_id == subject_id)
    for row in connection.execute(statement.order_by(CREDIT_FACT.c.seq, CREDIT_FACT.c.position)):
        yield evidence_from(row)


def evidence_rows(
    log: int, day: date, known_at: datetime | None = None
) -> Select[*tuple[Any, ...]]:
    """Return the query for what the trace ledger shows on a day, of everybody."""
    fact = CREDIT_FACT.c
    is_told = fact.is_latest if known_at is None else fact.version == version_at(log, known_at)
    return select(fact.subject_id, fact.body, fact.decided_on).where(
        fact.log == log, fact.feed == OWN_FEED.id, is_told, counts_on(day)
    )


def evidence_from(row: Row[*tuple[Any, ...]]) -> Evidence:
    """Return a row of `evidence_rows` as a model looks at it."""
    told = told_body(row.body)
    seqs = tuple(told["details"]["seqs"][:_SEQS_MAX])
    return Evidence(code=told["grade"], on=row.decided_on, seqs=seqs)


def _scored(row: Any) -> ScoredFact:
    body: Any = loads(row.body.encode(), bytes_max=_BODY_BYTES_MAX, depth_max=_BODY_DEPTH_MAX)
    return ScoredFact(
        id=row.id,
        kind=row.kind,
        list_id=row.list,
        severity=row.severity,
        grade=body.get("grade", ""),
        decided_on=row.starts_on or row.decided_on,
    )
