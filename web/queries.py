"""The query of a request, in characters that an address may hold.

One rule: what a view reads of a query is ASCII, whatever bytes were sent.
"""

import re
from typing import Any, Final

from flask import Request

_NO_ASCII: Final = re.compile(rb"[\x80-\xff]")


class EscapedRequest(Request):
    """A request whose query has the bytes escaped that ought to have been sent so (RFC 3986 2.1).

    Some senders write them as they are, and Werkzeug fails on those that are not UTF-8.
    """

    def __init__(self, environ: dict[str, Any], **options: bool) -> None:
        super().__init__(environ, **options)
        if not self.query_string.isascii():
            self.query_string = _NO_ASCII.sub(_escape, self.query_string)


def _escape(found: re.Match[bytes]) -> bytes:
    return b"%%%02X" % found[0][0]
