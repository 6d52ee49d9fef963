"""Reads ZPL apart from the program: its fields, their data, and the pictures among them."""

import re
from dataclasses import dataclass

from PIL import Image

_FIELD = re.compile(r"\^F([OT])(\d+),(\d+)(.*?)\^FS", re.DOTALL)
# Nothing of a file stays in the memory of the printer.
_CLEARED = "^XA^IDR:SX*.GRF^FS^XZ\n"
_COUNTS = {letter: count for count, letter in enumerate("GHIJKLMNOPQRSTUVWXY", start=1)}
_COUNTS |= {letter: 20 * count for count, letter in enumerate("ghijklmnopqrstuvwxyz", start=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: where it begins, its commands, and its data or its picture."""

    x: int
    y: int
    commands: str
    data: bytes
    picture: Image.Image | None


def fields(file: bytes) -> list[Field]:
    """Return the fields of a file of one label."""
    (label,) = labels(file)
    return label


def labels(file: bytes) -> list[list[Field]]:
    """Return the fields of each label of a file, which must begin and end as labels do.

    A picture that is named must have been sent before, and none may be left in the printer.
    """
    text = file.decode("ascii")
    assert text.endswith("^XZ\n")
    assert text.count("^XA") == text.count("^XZ")
    stored: dict[str, Image.Image] = {}
    found = []
    for part in re.split(r"(?<=\n)(?=~DG|\^XA)", text):
        if part.startswith("~DG"):
            name, size, stride, packed = part[3:].removesuffix("\n").split(",", 3)
            assert name not in stored
            stored[name] = _picture(int(size), int(stride), packed)
        elif part == _CLEARED:
            stored.clear()
        else:
            assert part.startswith("^XA^CI28")
            found.append([_field(one, stored) for one in _FIELD.finditer(part)])
    assert not stored
    return found


def _field(found: re.Match[str], stored: dict[str, Image.Image]) -> Field:
    x, y, body = int(found[2]), int(found[3]), found[4]
    commands, _, data = body.partition("^FD")
    picture = None
    if body.startswith("^GFA"):
        _, total, size, stride, packed = body.split(",", 4)
        assert total == size
        picture = _picture(int(size), int(stride), packed)
    elif body.startswith("^XG"):
        name, across, down = body[3:].split(",")
        assert (across, down) == ("1", "1")
        picture = stored[name]
    if data:
        assert "^FH_" in commands
        assert "^" not in data
        assert "~" not in data
    return Field(x=x, y=y, commands=commands, data=_unescaped(data), picture=picture)


def _unescaped(data: str) -> bytes:
    parts = re.split(r"_([0-9A-F]{2})", data)
    return b"".join(
        bytes([int(part, 16)]) if number % 2 else part.encode("ascii")
        for number, part in enumerate(parts)
    )


def _picture(size: int, stride: int, packed: str) -> Image.Image:
    width = 2 * stride
    rows: list[str] = []
    row, count = "", 0
    for one in packed:
        if one in _COUNTS:
            count += _COUNTS[one]
        elif one == ":":
            rows.append(rows[-1])
        elif one == ",":
            rows.append(row.ljust(width, "0"))
            row = ""
        else:
            row += one * max(1, count)
            count = 0
            if len(row) == width:
                rows.append(row)
                row = ""
    data = bytes.fromhex("".join(rows))
    assert not row
    assert len(data) == size
    # A set bit is black in ZPL and white in Pillow.
    ink = Image.frombytes("1", (8 * stride, len(rows)), data)
    return ink.convert("L").point([255, *[0] * 255])
