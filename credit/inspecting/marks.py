"""The marks under which parties stand in a pool that anybody may read.

The rule that must stay true: a class is for supervision and no public rating, so a pool names
nobody. Code and salt make a mark; the salts of those who were drawn stand with their orders, and a
party is told its own.
"""

import hmac
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, select

from credit.feeds.model import CodeScheme
from credit.tables import CREDIT_CODE

MARK_CHARS: Final = 32
SALT_BYTES: Final = 16
_MAGIC: Final = "suxin-draw/1 mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Makes the marks of one draw; without its key nobody tells whose a mark is."""

    key: bytes = field(repr=False)

    def salt_of(self, code: str) -> bytes:
        """Return what makes a code's mark unguessable."""
        return hmac.digest(self.key, code.encode(), "sha256")[:SALT_BYTES]

    def mark_of(self, code: str) -> str:
        """Return the mark of a code in this draw."""
        return mark_of(code, self.salt_of(code))


def mark_of(code: str, salt: bytes) -> str:
    """Return the mark that a code and a salt make."""
    words = (_MAGIC, code, salt.hex())
    return sha256("\n".join(words).encode()).hexdigest()[:MARK_CHARS]


def codes_by_mark(
    connection: Connection, log: int, marks: Marks, wanted: Collection[str]
) -> dict[str, str]:
    """Return the codes that these marks stand for: each code that is known is tried."""
    statement = select(CREDIT_CODE.c.code).where(
        CREDIT_CODE.c.log == log, CREDIT_CODE.c.scheme == CodeScheme.USCC.value
    )
    among = frozenset(wanted)
    found = ((marks.mark_of(code), code) for code in connection.execute(statement).scalars())
    return {mark: code for mark, code in found if mark in among}
