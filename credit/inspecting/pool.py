"""Who may be drawn: registered parties of a place and an industry, each with its class.

The rule that must stay true: all parties are read at once; whoever was inspected lately rests, and
a natural person is in no pool.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, select

from base.strict_json import loads
from credit.facts import FactState
from credit.feeds.model import CodeScheme, SubjectKind
from credit.inspecting.plans import Plan
from credit.inspecting.tables import CREDIT_INSPECTION
from credit.scoring.model import Model, ScoredFact
from credit.scoring.reading import model_on
from credit.scoring.scoring import grade_of
from credit.tables import CREDIT_CODE, CREDIT_FACT, CREDIT_SUBJECT
from credit.warning.people import pieces

_BODY_BYTES_MAX: Final = 1 << 20
_BODY_DEPTH_MAX: Final = 6
_CODE_CHARS: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolAsked:
    """Which parties: those of a region and an industry by their first digits; "" is all."""

    region: str = ""
    industry: str = ""
    classes: frozenset[str] = frozenset()


def pool_parties(
    connection: Connection, log: int, plan: Plan, asked: PoolAsked, day: date
) -> dict[str, str]:
    """Return the class of each party that may be drawn on a day, by its social credit code."""
    model = model_on(plan.model, day)
    resting = _resting(connection, log, plan, day)
    facts = _facts(connection, log, asked, day)
    found: dict[str, str] = {}
    for row in connection.execute(_parties(log, asked)):
        if row.code not in resting and len(row.code) == _CODE_CHARS:
            found[row.code] = _class_of(model, facts.get(row.id, []), day)
    wanted = asked.classes or frozenset(plan.shares)
    return {code: name for code, name in found.items() if name in wanted}


def _class_of(model: Model, facts: list[ScoredFact], day: date) -> str:
    # Evidence of the trace alone changes no class, so a pool is classed by facts.
    return grade_of(model, facts, [], day).grade


def _parties(log: int, asked: PoolAsked) -> Select[*tuple[Any, ...]]:
    return _within(
        select(CREDIT_SUBJECT.c.id, CREDIT_CODE.c.code)
        .join(
            CREDIT_CODE,
            (CREDIT_CODE.c.log == CREDIT_SUBJECT.c.log)
            & (CREDIT_CODE.c.subject_id == CREDIT_SUBJECT.c.id),
        )
        .where(CREDIT_SUBJECT.c.log == log, CREDIT_CODE.c.scheme == CodeScheme.USCC.value),
        asked,
    )


def _facts(
    connection: Connection, log: int, asked: PoolAsked, day: date
) -> dict[UUID, list[ScoredFact]]:
    fact = CREDIT_FACT.c
    statement = _within(
        select(
            fact.subject_id,
            fact.id,
            fact.kind,
            fact.list,
            fact.severity,
            fact.starts_on,
            fact.decided_on,
            fact.body,
        )
        .select_from(CREDIT_FACT)
        .join(
            CREDIT_SUBJECT,
            (CREDIT_SUBJECT.c.log == fact.log) & (CREDIT_SUBJECT.c.id == fact.subject_id),
        )
        .where(
            fact.log == log,
            fact.is_latest,
            fact.state == FactState.ACTIVE,
            (fact.stops_on.is_(None)) | (fact.stops_on > day),
        ),
        asked,
    )
    found: dict[UUID, list[ScoredFact]] = {}
    for row in connection.execute(statement.execution_options(yield_per=5000)):
        starts_on = row.starts_on or row.decided_on
        if starts_on is not None and starts_on <= day:
            found.setdefault(row.subject_id, []).append(_scored(row, starts_on))
    return found


def _scored(row: Any, starts_on: date) -> ScoredFact:
    body: Any = loads(row.body.encode(), bytes_max=_BODY_BYTES_MAX, depth_max=_BODY_DEPTH_MAX)
    return ScoredFact(
        id=row.id,
        kind=row.kind,
        list_id=row.list,
        severity=row.severity,
        grade=body.get("grade", ""),
        decided_on=starts_on,
    )


def _within(statement: Select[*tuple[Any, ...]], asked: PoolAsked) -> Select[*tuple[Any, ...]]:
    statement = statement.where(
        CREDIT_SUBJECT.c.is_registered, CREDIT_SUBJECT.c.kind != SubjectKind.PERSON.value
    )
    if asked.region:
        statement = statement.where(CREDIT_SUBJECT.c.region.startswith(asked.region))
    if asked.industry:
        statement = statement.where(CREDIT_SUBJECT.c.industry.startswith(asked.industry))
    return statement


def _resting(connection: Connection, log: int, plan: Plan, day: date) -> frozenset[str]:
    statement = select(CREDIT_INSPECTION.c.code).where(
        CREDIT_INSPECTION.c.log == log,
        CREDIT_INSPECTION.c.inspected_on > day - timedelta(days=plan.rest_days),
    )
    return frozenset(connection.execute(statement).scalars())


def subjects_by_code(connection: Connection, log: int, codes: Sequence[str]) -> dict[str, UUID]:
    """Return whom these codes name."""
    found: dict[str, UUID] = {}
    for some in pieces(sorted(codes)):
        statement = select(CREDIT_CODE.c.code, CREDIT_CODE.c.subject_id).where(
            CREDIT_CODE.c.log == log,
            CREDIT_CODE.c.scheme == CodeScheme.USCC.value,
            CREDIT_CODE.c.code.in_(some),
        )
        found.update((row.code, row.subject_id) for row in connection.execute(statement))
    return found
