"""Finds parties by what somebody at a counter knows of them: an older code, a piece of a name.

The rule that must stay true: either gives candidates to choose from and never one party by itself;
a natural person is never among them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, select

from credit.feeds.model import CodeScheme, SubjectKind
from credit.judging.standing import aliases_of
from credit.tables import CREDIT_CODE, CREDIT_SUBJECT

_WORDS_MAX: Final = 8
_IDS: Final = 900
_BEARERS_MAX: Final = 100


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


def bearers_of(connection: Connection, log: int, code: str, *, rows_max: int) -> list[SubjectCard]:
    """Return the organisations that the register gives an older code, by name.

    An organisation code (GB 11714), a number of registration or of tax: several may bear the same
    one, so that each is a candidate. Whoever a person joined to another is the other.
    """
    own = CREDIT_CODE.c
    bearing = select(own.subject_id).where(
        own.log == log, own.code == code, own.scheme != CodeScheme.USCC.value
    )
    ids = set(connection.execute(bearing.limit(_BEARERS_MAX)).scalars())
    aliases = aliases_of(connection, log, ids)
    found = subjects_by_id(connection, log, {aliases.get(one, one) for one in ids}).values()
    of_code = (one for one in found if one.code and one.kind != SubjectKind.PERSON.value)
    return sorted(of_code, key=lambda one: (one.name, one.code))[:rows_max]


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
