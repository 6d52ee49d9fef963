"""Reads ZPL apart from the program: its fields, their data, and the pictures among them."""

import re
from dataclasses import dataclass

from PIL import Image

_FIELD = re.compile(r"\^F([OT])(\d+),(\d+)(.*?)\^FS", re.DOTALL)
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


def fields(label: bytes) -> list[Field]:
    """Return the fields of one label, which must begin and end as a label does."""
    text = label.decode("ascii")
    assert text.startswith("^XA")
    assert text.endswith("^XZ\n")
    assert text.count("^XA") == text.count("^XZ") == 1
    return [_field(found) for found in _FIELD.finditer(text)]


def _field(found: re.Match[str]) -> Field:
    x, y, body = int(found[2]), int(found[3]), found[4]
    commands, _, data = body.partition("^FD")
    picture = _picture(body) if body.startswith("^GFA") else None
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


def _picture(body: str) -> Image.Image:
    _, total, size, stride, packed = body.split(",", 4)
    width = 2 * int(stride)
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
    assert len(data) == int(total) == int(size)
    # A set bit is black in ZPL and white in Pillow.
    ink = Image.frombytes("1", (8 * int(stride), len(rows)), data)
    return ink.convert("L").point([255, *[0] * 255])
