"""Small tests that many schemes share: digits only, a length, a date, a letter case.

Each refuses with the rule, the norm and the first position at fault.
"""

from calendar import monthrange

from codes.gs1.check_digit import is_digits
from codes.model import Code, CodeError, CodeWarning

DIGITS = "0123456789"

LOWER_CASE = CodeWarning(code="lower_case", message="small letters were read as capitals")


def require_digits(text: str, *, length: int, what: str, norm: str) -> None:
    """Refuse `text` unless it is exactly `length` ASCII digits."""
    if len(text) == length and is_digits(text):
        return
    if len(text) != length:
        raise CodeError("length", f"{what} has {length} digits, not {len(text)}", norm=norm)
    raise CodeError("charset", f"{what} has digits only", position=first_non_digit(text), norm=norm)


def first_non_digit(text: str) -> int:
    """Return the index of the first character that is no ASCII digit, or the length."""
    for position, character in enumerate(text):
        if character not in DIGITS:
            return position
    return len(text)


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
