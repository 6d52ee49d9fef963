"""Who may hand in batches of which feed: senders with an Ed25519 key, and the check of a batch.

The rule that must stay true: a batch that is not signed by a sender of its feed, or is not whole,
is held for a person and never refused silently: somebody may have lost a key, or half a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Engine, Row, select, update

from base.db import reading, transaction
from base.errors import Conflict, InvalidInput, NotFound, Problem
from credit.feeds.registry import FEEDS
from credit.intake.desk import Sent
from credit.tables import CREDIT_SENDER
from parties.ids import new_id
from parties.keys import Record

SENDER_ADDED: Final = "credit_sender_added"
SENDER_REVOKED: Final = "credit_sender_revoked"
KEY_BYTES: Final = 32
_MARK: Final = "suxin-batch/1"
_MARK_WITH_INSTANT: Final = "suxin-batch/2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A body that hands in batches; its key counts until it is revoked."""

    id: UUID
    name: str
    feeds: tuple[str, ...]
    public_key: bytes
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What came with a batch: who signed it, how many rows there should be, the signature.

    `made_at` is when the sender says that it made the file; it is signed with it.
    """

    sender_id: UUID | None
    rows: int | None
    signature: bytes | None
    made_at: datetime | None = None


def signed_bytes(feed: str, rows: int, body: bytes, made_at: datetime | None = None) -> bytes:
    """Return what a sender signs: mark, feed, number of rows and SHA-256 of the file, in lines.

    With `made_at` the second mark is used, and the instant (UTC, whole seconds) is one more line.
    """
    return signed_lines(feed, rows, sha256(body).digest(), made_at)


def signed_lines(feed: str, rows: int, file_hash: bytes, made_at: datetime | None = None) -> bytes:
    """Return what a sender signs of a file that is known by its SHA-256."""
    told = f"{feed}\n{rows}\n{file_hash.hex()}\n"
    if made_at is None:
        return f"{_MARK}\n{told}".encode()
    return f"{_MARK_WITH_INSTANT}\n{told}{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}\n".encode()


def add_sender(
    engine: Engine,
    *,
    name: str,
    feeds: Sequence[str],
    public_key: bytes,
    now: datetime,
    record: Record,
) -> Sender:
    """Let a sender hand in batches of some feeds; the ledger is told first."""
    unknown = [feed for feed in feeds if feed not in FEEDS]
    if unknown or not feeds:
        message = f"There is no feed {unknown[0] if unknown else ''}; there are {', '.join(FEEDS)}."
        raise _refusal("feeds", message)
    if len(public_key) != KEY_BYTES:
        raise _refusal("key", f"An Ed25519 key has {KEY_BYTES} bytes.")
    with reading(engine) as connection:
        taken = select(CREDIT_SENDER.c.id).where(CREDIT_SENDER.c.public_key == public_key)
        if connection.execute(taken).first() is not None:
            raise Conflict("This key is a sender's already.")
    sender = Sender(
        id=new_id(now),
        name=name,
        feeds=tuple(feeds),
        public_key=public_key,
        created_at=now,
        revoked_at=None,
    )
    told = {"sender": str(sender.id), "feeds": " ".join(feeds), "key": public_key.hex()}
    record(SENDER_ADDED, told, {"name": name})
    values = {
        "id": sender.id,
        "name": name,
        "feeds": " ".join(feeds),
        "public_key": public_key,
        "created_at": now,
        "revoked_at": None,
    }
    with transaction(engine) as connection:
        connection.execute(CREDIT_SENDER.insert().values(values))
    return sender


def revoke_sender(engine: Engine, sender_id: UUID, *, now: datetime, record: Record) -> None:
    """End a sender's key; what it handed in stays as it is."""
    with reading(engine) as connection:
        sender = read_sender(connection, sender_id)
    if sender.revoked_at is not None:
        raise Conflict("This sender's key was revoked already.")
    record(SENDER_REVOKED, {"sender": str(sender_id)}, {})
    with transaction(engine) as connection:
        own = update(CREDIT_SENDER).where(CREDIT_SENDER.c.id == sender_id)
        connection.execute(own.values(revoked_at=now))


def read_sender(connection: Connection, sender_id: UUID) -> Sender:
    """Return a sender; raises `NotFound`."""
    row = connection.execute(
        select(CREDIT_SENDER).where(CREDIT_SENDER.c.id == sender_id)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no sender with that id.")
    return _sender(row)


def list_senders(connection: Connection) -> list[Sender]:
    """Return every sender, the oldest first."""
    return [_sender(row) for row in connection.execute(select(CREDIT_SENDER).order_by("id"))]


def doubt_of(connection: Connection, feed: str, signed: Signed, file_hash: bytes) -> str:
    """Return why a batch is not to be taken as it is; "" where a sender of its feed signed it."""
    if signed.sender_id is None or signed.signature is None or signed.rows is None:
        return "It is not signed."
    try:
        sender = read_sender(connection, signed.sender_id)
    except NotFound:
        return "It is signed by a key that is nobody's here."
    if sender.revoked_at is not None:
        return "It is signed by a key that was revoked."
    if feed not in sender.feeds:
        return f"{sender.name} hands in other feeds than this one."
    try:
        key = Ed25519PublicKey.from_public_bytes(sender.public_key)
        told = signed_lines(feed, signed.rows, file_hash, signed.made_at)
        key.verify(signed.signature, told)
    except InvalidSignature:
        return "Its signature does not fit: the file or the number of rows was changed."
    return ""


def sent_of(connection: Connection, feed: str, signed: Signed, file_hash: bytes) -> Sent:
    """Return what a door knows of a file: the doubt, or the sender whose signature fits."""
    doubt = doubt_of(connection, feed, signed, file_hash)
    signer = None if doubt else signed.sender_id
    return Sent(doubt=doubt, rows=signed.rows, signer=signer, made_at=signed.made_at)


def _sender(row: Row[*tuple[Any, ...]]) -> Sender:
    return Sender(
        id=row.id,
        name=row.name,
        feeds=tuple(row.feeds.split()),
        public_key=row.public_key,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )


def _refusal(path: str, message: str) -> InvalidInput:
    return InvalidInput(message, problems=(Problem(path=path, code="invalid", message=message),))
