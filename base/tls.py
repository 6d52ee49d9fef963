"""Whom a client of TLS trusts, read once in a process.

To read the certificates of the world's authorities takes a twentieth of a second of the processor,
and httpx does so for every client that is given none: also for one that speaks no TLS at all.
"""

import ssl
from functools import cache

import httpx


@cache
def trusting_authorities() -> ssl.SSLContext:
    """Return the context of a client that trusts the authorities that httpx comes with."""
    return httpx.create_ssl_context(trust_env=False)


@cache
def trusting_nobody() -> ssl.SSLContext:
    """Return the context of a client of plain HTTP; over TLS it would get no answer."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
