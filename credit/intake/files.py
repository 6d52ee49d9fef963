"""The files of batches as they came, by their SHA-256: held ones can be released, rows read again.

The rule that must stay true: a file is written under another name and moved when it is whole, and
what is read back is what came. It is written as it comes in: how long it is takes no memory.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Final

from base.errors import LedgerCorrupt, NotFound

FOLDER: Final = "credit"
OF_CASES: Final = "cases"
"""Where the documents of cases lie, in a folder for each case."""
OF_PARTIES: Final = "documents"
"""Where documents lie before a case is open, in a folder for each party."""
_WORKBOOK: Final = b"P"
"""How every workbook begins, and no file of texts does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that came in. Of a workbook nobody knows its rows before it is read."""

    hash: bytes
    bytes: int
    lines: int
    is_workbook: bool


class _Counted:
    """A file as far as it came in."""

    def __init__(self) -> None:
        self._hash = sha256()
        self._bytes = self._lines = 0
        self._start = b""

    def add(self, piece: bytes) -> None:
        """Count a piece that came in."""
        self._hash.update(piece)
        self._start = self._start or piece[:1]
        self._bytes += len(piece)
        self._lines += piece.count(b"\n")

    def file(self) -> File:
        """Return what came in so far as a file."""
        return File(
            hash=self._hash.digest(),
            bytes=self._bytes,
            lines=self._lines,
            is_workbook=self._start == _WORKBOOK,
        )


def file_of(body: bytes) -> File:
    """Return what is known of a file by its bytes."""
    counted = _Counted()
    counted.add(body)
    return counted.file()


def keep_file(folder: Path, body: bytes) -> bytes:
    """Keep the bytes of a batch and return their SHA-256; the same bytes are kept once."""
    return keep_pieces(folder, (body,)).hash


def keep_pieces(folder: Path, pieces: Iterable[bytes]) -> File:
    """Keep a file as it comes in, piece by piece; nothing is left of one that breaks off."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = place / f".{token_hex(16)}.part"
    counted = _Counted()
    try:
        with fresh.open("wb") as out:
            for piece in pieces:
                counted.add(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        came = counted.file()
        path = _path(folder, came.hash)
        if path.exists():
            # What comes in again is as fresh as what is new: its time begins anew.
            path.touch()
        else:
            fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return came


def read_file(folder: Path, file_hash: bytes) -> bytes:
    """Return the bytes of a batch; raises `NotFound` where they were deleted meanwhile."""
    try:
        body = _path(folder, file_hash).read_bytes()
    except FileNotFoundError:
        raise NotFound("The file of this batch is not kept any more; send it again.") from None
    if sha256(body).digest() != file_hash:
        raise LedgerCorrupt("the file of a batch is not the one that came")
    return body


def _path(folder: Path, file_hash: bytes) -> Path:
    return folder / FOLDER / file_hash.hex()
