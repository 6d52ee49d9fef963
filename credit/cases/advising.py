"""What rows that nobody has read say of a repair: told to whoever decides it.

The rule that must stay true: advice refuses nothing; a row is told with its norm, its article and
its doubt, and the authority weighs it.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.clock import CIVIL_ZONE
from credit.cases.reading import CaseRow
from credit.cases.ripeness import doubts
from credit.periods import period_of
from credit.rulebook.matters import LimitTerms
from credit.rulebook.model import Book, Rule
from credit.rules.measures import has_bar
from credit.standing import standing_of
from credit.tables import CREDIT_CASE, CREDIT_FACT

_REPAIR: Final = "repair"
_REVOKED: Final = "revoked"
_FALSE_MATERIAL: Final = "repair.false_material"


def advice_about(
    connection: Connection, log: int, book: Book, case: CaseRow, day: date
) -> tuple[Rule, ...]:
    """Return the rows to be weighed before an open repair is decided, none for other cases."""
    if case.kind.id != _REPAIR or not case.is_open:
        return ()
    asked_on = _day_of(case.opened_at)
    found = [*_of_facts(connection, log, book, case, day)]
    for rule in book.of(_FALSE_MATERIAL, asked_on):
        terms: LimitTerms = rule.terms
        if any(
            not period_of(on, terms.months).has_ended(asked_on)
            for on in _revocations(connection, log, case.subject_id)
        ):
            found.append(rule)
    return tuple({rule.id: rule for rule in found}.values())


def _of_facts(
    connection: Connection, log: int, book: Book, case: CaseRow, day: date
) -> Iterator[Rule]:
    fact = CREDIT_FACT.c
    statement = select(CREDIT_FACT).where(
        fact.log == log, fact.id.in_(case.fact_ids), fact.is_latest
    )
    bar = has_bar(book, standing_of(connection, log, case.subject_id, day), day)
    for row in connection.execute(statement.order_by(fact.seq, fact.position)):
        yield from doubts(book, row, bar, day)


def _revocations(connection: Connection, log: int, subject_id: UUID) -> list[date]:
    """Return the days on which repairs of a party were revoked."""
    case = CREDIT_CASE.c
    statement = select(case.last_at).where(
        case.log == log,
        case.subject_id == subject_id,
        case.kind == _REPAIR,
        case.state == _REVOKED,
    )
    return [_day_of(at) for at in connection.execute(statement).scalars()]


def _day_of(instant: datetime) -> date:
    return instant.astimezone(CIVIL_ZONE).date()
