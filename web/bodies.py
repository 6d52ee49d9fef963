"""Reads the body of a request: the bytes as they were sent, and no more of them than its limit."""

from collections.abc import Iterator
from typing import Final

from flask import Request
from werkzeug.exceptions import UnsupportedMediaType

from base.errors import InputTooLarge

_PIECE_BYTES: Final = 1 << 20


def read_body(req: Request, bytes_max: int) -> bytes:
    """Return the body; raises `InputTooLarge` before reading more than `bytes_max` bytes.

    A compressed body is a 415 (RFC 9110 15.5.16): limits are counted in bytes that were sent, and a
    few of those can stand for any number.

    A length that is announced is believed and checked; a body without one is read up to the limit.
    """
    return b"".join(body_pieces(req, bytes_max))


def body_pieces(req: Request, bytes_max: int) -> Iterator[bytes]:
    """Yield the body as it comes in, under the same rules, for whoever need not hold all of it."""
    encoding = req.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise UnsupportedMediaType("Send the body as it is, without a Content-Encoding.")
    if req.content_length is not None and req.content_length > bytes_max:
        raise InputTooLarge(f"a body has at most {bytes_max} bytes")
    # The application's own bound is for bodies that nobody names another for.
    req.max_content_length = bytes_max + 1
    count = 0
    # One read may return less than there is, and a body without a length ends where it ends.
    while piece := req.stream.read(min(_PIECE_BYTES, bytes_max + 1 - count)):
        count += len(piece)
        if count > bytes_max:
            raise InputTooLarge(f"a body has at most {bytes_max} bytes")
        yield piece
