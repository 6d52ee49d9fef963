"""Whom warnings are about, in bulk: parties of the register as subjects of credit.

The rule that must stay true: a party and a subject are one where they bear the same social credit
code; a natural person is warned of nowhere.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import Connection, select

from credit.feeds.model import CodeScheme, SubjectKind
from credit.folding.subjects import subject_id_of
from credit.standing import OF_ALIAS, STANDS_AS
from credit.tables import CREDIT_ALIAS, CREDIT_CODE, CREDIT_SUBJECT
from parties.tables import PARTY

_KEYS: Final = 900
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A party of the register, and the subject of credit that it is."""

    party_id: UUID
    subject_id: UUID
    code: str
    name: str

    @property
    def details(self) -> dict[str, str]:
        """Return what a warning tells of it, where credit knows neither code nor name."""
        return {"code": self.code, "name": self.name}


def who_of_parties(connection: Connection, log: int, ids: Collection[UUID]) -> dict[UUID, Who]:
    """Return who these parties are; one of whom credit was told nothing has its subject to come."""
    found: dict[UUID, Who] = {}
    for some in pieces(sorted(ids)):
        statement = (
            select(PARTY.c.id, PARTY.c.uscc, PARTY.c.name_zh, STANDS_AS.label("subject_id"))
            .outerjoin(
                CREDIT_CODE,
                (CREDIT_CODE.c.code == PARTY.c.uscc)
                & (CREDIT_CODE.c.log == log)
                & (CREDIT_CODE.c.scheme == CodeScheme.USCC.value),
            )
            .outerjoin(CREDIT_ALIAS, OF_ALIAS)
            .where(PARTY.c.id.in_(some), PARTY.c.uscc.is_not(None))
            .order_by(PARTY.c.id)
        )
        for row in connection.execute(statement):
            subject_id = row.subject_id or subject_id_of(CodeScheme.USCC, row.uscc)
            found[row.id] = Who(
                party_id=row.id, subject_id=subject_id, code=row.uscc, name=row.name_zh
            )
    return found


def organisations_among(connection: Connection, log: int, ids: Collection[UUID]) -> set[UUID]:
    """Return those of these subjects that are no natural persons."""
    found: set[UUID] = set()
    for some in pieces(sorted(ids)):
        statement = select(CREDIT_SUBJECT.c.id).where(
            CREDIT_SUBJECT.c.log == log,
            CREDIT_SUBJECT.c.id.in_(some),
            CREDIT_SUBJECT.c.kind != SubjectKind.PERSON.value,
        )
        found.update(connection.execute(statement).scalars())
    return found


def pieces(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Yield the values in pieces that one statement takes."""
    for start in range(0, len(values), _KEYS):
        yield values[start : start + _KEYS]
