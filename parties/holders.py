"""Who acts under a name of the ledger: the key or the account behind `key:…` and `account:…`.

The rule that must stay true: a name that nobody acts under is nobody's, and what opens no more
answers to none.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from parties.accounts import list_accounts
from parties.actors import Actor
from parties.keys import list_keys

_ROWS: Final = 1000


def holder_of(connection: Connection, actor_id: str, *, now: datetime) -> Actor | None:
    """Return who acts under a name now, None where no key and no account does."""
    return next((one for one in _holders(connection, now) if one.id == actor_id), None)


def _holders(connection: Connection, now: datetime) -> Iterator[Actor]:
    after: UUID | None = None
    while keys := list_keys(connection, after=after, rows_max=_ROWS):
        yield from (one.actor for one in keys if one.revoked_at is None and now < one.expires_at)
        after = keys[-1].id
    after = None
    while accounts := list_accounts(connection, after=after, rows_max=_ROWS):
        yield from (one.actor for one in accounts if one.ended_at is None)
        after = accounts[-1].id
