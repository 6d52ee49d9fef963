"""Keys of signed serials (AI 98): made, retired, revoked; derived, never stored.

A retired key signs nothing new and is still believed, so that labels that are printed stay good. A
revoked key is believed no more.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, select, update

from base.db import reading, transaction
from base.errors import Conflict, NotFound
from base.installation_secret import InstallationSecret
from codes.model import CodeError
from codes.schemes.suxin_serial import require_signature, sign_serial
from parties.issuing.tables import TAG_KEY
from parties.keys import Record
from parties.rows import insert_once

# Two letters or digits name over a thousand keys and make a label no larger than it must be.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_CHARS: Final = 2
_TRIES: Final = 64


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
        raise Conflict(
            "The key that signs these serials was revoked: void them and take a new block."
        )


def check_tag(
    connection: Connection, secret: InstallationSecret, elements: Mapping[str, str]
) -> CodeError | None:
    """Return why the (98) of these elements does not sign their (01) and (21), None if it does."""
    statement = select(TAG_KEY.c.id).where(TAG_KEY.c.revoked_at.is_(None))
    known = {one: _key(secret, one) for one in connection.execute(statement).scalars()}
    try:
        require_signature(elements, known)
    except CodeError as refusal:
        return refusal
    return None


def _key(secret: InstallationSecret, key_id: str) -> bytes:
    return secret.key_for(f"tag:{key_id}")


def _draw() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID_CHARS))
