"""ID numbers of persons: their structure, and finding one inside another code.

GB 11643-1999. The number is personal data: nothing here puts it, or a part of it, into a message.
"""

from typing import Final

from codes.cn.checks import mod_11_2
from codes.cn.regions import is_known_province
from codes.gs1.check_digit import is_digits
from codes.model import CodeError
from codes.shapes import first_non_digit, is_date

NORM: Final = "GB 11643-1999 4.1"


def require_id_number(text: str) -> None:
    """Refuse anything but an ID number of 18 characters.

    A county that no longer exists is right: the number keeps that of the first registration.
    """
    if len(text) != 18:
        position = min(len(text), 18)
        raise CodeError("length", "an ID number has 18 characters", position=position, norm=NORM)
    if not is_digits(text[:17]):
        position = first_non_digit(text)
        raise CodeError(
            "charset", "an ID number has 17 digits before its check", position=position, norm=NORM
        )
    if text[17] not in "0123456789X":
        raise CodeError("charset", "the check is a digit or X", position=17, norm=NORM)
    if not is_known_province(text):
        raise CodeError("region", "no province has these two digits", position=0, norm=NORM)
    if not is_date(text[6:14]):
        raise CodeError("date", "places 7 to 14 are no day of birth", position=6, norm=NORM)
    if mod_11_2(text[:17]) != text[17]:
        # The right check is not told: it would complete a number that was guessed.
        raise CodeError("check_digit", "the check character does not fit", position=17, norm=NORM)


def is_id_number(text: str) -> bool:
    """Whether `text` is an ID number whose check fits."""
    try:
        require_id_number(text)
    except CodeError:
        return False
    return True


def may_be_id_number(text: str) -> bool:
    """Whether 18 characters may be an ID number, mistyped or of the first generation.

    A number of the first generation (GB 11643-1989, 15 digits) is filled with zeros on the left.
    When in doubt it is treated as a person's: a business number hidden does less harm than a
    person's shown.
    """
    if len(text) != 18 or not is_digits(text[:17]):
        return False
    if text.startswith("000"):
        short = text[3:]
        return is_digits(short) and is_known_province(short) and is_date("19" + short[6:12])
    return text[6:8] in {"18", "19", "20"} and is_known_province(text) and is_date(text[6:14])


def mask(number: str) -> str:
    """Return the number with everything but its first and last character hidden."""
    return number[:1] + "*" * (len(number) - 2) + number[-1:]
