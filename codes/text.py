"""Cleaning a scanned or typed text before any scheme reads it.

Nothing is guessed: white space around it goes, full-width forms become their narrow twins and the
symbology that a scanner names is left out, both with a warning; what nobody can see is refused
where it stands, everything else is left for the schemes.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from codes.model import CodeError, CodeWarning

# The clause of what is refused before there is a scheme whose norm could be named.
NORM: Final = "Suxin code reading, version 1"

# The longest text any scheme carries is a QR code of version 40 in byte mode: 2,953 characters.
# A longer text cannot be a code, and refusing it first bounds all the rest.
TEXT_CHARS_MAX: Final = 2_953
_TOO_LONG_NORM: Final = "ISO/IEC 18004 7.4.1"

# White space and what copying from pages and chats leaves around a text: zero-width characters and
# marks of the writing direction. FNC1 (0x1D) counts as white space in Python, but it is data here.
_INVISIBLE: Final = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_SPACES: Final = " \t\r\n\f\v\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_AROUND = re.compile(f"[{_SPACES}{_INVISIBLE}]*")
_AROUND_END = re.compile(f"[{_SPACES}{_INVISIBLE}]")

# Line ends and tabs part the lines of a seed label, FNC1 parts the elements of GS1.
_CONTROL: Final = "\x00-\x08\x0b\x0c\x0e-\x1c\x1e\x1f\x7f-\x84\x86-\x9f\ud800-\udfff"
_UNREADABLE = re.compile(f"[{_CONTROL}{_INVISIBLE}]")

# ISO/IEC 15424: a scanner may say first what it read: `]`, the symbology, how it was read.
_SYMBOLOGY: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
# These say that element strings follow, which their scheme has to know.
GS1_SYMBOLOGIES: Final = ("]C1", "]e0", "]d2", "]Q3", "]J1")
# With these the digits of an add-on stand behind the code, or alone.
_ADD_ONS: Final = ("]E1", "]E2", "]E3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A text ready to be parsed; `offset` characters were cut off before it."""

    text: str
    offset: int
    warnings: tuple[CodeWarning, ...]


def clean(text: str) -> Cleaned:
    """Return the text to parse.

    Raises `CodeError` when it is empty or too long, or holds a character that cannot be seen.
    """
    if len(text) > TEXT_CHARS_MAX:
        message = f"a code has at most {TEXT_CHARS_MAX} characters"
        raise CodeError("too_long", message, position=TEXT_CHARS_MAX, norm=_TOO_LONG_NORM)
    offset, end = _bounds(text)
    if offset == end:
        raise CodeError("empty", "there is no code", position=0)
    stripped = text[offset:end]
    if stripped.isascii() and stripped.isprintable():
        cleaned = Cleaned(text=stripped, offset=offset, warnings=())
    else:
        unreadable = _UNREADABLE.search(stripped)
        if unreadable is not None:
            raise _unreadable(unreadable[0], offset + unreadable.start())
        cleaned = _narrowed(stripped, offset)
    return _without_symbology(cleaned) if cleaned.text[0] == "]" else cleaned


def _bounds(text: str) -> tuple[int, int]:
    """Return where the text without what stands around it begins and ends."""
    # Nearly every text has nothing around it, and two comparisons show that.
    if text and "!" <= text[0] <= "~" and "!" <= text[-1] <= "~":
        return 0, len(text)
    start, end = _AROUND.match(text), len(text)
    offset = 0 if start is None else start.end()
    while end > offset and _AROUND_END.match(text[end - 1]):
        end -= 1
    return offset, end


def _unreadable(character: str, position: int) -> CodeError:
    name = f"U+{ord(character):04X}"
    known = unicodedata.name(character, "")
    if character < "\u00a0" or unicodedata.category(character) == "Cs":
        message = f"a control character ({name}) is part of no code"
        return CodeError("control_character", message, position=position)
    shown = f"{name} {known}".rstrip()
    return CodeError(
        "invisible", f"a character that cannot be seen ({shown}) is part of no code",
        position=position,
    )  # fmt: skip


def _without_symbology(cleaned: Cleaned) -> Cleaned:
    """Leave out the mark of a symbology that holds any text."""
    mark = cleaned.text[:3]
    if not _SYMBOLOGY.fullmatch(mark) or mark in GS1_SYMBOLOGIES or mark in _ADD_ONS:
        return cleaned
    rest = cleaned.text[len(mark) :]
    if not rest:
        raise CodeError("empty", "there is no code", position=cleaned.offset + len(mark))
    warning = CodeWarning(
        code="symbology",
        message=f"the scanner's mark of the symbology ({mark}) was left out",
        position=cleaned.offset,
    )
    return Cleaned(
        text=rest, offset=cleaned.offset + len(mark), warnings=(*cleaned.warnings, warning)
    )


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
