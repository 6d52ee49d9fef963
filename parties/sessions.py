"""Who is signed in to the pages: a row for each, under the hash of a number only a browser has.

The rule that must stay true: a session that was ended opens nothing from that very moment on,
however often its cookie was copied; what is stored opens nothing either.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, delete, select, update

from parties.actors import Actor, Role, actor_of_account
from parties.ids import new_id
from parties.tables import ACCOUNT, BROWSER_CHARS_MAX, PAGE_SESSION

_TOKEN: Final = re.compile(r"[0-9a-f]{64}")
_TOUCHES: Final = 10
"""A session is noted as seen once in so many parts of its idle limit: reading is no writing."""

NO_NETWORK: Final = bytes(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """How long a session lives: unused, and at all."""

    idle_max: timedelta
    life_max: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSession:
    """A session that is open. `actor` is None for one of a key, whose own row says who acts.

    `actor`, `name` and `must_change` are told by `find_session` alone.
    """

    id: UUID
    key_id: UUID | None
    account_id: UUID | None
    since: datetime
    last_seen_at: datetime
    browser: str
    actor: Actor | None = None
    name: str = ""
    must_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """For whom a session is opened, and from where."""

    key_id: UUID | None = None
    account_id: UUID | None = None
    network: bytes = NO_NETWORK
    browser: str = ""


def open_session(connection: Connection, opening: Opening, *, now: datetime) -> str:
    """Keep a fresh session and return the text for the browser's cookie, which is kept nowhere."""
    secret = secrets.token_bytes(32)
    row = {
        "hash": hashlib.sha256(secret).digest(),
        "id": new_id(now),
        "account_id": opening.account_id,
        "key_id": opening.key_id,
        "network": opening.network,
        "browser": opening.browser[:BROWSER_CHARS_MAX],
        "since": now,
        "last_seen_at": now,
    }
    connection.execute(PAGE_SESSION.insert().values(row))
    return secret.hex()


def find_session(
    connection: Connection, text: str, limits: SessionLimits, *, now: datetime
) -> PageSession | None:
    """Return the open session of a cookie's text, None for any other."""
    if _TOKEN.fullmatch(text) is None:
        return None
    joined = PAGE_SESSION.outerjoin(ACCOUNT, ACCOUNT.c.id == PAGE_SESSION.c.account_id)
    statement = (
        select(
            PAGE_SESSION,
            ACCOUNT.c.name,
            ACCOUNT.c.role,
            ACCOUNT.c.party_id,
            ACCOUNT.c.must_change,
            ACCOUNT.c.ended_at.label("account_ended_at"),
        )
        .select_from(joined)
        .where(PAGE_SESSION.c.hash == _hash(text), *_is_open(limits, now))
    )
    row = connection.execute(statement).one_or_none()
    if row is None or row.account_ended_at is not None:
        return None
    actor = _actor_of(row)
    name, must_change = (row.name, row.must_change) if actor is not None else ("", False)
    return replace(_session_of(row), actor=actor, name=name, must_change=must_change)


def is_due(session: PageSession, limits: SessionLimits, *, now: datetime) -> bool:
    """Return whether it is time to note that a session is in use."""
    return now - session.last_seen_at >= limits.idle_max / _TOUCHES


def touch(connection: Connection, session: PageSession, *, now: datetime) -> None:
    """Note that a session is in use; one that was ended stays so."""
    unended = PAGE_SESSION.c.id == session.id, PAGE_SESSION.c.ended_at.is_(None)
    connection.execute(update(PAGE_SESSION).where(*unended).values(last_seen_at=now))


def end_session(connection: Connection, text: str, *, now: datetime) -> None:
    """End the session of a cookie's text, if there is one."""
    if _TOKEN.fullmatch(text) is not None:
        _end(connection, now, PAGE_SESSION.c.hash == _hash(text))


def end_session_by_id(
    connection: Connection, account_id: UUID, session_id: UUID, *, now: datetime
) -> None:
    """End one of an account's own sessions; that of anybody else is left alone."""
    whose = PAGE_SESSION.c.account_id == account_id
    _end(connection, now, PAGE_SESSION.c.id == session_id, whose)


def end_sessions(connection: Connection, account_id: UUID, *, now: datetime) -> None:
    """End all sessions of an account."""
    _end(connection, now, PAGE_SESSION.c.account_id == account_id)


def open_sessions(
    connection: Connection,
    account_id: UUID,
    limits: SessionLimits,
    *,
    rows_max: int,
    now: datetime,
) -> list[PageSession]:
    """Return the open sessions of an account, the newest first."""
    statement = (
        select(PAGE_SESSION)
        .where(PAGE_SESSION.c.account_id == account_id, *_is_open(limits, now))
        .order_by(PAGE_SESSION.c.since.desc())
        .limit(rows_max)
    )
    return [_session_of(row) for row in connection.execute(statement)]


def drop_old_sessions(connection: Connection, *, before: datetime) -> None:
    """Forget the sessions that were opened before an instant."""
    connection.execute(delete(PAGE_SESSION).where(PAGE_SESSION.c.since < before))


def is_known_network(
    connection: Connection, account_id: UUID, network: bytes, *, since: datetime
) -> bool:
    """Return whether somebody signed in to an account from a network since an instant."""
    statement = (
        select(PAGE_SESSION.c.id)
        .where(
            PAGE_SESSION.c.account_id == account_id,
            PAGE_SESSION.c.since >= since,
            PAGE_SESSION.c.network == network,
        )
        .limit(1)
    )
    return connection.execute(statement).first() is not None


def _hash(text: str) -> bytes:
    # It is uniformly random, so there is nothing to guess slowly.
    return hashlib.sha256(bytes.fromhex(text)).digest()


def _is_open(limits: SessionLimits, now: datetime) -> tuple[Any, ...]:
    return (
        PAGE_SESSION.c.ended_at.is_(None),
        PAGE_SESSION.c.since > now - limits.life_max,
        PAGE_SESSION.c.last_seen_at > now - limits.idle_max,
    )


def _end(connection: Connection, now: datetime, *which: Any) -> None:
    unended = update(PAGE_SESSION).where(*which, PAGE_SESSION.c.ended_at.is_(None))
    connection.execute(unended.values(ended_at=now))


def _actor_of(row: Any) -> Actor | None:
    if row.account_id is None:
        return None
    return actor_of_account(account_id=row.account_id, role=Role(row.role), party_id=row.party_id)


def _session_of(row: Any) -> PageSession:
    return PageSession(
        id=row.id,
        key_id=row.key_id,
        account_id=row.account_id,
        since=row.since,
        last_seen_at=row.last_seen_at,
        browser=row.browser,
    )
