"""Offices: which key or account decides for which authority, as rows of data.

The rule that must stay true: a decision about a record is its own authority's. Who holds an office
is said by the operator and stands in the ledger; an office that nobody holds is decided for by
whoever handed the record in, and by the operator with a reason.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, or_, select, update

from base.db import reading, transaction
from base.errors import Conflict, InvalidInput, NotFound, Problem
from credit.tables import CREDIT_OFFICE, KIND_CHARS_MAX, NAME_CHARS_MAX
from parties.ids import new_id
from parties.keys import Record

OFFICE_GRANTED: Final = "credit_office_granted"
OFFICE_ENDED: Final = "credit_office_ended"
EVERY: Final = "*"
"""As an actor: every key and account of an authority. As an authority: every one there is."""

_ACTOR: Final = re.compile(r"(?:key|account):[0-9a-f]{16}|\*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Whose key or account decides for an authority; `code` is its social credit code, or ""."""

    id: UUID
    actor: str
    authority: str
    code: str
    granted_at: datetime
    ended_at: datetime | None

    def is_of(self, name: str, code: str) -> bool:
        """Return whether the office is that of the authority with this name or this code."""
        named = self.authority in (EVERY, name) and self.authority != ""
        return named or (self.code != "" and self.code == code)


def grant_office(
    engine: Engine, *, actor: str, authority: str, code: str, now: datetime, record: Record
) -> Office:
    """Let a key or an account decide for an authority; the ledger is told first."""
    authority, code = authority.strip(), code.strip()
    if _ACTOR.fullmatch(actor) is None:
        message = "An actor is key: or account: with 16 hexadecimal digits, or * for every one."
        raise _refusal("actor", message)
    if not authority or len(authority) > NAME_CHARS_MAX or len(code) > KIND_CHARS_MAX:
        raise _refusal("authority", f"An authority has a name of at most {NAME_CHARS_MAX}.")
    with reading(engine) as connection:
        held = offices_of(connection, actor)
    if any((one.actor, one.authority, one.code) == (actor, authority, code) for one in held):
        raise Conflict("This office is held already.")
    office = Office(
        id=new_id(now),
        actor=actor,
        authority=authority,
        code=code,
        granted_at=now,
        ended_at=None,
    )
    told = {"office": str(office.id), "actor": actor, "authority": authority, "code": code}
    record(OFFICE_GRANTED, told, {})
    values = {
        "id": office.id,
        "actor": actor,
        "authority": authority,
        "code": code,
        "granted_at": now,
        "ended_at": None,
    }
    with transaction(engine) as connection:
        connection.execute(CREDIT_OFFICE.insert().values(values))
    return office


def end_office(engine: Engine, office_id: UUID, *, now: datetime, record: Record) -> None:
    """End an office; what was decided in it stays as it is."""
    with reading(engine) as connection:
        statement = select(CREDIT_OFFICE).where(CREDIT_OFFICE.c.id == office_id)
        row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no office with that id.")
    if row.ended_at is not None:
        raise Conflict("This office has ended already.")
    record(OFFICE_ENDED, {"office": str(office_id)}, {})
    with transaction(engine) as connection:
        own = update(CREDIT_OFFICE).where(CREDIT_OFFICE.c.id == office_id)
        connection.execute(own.values(ended_at=now))


def offices_of(connection: Connection, actor: str) -> list[Office]:
    """Return the offices that an actor holds, by its own name or as every one does."""
    statement = select(CREDIT_OFFICE).where(
        CREDIT_OFFICE.c.actor.in_((actor, EVERY)), CREDIT_OFFICE.c.ended_at.is_(None)
    )
    return [_office(row) for row in connection.execute(statement)]


def is_held(connection: Connection, name: str, code: str) -> bool:
    """Return whether anybody holds the office of the authority with this name or this code."""
    row = CREDIT_OFFICE.c
    statement = select(CREDIT_OFFICE).where(
        row.ended_at.is_(None), or_(row.authority.in_((EVERY, name)), row.code == code)
    )
    return holds([_office(found) for found in connection.execute(statement)], name, code)


def colleagues_of(connection: Connection, actor: str) -> frozenset[str] | None:
    """Return who acts, or acted, for an authority that an actor acts for; None for everybody.

    Keys run out and people leave: what was done in an office is carried on in it.
    """
    own = offices_of(connection, actor)
    if any(EVERY in (one.actor, one.authority) for one in own):
        return None
    names = {one.authority for one in own}
    codes = {one.code for one in own} - {""}
    row = CREDIT_OFFICE.c
    statement = select(row.actor).where(or_(row.authority.in_(names), row.code.in_(codes)))
    return frozenset({actor, *connection.execute(statement).scalars()} - {EVERY})


def list_offices(connection: Connection) -> list[Office]:
    """Return every office there ever was, the oldest first."""
    statement = select(CREDIT_OFFICE).order_by(CREDIT_OFFICE.c.granted_at, CREDIT_OFFICE.c.id)
    return [_office(row) for row in connection.execute(statement)]


def holds(offices: Collection[Office], name: str, code: str) -> bool:
    """Return whether one of the offices is that of the authority with this name or this code."""
    return any(office.is_of(name, code) for office in offices)


def _office(row: Row[*tuple[Any, ...]]) -> Office:
    return Office(
        id=row.id,
        actor=row.actor,
        authority=row.authority,
        code=row.code,
        granted_at=row.granted_at,
        ended_at=row.ended_at,
    )


def _refusal(path: str, message: str) -> InvalidInput:
    return InvalidInput(message, problems=(Problem(path=path, code="invalid", message=message),))
