"""Finds parties by what somebody at a counter knows of them: a piece of a name, an id of ours.

The rule that must stay true: a name gives candidates to choose from and never one party by itself;
a natural person is never among them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, select

from credit.feeds.model import CodeScheme, SubjectKind
from credit.tables import CREDIT_CODE, CREDIT_SUBJECT

_WORDS_MAX: Final = 8
_IDS: Final = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectCard:
    """A party as a page names it; `code` is "" where nobody told its social credit code."""

    id: UUID
    name: str
    code: str
    kind: str
    region: str
    is_registered: bool


def candidates_of(
    connection: Connection, log: int, words: str, *, rows_max: int
) -> list[SubjectCard]:
    """Return the organisations whose name holds every word, by name; none for no word."""
    wanted = normalize("NFKC", words).split()[:_WORDS_MAX]
    if not wanted:
        return []
    held = [CREDIT_SUBJECT.c.name.icontains(word, autoescape=True) for word in wanted]
    statement = _cards(log).where(
        CREDIT_SUBJECT.c.kind != SubjectKind.PERSON.value, CREDIT_CODE.c.code.is_not(None), *held
    )
    statement = statement.order_by(CREDIT_SUBJECT.c.name, CREDIT_CODE.c.code).limit(rows_max)
    return [_card(row) for row in connection.execute(statement)]


def subjects_by_id(
    connection: Connection, log: int, ids: Collection[UUID]
) -> Mapping[UUID, SubjectCard]:
    """Return parties by their ids; one that has two codes is named by the first."""
    wanted, found = sorted(ids), dict[UUID, SubjectCard]()
    for start in range(0, len(wanted), _IDS):
        statement = _cards(log).where(CREDIT_SUBJECT.c.id.in_(wanted[start : start + _IDS]))
        for row in connection.execute(statement.order_by(CREDIT_CODE.c.code)):
            found.setdefault(row.id, _card(row))
    return found


def _cards(log: int) -> Select[*tuple[Any, ...]]:
    of_code = and_(
        CREDIT_CODE.c.log == CREDIT_SUBJECT.c.log,
        CREDIT_CODE.c.subject_id == CREDIT_SUBJECT.c.id,
        CREDIT_CODE.c.scheme == CodeScheme.USCC.value,
    )
    return (
        select(CREDIT_SUBJECT, CREDIT_CODE.c.code)
        .outerjoin(CREDIT_CODE, of_code)
        .where(CREDIT_SUBJECT.c.log == log)
    )


def _card(row: Row[*tuple[Any, ...]]) -> SubjectCard:
    return SubjectCard(
        id=row.id,
        name=row.name,
        code=row.code or "",
        kind=row.kind,
        region=row.region,
        is_registered=row.is_registered,
    )
