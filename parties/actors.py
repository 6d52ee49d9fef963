"""The one who asks: the holder of a key or of an account, or an anonymous consumer.

One rule: an actor's `id` goes into public headers of the ledger, so it is opaque: it is made of
random bits and neither of a name nor of a credit code, whose hashes anybody could try out.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from parties.ids import short_hex
from parties.tables import Role

__all__ = ["ANONYMOUS", "Actor", "Role", "actor_of_account", "actor_of_key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks. `role` is None for a consumer; `party_id` is set for a producer alone.

    `id` is the ledger's name of the actor, from `[a-z0-9:_-]`: all keys and accounts of a producer
    act as its party, every other key or account acts as itself.
    """

    id: str
    role: Role | None
    party_id: UUID | None = None
    key_id: UUID | None = None
    account_id: UUID | None = None

    @property
    def is_anonymous(self) -> bool:
        """Return whether no credential was shown."""
        return self.role is None


ANONYMOUS: Final = Actor(id="anonymous", role=None)


CONSOLE: Final = Actor(id="console", role=Role.OPERATOR)
"""Whoever sits at the machine itself."""


def party_actor_id(party_id: UUID) -> str:
    """Return the ledger's name of a party."""
    return f"party:{short_hex(party_id)}"


def actor_of_key(*, key_id: UUID, role: Role, party_id: UUID | None) -> Actor:
    """Return the actor that a valid key stands for; a producer's key must name its party."""
    if role is Role.PRODUCER:
        if party_id is None:
            raise ValueError("a producer acts for a party")
        return Actor(id=party_actor_id(party_id), role=role, party_id=party_id, key_id=key_id)
    return Actor(id=f"key:{short_hex(key_id)}", role=role, key_id=key_id)


def account_actor_id(account_id: UUID) -> str:
    """Return the ledger's name of an account."""
    return f"account:{short_hex(account_id)}"


def actor_of_account(*, account_id: UUID, role: Role, party_id: UUID | None) -> Actor:
    """Return the actor that an account stands for; a producer's account must name its party."""
    if role is not Role.PRODUCER:
        return Actor(id=account_actor_id(account_id), role=role, account_id=account_id)
    if party_id is None:
        raise ValueError("a producer acts for a party")
    name = party_actor_id(party_id)
    return Actor(id=name, role=role, party_id=party_id, account_id=account_id)
