"""Pages of plain text as PDF: headings, paragraphs, rows of columns, on A4.

The rule that must stay true: every text is set in a font that the file carries, and wrapped to the
page; a character that the font does not have is shown as a question mark and never as nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from codes.labels.fonts import Font, GlyphBook, load_font
from codes.labels.pdf_file import PdfFile
from codes.labels.symbols import Symbol

_WIDTH_MM: Final = 210.0
_HEIGHT_MM: Final = 297.0
_POINT: Final = 72 / 25.4
_LEFT: Final = 20 * _POINT
_TOP: Final = (_HEIGHT_MM - 20) * _POINT
_BOTTOM: Final = 22 * _POINT
_ROOM: Final = (_WIDTH_MM - 40) * _POINT
_LEADING: Final = 1.55
_FOOT_SIZE: Final = 8.0
_UNKNOWN: Final = "?"


@dataclass(slots=True, kw_only=True)
class TextPdf:
    """A document being written; `finish` returns its bytes. Sizes are points."""

    font: Font
    title: str
    foot: str = ""
    # What stands at the top of every page, right: a number by which a lost page is found again.
    head: str = ""
    # How many pages there are, as far as it is known: then each says "3 / 7".
    pages_total: int = 0
    _out: BytesIO = field(default_factory=BytesIO, init=False)
    _pdf: PdfFile = field(init=False)
    _drawn: list[str] = field(default_factory=list, init=False)
    _y: float = field(default=_TOP, init=False)
    _page: int = field(default=1, init=False)

    def __post_init__(self) -> None:
        self._pdf = PdfFile(out=self._out, book=GlyphBook(font=self.font), title=self.title)

    def heading(self, text: str, *, size: float = 18.0) -> None:
        """Write a heading, which is never the last line of a page."""
        self._need(size * _LEADING * 3)
        self.text(text, size=size, is_bold=True)
        self._y -= size * 0.4

    def text(self, text: str, *, size: float = 10.5, is_bold: bool = False) -> None:
        """Write a paragraph."""
        for line in self._wrapped(text, size, _ROOM):
            self._need(size * _LEADING)
            self._y -= size * _LEADING
            self._put(line, _LEFT, self._y, size, is_bold=is_bold)

    def keep(self, lines: int, *, size: float) -> None:
        """Begin a page where so many lines have no room, so that what they say stays together."""
        self._need(lines * size * _LEADING)

    def row(self, cells: Sequence[str], shares: Sequence[int], *, is_head: bool = False) -> None:
        """Write one row of columns, whose widths are so many hundredths of the page."""
        size = 9.0
        columns = [
            list(self._wrapped(cell, size, _ROOM * share / 100 - 6))
            for cell, share in zip(cells, shares, strict=True)
        ]
        height = size * 1.4 * max((len(column) for column in columns), default=1)
        self._need(height + 4)
        left = _LEFT
        for column, share in zip(columns, shares, strict=True):
            for at, line in enumerate(column):
                y = self._y - size * 1.4 * (at + 1)
                self._put(line, left, y, size, is_bold=is_head)
            left += _ROOM * share / 100
        self._y -= height + 4
        self._rule(0.8 if is_head else 0.3)

    def symbol(self, symbol: Symbol, *, side: float, beside: Sequence[str] = ()) -> None:
        """Draw a code of so many points at the left margin, with lines of text beside it."""
        module = side / (symbol.width + 2 * symbol.quiet)
        white = module * symbol.quiet
        self._need(side)
        top = self._y - white
        for column, row, wide in symbol.runs():
            x, y = _LEFT + white + column * module, top - (row + 1) * module
            self._drawn.append(f"0 g {x:.3f} {y:.3f} {wide * module:.3f} {module:.3f} re f")
        size = 9.0
        lines = [line for text in beside for line in self._wrapped(text, size, _ROOM - side - 8)]
        y = self._y - white
        for line in lines:
            y -= size * _LEADING
            self._put(line, _LEFT + side + 8, y, size)
        self._y -= max(side, white + size * _LEADING * len(lines))

    @property
    def page_count(self) -> int:
        """Return how many pages there are so far, the one that is being written among them."""
        return self._page - (not self._drawn)

    def space(self, points: float = 8.0) -> None:
        """Leave some room."""
        self._y -= points

    def new_page(self) -> None:
        """End the page; what follows stands on the next one."""
        page = f"{self._page} / {self.pages_total}" if self.pages_total else str(self._page)
        foot = f"{self.foot}   {page}" if self.foot else page
        self._put(foot, _LEFT, 12 * _POINT, _FOOT_SIZE)
        if self.head:
            x = _LEFT + _ROOM - self._wide(self._known(self.head), _FOOT_SIZE)
            self._put(self.head, x, (_HEIGHT_MM - 12) * _POINT, _FOOT_SIZE)
        self._pdf.add_page("\n".join(self._drawn), _WIDTH_MM, _HEIGHT_MM)
        self._drawn, self._y = [], _TOP
        self._page += 1

    def restart(self) -> None:
        """Count pages from 1 again: another letter begins."""
        self._page = 1

    def finish(self) -> bytes:
        """End the last page and return the file."""
        if self._drawn:
            self.new_page()
        self._pdf.finish()
        return self._out.getvalue()

    def _need(self, points: float) -> None:
        if self._y - points < _BOTTOM:
            self.new_page()

    def _rule(self, width: float) -> None:
        y = self._y + 1
        self._drawn.append(
            f"{width:g} w 0.6 G {_LEFT:.2f} {y:.2f} m {_LEFT + _ROOM:.2f} {y:.2f} l S"
        )

    def _put(self, text: str, x: float, y: float, size: float, *, is_bold: bool = False) -> None:
        drawn = self._pdf.book.hex_of(self._known(text))
        # The font has one weight: bold is the same glyph with its outline drawn.
        mode = f"2 Tr {size * 0.03:.2f} w 0 G" if is_bold else "0 Tr"
        self._drawn.append(f"BT {mode} /F {size:g} Tf {x:.2f} {y:.2f} Td <{drawn}> Tj ET")

    def _known(self, text: str) -> str:
        glyphs = self.font.glyphs
        return "".join(one if one in glyphs else _UNKNOWN for one in text)

    def _wrapped(self, text: str, size: float, room: float) -> Iterator[str]:
        line = ""
        for word in _words(self._known(text)):
            if line and self._wide(line + word.rstrip(), size) > room:
                yield line.rstrip()
                line = ""
            line += word if line else word.lstrip()
            # A code without a blank is cut where the line is full.
            while self._wide(line.rstrip(), size) > room and len(line) > 1:
                cut = max(1, int(len(line) * room / self._wide(line, size)))
                yield line[:cut]
                line = line[cut:]
        yield line.rstrip()

    def _wide(self, text: str, size: float) -> float:
        return sum(self.font.widths[one] for one in text) * size


def _words(text: str) -> Iterator[str]:
    """Yield pieces between which a line may break: after blanks, and beside Han characters."""
    word = ""
    for one in text:
        if one == " ":
            yield word + one
            word = ""
        elif "\u2e80" <= one <= "\u9fff":
            if word:
                yield word
            yield one
            word = ""
        else:
            word += one
    if word:
        yield word


@lru_cache(maxsize=2)
def text_font(path: Path) -> Font:
    """Return the font of the texts, read once in a process."""
    return load_font(path)
