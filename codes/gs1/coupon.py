"""Coupon codes of North America, the content of AI 8110 and AI 8112.

GS1 US North American Coupon Application Guideline (8110) and GS1 AI (8112) Coupon Data
Specification. Nearly every field is led by a digit that says how long it is, so a code is read from
its start, and the first field that does not fit is where it is wrong.
"""

import re
from typing import Final

from codes.gs1.check_digit import is_digits
from codes.model import CodeError

NORM: Final = "GS1 General Specifications 3.9"


def _counted(leads: range, *, more: int) -> str:
    """Return a pattern: a leading digit, then that many digits and `more`."""
    return "(?:" + "|".join(f"{lead}[0-9]{{{lead + more}}}" for lead in leads) + ")"


_PREFIX = _counted(range(7), more=6)
_AMOUNT = _counted(range(1, 6), more=0)
_PURCHASE = f"{_AMOUNT}[0-49][0-9]{{3}}"
_SERIAL = _counted(range(10), more=6)

_Field = tuple[str, re.Pattern[str]]


def _fields(*rows: tuple[str, str]) -> tuple[_Field, ...]:
    return tuple((name, re.compile(pattern)) for name, pattern in rows)


# Mandatory fields have no lead; an optional one is there when its lead is.
_COUPON: Final = _fields(
    ("company prefix", _PREFIX),
    ("offer code", "[0-9]{6}"),
    ("save value", _AMOUNT),
    ("purchase requirement", _PURCHASE),
)
_OPTIONAL: Final = _fields(
    ("1", f"1[0-3]{_PURCHASE}(?:{_PREFIX}|9)"),
    ("2", f"2{_PURCHASE}(?:{_PREFIX}|9)"),
    ("3", "3[0-9]{6}"),
    ("4", "4[0-9]{6}"),
    ("5", f"5{_SERIAL}"),
    ("6", f"6{_counted(range(1, 8), more=6)}"),
    ("9", "9[01256][0-2][0-9][01]"),
)
_POSITIVE_OFFER: Final = _fields(
    ("format", "[01]"),
    ("funder", _PREFIX),
    ("offer code", "[0-9]{6}"),
    ("serial number", _SERIAL),
)


def coupon_dates(text: str) -> tuple[tuple[int, str], ...]:
    """Return the dates (YYMMDD) of an AI 8110 coupon, each behind its place.

    Raises `CodeError` for a wrong structure, and for a coupon that expires before it starts.
    """
    position = _read(text, _COUPON, "North American coupon code")
    dates: dict[str, tuple[int, str]] = {}
    for lead, pattern in _OPTIONAL:
        if text.startswith(lead, position):
            match = pattern.match(text, position)
            if match is None:
                raise _refusal(f"the optional field {lead} does not fit", position)
            dates[lead] = (position + 1, match[0][1:])
            position = match.end()
    _require_end(text, position)
    expires, starts = dates.get("3"), dates.get("4")
    if expires is not None and starts is not None and expires[1] < starts[1]:
        raise _refusal("the coupon expires before it starts", expires[0])
    return tuple(date for date in (expires, starts) if date is not None)


def require_positive_offer(text: str) -> None:
    """Refuse `text` unless it has the structure of an AI 8112 coupon."""
    _require_end(text, _read(text, _POSITIVE_OFFER, "positive offer coupon code"))


def _read(text: str, fields: tuple[_Field, ...], what: str) -> int:
    """Read the mandatory fields and return where they end."""
    if not is_digits(text):
        position = next((i for i, c in enumerate(text) if not is_digits(c)), len(text))
        raise CodeError("charset", f"a {what} has digits only", position=position, norm=NORM)
    position = 0
    for name, pattern in fields:
        match = pattern.match(text, position)
        if match is None:
            raise _refusal(f"the {name} of the {what} does not fit its length", position)
        position = match.end()
    return position


def _require_end(text: str, position: int) -> None:
    if position < len(text):
        raise _refusal("nothing follows the fields of the coupon", position)


def _refusal(message: str, position: int) -> CodeError:
    return CodeError("coupon", message, position=position, norm=NORM)
