"""The fields of EPC URIs: company prefix, reference, serial.

EPC Tag Data Standard 1.13 clause 6.3. Fields are parted by dots; positions of refusals count from
the first field on.
"""

import re
from typing import Final

from codes.gs1.charset import (
    first_outside_cset82,
    percent_decode,
    percent_encode,
    place_in_encoded,
)
from codes.gs1.check_digit import is_digits, mod10_check_digit
from codes.gs1.company_prefix import require_company_prefix
from codes.model import CodeError

NORM: Final = "EPC Tag Data Standard 1.13 6.3"

GCP_DIGITS_MIN: Final = 6
GCP_DIGITS_MAX: Final = 12

_SERIAL_CHARS = re.compile(r"(?:[A-Za-z0-9!'()*+,\-.:;=_]|%[0-9A-Fa-f]{2})+")


def numeric_key(body: str, *, digits: int, moved: bool, what: str) -> tuple[str, str]:
    """Read `GCP.ref[.rest]` into the key with its check digit, and the rest.

    `digits` is the length of the key without its check digit; `moved` says that the first digit of
    the reference (indicator or extension digit) stands before the company prefix in the key.
    """
    prefix, _, rest = body.partition(".")
    reference, _, rest = rest.partition(".")
    bare = f"{reference[:1]}{prefix}{reference[1:]}" if moved else prefix + reference
    if (
        len(bare) != digits
        or not (bare.isdigit() and bare.isascii())
        or not GCP_DIGITS_MIN <= len(prefix) <= GCP_DIGITS_MAX
    ):
        raise _key_refusal(prefix, reference, digits=digits, what=what)
    return bare + mod10_check_digit(bare), rest


def _key_refusal(prefix: str, reference: str, *, digits: int, what: str) -> CodeError:
    """Say which of the three rules of a numeric key was broken."""
    if not is_digits(prefix) or not GCP_DIGITS_MIN <= len(prefix) <= GCP_DIGITS_MAX:
        return prefix_refusal(prefix, what=what)
    start = len(prefix) + 1
    if reference and not is_digits(reference):
        message = f"the reference of {what} has digits only"
        position = start + _first_non_digit(reference)
        return CodeError("charset", message, position=position, norm=NORM)
    found = len(prefix) + len(reference)
    return CodeError(
        "length",
        f"company prefix and reference of {what} have {digits} digits together, not {found}",
        position=start + min(len(reference), max(0, digits - len(prefix))),
        norm=NORM,
    )


def prefix_refusal(prefix: str, *, what: str) -> CodeError:
    """Return the refusal of a company prefix, the first field, of wrong length or characters."""
    message = f"the company prefix of {what} has {GCP_DIGITS_MIN} to {GCP_DIGITS_MAX} digits"
    position = min(_first_non_digit(prefix), GCP_DIGITS_MAX)
    return CodeError("company_prefix", message, position=position, norm=NORM)


def _first_non_digit(text: str) -> int:
    return next((i for i, character in enumerate(text) if not is_digits(character)), len(text))


def last_field(text: str, body: str, *, chars_max: int, what: str) -> str:
    """Return an escaped serial, lot or extension, the end of `body`, encoded for a Digital Link."""
    if text.isalnum() and text.isascii() and len(text) <= chars_max:
        return text
    try:
        return percent_encode(_decoded_serial(text, chars_max=chars_max, what=what))
    except CodeError as refusal:
        raise refusal.moved(len(body) - len(text)) from None


def _decoded_serial(text: str, *, chars_max: int, what: str) -> str:
    if not text:
        raise CodeError("empty", f"{what} is empty", position=0, norm=NORM)
    match = _SERIAL_CHARS.match(text)
    if match is None or match.end() != len(text):
        position = 0 if match is None else match.end()
        message = f"{text[position]!r} must be escaped in {what}"
        raise CodeError("charset", message, position=position, norm=NORM)
    value = percent_decode(text, norm=NORM)
    outside = first_outside_cset82(value)
    if outside is not None:
        position = place_in_encoded(text, outside)
        message = f"{what} has a character outside set 82"
        raise CodeError("charset", message, position=position, norm=NORM)
    if len(value) > chars_max:
        position = place_in_encoded(text, chars_max)
        message = f"{what} has at most {chars_max} characters"
        raise CodeError("length", message, position=position, norm=NORM)
    return value


def digits_field(text: str, body: str, *, digits_max: int, what: str) -> str:
    """Return a serial of digits only, the end of `body`."""
    if not is_digits(text) or len(text) > digits_max:
        position = len(body) - len(text) + min(_first_non_digit(text), digits_max)
        message = f"{what} has 1 to {digits_max} digits"
        raise CodeError("charset", message, position=position, norm=NORM)
    return text


def require_fields(rest: str, body: str, *, dots: int, what: str) -> None:
    """Refuse `body` unless `dots` part its fields and nothing is left behind them."""
    if rest or body.count(".") != dots:
        fields = body.split(".")
        position = len(".".join(fields[: dots + 1]))
        raise CodeError("epc_shape", f"{what} has {dots + 1} fields", position=position, norm=NORM)


def require_wildcard(rest: str, body: str, *, what: str) -> None:
    """Refuse a pattern unless its last field stands for everything."""
    if rest != "*":
        message = f"the last field of {what} must be *"
        raise CodeError("epc_pattern", message, position=len(body) - len(rest), norm=NORM)


def require_allotted(prefix: str, reference: str) -> None:
    """Refuse a key that cannot begin with a company prefix as they are given out."""
    try:
        require_company_prefix(f"{prefix}{reference}")
    except CodeError as refusal:
        # Behind the company prefix stands a dot that the key does not have.
        position = refusal.position or 0
        raise refusal.at(position + (position >= len(prefix))) from None
