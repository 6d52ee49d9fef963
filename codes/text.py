"""Cleaning a scanned or typed text before any scheme reads it.

Nothing is guessed: white space around it goes, full-width forms become their narrow twins with a
warning, everything else is left for the schemes to refuse.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

from codes.model import CodeError, CodeWarning

# The longest text any scheme carries is a QR code of version 40 in byte mode: 2,953 characters
# (ISO/IEC 18004 7.4.1). A longer text cannot be a code, and refusing it first bounds all the rest.
TEXT_CHARS_MAX: Final = 2_953

# FNC1 (0x1D) counts as white space in Python, but it is data here.
_AROUND = " \t\r\n\u3000\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A text ready to be parsed; `offset` characters were cut off before it."""

    text: str
    offset: int
    warnings: tuple[CodeWarning, ...]


def clean(text: str) -> Cleaned:
    """Return the text to parse; raises `CodeError` when it is empty or too long."""
    if len(text) > TEXT_CHARS_MAX:
        raise CodeError("too_long", f"a code has at most {TEXT_CHARS_MAX} characters")
    stripped = text.lstrip(_AROUND)
    offset = len(text) - len(stripped)
    stripped = stripped.rstrip(_AROUND)
    if not stripped:
        raise CodeError("empty", "there is no code")
    if stripped.isascii():
        return Cleaned(text=stripped, offset=offset, warnings=())
    return _narrowed(stripped, offset)


def _narrowed(text: str, offset: int) -> Cleaned:
    """Replace full-width forms (U+FF01 to U+FF5E), which input methods of Chinese produce."""
    narrow, first = [], None
    for position, character in enumerate(text):
        if "\uff01" <= character <= "\uff5e":
            first = position if first is None else first
            narrow.append(unicodedata.normalize("NFKC", character))
        else:
            narrow.append(character)
    if first is None:
        return Cleaned(text=text, offset=offset, warnings=())
    warning = CodeWarning(
        code="full_width",
        message="full-width characters were read as their narrow forms",
        position=offset + first,
    )
    return Cleaned(text="".join(narrow), offset=offset, warnings=(warning,))
