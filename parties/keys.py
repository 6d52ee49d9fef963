"""API keys: granted once, shown once, stored only as a hash, and every grant told to the ledger.

The rule that must stay true: a key that was revoked or has expired opens nothing anywhere within
`CACHED_S` seconds, and no text that could open anything is ever stored, logged or echoed.

A key is `sx_` + 32 hex digits (its id) + `_` + 64 hex digits (256 random bits). Lower-case hex has
one spelling for each value, so a stored hash and a shown text can never disagree about a key. The
secret is uniformly random, so plain SHA-256 is enough: there is nothing to guess slowly.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, Engine, select, update

from base.clock import Clock, format_instant
from base.db import reading, transaction
from base.errors import Conflict, InvalidInput, NotFound, Problem, Unauthenticated
from parties.actors import Actor, Role, actor_of_key
from parties.cache import TimedCache
from parties.ids import new_id, short_hex
from parties.rows import insert_once
from parties.tables import API_KEY, LABEL_CHARS_MAX, PARTY

CACHED_S: Final = 1.5
"""How long a process may go on believing a key's row."""

DAYS_DEFAULT: Final = 365
DAYS_MAX: Final = 730

_KEYS_CACHED_MAX: Final = 20_000
_TEXT = re.compile(r"sx_([0-9a-f]{32})_([0-9a-f]{64})")

Record: TypeAlias = Callable[[str, Mapping[str, str], Mapping[str, str]], None]
"""Tells the ledger of an act: its kind, the public part and the authority part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRequest:
    """What kind of key is asked for; a producer's key names its party, no other key does."""

    label: str
    role: Role
    party_id: UUID | None = None
    days: int = DAYS_DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedKey:
    """A key and, only in the moment of its making, the text that opens."""

    id: UUID
    role: Role
    party_id: UUID | None
    expires_at: datetime
    text: str | None

    def __repr__(self) -> str:
        """Show the id alone: this value must be safe in a log or a traceback."""
        return f"GrantedKey(id={self.id})"


def grant(
    engine: Engine,
    request: KeyRequest,
    *,
    now: datetime,
    record: Record,
    key_id: UUID | None = None,
) -> GrantedKey:
    """Make a key and return its text, which is never shown again.

    `record` is called before the row is written, with no transaction open: a ledger append must
    not wait for the lock of the very transaction that waits for it, and an entry without a key
    opens nothing, whereas a key without an entry is a hidden grant. With a `key_id` that exists
    already the same request returns that key without its text, and another request is a `Conflict`.
    Raises `InvalidInput` for a bad request and `NotFound` for an unknown party.
    """
    _check_request(request)
    with reading(engine) as connection:
        existing = None if key_id is None else _granted(connection, key_id)
        if existing is not None:
            return _same_grant(existing, request)
        _check_party(connection, request.party_id)
    key_id = new_id(now) if key_id is None else key_id
    secret = secrets.token_bytes(32)
    expires_at = now + timedelta(days=request.days)
    record(
        "key_granted",
        {"key": f"key:{short_hex(key_id)}", "role": request.role.value},
        {
            "key_id": str(key_id),
            "label": request.label,
            "party_id": "" if request.party_id is None else str(request.party_id),
            "expires_at": format_instant(expires_at),
        },
    )
    row = {
        "id": key_id,
        "label": request.label,
        "hash": hashlib.sha256(secret).digest(),
        "role": request.role.value,
        "party_id": request.party_id,
        "created_at": now,
        "expires_at": expires_at,
    }
    with transaction(engine) as connection:
        if not insert_once(connection, API_KEY, row):
            # The same request came twice at once and the other one was first.
            raise Conflict("This key was being granted by another request.")
    return GrantedKey(
        id=key_id,
        role=request.role,
        party_id=request.party_id,
        expires_at=expires_at,
        text=f"sx_{key_id.hex}_{secret.hex()}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCard:
    """What may be told of a key: everything but what opens, and its hash."""

    id: UUID
    label: str
    role: Role
    party_id: UUID | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    @property
    def actor(self) -> Actor:
        """Who acts when the key is shown."""
        return actor_of_key(key_id=self.id, role=self.role, party_id=self.party_id)


def list_keys(connection: Connection, *, after: UUID | None, rows_max: int) -> list[KeyCard]:
    """Return at most `rows_max` keys after an id, oldest first, those that open no more too."""
    columns = [API_KEY.c[field.name] for field in fields(KeyCard)]
    statement = select(*columns).order_by(API_KEY.c.id).limit(rows_max)
    if after is not None:
        statement = statement.where(API_KEY.c.id > after)
    rows = connection.execute(statement).mappings()
    return [KeyCard(**{**row, "role": Role(row["role"])}) for row in rows]


def revoke(engine: Engine, key_id: UUID, *, now: datetime, record: Record) -> datetime:
    """Revoke a key for ever and return when it was; a second time changes nothing.

    `record` is called before the row is written, as in `grant`. Raises `NotFound`.
    """
    statement = select(API_KEY.c.revoked_at, API_KEY.c.role).where(API_KEY.c.id == key_id)
    with reading(engine) as connection:
        row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no key with that id.")
    if row.revoked_at is not None:
        return _instant(row.revoked_at)
    record(
        "key_revoked",
        {"key": f"key:{short_hex(key_id)}", "role": row.role},
        {"key_id": str(key_id)},
    )
    with transaction(engine) as connection:
        # Whoever was first has set the instant; it is not moved.
        unrevoked = update(API_KEY).where(API_KEY.c.id == key_id, API_KEY.c.revoked_at.is_(None))
        connection.execute(unrevoked.values(revoked_at=now))
        return _instant(connection.execute(statement).one().revoked_at)


def _instant(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError("not an instant")
    return value


def _check_request(request: KeyRequest) -> None:
    problems = []
    label = request.label
    if not label.strip() or not label.isprintable() or len(label) > LABEL_CHARS_MAX:
        message = f"a label has 1 to {LABEL_CHARS_MAX} printable characters"
        problems.append(Problem(path="label", code="label", message=message))
    if not 1 <= request.days <= DAYS_MAX:
        message = f"a key lives 1 to {DAYS_MAX} days"
        problems.append(Problem(path="days", code="range", message=message))
    if (request.role is Role.PRODUCER) != (request.party_id is not None):
        message = "a producer's key names its party, and no other key names one"
        problems.append(Problem(path="party_id", code="scope", message=message))
    if problems:
        raise InvalidInput("The key was not granted.", problems=problems)


def _check_party(connection: Connection, party_id: UUID | None) -> None:
    if party_id is None:
        return
    if connection.execute(select(PARTY.c.id).where(PARTY.c.id == party_id)).first() is None:
        raise NotFound("There is no party with that id.")


def _granted(connection: Connection, key_id: UUID) -> tuple[GrantedKey, str, datetime] | None:
    row = connection.execute(select(API_KEY).where(API_KEY.c.id == key_id)).one_or_none()
    if row is None:
        return None
    key = GrantedKey(
        id=row.id,
        role=Role(row.role),
        party_id=row.party_id,
        expires_at=row.expires_at,
        text=None,
    )
    return key, row.label, row.created_at


def _same_grant(existing: tuple[GrantedKey, str, datetime], request: KeyRequest) -> GrantedKey:
    key, label, created_at = existing
    asked = (request.label, request.role, request.party_id, timedelta(days=request.days))
    if asked != (label, key.role, key.party_id, key.expires_at - created_at):
        raise Conflict("This idempotency key was used for another grant.")
    return key


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """What a key's row says, as long as it may be believed."""

    hash: bytes
    expires_at: datetime
    is_revoked: bool
    actor: Actor


class KeyRing:
    """Checks the keys that callers show; one of them per process, safe for its threads."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._rows: TimedCache[UUID, _Row | None] = TimedCache(entries_max=_KEYS_CACHED_MAX)

    def authenticate(self, text: str) -> Actor:
        """Return the actor of a valid key's text; raises `Unauthenticated` with no detail.

        One message for every cause: a stranger must not learn which half of a key was right.
        """
        match = _TEXT.fullmatch(text)
        if match is None:
            raise Unauthenticated("This is not a valid API key.")
        now = self._clock.now()
        row = self._row(UUID(hex=match[1]), now)
        shown = hashlib.sha256(bytes.fromhex(match[2])).digest()
        # A row that is missing is compared too, so that both ways take the same time.
        is_right = hmac.compare_digest(shown, row.hash if row else bytes(32))
        if row is None or not is_right or row.is_revoked or now >= row.expires_at:
            raise Unauthenticated("This is not a valid API key.")
        return row.actor

    def actor_of(self, key_id: UUID) -> Actor:
        """Return the actor of a key shown earlier; raises `Unauthenticated` if it has ended."""
        now = self._clock.now()
        row = self._row(key_id, now)
        if row is None or row.is_revoked or now >= row.expires_at:
            raise Unauthenticated("The key that this was handed in with is no longer valid.")
        return row.actor

    def forget(self, key_id: UUID) -> None:
        """Read the key's row anew the next time: called after a grant or a revocation here."""
        self._rows.forget([key_id])

    def _row(self, key_id: UUID, now: datetime) -> _Row | None:
        known, row = self._rows.get(key_id, now)
        if known:
            return row
        ticket = self._rows.ticket()
        with reading(self._engine) as connection:
            row = _read_row(connection, key_id)
        self._rows.put({key_id: row}, ticket=ticket, until=now + timedelta(seconds=CACHED_S))
        return row


def _read_row(connection: Connection, key_id: UUID) -> _Row | None:
    row = connection.execute(select(API_KEY).where(API_KEY.c.id == key_id)).one_or_none()
    if row is None:
        return None
    return _Row(
        hash=row.hash,
        expires_at=row.expires_at,
        is_revoked=row.revoked_at is not None,
        actor=actor_of_key(key_id=row.id, role=Role(row.role), party_id=row.party_id),
    )
