"""The number of a person is found in whatever way a file holds it, and no other number is."""

import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from credit.intake.number_search import holds_number

NUMBER, OLD = "11010519491231002X", "110105491231002"
OTHER = "110105194912310011"
_UNZIPPED_MAX = 1 << 20
_WIDE = {ord(one): ord(one) + 0xFEE0 for one in "0123456789X"}
_PIECE = 1 << 20


def _zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def _cells(*texts: str) -> bytes:
    """Return a workbook without a header, whose texts are in runs of two formats each."""
    runs = (f"<si><r><t>{one[:7]}</t></r><r><t>{one[7:]}</t></r></si>" for one in texts)
    return _zipped({"xl/sharedStrings.xml": f"<sst>{''.join(runs)}</sst>".encode()})


HELD: dict[str, bytes] = {
    "as it is": f"张三,{NUMBER}\r\n".encode(),
    "as it was until 1999": f"张三,{OLD}\r\n".encode(),
    "with a small letter": NUMBER.lower().encode(),
    "in groups": b"110105 19491231 002X",
    "with hyphens": b"110105-19491231-002X",
    "with blanks that do not break": "110105\u00a019491231\u00a0002X".encode(),
    "with blanks that do not break, in UTF-16": "110105\u00a019491231002X".encode("utf-16-le"),
    "with blanks of no width": "110105\u200b19491231\ufeff002X".encode(),
    "over two lines": b"110105\r\n19491231002X",
    "in UTF-16": f"张三\t{NUMBER}".encode("utf-16"),
    "in UTF-16, the other order": f"张三\t{NUMBER}".encode("utf-16-be"),
    "in full width": NUMBER.translate(_WIDE).encode(),
    "in full width of GB 18030": f"张三{NUMBER.translate(_WIDE)}".encode("gb18030"),
    "in full width of UTF-16": NUMBER.translate(_WIDE).encode("utf-16-le"),
    "over the end of a piece": bytes(_PIECE - 5) + NUMBER.encode() + bytes(99),
    "among bytes that are none of any text": b"\x89PNG\xff\xfe" + NUMBER.encode() + b"\x00",
    "in runs of a workbook": _cells("张三", NUMBER),
    "in a part of an archive": _zipped({"word/document.xml": f"<w:t>{NUMBER}</w:t>".encode()}),
}


@pytest.mark.parametrize("name", sorted(HELD), ids=lambda name: name.replace(" ", "-"))
def test_a_number_is_found_however_a_file_holds_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(HELD[name])

    assert holds_number(path, NUMBER, unzipped_bytes_max=_UNZIPPED_MAX)
    assert not holds_number(path, OTHER, unzipped_bytes_max=_UNZIPPED_MAX)


def test_what_two_cells_hold_together_is_no_number(tmp_path: Path) -> None:
    path = tmp_path / "file"
    parts = f"<sst><si><t>{NUMBER[:9]}</t></si><si><t>{NUMBER[9:]}</t></si></sst>"
    path.write_bytes(_zipped({"xl/sharedStrings.xml": parts.encode()}))

    assert not holds_number(path, NUMBER, unzipped_bytes_max=_UNZIPPED_MAX)


def test_an_archive_is_unpacked_as_far_as_its_limit_and_a_broken_one_not_at_all(
    tmp_path: Path,
) -> None:
    path = tmp_path / "file"
    path.write_bytes(_zipped({"a": bytes(3 << 20), "b": NUMBER.encode()}))
    assert holds_number(path, NUMBER, unzipped_bytes_max=4 << 20)
    assert not holds_number(path, NUMBER, unzipped_bytes_max=2 << 20)

    path.write_bytes(path.read_bytes()[:-40] + b"PK\x05\x06" + bytes(18))

    assert not holds_number(path, NUMBER, unzipped_bytes_max=4 << 20)


def test_a_part_that_is_spoiled_keeps_none_behind_it_from_being_searched(tmp_path: Path) -> None:
    path = tmp_path / "file"
    body = bytearray(_zipped({"a": bytes(999), "b": f"{NUMBER}".encode() * 9}))
    body[body.index(b"a") + 6] ^= 0xFF
    path.write_bytes(body)

    assert holds_number(path, NUMBER, unzipped_bytes_max=_UNZIPPED_MAX)


@pytest.mark.parametrize("at", range(30, 60, 3))
def test_a_spoiled_archive_is_searched_as_far_as_it_goes(tmp_path: Path, at: int) -> None:
    path = tmp_path / "file"
    body = bytearray(_zipped({"a": bytes(range(256)) * 9, "b": NUMBER.encode()}))
    body[at] ^= 0xFF
    path.write_bytes(body)

    assert not holds_number(path, OTHER, unzipped_bytes_max=_UNZIPPED_MAX)
