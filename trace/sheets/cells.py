"""What people type, in the one form that the profile's cells are read in.

One rule: only what has one meaning is rewritten; everything else is left for the check to refuse.
"""

import re
from typing import Final
from unicodedata import normalize

from schemas.profiles.columns import Column
from schemas.profiles.model import Kind

# Blanks are at most one in a row by then, and no two parts that may be empty read the same ones.
_DAY: Final = r"([0-9]{4}) ?[年/.-] ?([0-9]{1,2}) ?[月/.-] ?([0-9]{1,2})(?: ?[日号])?"
_CLOCK: Final = (
    r"([0-9]{1,2}) ?[:时点](?: ?([0-9]{1,2}))?(?: ?分)?"
    r"(?: ?:? ?([0-9]{1,2})(?:\.0{1,9})?(?: ?秒)?)?"
)
_TYPED: Final = re.compile(rf"{_DAY}(?: ?T? ?{_CLOCK})?")
_TIME_CHARS_MAX: Final = 40
_TIMES: Final = frozenset({Kind.DATE, Kind.INSTANT})
_NUMBERS: Final = frozenset({Kind.NUMBER, Kind.INTEGER, Kind.MONEY, Kind.READING, Kind.QUANTITY})


def tidy(text: str, column: Column) -> str:
    """Return a cell with line ends, days, times and numbers as the profile writes them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    kind = None if column.field is None else column.field.kind
    if kind in _TIMES:
        return _time(normalize("NFKC", text))
    if kind in _NUMBERS or column.key.endswith(("[].quantity", "[].uom")):
        return normalize("NFKC", text)
    return text


def _time(text: str) -> str:
    plain = " ".join(text.split())
    found = _TYPED.fullmatch(plain) if len(plain) <= _TIME_CHARS_MAX else None
    if found is None:
        return text
    year, month, day, hour, minute, second = found.groups()
    written = f"{year}-{int(month):02d}-{int(day):02d}"
    if hour is None:
        return written
    return f"{written} {int(hour):02d}:{int(minute or 0):02d}:{int(second or 0):02d}"
