"""Keys of signed serials as a list shows them, and the one that a request made.

One rule: nothing here tells a key, only that there is one and how long it is good for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, select

from parties.issuing.tables import TAG_KEY
from parties.tables import POST_REQUEST


@dataclass(frozen=True, slots=True, kw_only=True)
class TagKeyCard:
    """A key: it signs until it is retired and is believed until it is revoked."""

    id: str
    created_at: datetime
    retired_at: datetime | None
    revoked_at: datetime | None

    @property
    def state(self) -> str:
        """What it is good for: `signing`, `retired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "signing" if self.retired_at is None else "retired"


def list_tag_keys(connection: Connection) -> Sequence[TagKeyCard]:
    """Return every key, newest first; there are never more than two characters can name."""
    cards = select(*_columns()).order_by(TAG_KEY.c.created_at.desc(), TAG_KEY.c.id)
    return [TagKeyCard(**row) for row in connection.execute(cards).mappings()]


def tag_key_of_request(
    connection: Connection, *, actor: str, idempotency_key: str
) -> tuple[datetime, TagKeyCard | None]:
    """Return when a remembered request was made, and the key that was made by it, if it was.

    A key is made at the very instant of its request, so that a retry finds it.
    """
    made_at = connection.execute(
        select(POST_REQUEST.c.created_at).where(
            POST_REQUEST.c.actor == actor, POST_REQUEST.c.idempotency_key == idempotency_key
        )
    ).scalar_one()
    card = select(*_columns()).where(TAG_KEY.c.created_at == made_at).limit(1)
    row = connection.execute(card).mappings().one_or_none()
    return made_at, None if row is None else TagKeyCard(**row)


def _columns() -> list[Column[Any]]:
    # By name: a column that is added for something else is no part of a card.
    return [TAG_KEY.c[field.name] for field in fields(TagKeyCard)]
