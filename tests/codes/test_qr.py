import struct
import xml.etree.ElementTree as ET
import zlib

import pytest
import qrcode
from qrcode.constants import ERROR_CORRECT_M

from codes import qr
from codes.model import CodeError

LINK = "https://zs.example.gov.cn/01/06901234567892/21/7K3M9QXZ2B4T"


def modules_of_library(text: str) -> qr.Matrix:
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    symbol.add_data(text)
    symbol.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in symbol.get_matrix())


def modules_of_svg(text: str) -> list[list[bool]]:
    """Paint the path on a canvas, apart from the program."""
    root = ET.fromstring(text)  # noqa: S314 - our own output
    size = int(root.attrib["width"])
    canvas = [[False] * size for _ in range(size)]
    path = root.findall("{http://www.w3.org/2000/svg}path")[1].attrib["d"]
    for run in path.split("M")[1:]:
        start, _, rest = run.partition("h")
        x, y = (int(number) for number in start.split())
        for column in range(x, x + int(rest.partition("v")[0])):
            canvas[y][column] = True
    return canvas


def modules_of_png(data: bytes, module_px: int) -> list[list[bool]]:
    width, height, depth = struct.unpack(">IIB", data[16:25])
    assert width == height
    assert depth == 1
    compressed = data[data.index(b"IDAT") + 4 : data.index(b"IEND") - 8]
    lines = zlib.decompress(compressed)
    stride = 1 + (width + 7) // 8
    rows = []
    for y in range(0, height, module_px):
        line = lines[y * stride + 1 : (y + 1) * stride]
        rows.append([not line[x // 8] >> (7 - x % 8) & 1 for x in range(0, width, module_px)])
    return rows


def modules_of_terminal(text: str) -> list[list[bool]]:
    rows: list[list[bool]] = []
    for line in text.split("\n"):
        rows.append([character in "▄ " for character in line])
        rows.append([character in "▀ " for character in line])
    return rows


def framed(modules: qr.Matrix, margin: int) -> list[list[bool]]:
    width = len(modules) + 2 * margin
    blank = [[False] * width for _ in range(margin)]
    side = [False] * margin
    return [*blank, *([*side, *row, *side] for row in modules), *blank]


def test_the_modules_are_those_of_the_library() -> None:
    assert qr.matrix(LINK) == modules_of_library(LINK)


def test_the_svg_draws_every_module_and_four_modules_of_margin() -> None:
    assert modules_of_svg(qr.svg(LINK)) == framed(qr.matrix(LINK), 4)


@pytest.mark.parametrize("module_px", [1, 3, 8])
def test_the_png_draws_every_module_and_four_modules_of_margin(module_px: int) -> None:
    data = qr.png(LINK, module_px=module_px)

    assert modules_of_png(data, module_px) == framed(qr.matrix(LINK), 4)


def test_the_terminal_draws_every_module_within_eighty_columns() -> None:
    drawn = modules_of_terminal(qr.terminal(LINK))

    expected = framed(qr.matrix(LINK), 4)
    assert drawn[: len(expected)] == expected
    assert all(len(row) <= 80 for row in drawn)


def test_a_wide_symbol_has_a_narrower_margin_in_the_terminal() -> None:
    text = "a" * 370

    lines = qr.terminal(text, "L").split("\n")

    assert max(len(line) for line in lines) <= 80
    assert set(lines[0]) == {"█"}
    with pytest.raises(CodeError):
        qr.terminal("a" * 500, "H")


def test_the_title_is_the_text_and_cannot_break_out_of_the_drawing() -> None:
    root = ET.fromstring(qr.svg("<b>&\x1d'"))  # noqa: S314 - our own output

    title = root.find("{http://www.w3.org/2000/svg}title")

    assert title is not None
    assert title.text == "<b>& '"


def test_the_drawing_is_compact() -> None:
    assert len(qr.svg(LINK)) < 6_000
    assert len(qr.png(LINK)) < 1_000


def test_a_fixed_mask_is_used_and_a_higher_level_is_larger() -> None:
    masks = {qr.matrix(LINK, mask_pattern=mask) for mask in range(8)}

    assert len(masks) == 8
    assert qr.matrix(LINK) in masks
    assert len(qr.matrix(LINK, "H")) > len(qr.matrix(LINK, "L"))


@pytest.mark.parametrize(
    ("text", "level", "mask", "rule"),
    [
        ("", "M", None, "empty"),
        ("a" * 3_000, "M", None, "too_long"),
        ("a", "X", None, "qr_level"),
        ("a", "M", 8, "qr_mask"),
        ("\ud800", "M", None, "too_long"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    text: str, level: str, mask: int | None, rule: str
) -> None:
    with pytest.raises(CodeError) as refusal:
        qr.matrix(text, level, mask_pattern=mask)

    assert refusal.value.rule == rule


def test_pixels_of_no_size_are_refused() -> None:
    with pytest.raises(CodeError):
        qr.png(LINK, module_px=0)
