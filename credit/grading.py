"""The grade of a party, from what counts of it on a day and what the trace ledger shows of it.

The rule that must stay true: what is repaired, withdrawn, shielded or over gives and takes nothing.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from trace.findings.judgements import FindingState
from trace.findings.tables import FINDING
from trace.recall.tables import RECALL
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.clock import CIVIL_ZONE
from base.strict_json import loads
from credit.feeds.model import CodeScheme
from credit.scoring.model import Evidence, Grade, Model, ScoredFact
from credit.scoring.scoring import grade_of
from credit.scoring.what_if import Ground
from credit.standing import current_facts
from credit.tables import CREDIT_CODE
from parties.tables import PARTY

_BODY_BYTES_MAX: Final = 1 << 20
_BODY_DEPTH_MAX: Final = 6
_SEQS_MAX: Final = 100


def grade_party(
    connection: Connection, log: int, subject_id: UUID, model: Model, day: date
) -> Grade:
    """Return the grade of a party by a model on a day."""
    ground = ground_of(connection, log, subject_id, day)
    return grade_of(model, ground.facts, ground.evidence, day)


def ground_of(connection: Connection, log: int, subject_id: UUID, day: date) -> Ground:
    """Return what the grade of a party is reckoned from on a day."""
    return Ground(
        facts=tuple(_scored(row) for row in current_facts(connection, log, subject_id, day)),
        evidence=tuple(evidence_of(connection, log, subject_id, day)),
        day=day,
    )


def evidence_of(
    connection: Connection, log: int, subject_id: UUID, day: date
) -> Iterator[Evidence]:
    """Yield what the trace ledger shows of a party up to a day: its recalls, confirmed findings.

    A drill is none, and a finding that nobody confirmed is not held against anybody.
    """
    party_ids = _parties_of(connection, log, subject_id)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=CIVIL_ZONE)
    recalls = select(RECALL.c.seq, RECALL.c.recorded_at).where(
        RECALL.c.log == log,
        RECALL.c.party_id.in_(party_ids),
        RECALL.c.is_mock.is_(False),
        RECALL.c.recorded_at < end,
    )
    for row in connection.execute(recalls):
        yield Evidence(code="recall", on=_civil(row.recorded_at), seqs=(row.seq,))
    findings = select(FINDING.c.seqs, FINDING.c.last_at).where(
        FINDING.c.log == log,
        FINDING.c.party_id.in_(party_ids),
        FINDING.c.state == FindingState.CONFIRMED.value,
        FINDING.c.last_at < end,
    )
    for row in connection.execute(findings):
        told: Any = loads(row.seqs.encode(), bytes_max=_BODY_BYTES_MAX, depth_max=1)
        seqs = tuple(told[:_SEQS_MAX])
        yield Evidence(code="finding", on=_civil(row.last_at), seqs=seqs)


def _parties_of(connection: Connection, log: int, subject_id: UUID) -> list[UUID]:
    statement = (
        select(PARTY.c.id)
        .join(CREDIT_CODE, CREDIT_CODE.c.code == PARTY.c.uscc)
        .where(
            CREDIT_CODE.c.log == log,
            CREDIT_CODE.c.subject_id == subject_id,
            CREDIT_CODE.c.scheme == CodeScheme.USCC.value,
        )
    )
    return list(connection.execute(statement).scalars())


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


def _civil(instant: datetime) -> date:
    return instant.astimezone(CIVIL_ZONE).date()
