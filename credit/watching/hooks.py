"""A subscriber's own address for what changes of the parties that it watches.

The rule that must stay true: each setting of an address has a signing key of its own, derived and
stored nowhere; and a program is told by the right of the key or account that set its address, and
no longer than that lives.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from trace.recall.hooks import check_address
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, select, update

from base.errors import NotFound
from base.installation_secret import InstallationSecret
from credit.watching.tables import CREDIT_HOOK, CREDIT_HOOK_DELIVERY
from parties.actors import Actor
from parties.rows import insert_once


class Stopped(StrEnum):
    """Why a program is told no more until its subscriber says otherwise."""

    NO = ""
    TRIES = "tries"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where a subscriber's program is told, how far it was, and what waits to be taken."""

    log: int
    actor: str
    id: UUID
    url: str
    key_id: UUID | None
    account_id: UUID | None
    told: str
    number: int
    waiting: int | None
    attempts: int
    next_at: datetime | None
    stopped: Stopped
    test_at: datetime | None
    created_at: datetime
    looked_at: datetime | None
    idle_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """An address as it is set; `told` is how far everything has come, where none was kept yet."""

    id: UUID
    url: str
    told: str
    now: datetime
    may_be_plain: bool


def signing_key(secret: InstallationSecret, hook_id: UUID) -> bytes:
    """Return the key under which what is told by one setting of an address is signed."""
    return secret.key_for(f"credit hook {hook_id}")


def keep_hook(connection: Connection, log: int, actor: Actor, setting: Setting) -> Hook:
    """Keep where changes are told, in place of what was kept; raises `InvalidInput`.

    A new address goes on where the old one was; what was not taken there is sent here.
    """
    check_address(setting.url, may_be_plain=setting.may_be_plain)
    values = {
        "id": setting.id,
        "url": setting.url,
        "key_id": actor.key_id,
        "account_id": actor.account_id,
        "attempts": 0,
        "next_at": None,
        "stopped": Stopped.NO.value,
        "test_at": None,
        "created_at": setting.now,
    }
    first = {"log": log, "actor": actor.id, "told": setting.told, "number": 0, "waiting": None}
    if not insert_once(connection, CREDIT_HOOK, {**first, **values}):
        connection.execute(update(CREDIT_HOOK).where(_own(log, actor.id)).values(**values))
    return read_hook(connection, log, actor)


def read_hook(connection: Connection, log: int, actor: Actor) -> Hook:
    """Return a subscriber's hook; raises `NotFound`."""
    row = connection.execute(select(CREDIT_HOOK).where(_own(log, actor.id))).one_or_none()
    if row is None:
        raise NotFound("No address for changes is kept.")
    return hook_from(row)


def hook_again(connection: Connection, hook: Hook) -> Hook | None:
    """Return a hook as it is by now, None where it was dropped or another address set."""
    own = CREDIT_HOOK.c
    statement = select(CREDIT_HOOK).where(_own(hook.log, hook.actor), own.id == hook.id)
    row = connection.execute(statement).one_or_none()
    return None if row is None else hook_from(row)


def drop_hook(connection: Connection, log: int, actor: Actor) -> None:
    """Forget a subscriber's hook, and what came of telling it."""
    own = CREDIT_HOOK_DELIVERY.c
    # The hook first, as whoever notes a try does: otherwise each could wait for the other's lock.
    connection.execute(delete(CREDIT_HOOK).where(_own(log, actor.id)))
    connection.execute(delete(CREDIT_HOOK_DELIVERY).where(own.log == log, own.actor == actor.id))


def ask_test(connection: Connection, log: int, actor: Actor, *, now: datetime) -> None:
    """Ask that the program be sent a test; raises `NotFound`."""
    read_hook(connection, log, actor)
    connection.execute(update(CREDIT_HOOK).where(_own(log, actor.id)).values(test_at=now))


def resume_hook(connection: Connection, log: int, actor: Actor) -> Hook:
    """Begin to tell a program again, at once, what it did not take; raises `NotFound`.

    It is told by the right of whoever says so.
    """
    read_hook(connection, log, actor)
    moved = update(CREDIT_HOOK).where(_own(log, actor.id))
    connection.execute(
        moved.values(
            key_id=actor.key_id,
            account_id=actor.account_id,
            attempts=0,
            next_at=None,
            stopped=Stopped.NO.value,
        )
    )
    return read_hook(connection, log, actor)


def hook_from(row: Row[*tuple[Any, ...]]) -> Hook:
    """Return a row of the table as a hook."""
    values = dict(row._mapping)  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    return Hook(**{**values, "stopped": Stopped(values["stopped"])})


def _own(log: int, actor: str) -> ColumnElement[bool]:
    return and_(CREDIT_HOOK.c.log == log, CREDIT_HOOK.c.actor == actor)
