"""Files of batches as they come in: kept piece by piece, whole or not at all."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from base.errors import InputTooLarge
from credit.intake.files import FOLDER, File, file_of, keep_file, keep_pieces, read_file

BODY = b"name,uscc\r\nx,1\r\ny,2\r\n"


def _pieces(body: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_file_is_the_same_however_it_comes_in(tmp_path: Path, size: int) -> None:
    came = keep_pieces(tmp_path, _pieces(BODY, size))

    assert came == file_of(BODY)
    assert came == File(hash=sha256(BODY).digest(), bytes=len(BODY), lines=3, is_workbook=False)
    assert read_file(tmp_path, came.hash) == BODY


def test_a_workbook_is_known_by_its_first_byte(tmp_path: Path) -> None:
    assert keep_pieces(tmp_path, _pieces(b"PK\x03\x04", 1)).is_workbook


def test_nothing_is_left_of_a_file_that_breaks_off(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield BODY
        raise InputTooLarge("a body has at most 5 bytes")

    with pytest.raises(InputTooLarge):
        keep_pieces(tmp_path, broken())

    assert list((tmp_path / FOLDER).iterdir()) == []


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    first = keep_file(tmp_path, BODY)
    kept = (tmp_path / FOLDER / first.hex()).stat()

    assert keep_pieces(tmp_path, _pieces(BODY, 3)).hash == first

    assert [one.name for one in (tmp_path / FOLDER).iterdir()] == [first.hex()]
    assert (tmp_path / FOLDER / first.hex()).stat().st_ino == kept.st_ino
