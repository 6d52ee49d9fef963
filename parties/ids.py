"""Row ids that the program computes itself, in the order of time.

No database sequence is asked, so that any process can name a row before it is written; the order
of time makes an id a page cursor too.
"""

import secrets
from datetime import datetime
from uuid import UUID

from base.db import to_micros

_TIME_BITS = 48
_RANDOM_BITS = 62


def new_id(now: datetime) -> UUID:
    """Return a fresh UUID of version 7 (RFC 9562 5.7) whose first 48 bits are `now` in ms.

    The twelve bits after the version hold the fraction of the millisecond (RFC 9562 6.2, method
    3), so that rows of one batch keep their order; 62 random bits follow.
    """
    millis, rest_micros = divmod(to_micros(now), 1000)
    if not 0 <= millis < 1 << _TIME_BITS:
        raise ValueError("the instant does not fit into 48 bits of milliseconds")
    fraction = rest_micros * 4096 // 1000
    head = millis << 16 | 0x7 << 12 | fraction
    tail = 0b10 << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    return UUID(int=head << 64 | tail)


def id_of_hash(digest: bytes) -> UUID:
    """Return the UUID of version 8 (RFC 9562 5.8) that the first 16 bytes of a hash give."""
    value = int.from_bytes(digest[:16]) & ~(0xF << 76 | 0b11 << _RANDOM_BITS)
    return UUID(int=value | 0x8 << 76 | 0b10 << _RANDOM_BITS)


def short_hex(row_id: UUID) -> str:
    """Return the last 16 hex digits of an id: 62 random bits, which tell nothing about the row.

    Two of 10^7 rows share them with a chance of about 10^-5.
    """
    return row_id.hex[-16:]
