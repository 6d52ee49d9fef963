"""Small tests that many schemes share: digits only, a length, a date, a letter case.

Each refuses with the rule, the norm and the first position at fault.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable
from typing import Final

from codes.gs1.check_digit import is_digits
from codes.model import Code, CodeError, CodeWarning

DIGITS: Final = "0123456789"

LOWER_CASE: Final = CodeWarning(code="lower_case", message="small letters were read as capitals")

_NO_DIGIT = re.compile("[^0-9]")


def require_digits(text: str, *, length: int, what: str, norm: str) -> None:
    """Refuse `text` unless it is exactly `length` ASCII digits."""
    require_length(text, length=length, what=what, unit="digits", norm=norm)
    if not is_digits(text):
        raise digit_refusal(text, what=what, norm=norm)


def require_length(text: str, *, length: int, what: str, unit: str, norm: str) -> None:
    """Refuse `text` unless it has `length` characters.

    The position is that of the first one too many, or the end where some are missing.
    """
    if len(text) != length:
        position = min(len(text), length)
        message = f"{what} has {length} {unit}, not {len(text)}"
        raise CodeError("length", message, position=position, norm=norm)


def digit_refusal(text: str, *, what: str, norm: str, start: int = 0) -> CodeError:
    """Return the refusal of the first character from `start` on that is no ASCII digit."""
    position = first_non_digit(text, start=start)
    message = f"{what} has digits only{named(text[position : position + 1])}"
    return CodeError("charset", message, position=position, norm=norm)


def named(character: str) -> str:
    """Return what to say of a character that looks like a digit or a letter and is none.

    Empty for ASCII: there the position says enough, and nothing of the text is repeated.
    """
    if not character or character.isascii():
        return ""
    name = unicodedata.name(character, "unnamed")
    return f"; this is U+{ord(character):04X} {name}"


def first_non_digit(text: str, *, start: int = 0) -> int:
    """Return the index of the first character from `start` on that is no ASCII digit, or the end.

    The end is the length of the text.
    """
    found = _NO_DIGIT.search(text, start)
    return len(text) if found is None else found.start()


def first_misfit(text: str, parts: Iterable[re.Pattern[str]]) -> int:
    """Return where `text` stops to follow the parts of a shape, its length where it follows all."""
    place = 0
    for part in parts:
        match = part.match(text, place)
        if match is None:
            return place
        place = match.end()
    return place


def require_date(text: str, *, position: int, norm: str) -> None:
    """Refuse eight digits that are no day YYYYMMDD; `position` is where they begin."""
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:8])
    if year == 0:
        raise CodeError("date", "there is no year 0000", position=position, norm=norm)
    if not 1 <= month <= 12:
        raise CodeError("date", f"there is no month {text[4:6]}", position=position + 4, norm=norm)
    if not 1 <= day <= monthrange(year, month)[1]:
        raise CodeError(
            "date",
            f"month {text[4:6]} of {text[:4]} has no day {text[6:8]}",
            position=position + 6,
            norm=norm,
        )


def is_date(text: str) -> bool:
    """Whether eight digits are a day YYYYMMDD."""
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:8])
    return year > 0 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def upper(text: str) -> str:
    """Return `text` in capitals where that is safe: outside ASCII some letters change in number."""
    return text.upper() if text.isascii() else text


def case_warnings(text: str, capitals: str) -> tuple[CodeWarning, ...]:
    """Return the warning that small letters were read as capitals, where they were."""
    return () if text == capitals else (LOWER_CASE,)


def format_text(code: Code) -> str:
    """Return the one accepted spelling."""
    return code.text
