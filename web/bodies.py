"""Reads the body of a request: the bytes as they were sent, and no more of them than its limit."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from flask import Request
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from base.errors import InputTooLarge

_PIECE_BYTES: Final = 1 << 20
LEFT_BYTES_MAX: Final = 1 << 20
"""So much of a body is read only to be forgotten: more costs more than another connection."""


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


def read_to_the_end(req: Request, bytes_max: int) -> None:
    """Read what an answer left of a body, up to `bytes_max` bytes, and forget it.

    A server closes the connection under a body that nobody read. Whoever is still sending then sees
    no answer but a broken pipe, and so does the next request on the same connection.
    """
    if not (req.content_length or req.environ.get("wsgi.input_terminated")):
        return
    count = 0
    # Whoever sends no more, or more than was announced, has closed the connection itself.
    with suppress(HTTPException, OSError):
        while piece := req.stream.read(min(_PIECE_BYTES, bytes_max - count)):
            count += len(piece)
