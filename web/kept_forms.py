"""What somebody typed into a form whose session had ended: kept by the browser over the sign-in.

The rule that must stay true: it stands in the answer to whoever sent it and nowhere else; it comes
from a page of this very host, is bounded and holds no file and no password; and it comes back as a
form to be looked at, never as something that is recorded by itself.
"""

from typing import Final
from urllib.parse import urlsplit

import orjson
from flask import request

from base.errors import AppError
from base.strict_json import loads

KEPT: Final = "kept"
"""The field of the sign-in form that holds what was typed before it."""

RESUMED: Final = "resumed"
"""The field by which a form says that it comes back from a sign-in."""

_DEPTH_MAX: Final = 2
# The token is made anew, and what a button says is what would be done.
_LEFT_OUT: Final = frozenset({"csrf_token", "act", "do", "preview", RESUMED})
# Of the parts that a form may have, those that are added on the way back.
_PARTS_SPARED: Final = 4


def kept_text(bytes_max: int) -> str:
    """Return what was typed into the form of this request as one text, "" where it is not kept."""
    if request.method != "POST" or not _is_from_here():
        return ""
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in _LEFT_OUT and not name.startswith("password")
    ]
    text = orjson.dumps(fields).decode()
    is_small = len(text.encode()) <= bytes_max and len(fields) <= _parts_max()
    return text if fields and is_small else ""


def kept_fields(text: str, bytes_max: int) -> list[tuple[str, str]]:
    """Return the fields in such a text; none where it is no such text."""
    try:
        read = loads(text.encode(), bytes_max=bytes_max, depth_max=_DEPTH_MAX)
    except (AppError, UnicodeEncodeError):
        return []
    pairs = read if isinstance(read, list) else []
    fields = [
        (pair[0], pair[1])
        for pair in pairs
        if isinstance(pair, list)
        and len(pair) == 2
        and isinstance(pair[0], str)
        and isinstance(pair[1], str)
    ]
    good = [(name, value) for name, value in fields if name not in _LEFT_OUT]
    return good if len(good) <= _parts_max() else []


def is_resumed() -> bool:
    """Return whether the form of this request comes back from a sign-in, to be looked at."""
    return request.method == "POST" and RESUMED in request.form


def _parts_max() -> int:
    return (request.max_form_parts or 0) - _PARTS_SPARED


def _is_from_here() -> bool:
    """Return whether a page of this host sent the form: a browser says so itself (Fetch 3.2)."""
    origin = request.headers.get("Origin", "")
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin" and (
        urlsplit(origin).netloc == request.host
    )
