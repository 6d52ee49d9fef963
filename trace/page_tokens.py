"""The words under which a list goes on at its next page, as text that fits into an address.

One rule: what comes back is read as strictly as any other input; a token has one spelling.
"""

import base64
import binascii
from datetime import datetime
from typing import Final

from base.db import from_micros, to_micros
from base.errors import InvalidInput, Problem

PARAMETER: Final = "nextPageToken"

_INSTANT_BYTES: Final = 8


def write_token(*fields: bytes) -> str:
    """Return the token that holds the fields one after the other."""
    return base64.urlsafe_b64encode(b"".join(fields)).decode()


def read_token(token: str, *sizes: int) -> tuple[bytes, ...]:
    """Return the fields; raises `InvalidInput` for what `write_token` never wrote."""
    try:
        packed = base64.urlsafe_b64decode(token.encode())
        if len(packed) != sum(sizes) or base64.urlsafe_b64encode(packed).decode() != token:
            raise ValueError
    except (ValueError, binascii.Error):
        raise refused_token("is not a token that was given out here") from None
    fields: list[bytes] = []
    for size in sizes:
        fields.append(packed[:size])
        packed = packed[size:]
    return tuple(fields)


def write_instant(instant: datetime) -> bytes:
    """Return an instant as a field of eight bytes."""
    return to_micros(instant).to_bytes(_INSTANT_BYTES, "big", signed=True)


def read_instant(packed: bytes) -> datetime:
    """Return the instant of a field; raises `InvalidInput` where no calendar has it."""
    try:
        return from_micros(int.from_bytes(packed, "big", signed=True))
    except (ValueError, OverflowError, OSError):
        raise refused_token("is not a token that was given out here") from None


def refused_token(message: str) -> InvalidInput:
    """Return the refusal of a token."""
    problem = Problem(path=PARAMETER, code="query_parameter", message=message)
    return InvalidInput(f"{PARAMETER} {message}", problems=(problem,))
