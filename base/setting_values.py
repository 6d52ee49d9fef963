"""Reads the value of one variable each: what a setting may be, and what is said of any other.

One rule: a parser raises `ValueError` with the end of a sentence that begins with the variable.
"""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

_DECIMAL = re.compile(r"0|[1-9][0-9]*")


def folder(value: str) -> Path:
    """Return the path of a folder, made absolute."""
    if not value or value != value.strip() or not value.isprintable():
        raise ValueError("must be the path of a folder")
    return Path(value).expanduser().resolve()


def file(value: str) -> str:
    """Return the path of a file or folder, "" for none."""
    return str(folder(value)) if value else ""


def database_url(value: str) -> str:
    """Return the address of a database that is known here."""
    if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("must start with sqlite:/// or postgresql+psycopg://")
    return value


def redis_url(value: str) -> str:
    """Return the address of a Redis."""
    if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("must start with redis://, rediss:// or unix://")
    return value


def public_url(value: str) -> str:
    """Return an address under which people reach this instance."""
    parts = urlsplit(value)
    has_tail = bool(parts.query or parts.fragment or value.endswith("/"))
    if value and (parts.scheme not in ("http", "https") or not parts.netloc or has_tail):
        raise ValueError("must be an http(s) address without a slash at the end")
    return value


def host(value: str) -> str:
    """Return a host name or address."""
    if not re.fullmatch(r"[A-Za-z0-9.:-]+", value):
        raise ValueError("must be a host name or address such as 127.0.0.1")
    return value


def region(value: str) -> str:
    """Read an administrative code of a province, city or county; empty for none."""
    if re.fullmatch(r"(?:[1-8][0-9](?:[0-9]{2}){0,2})?", value, re.ASCII) is None:
        raise ValueError("is 2, 4 or 6 digits, such as 3702, or empty")
    return value


def origin(value: str) -> str:
    """Return the name of a ledger."""
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9./-]*[a-z0-9])?", value):
        raise ValueError("must be a lower-case name such as trace.example.gov.cn")
    return value


def header(value: str) -> str:
    """Return the name of a header, "" for none."""
    if value and not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,63}", value):
        raise ValueError("must be the name of a header such as X-Visitor-Region")
    return value


def log_level(value: str) -> str:
    """Return a level of the log."""
    if value not in ("debug", "info", "warning", "error"):
        raise ValueError("must be debug, info, warning or error")
    return value


def integer(low: int, high: int) -> Callable[[str], int]:
    """Return what reads a whole number between two bounds."""

    def parse(value: str) -> int:
        if not _DECIMAL.fullmatch(value) or not low <= int(value) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(value)

    return parse
