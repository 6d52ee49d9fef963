"""Widths of text, and a TrueType font of which only the glyphs used go into a file.

Widths are in em, so that one number serves every size. A character that the font does not have is
refused with its place: an empty box on a printed label helps nobody.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final
from unicodedata import east_asian_width

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFError, TTFontFile

from codes.labels.model import LabelError
from codes.model import CodeError

# Returns the width of a text in em.
Measure = Callable[[str], float]

# Text that a viewer draws in a font of its own choice is measured as Helvetica, and may be wider.
_SYSTEM_SLACK: Final = 1.06
_UNKNOWN_EM: Final = 0.7

_FILES_MAX: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Font:
    """A TrueType font: the glyph of each character, widths in em, and what PDF asks of a font."""

    path: Path
    name: str
    glyphs: dict[str, int]
    widths: dict[str, float]
    bounds: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int
    stem_v: int
    file: TTFontFile

    def width(self, text: str) -> float:
        """Return the width of a text in em; refuses a character that the font does not have."""
        widths = self.widths
        try:
            return sum([widths[one] for one in text])
        except KeyError:
            place = next(place for place, one in enumerate(text) if one not in widths)
            raise CodeError(
                "no_glyph", f"the font {self.name} has no {text[place]!r}", position=place
            ) from None


@lru_cache(maxsize=_FILES_MAX)
def load_font(path: Path) -> Font:
    """Read a font file once in a process; refuses what is no TrueType font."""
    try:
        file = TTFontFile(str(path))
    except (TTFError, OSError, ValueError) as refusal:
        words = f"{path.name} cannot be read as a TrueType font"
        raise LabelError("font", words, path="font") from refusal
    # Glyph 0 is the box for what a font does not have.
    glyphs = {chr(code): glyph for code, glyph in file.charToGlyph.items() if glyph}
    return Font(
        path=path,
        name=file.name.decode("ascii", "replace"),
        glyphs=glyphs,
        widths={one: file.charWidths[ord(one)] / 1000 for one in glyphs},
        bounds=(int(file.bbox[0]), int(file.bbox[1]), int(file.bbox[2]), int(file.bbox[3])),
        ascent=int(file.ascent),
        descent=int(file.descent),
        cap_height=int(file.capHeight),
        stem_v=int(file.stemV),
        file=file,
    )


@dataclass(slots=True, kw_only=True)
class GlyphBook:
    """The glyphs of a font that one document uses, numbered as they come, from 1.

    The numbers go into the pages at once and the font is cut to them at the end, so that a page
    never waits for the next.
    """

    font: Font
    _numbers: dict[str, str] = field(default_factory=dict)
    _glyphs: dict[int, str] = field(default_factory=dict)

    def hex_of(self, text: str) -> str:
        """Return the numbers of a text's glyphs, four hexadecimal digits each."""
        numbers = self._numbers
        try:
            return "".join([numbers[one] for one in text])
        except KeyError:
            for one in text:
                if one not in numbers:
                    self._add(one)
            return "".join([numbers[one] for one in text])

    def _add(self, character: str) -> None:
        glyph = self.font.glyphs[character]
        # Two characters may share a glyph; the number of the first serves both.
        known = self._glyphs.setdefault(glyph, character)
        self._numbers[character] = (
            self._numbers[known] if known != character else f"{len(self._glyphs):04x}"
        )

    def characters(self) -> list[str]:
        """Return one character for each glyph, by number."""
        return list(self._glyphs.values())

    def subset(self) -> bytes:
        """Return the font with these glyphs only, under these numbers."""
        # Reading moves a place in the file, so that each document of each thread has its own.
        made = copy(self.font.file).makeSubset([ord(one) for one in self.characters()])
        return bytes(made)


def system_width(text: str) -> float:
    """Return about how wide a text is, in em, in whatever font a viewer or printer has."""
    if text.isascii():
        return float(stringWidth(text, "Helvetica", 1)) * _SYSTEM_SLACK
    return sum(_system_em(one) for one in text)


def _system_em(character: str) -> float:
    if character.isascii():
        return float(stringWidth(character, "Helvetica", 1)) * _SYSTEM_SLACK
    return 1.0 if east_asian_width(character) in "WFA" else _UNKNOWN_EM
