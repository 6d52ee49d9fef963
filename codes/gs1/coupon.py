"""Coupon codes of North America, the content of AI 8110 and AI 8112.

GS1 US North American Coupon Application Guideline (8110) and GS1 AI (8112) Coupon Data
Specification. Nearly every field is led by a digit that says how long it is.
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

_COUPON = re.compile(
    f"{_PREFIX}[0-9]{{6}}{_AMOUNT}{_PURCHASE}"
    f"(?:1[0-3]{_PURCHASE}(?:{_PREFIX}|9))?"
    f"(?:2{_PURCHASE}(?:{_PREFIX}|9))?"
    f"(?:3(?P<expires>[0-9]{{6}}))?"
    f"(?:4(?P<starts>[0-9]{{6}}))?"
    f"(?:5{_SERIAL})?"
    f"(?:6{_counted(range(1, 8), more=6)})?"
    "(?:9[01256][0-2][0-9][01])?"
)
_POSITIVE_OFFER = re.compile(f"[01]{_PREFIX}[0-9]{{6}}{_SERIAL}")


def coupon_dates(text: str) -> tuple[str | None, str | None]:
    """Return start and expiry (YYMMDD) of an AI 8110 coupon; refuses a wrong structure."""
    match = _COUPON.fullmatch(text)
    if match is None:
        raise _refusal(text, "North American coupon code")
    starts, expires = match["starts"], match["expires"]
    if starts is not None and expires is not None and expires < starts:
        raise CodeError("coupon", "the coupon expires before it starts", norm=NORM)
    return starts, expires


def require_positive_offer(text: str) -> None:
    """Refuse `text` unless it has the structure of an AI 8112 coupon."""
    if _POSITIVE_OFFER.fullmatch(text) is None:
        raise _refusal(text, "positive offer coupon code")


def _refusal(text: str, what: str) -> CodeError:
    if not is_digits(text):
        return CodeError("charset", f"a {what} has digits only", norm=NORM)
    return CodeError("coupon", f"the fields of the {what} do not fit their lengths", norm=NORM)
