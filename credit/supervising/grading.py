"""The supervision grade of food businesses: of one with its reasons, and of many at once.

The rule that must stay true: classes and visits a year are those of the rulebook on the day;
evidence of the trace alone changes no class, and whoever is no food business has no grade.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, func, select

from credit.inspecting.tables import CREDIT_INSPECTION
from credit.nightly.grounds import Span, evidence_of, facts_of
from credit.rulebook.matters import GradesTerms, VisitsTerms
from credit.rulebook.model import Book, Regime, Rule
from credit.scoring.model import Grade, Model
from credit.scoring.reading import read_models
from credit.scoring.scoring import grade_of
from credit.supervising.static import StaticRisk, static_of
from credit.tables import CREDIT_SUBJECT

MODELS_DIR: Final = Path(__file__).with_name("models")
RISK_MOST: Final = 100
DYNAMIC_MOST: Final = 60
_FACTORS: Final = "food.grades"
_SPAN: Final = 5_000
_VISITED: Final = ("passed", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What grades are reckoned by on a day: the model, the visits of each class, and their rows."""

    model: Model
    visits: Mapping[str, tuple[int, int]]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """A business's grade on a day; its points are 100 less its risk.

    `visits` is how often a year it is inspected, at least and at most; `visited` how often it was
    in the year of the day.
    """

    grade: Grade
    static: StaticRisk
    visits: tuple[int, int]
    visited: int
    rules: tuple[Rule, ...]

    @property
    def dynamic(self) -> int:
        """Return the risk that its own facts give it."""
        return RISK_MOST - self.static.points - self.grade.points

    @property
    def risk(self) -> int:
        """Return the whole risk."""
        return RISK_MOST - self.grade.points

    @property
    def beyond(self) -> int:
        """Return what brings the sum of the items to the risk: its own records' part has bounds."""
        summed = self.static.points - sum(share.points for share in self.grade.shares)
        return self.risk - summed

    @property
    def left(self) -> int:
        """Return how many visits are still owed in the year."""
        return max(0, self.visits[0] - self.visited)


def scale_on(book: Book, day: date) -> Scale:
    """Return what holds on a day; raises `KeyError` where the rulebook has no classes or visits."""
    held = [one for one in _models().values() if one.from_on <= day]
    bands = book.one("food.risk_score", day, Regime.MARKET, GradesTerms)
    often = book.one("food.visits", day, Regime.MARKET, VisitsTerms)
    if not held or bands is None or often is None:
        raise KeyError(day)
    model = max(held, key=lambda one: one.from_on)
    return Scale(
        model=replace(model, classes=_turned(bands[1])),
        visits=often[1].visits,
        rules=(*book.of(_FACTORS, day, Regime.MARKET), bands[0], often[0]),
    )


def supervision_of(
    connection: Connection, log: int, subject_id: UUID, scale: Scale, day: date
) -> Supervision | None:
    """Return the grade of a business with its reasons; None for whoever is none."""
    own = CREDIT_SUBJECT.c
    statement = select(own.industry).where(own.log == log, own.id == subject_id)
    industry = connection.execute(statement).scalar() or ""
    for _, static, grade in supervised(connection, log, {subject_id: industry}, scale, day):
        return Supervision(
            grade=grade,
            static=static,
            visits=scale.visits[grade.grade],
            visited=visited_in(connection, log, day, subject_ids=[subject_id]).get(subject_id, 0),
            rules=scale.rules,
        )
    return None


def supervised(
    connection: Connection, log: int, industries: Mapping[UUID, str], scale: Scale, day: date
) -> Iterator[tuple[UUID, StaticRisk, Grade]]:
    """Yield the grade of each food business among parties, by the order of their ids."""
    found = {one: static_of(industry) for one, industry in industries.items()}
    ids = sorted(one for one, static in found.items() if static is not None)
    for start in range(0, len(ids), _SPAN):
        span = Span(ids=tuple(ids[start : start + _SPAN]))
        facts = facts_of(connection, log, span, scale.model, day)
        evidence = evidence_of(connection, log, span, day)
        for one in span.ids:
            static = found[one]
            if static is not None:
                model = _with_static(scale.model, static)
                yield one, static, grade_of(model, facts.get(one, ()), evidence.get(one, ()), day)


def visited_in(
    connection: Connection, log: int, day: date, *, subject_ids: Sequence[UUID] | None = None
) -> dict[UUID, int]:
    """Return how often parties were inspected in the year of a day, up to it; None is all."""
    own = CREDIT_INSPECTION.c
    statement = (
        select(own.subject_id, func.count().label("visits"))
        .where(
            own.log == log,
            own.result.in_(_VISITED),
            own.inspected_on.between(day.replace(month=1, day=1), day),
        )
        .group_by(own.subject_id)
    )
    if subject_ids is not None:
        statement = statement.where(own.subject_id.in_(subject_ids))
    return {row.subject_id: row.visits for row in connection.execute(statement)}


@cache
def _models() -> Mapping[str, Model]:
    return read_models(MODELS_DIR)


def _with_static(model: Model, static: StaticRisk) -> Model:
    base = RISK_MOST - static.points
    # Passed inspections take no more risk than facts gave, and facts give no more than their part.
    return replace(model, base=base, most=base, least=base - DYNAMIC_MOST)


def _turned(bands: GradesTerms) -> tuple[tuple[str, int], ...]:
    """Return the classes by points, from their least risks: A up to 30 is A from 70 on."""
    names = [name for name, _ in bands.grades]
    least = [points or 0 for _, points in bands.grades]
    ends = [RISK_MOST - (points - 1) for points in least[1:]]
    return tuple(zip(names, [*ends, 0], strict=True))
