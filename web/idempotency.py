"""The `Idempotency-Key` header: a retry of a POST does nothing twice and never something else."""

import hashlib
import re
from uuid import UUID

from flask import request

from base.errors import InvalidInput, Problem

_KEY = re.compile(r"[!-~]{1,255}")
# Under such a key a worker records a document that waited (`trace.uploads`): a sender that took it
# first would keep its own document, or with the actor's rights another's, from being recorded.
_OWN_KEYS = ("capture:", "credit-batch:")


def idempotency_key() -> str | None:
    """Return the request's idempotency key, None where it has none; raises `InvalidInput`."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.fullmatch(key) or key.startswith(_OWN_KEYS):
        message = f"has 1 to 255 visible ASCII characters and does not begin with {_OWN_KEYS[0]}"
        problem = Problem(path="Idempotency-Key", code="header", message=message)
        raise InvalidInput(f"Idempotency-Key {message}", problems=(problem,))
    return key


def request_hash(values: object) -> bytes:
    """Return the SHA-256 of what was asked: the path and the values as they were read.

    The values and not the bytes, so that a client that writes its JSON anew is still the same.
    """
    return hashlib.sha256(f"{request.path}\n{values!r}".encode()).digest()


def id_of_request(actor: str, key: str) -> UUID:
    """Return the row id that an idempotency key stands for: UUID version 8 (RFC 9562 5.8)."""
    digest = hashlib.sha256(f"{actor}\n{request.path}\n{key}".encode()).digest()[:16]
    number = int.from_bytes(digest)
    number = number & ~(0xF << 76) | 0x8 << 76
    return UUID(int=number & ~(0b11 << 62) | 0b10 << 62)
