"""Who signed a batch, as headers tell it: of a request, and of an answer that was fetched.

One rule: a header that is none is refused by its name, and never taken for a missing one.
"""

import base64
import binascii
import re
from datetime import datetime
from typing import Final
from uuid import UUID

from base.errors import InvalidInput, Problem
from credit.intake.senders import Signed

_INSTANT: Final = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_ROWS: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def read_signed(
    sender: str | None, rows: str | None, signature: str | None, made_at: str | None
) -> Signed:
    """Return who signed, from the texts of the headers; raises `InvalidInput`."""
    if sender is not None and not _UUID.fullmatch(sender):
        raise _header("Suxin-Sender", "is the id of a sender")
    if rows is not None and not _ROWS.fullmatch(rows):
        raise _header("Suxin-Rows", "is the number of rows")
    try:
        signed = None if signature is None else base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        raise _header("Suxin-Signature", "is a signature in base64") from None
    return Signed(
        made_at=None if made_at is None else read_made_at(made_at),
        sender_id=None if sender is None else UUID(sender),
        rows=None if rows is None else int(rows),
        signature=signed,
    )


def read_made_at(text: str) -> datetime:
    """Return when a file was made, in the one spelling that is signed; raises `InvalidInput`."""
    if not _INSTANT.fullmatch(text):
        raise _header("Suxin-Made-At", "is an instant such as 2026-03-02T01:00:00Z")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _header("Suxin-Made-At", "is no instant of any calendar") from None


def _header(name: str, message: str) -> InvalidInput:
    problem = Problem(path=name, code="header", message=message)
    return InvalidInput(f"{name} {message}.", problems=(problem,))
