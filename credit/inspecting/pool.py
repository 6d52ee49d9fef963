"""Who may be drawn: registered parties of a place and an industry, each with its class.

The rule that must stay true: all parties are read at once; whoever was inspected lately, or had its
visits of the year, rests, and a natural person is in no pool.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, select

from credit.feeds.model import CodeScheme, SubjectKind
from credit.inspecting.folding import NOT_DONE
from credit.inspecting.plans import Plan
from credit.inspecting.tables import CREDIT_INSPECTION
from credit.nightly.grading import grades_on
from credit.nightly.grounds import Span
from credit.rulebook.model import Book
from credit.scoring.reading import model_on
from credit.standing import OF_ALIAS, STANDS_AS
from credit.supervising.grading import scale_on, supervised, visited_in
from credit.tables import CREDIT_ALIAS, CREDIT_CODE, CREDIT_SUBJECT
from credit.warning.people import pieces

_CODE_CHARS: Final = 18
_SPAN: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolAsked:
    """Which parties: those of a region and an industry by their first digits; "" is all."""

    region: str = ""
    industry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFound:
    """The class of each party by its social credit code, and the share of each class."""

    parties: Mapping[str, str]
    shares: Mapping[str, int]


def pool_parties(
    connection: Connection, log: int, plan: Plan, asked: PoolAsked, book: Book, day: date
) -> PoolFound:
    """Return who may be drawn by a plan on a day."""
    resting = _resting(connection, log, plan, day)
    codes: dict[UUID, str] = {}
    industries: dict[UUID, str] = {}
    rested: set[UUID] = set()
    for row in connection.execute(_parties(log, asked)):
        if row.code in resting:
            rested.add(row.id)
        elif len(row.code) == _CODE_CHARS:
            # Whoever was joined to another stands in the pool once, under its own code.
            codes.setdefault(row.id, row.code)
            industries[row.id] = row.industry
    for one in rested & codes.keys():
        del codes[one], industries[one]
    if plan.rounds_a_year:
        scale = scale_on(book, day)
        visited = visited_in(connection, log, day)
        classes = {
            one: grade.grade
            for one, _, grade in supervised(connection, log, industries, scale, day)
            if visited.get(one, 0) < scale.visits[grade.grade][1]
        }
        shares = plan.shares_by(scale.visits)
    else:
        classes, shares = dict(_classes(connection, log, plan, codes, day)), plan.shares
    parties = {codes[one]: name for one, name in classes.items() if name in shares}
    return PoolFound(parties=parties, shares=shares)


def _classes(
    connection: Connection, log: int, plan: Plan, codes: Mapping[UUID, str], day: date
) -> Iterator[tuple[UUID, str]]:
    model, ids = model_on(plan.model, day), sorted(codes)
    for start in range(0, len(ids), _SPAN):
        span = Span(ids=tuple(ids[start : start + _SPAN]))
        for one, grade in grades_on(connection, log, span, model, day):
            yield one, grade.grade


def _parties(log: int, asked: PoolAsked) -> Select[*tuple[Any, ...]]:
    return _within(
        select(CREDIT_SUBJECT.c.id, CREDIT_SUBJECT.c.industry, CREDIT_CODE.c.code)
        .select_from(CREDIT_CODE)
        .outerjoin(CREDIT_ALIAS, OF_ALIAS)
        .join(
            CREDIT_SUBJECT,
            (CREDIT_SUBJECT.c.log == CREDIT_CODE.c.log) & (CREDIT_SUBJECT.c.id == STANDS_AS),
        )
        .where(CREDIT_CODE.c.log == log, CREDIT_CODE.c.scheme == CodeScheme.USCC.value)
        .order_by(CREDIT_SUBJECT.c.id, CREDIT_ALIAS.c.into_id.is_not(None), CREDIT_CODE.c.code),
        asked,
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
        # Where nothing was looked at, nobody was inspected.
        CREDIT_INSPECTION.c.result.not_in(("", NOT_DONE)),
        CREDIT_INSPECTION.c.inspected_on > day - timedelta(days=plan.rest_days),
    )
    return frozenset(connection.execute(statement).scalars())


def subjects_by_code(connection: Connection, log: int, codes: Sequence[str]) -> dict[str, UUID]:
    """Return whom these codes name, as it stands by now."""
    found: dict[str, UUID] = {}
    for some in pieces(sorted(codes)):
        statement = (
            select(CREDIT_CODE.c.code, STANDS_AS.label("subject_id"))
            .outerjoin(CREDIT_ALIAS, OF_ALIAS)
            .where(
                CREDIT_CODE.c.log == log,
                CREDIT_CODE.c.scheme == CodeScheme.USCC.value,
                CREDIT_CODE.c.code.in_(some),
            )
        )
        found.update((row.code, row.subject_id) for row in connection.execute(statement))
    return found
