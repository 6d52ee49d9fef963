"""What every answer carries: a request number, safe headers, and as few bytes as possible."""

import gzip
import hashlib
import re
import secrets
from typing import Final

import structlog
from flask import Flask, Response, g, request

from web.bodies import LEFT_BYTES_MAX, read_to_the_end

# One host, no inline script, no frame. A page that needs more sets its own header.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

_SAFE_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_GZIP_BYTES_MIN: Final = 1_000
_GZIP_BYTES_MAX: Final = 8 << 20
_GZIP_LEVEL: Final = 1  # Level 6 takes three times as long for a tenth fewer bytes.
_TEXT_TYPES: Final = ("text/", "application/json", "application/ld+json", "application/xml")


def install_answers(app: Flask) -> None:
    """Give each request its number and each answer its headers."""
    app.before_request(_number)
    app.after_request(_finish)
    app.after_request(_leave_nothing_unread)


def _leave_nothing_unread(response: Response) -> Response:
    """Read what a refusal left of the body, so that its sender gets to read the answer."""
    read_to_the_end(request, LEFT_BYTES_MAX)
    return response


def _number() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(12)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    # One pass over what is there: each look into the headers walks all of them.
    present = {name for name, _ in response.headers}
    missing = [item for item in _SAFE_HEADERS.items() if item[0] not in present]
    missing.append(("X-Request-Id", g.get("request_id", "")))
    if "Authorization" in request.headers:
        missing.append(("Vary", "Authorization"))
        if "Cache-Control" not in present:
            missing.append(("Cache-Control", "private, no-cache"))
    response.headers.extend(missing)
    if response.direct_passthrough or response.is_streamed:
        return response
    _tag(response)
    return _compress(response)


def _tag(response: Response) -> None:
    """Answer 304 where the caller has the same bytes already (RFC 9110 13.1.2)."""
    if request.method not in ("GET", "HEAD") or response.status_code != 200:
        return
    if _is_secret(response):
        return
    if "ETag" not in response.headers:
        digest = hashlib.blake2b(response.get_data(), digest_size=12).hexdigest()
        # Weak, since the same answer is also sent compressed.
        response.set_etag(digest, weak=True)
    response.make_conditional(request)


def _compress(response: Response) -> Response:
    mimetype = response.mimetype or ""
    if response.status_code != 200 or not mimetype.startswith(_TEXT_TYPES):
        return response
    # An answer with a secret is not compressed beside text its caller chose (BREACH).
    data = response.get_data()
    if not _GZIP_BYTES_MIN <= len(data) <= _GZIP_BYTES_MAX or _is_secret(response):
        return response
    if "Content-Encoding" in response.headers:
        return response
    response.headers.add("Vary", "Accept-Encoding")
    if request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(data, _GZIP_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _is_secret(response: Response) -> bool:
    return "no-store" in response.headers.get("Cache-Control", "")
