"""The register of people as others ask it: who is known, since when of age, and who is taken out.

The rule that must stay true: it answers about keys, never about numbers or names, and what was
erased is gone but for the hash that holds its tree together.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, func, select

from base.db import reading, transaction
from base.errors import InvalidInput, NotFound
from credit.persons.entries import erased_draft
from credit.persons.loading import PersonDesk
from credit.persons.tables import CREDIT_PERSON
from ledger.batch import Batch
from parties.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredPerson:
    """Somebody who is known: from which day of age, and which leaf of which file it is."""

    key: bytes
    adult_on: date
    batch: int
    position: int


def find_person(connection: Connection, log: int, key: bytes) -> RegisteredPerson | None:
    """Return whom a key names; None where nobody ever told of such a person."""
    row = connection.execute(
        select(CREDIT_PERSON).where(CREDIT_PERSON.c.log == log, CREDIT_PERSON.c.key == key)
    ).one_or_none()
    if row is None:
        return None
    return RegisteredPerson(
        key=row.key, adult_on=row.adult_on, batch=row.batch, position=row.position
    )


def count_people(connection: Connection, log: int) -> int:
    """Return how many people are in the register."""
    statement = select(func.count()).select_from(CREDIT_PERSON).where(CREDIT_PERSON.c.log == log)
    return connection.execute(statement).scalar_one()


def erase_person(desk: PersonDesk, actor: Actor, key: bytes, reason: str) -> RegisteredPerson:
    """Take a person out of the register; the ledger is told first which leaf it was, and why.

    Raises `NotFound` where nobody is known by the key, `InvalidInput` for an empty reason.
    """
    if not reason.strip():
        raise InvalidInput("An erasure has a reason.")
    log = desk.journal.log
    with reading(desk.engine) as connection:
        found = find_person(connection, log, key)
    if found is None:
        raise NotFound("Nobody in the register is known by this number.")
    draft = erased_draft(batch=found.batch, position=found.position, reason=reason)
    subject = f"credit-persons:{found.batch}"
    desk.journal.append(Batch(actor=actor.id, subject=subject, drafts=(draft,)))
    with transaction(desk.engine) as connection:
        connection.execute(
            delete(CREDIT_PERSON).where(CREDIT_PERSON.c.log == log, CREDIT_PERSON.c.key == key)
        )
    return found
