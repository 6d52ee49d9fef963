"""The character sets of GS1 keys and how their characters travel in a URI path.

GS1 General Specifications 7.11 (sets 82, 39 and 64); GS1 Digital Link URI Syntax 4.2 and RFC 3986
2.3: inside a link only letters, digits, `-`, `.` and `_` stand for themselves.
"""

import re
from typing import Final

from codes.model import CodeError

NORM: Final = "GS1 General Specifications 7.11"

CSET82: Final = re.compile(r"[!\"%-?A-Z_a-z]+")
CSET39: Final = re.compile(r"[#\-/0-9A-Z]+")
CSET64: Final = re.compile(r"[A-Za-z0-9_\-]+={0,2}")

_NOT_CSET82 = re.compile(r"[^!\"%-?A-Z_a-z]")
_RESERVED = "!\"#%&'()*+,/:;<=>?"
_ENCODED = str.maketrans({character: f"%{ord(character):02X}" for character in _RESERVED})
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def first_outside_cset82(text: str) -> int | None:
    """Return the index of the first character outside set 82, or None."""
    found = _NOT_CSET82.search(text)
    return None if found is None else found.start()


def percent_encode(value: str) -> str:
    """Return `value` (set 82 or 39) as one path segment of a Digital Link."""
    # Most serials and lots are plain letters and digits, and the test is cheaper than the mapping.
    return value if value.isalnum() else value.translate(_ENCODED)


def place_in_encoded(text: str, index: int) -> int:
    """Return where in `text`, whose triplets are right, its decoded character `index` stands."""
    place = 0
    for _ in range(index):
        place += 3 if text.startswith("%", place) else 1
    return min(place, len(text))


def percent_decode(text: str, *, norm: str) -> str:
    """Return `text` with its `%XX` triplets replaced; refuses a broken triplet and non-ASCII."""
    if "%" not in text:
        return text
    bad = _BAD_ESCAPE.search(text)
    if bad is not None:
        raise CodeError(
            "percent_encoding",
            "% must be followed by two hex digits",
            position=bad.start(),
            norm=norm,
        )
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
