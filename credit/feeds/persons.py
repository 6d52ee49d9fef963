"""Natural persons in rows: minors by the day of birth in their number, and numbers in free text.

The rule that must stay true: no number of a person is kept in a text, and when in doubt whether
digits are one, they are hidden.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from codes.cn.persons import is_id_number, may_be_id_number
from codes.schemes.cn_uscc import is_uscc

ADULT_YEARS: Final = 18
"""民法典 art. 17."""
HIDDEN: Final = "***"
MORE_CELLS: Final = "(more cells than headers)"
"""The header under which a row's cells are kept that stand under no header."""
SOMEBODY: Final = "某某"
_NAME_CHARS_MIN: Final = 2
# 18 digits, the last of which may be X, with the blanks that people put between them.
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){16}[ -]?[0-9Xx](?![0-9A-Za-z])")
# Of the first generation (GB 11643-1989): fifteen digits with a day of birth in the middle.
_SHORT_CHARS: Final = 15
_SHORT: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{15}(?![0-9A-Za-z])")
_BORN_IN: Final = re.compile(r"[0-9*]{6}(?P<y>(?:19|20)[0-9]{2})")


def of_age_on(born: date) -> date:
    """Return the eighteenth birthday; of whoever has none in that year, the day after.

    In case of doubt a day later: nobody is listed while a minor.
    """
    try:
        return born.replace(year=born.year + ADULT_YEARS)
    except ValueError:
        return date(born.year + ADULT_YEARS, 3, 1)


def is_minor(number: str, on: date) -> bool:
    """Return whether the person of a number is a minor on a day; a masked one by its year alone."""
    if is_id_number(number):
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        return on < of_age_on(born_on)
    told = _BORN_IN.match(number)
    # Whoever is born in a year is of age at its end so many years later, and not before its start.
    return told is not None and on.year < int(told["y"]) + ADULT_YEARS


def without_persons(text: str, names: Iterable[str] = ()) -> str:
    """Return a text with every number of a person hidden, and every one of some names."""
    for name in names:
        if len(name) >= _NAME_CHARS_MIN:
            text = text.replace(name, SOMEBODY)
    if len(text) < _SHORT_CHARS:
        return text
    return _SHORT.sub(_hide_short, _NUMBER.sub(_hide, text))


def told_header(header: str, place: int) -> str:
    """Return how a column that no feed has is told: by its place, the first is 1.

    What heads it is nobody's to tell: a file without headers begins with somebody's number or name.
    """
    return header if header == MORE_CELLS else f"column {place}"


def holds_number(text: str) -> bool:
    """Return whether a text holds what may be the number of a person."""
    return without_persons(text) != text


def _hide(found: re.Match[str]) -> str:
    digits = re.sub(r"[ -]", "", found[0]).upper()
    if is_uscc(digits) and not is_id_number(digits):
        return found[0]
    return HIDDEN if is_id_number(digits) or may_be_id_number(digits) else found[0]


def _hide_short(found: re.Match[str]) -> str:
    return HIDDEN if may_be_id_number("000" + found[0]) else found[0]
