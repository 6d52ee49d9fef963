"""Keys of signed serials (AI 98): made, retired, revoked; derived, never stored.

A retired key signs nothing new and is still believed, so that labels that are printed stay good. A
revoked key is believed no more.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, Engine, select, update

from base.db import reading, transaction
from base.errors import Conflict, NotFound, Problem
from base.installation_secret import InstallationSecret
from codes.model import CodeError
from codes.schemes.suxin_serial import key_id_of, require_signature, sign_serial
from parties.issuing.series import find_series
from parties.issuing.tables import CODE_BLOCK, TAG_KEY
from parties.keys import Record
from parties.rows import insert_once

# Two letters or digits name over a thousand keys and make a label no larger than it must be.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_CHARS: Final = 2
_TRIES: Final = 64


SIGNED: Final = "98"
"""The identifier of the element that holds a signature."""


class Signature(StrEnum):
    """What is found of the signature on a label; `ABSENT` where there is none of this ledger's."""

    VALID = "valid"
    INVALID = "invalid"
    REVOKED = "revoked"
    ABSENT = "absent"

    @property
    def is_wrong(self) -> bool:
        """Whether the label is not to be believed."""
        return self in (Signature.INVALID, Signature.REVOKED)


def rotate_tag_key(engine: Engine, *, now: datetime, record: Record) -> str:
    """Make a new key, retire the present one, and return the new one's id.

    The ledger is told first. Raises `Conflict` where no id is left.
    """
    with reading(engine) as connection:
        taken = set(connection.execute(select(TAG_KEY.c.id)).scalars())
    fresh = next((one for one in (_draw() for _ in range(_TRIES)) if one not in taken), None)
    if fresh is None:
        raise Conflict("No free id was found for a new key.")
    record("tag_key_made", {"tag_key": fresh}, {})
    with transaction(engine) as connection:
        current = update(TAG_KEY).where(TAG_KEY.c.is_current)
        connection.execute(current.values(retired_at=now, is_current=None))
        # Of two that rotate at once the second one finds the first one's key in its way.
        values = {"id": fresh, "created_at": now, "is_current": True}
        if not insert_once(connection, TAG_KEY, values):
            raise Conflict("Another key was being made at the same time; try again.")
    return fresh


def revoke_tag_key(engine: Engine, key_id: str, *, now: datetime, record: Record) -> None:
    """Believe a key no more; a second time changes nothing. Raises `NotFound`."""
    with reading(engine) as connection:
        row = connection.execute(select(TAG_KEY).where(TAG_KEY.c.id == key_id)).one_or_none()
    if row is None:
        raise NotFound("There is no key of signed serials with that id.")
    if row.revoked_at is not None:
        return
    record("tag_key_revoked", {"tag_key": key_id}, {})
    with transaction(engine) as connection:
        ended = {"revoked_at": now, "retired_at": row.retired_at or now, "is_current": None}
        connection.execute(update(TAG_KEY).where(TAG_KEY.c.id == key_id).values(**ended))


def current_tag_key(connection: Connection) -> str:
    """Return the id of the key that signs now; raises `Conflict` where none was made yet."""
    statement = select(TAG_KEY.c.id).where(TAG_KEY.c.is_current)
    found: str | None = connection.execute(statement).scalar_one_or_none()
    if found is None:
        raise Conflict("There is no key to sign serials with: an operator makes one first.")
    return found


def tag_of(secret: InstallationSecret, key_id: str, gtin: str, serial: str) -> str:
    """Return the value of AI 98 of a serial."""
    return sign_serial(gtin, serial, key_id=key_id, key=_key(secret, key_id))


def require_usable_key(connection: Connection, key_id: str) -> None:
    """Raise `Conflict` where labels under this key would be believed by nobody any more."""
    statement = select(TAG_KEY.c.revoked_at).where(TAG_KEY.c.id == key_id)
    if connection.execute(statement).scalar_one_or_none() is not None:
        told = "The key that signs these serials was revoked: void them and take a new block."
        raise Conflict(told, problems=[Problem(path="", code="revoked_key", message=told)])


def judge_tag(
    connection: Connection, secret: InstallationSecret, log: int, elements: Mapping[str, str]
) -> Signature:
    """Return whether the (98) of these elements signs their (01) and (21).

    AI 98 is everybody's own (GS1 General Specifications 3.9.8): it is a signature only on products
    of which this ledger signed serials, and says nothing to it on any other.
    """
    gtin, serial, signed = (elements.get(ai, "") for ai in ("01", "21", SIGNED))
    if not (serial and signed) or not _signs(connection, secret, log, gtin):
        return Signature.ABSENT
    key_id = key_id_of(signed)
    statement = select(TAG_KEY.c.revoked_at).where(TAG_KEY.c.id == key_id)
    row = connection.execute(statement).one_or_none()
    if row is not None and row.revoked_at is not None:
        return Signature.REVOKED
    try:
        require_signature(elements, {} if row is None else {key_id: _key(secret, key_id)})
    except CodeError:
        return Signature.INVALID
    return Signature.VALID


def _signs(connection: Connection, secret: InstallationSecret, log: int, gtin: str) -> bool:
    """Return whether signed serials of a product were issued."""
    for series in find_series(connection, secret, [("gs1_serial", gtin)]).values():
        statement = select(CODE_BLOCK.c.id).where(
            CODE_BLOCK.c.log == log,
            CODE_BLOCK.c.series_id == series.id,
            CODE_BLOCK.c.tag_key.is_not(None),
        )
        return connection.execute(statement.limit(1)).first() is not None
    return False


def _key(secret: InstallationSecret, key_id: str) -> bytes:
    return secret.key_for(f"tag:{key_id}")


def _draw() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID_CHARS))
