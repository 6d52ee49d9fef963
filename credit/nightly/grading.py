"""Grades of many parties at once, and the grades that are kept.

The rule that must stay true: a kept grade is what `grade_of` made of the facts of its day; another
version begins where the class, or what decided it, became another one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, func, select, update

from base.bulk import insert_rows
from base.strict_json import JsonObject, loads
from credit.nightly.grounds import Span, evidence_of, facts_of
from credit.nightly.tables import CREDIT_GRADE
from credit.scoring.model import Grade, Model, Share
from credit.scoring.scoring import grade_of

_COLUMNS: Final = tuple(column.name for column in CREDIT_GRADE.columns)
_KEYS: Final = 900
_BYTES_MAX: Final = 1 << 20
_DEPTH_MAX: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptGrade:
    """A grade as it is kept: since which day, and with the reasons of that day."""

    subject_id: UUID
    version: int
    day: date
    model: str
    grade: str
    legal_class: str
    why: str
    points: int
    trace_points: int
    reasons: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """What came of grading some parties: how many there were, and how many have another grade."""

    parties: int
    changed: int
    classes: Mapping[str, int]


def grades_on(
    connection: Connection, log: int, span: Span, model: Model, day: date
) -> Iterator[tuple[UUID, Grade]]:
    """Yield the grade of each party on a day."""
    facts = facts_of(connection, log, span, model, day)
    evidence = evidence_of(connection, log, span, day)
    for one in span.ids:
        yield one, grade_of(model, facts.get(one, ()), evidence.get(one, ()), day)


def keep_grades(connection: Connection, log: int, span: Span, model: Model, day: date) -> Graded:
    """Grade some parties and keep what is another grade than before."""
    before = _latest(connection, log, span)
    rows, classes = [], dict[str, int]()
    for one, grade in grades_on(connection, log, span, model, day):
        classes[grade.grade] = classes.get(grade.grade, 0) + 1
        known = before.get(one)
        if known is None or _tells(known) != _told(grade):
            rows.append(_row(log, one, 1 if known is None else known.version + 1, grade))
    _no_longer_latest(connection, log, [row[1] for row in rows if row[2] > 1])
    insert_rows(connection, CREDIT_GRADE, _COLUMNS, rows)
    return Graded(parties=len(span.ids), changed=len(rows), classes=classes)


def kept_grade(connection: Connection, log: int, subject_id: UUID, day: date) -> KeptGrade | None:
    """Return the grade that was kept of a party for a day; None where none was yet."""
    own = CREDIT_GRADE.c
    statement = (
        select(CREDIT_GRADE)
        .where(own.log == log, own.subject_id == subject_id, own.day <= day)
        .order_by(own.version.desc())
        .limit(1)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _kept(row)


def kept_grades(
    connection: Connection, log: int, subject_id: UUID, *, until: date | None = None
) -> list[KeptGrade]:
    """Return every grade that was kept of a party, or was until a day, the newest first."""
    own = CREDIT_GRADE.c
    statement = select(CREDIT_GRADE).where(own.log == log, own.subject_id == subject_id)
    if until is not None:
        statement = statement.where(own.day <= until)
    return [_kept(row) for row in connection.execute(statement.order_by(own.version.desc()))]


def count_classes(connection: Connection, log: int) -> dict[str, int]:
    """Return how many parties have which class."""
    own = CREDIT_GRADE.c
    statement = (
        select(own.grade, func.count().label("parties"))
        .where(own.log == log, own.is_latest)
        .group_by(own.grade)
        .order_by(own.grade)
    )
    return {row.grade: row.parties for row in connection.execute(statement)}


def reasons_json(grade: Grade) -> JsonObject:
    """Return why a grade is what it is: items with points and facts, evidence apart, a veto."""
    told: dict[str, Any] = {
        "items": [_share(share) for share in grade.shares],
        "trace": [_share(share) for share in grade.trace_shares],
    }
    if grade.veto is not None:
        told["veto"] = {"id": grade.veto.id, "facts": [str(one) for one in grade.veto_facts]}
    return told


def _share(share: Share) -> JsonObject:
    told: dict[str, Any] = {"id": share.item.id, "points": share.points}
    if share.fact_ids:
        told["facts"] = [str(one) for one in share.fact_ids]
    if share.seqs:
        told["entries"] = list(share.seqs)
    return told


def _tells(row: Row[*tuple[Any, ...]]) -> tuple[str, ...]:
    return row.model, row.grade, row.legal_class, row.why


def _told(grade: Grade) -> tuple[str, ...]:
    return grade.model, grade.grade, grade.legal_class, grade.why.value


def _row(log: int, subject_id: UUID, version: int, grade: Grade) -> tuple[Any, ...]:
    return (
        log,
        subject_id,
        version,
        True,
        grade.day,
        grade.model,
        grade.grade,
        grade.legal_class,
        grade.why.value,
        grade.points,
        grade.trace_points,
        orjson.dumps(reasons_json(grade)).decode(),
    )


def _latest(connection: Connection, log: int, span: Span) -> dict[UUID, Row[*tuple[Any, ...]]]:
    own = CREDIT_GRADE.c
    statement = select(
        own.subject_id, own.version, own.model, own.grade, own.legal_class, own.why
    ).where(own.log == log, own.subject_id.between(span.first, span.last), own.is_latest)
    return {row.subject_id: row for row in connection.execute(statement)}


def _no_longer_latest(connection: Connection, log: int, ids: list[UUID]) -> None:
    own = CREDIT_GRADE.c
    for start in range(0, len(ids), _KEYS):
        older = update(CREDIT_GRADE).where(
            own.log == log, own.subject_id.in_(ids[start : start + _KEYS]), own.is_latest
        )
        connection.execute(older.values(is_latest=False))


def _kept(row: Row[*tuple[Any, ...]]) -> KeptGrade:
    return KeptGrade(
        subject_id=row.subject_id,
        version=row.version,
        day=row.day,
        model=row.model,
        grade=row.grade,
        legal_class=row.legal_class,
        why=row.why,
        points=row.points,
        trace_points=row.trace_points,
        reasons=loads(row.reasons.encode(), bytes_max=_BYTES_MAX, depth_max=_DEPTH_MAX),
    )
