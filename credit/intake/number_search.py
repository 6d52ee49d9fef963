"""Looks for the number of a person in the bytes of a file, whatever the file is.

The rule that must stay true: it asks for no header, no sheet and no coding. A file that no reader
of rows understands is kept as well, and holds a person no less.
"""

import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from lzma import LZMAError
from pathlib import Path
from typing import IO, Final
from zipfile import BadZipFile, ZipFile, is_zipfile

_PIECE: Final = 1 << 20
# Longer than any way of writing a number with what stands between its digits.
_OVERLAP: Final = 1 << 10
# Blanks, ends of lines, hyphens; blanks that do not break or have no width, and the ideographic
# one, in UTF-8, GB 18030 and UTF-16, whose other half is a null.
_BLANKS: Final = (
    rb"[ \t\r\n\x00\x0b\xa0-]",
    *(rb"\xc2\xa0", rb"\xe2\x80[\x8b-\x8d]", rb"\xe3\x80\x80", rb"\xa1\xa1", rb"\xef\xbb\xbf"),
)
_BETWEEN: Final = rb"(?:" + b"|".join(_BLANKS) + rb"){0,6}"
# Of a workbook: where a cell ends, and all other marks, which may stand within its text.
_CELL_END: Final = re.compile(rb"</(?:si|is|c|v|p)>")
_SPOILED: Final = (
    *(BadZipFile, EOFError, LZMAError, NotImplementedError, OSError, RuntimeError),
    *(ValueError, zlib.error),
)
"""What unpacking an archive may raise that is none, or is spoiled."""
_MARK: Final = re.compile(rb"<[^<>]{0,400}>")


def holds_number(path: Path, number: str, *, unzipped_bytes_max: int) -> bool:
    """Return whether a file holds an ID number, or the form of it that was used until 1999.

    Of an archive (workbooks, OFD, DOCX) the parts are read, up to so many bytes in all. What is not
    found: a picture, text of a PDF in marks of a font, an archive within one, entities of XML.
    """
    wanted = _pattern_of(number)
    with path.open("rb") as file:
        if _any(wanted, _pieces(file)):
            return True
        return is_zipfile(file) and _any(wanted, _unzipped(file, unzipped_bytes_max))


def _pattern_of(number: str) -> re.Pattern[bytes]:
    old = number[:6] + number[8:17]
    whole = (_BETWEEN.join(map(_written, one)) for one in (number.upper(), old))
    return re.compile(b"|".join(whole))


def _written(one: str) -> bytes:
    """Return how a character is written: as it is, and in full width as each coding has it."""
    both = {one, one.lower()}
    wide = {chr(ord(each) + 0xFEE0) for each in both}
    codings = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
    found = {each.encode() for each in both}
    found |= {each.encode(coding) for each in wide for coding in codings}
    return b"(?:" + b"|".join(re.escape(each) for each in sorted(found)) + b")"


def _any(wanted: re.Pattern[bytes], pieces: Iterable[bytes]) -> bool:
    return any(wanted.search(piece) is not None for piece in pieces)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file in pieces, each with the end of the one before."""
    last = b""
    while piece := file.read(_PIECE):
        yield last + piece
        last = piece[-_OVERLAP:]


def _unzipped(file: IO[bytes], bytes_max: int) -> Iterator[bytes]:
    """Yield the parts of an archive in pieces, without the marks of XML within a cell."""
    left = bytes_max
    with _spoiled(), ZipFile(file) as archive:
        for info in archive.infolist():
            # A part that cannot be unpacked keeps none of those behind it from being searched.
            with _spoiled(), archive.open(info) as part:
                for piece in _pieces(part):
                    yield piece
                    yield _MARK.sub(b"", _CELL_END.sub(b"|", piece))
                    left -= len(piece)
                    if left <= 0:
                        return


def _spoiled() -> AbstractContextManager[None]:
    """Let go of what unpacking raises: what cannot be unpacked was searched as it is."""
    return suppress(*_SPOILED)
