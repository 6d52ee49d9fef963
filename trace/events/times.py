"""Instants in events: RFC 3339 with a zone, to aware UTC and to the spelling of the event hash."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from schemas.epcis.shape import TIME_PATTERN

_TIME = re.compile(TIME_PATTERN)
_MILLISECOND = timedelta(milliseconds=1)
_HALF = timedelta(microseconds=500)


@lru_cache(maxsize=8_192)
def read_instant(text: str) -> datetime:
    """Return the instant in UTC, cut to microseconds; raises `ValueError` for no such instant."""
    if _TIME.match(text) is None:
        raise ValueError("not a time with its zone")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the years 1 to 9999") from None


@lru_cache(maxsize=8_192)
def hashed_instant(text: str) -> str:
    """Return an instant as the event hash writes it: UTC, `Z`, three decimals.

    A fourth decimal of 5 or more rounds the third up (CBV 2.0 8.9). Raises `ValueError`.
    """
    instant = read_instant(text)
    surplus = timedelta(microseconds=instant.microsecond % 1000)
    instant -= surplus
    if surplus >= _HALF:
        instant += _MILLISECOND
    return instant.isoformat(timespec="milliseconds")[:-6] + "Z"
