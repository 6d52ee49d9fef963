"""Whom facts are about, as the register and the counter know them.

The rule that must stay true: a party of the register and a subject of credit are one where they
bear the same social credit code, and nowhere else; whom a person joined to another is the other,
as known at an instant by the joins that held then.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from credit.feeds.model import CodeScheme
from credit.judging.standing import aliases_of, stood_at
from credit.tables import CREDIT_CODE
from parties.tables import PARTY


def subject_of_code(connection: Connection, log: int, uscc: str) -> UUID | None:
    """Return whom a social credit code names; None where nobody or more than one."""
    found = _bearers(connection, log, uscc)
    aliases = aliases_of(connection, log, found)
    standing = {aliases.get(one, one) for one in found}
    return standing.pop() if len(standing) == 1 else None


def named_by_code(connection: Connection, log: int, uscc: str) -> UUID | None:
    """Return whom a code names by itself, whomever a person joined it to; None where nobody.

    What is opened for a party is opened for this one: so it finds back when a join is undone.
    """
    found = _bearers(connection, log, uscc)
    return found.pop() if len(found) == 1 else subject_of_code(connection, log, uscc)


def subject_then(
    connection: Connection, log: int, uscc: str, known_at: datetime | None
) -> UUID | None:
    """Return whom a social credit code named at an instant; None of the instant is now.

    A code that named several then is asked for by whom it names now.
    """
    if known_at is not None:
        found = _bearers(connection, log, uscc)
        then = {stood_at(connection, log, one, known_at) for one in found}
        if len(then) == 1:
            return then.pop()
    return subject_of_code(connection, log, uscc)


def subject_of_party(connection: Connection, log: int, party_id: UUID) -> UUID | None:
    """Return the subject that a party of the register is; None where nothing was told of it."""
    uscc = code_of_party(connection, party_id)
    return None if uscc is None else subject_of_code(connection, log, uscc)


def code_of_party(connection: Connection, party_id: UUID) -> str | None:
    """Return the social credit code of a party of the register, None where it has none."""
    return connection.execute(select(PARTY.c.uscc).where(PARTY.c.id == party_id)).scalar()


def _bearers(connection: Connection, log: int, uscc: str) -> set[UUID]:
    statement = select(CREDIT_CODE.c.subject_id).where(
        CREDIT_CODE.c.log == log,
        CREDIT_CODE.c.code == uscc,
        CREDIT_CODE.c.scheme == CodeScheme.USCC.value,
    )
    return set(connection.execute(statement).scalars())
