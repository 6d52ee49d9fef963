"""Writes a PDF file from front to back, page by page, into anything that takes bytes.

ISO 32000-1. A page is written as soon as it is drawn and forgotten; what is kept of the file is
eight bytes for each object, its place, and the glyphs used. The font comes last, cut to them.
"""

import zlib
from array import array
from dataclasses import dataclass, field
from typing import Final, Protocol

from codes.labels.fonts import GlyphBook

MM_TO_POINT: Final = 72 / 25.4

_PAGES_A_NODE: Final = 64
_CATALOG, _ROOT, _RESOURCES, _INFO, _FONT, _FIRST_FREE = range(1, 7)
# Higher levels take several times as long for some hundredths less.
_ZLIB_LEVEL: Final = 6
# Six letters and a plus sign mark a font that was cut (9.6.4).
_SUBSET_TAG: Final = "SUXINA+"
_UNICODE_ROWS_MAX: Final = 100
_SYMBOLIC: Final = 4


class Sink(Protocol):
    """Anything that takes bytes: a file, a buffer."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`."""
        ...


@dataclass(slots=True, kw_only=True)
class PdfFile:
    """A PDF being written; `finish` makes it whole. Text is set in `/F`, by `book`."""

    out: Sink
    book: GlyphBook
    title: str = ""
    _size: int = field(default=0, init=False)
    _places: "array[int]" = field(init=False)
    _overlay: int = field(default=0, init=False)
    _node: int = field(default=0, init=False)
    _kids: list[int] = field(default_factory=list, init=False)
    _nodes: list[tuple[int, int]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._places = array("Q", [0] * _FIRST_FREE)
        # The second line tells transfer programs that this is no text (7.5.2).
        self._write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")

    def add_overlay(self, content: str, width_mm: float, height_mm: float) -> None:
        """Write what is drawn over every page that follows."""
        kind = f"/Type/XObject/Subtype/Form/BBox{_box(width_mm, height_mm)}"
        self._overlay = self._stream(kind, content.encode("ascii"))

    def add_page(self, content: str, width_mm: float, height_mm: float) -> None:
        """Write a page; `content` is in points from the bottom left."""
        if not self._kids:
            self._node = self._reserve()
        drawn = f"{content}\n/X Do" if self._overlay else content
        stream = self._stream("", drawn.encode("ascii"))
        page = self._object(
            f"<</Type/Page/Parent {self._node} 0 R/MediaBox{_box(width_mm, height_mm)}"
            f"/Resources {_RESOURCES} 0 R/Contents {stream} 0 R>>"
        )
        self._kids.append(page)
        if len(self._kids) == _PAGES_A_NODE:
            self._close_node()

    def finish(self) -> int:
        """Write the font, the tree of pages and the table of places; return how many pages."""
        if self._kids:
            self._close_node()
        kids = " ".join(f"{node} 0 R" for node, _ in self._nodes)
        count = sum(pages for _, pages in self._nodes)
        self._object(f"<</Type/Pages/Kids[{kids}]/Count {count}>>", _ROOT)
        self._object(f"<</Type/Catalog/Pages {_ROOT} 0 R>>", _CATALOG)
        self._object(f"<</Title<{_utf16(self.title, mark=True)}>/Producer(Suxin)>>", _INFO)
        resources = f"/XObject<</X {self._overlay} 0 R>>" if self._overlay else ""
        if self.book.characters():
            resources += f"/Font<</F {_FONT} 0 R>>"
            self._write_font(self.book)
        self._object(f"<<{resources}>>", _RESOURCES)
        self._write_places()
        return count

    def _close_node(self) -> None:
        kids = " ".join(f"{kid} 0 R" for kid in self._kids)
        count = len(self._kids)
        self._object(f"<</Type/Pages/Parent {_ROOT} 0 R/Kids[{kids}]/Count {count}>>", self._node)
        self._nodes.append((self._node, count))
        self._kids.clear()

    def _write_font(self, book: GlyphBook) -> None:
        """Write a font of numbered glyphs (9.7) with the text each of them stands for."""
        data, font = book.subset(), book.font
        name = _SUBSET_TAG + font.name
        file = self._stream(f"/Length1 {len(data)}", data)
        low_x, low_y, high_x, high_y = font.bounds
        descriptor = self._object(
            f"<</Type/FontDescriptor/FontName/{name}/Flags {_SYMBOLIC}"
            f"/FontBBox[{low_x} {low_y} {high_x} {high_y}]/ItalicAngle 0/Ascent {font.ascent}"
            f"/Descent {font.descent}/CapHeight {font.cap_height}/StemV {font.stem_v}"
            f"/FontFile2 {file} 0 R>>"
        )
        widths = " ".join(f"{1000 * font.widths[one]:g}" for one in book.characters())
        glyphs = self._object(
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo"
            f"<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor {descriptor} 0 R"
            f"/CIDToGIDMap/Identity/DW 1000/W[1[{widths}]]>>"
        )
        unicode = self._stream("", _unicode_map(book.characters()).encode("ascii"))
        self._object(
            f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H"
            f"/DescendantFonts[{glyphs} 0 R]/ToUnicode {unicode} 0 R>>",
            _FONT,
        )

    def _write_places(self) -> None:
        """Write where each object begins (7.5.4), and where that table does."""
        start = self._size
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % len(self._places))
        for place in self._places[1:]:
            # An object that no page needed, such as the font of labels without text, is free.
            self._write(b"%010d 00000 n \n" % place if place else b"0000000000 65535 f \n")
        self._write(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
            % (len(self._places), _CATALOG, _INFO, start)
        )

    def _reserve(self) -> int:
        self._places.append(0)
        return len(self._places) - 1

    def _object(self, body: str, number: int | None = None) -> int:
        given = self._reserve() if number is None else number
        self._places[given] = self._size
        self._write(b"%d 0 obj\n%s\nendobj\n" % (given, body.encode("ascii")))
        return given

    def _stream(self, entries: str, data: bytes) -> int:
        number = self._reserve()
        self._places[number] = self._size
        packed = zlib.compress(data, _ZLIB_LEVEL)
        head = f"{number} 0 obj\n<<{entries}/Filter/FlateDecode/Length {len(packed)}>>\nstream\n"
        self._write(head.encode("ascii"))
        self._write(packed)
        self._write(b"\nendstream\nendobj\n")
        return number

    def _write(self, data: bytes) -> None:
        self.out.write(data)
        self._size += len(data)


def _box(width_mm: float, height_mm: float) -> str:
    return f"[0 0 {width_mm * MM_TO_POINT:.2f} {height_mm * MM_TO_POINT:.2f}]"


def _utf16(text: str, *, mark: bool = False) -> str:
    return ("\ufeff" * mark + text).encode("utf-16-be").hex()


def _unicode_map(characters: list[str]) -> str:
    """Return the text of each glyph (9.10.3), so that a label can be searched and copied."""
    rows = [f"<{number:04x}> <{_utf16(one)}>" for number, one in enumerate(characters, start=1)]
    parts = [
        rows[start : start + _UNICODE_ROWS_MAX] for start in range(0, len(rows), _UNICODE_ROWS_MAX)
    ]
    body = "\n".join(
        f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in parts
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    )
