"""QR codes as SVG, PNG and terminal text.

ISO/IEC 18004. The margin is four modules (6.3.8): a symbol without one on a dark ground is never
read. Level M is the default; Q is for bags and cold chains, where labels suffer.
"""

import html
import struct
import zlib
from typing import Final

import qrcode
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError

from codes.model import CodeError

NORM: Final = "ISO/IEC 18004"
QUIET_ZONE: Final = 4
TERMINAL_COLUMNS: Final = 80

LEVELS: Final = {
    "L": ERROR_CORRECT_L,
    "M": ERROR_CORRECT_M,
    "Q": ERROR_CORRECT_Q,
    "H": ERROR_CORRECT_H,
}

Matrix = tuple[tuple[bool, ...], ...]


def matrix(text: str, level: str = "M", *, mask_pattern: int | None = None) -> Matrix:
    """Return the dark modules of the smallest symbol for `text`, without margin.

    A fixed `mask_pattern` (0 to 7) saves trying all eight, which is four fifths of the work; a
    reader does not mind. Raises `CodeError` for empty or too long text, or an unknown level.
    """
    if level not in LEVELS:
        raise CodeError("qr_level", "the error correction level is L, M, Q or H", norm=NORM)
    if mask_pattern is not None and not 0 <= mask_pattern <= 7:
        raise CodeError("qr_mask", "the mask pattern is 0 to 7", norm=NORM)
    if not text:
        raise CodeError("empty", "there is nothing to draw", norm=NORM)
    symbol = qrcode.QRCode(error_correction=LEVELS[level], border=0, mask_pattern=mask_pattern)
    try:
        symbol.add_data(text.encode("utf-8"))
        symbol.make(fit=True)
    except (DataOverflowError, ValueError, UnicodeEncodeError) as overflow:
        raise CodeError("too_long", "the text does not fit a QR code", norm=NORM) from overflow
    return tuple(tuple(bool(module) for module in row) for row in symbol.get_matrix())


def svg(
    text: str, level: str = "M", *, mask_pattern: int | None = None, title: str | None = None
) -> str:
    """Return the symbol as one SVG path on white, one unit a module; `title` is read aloud."""
    modules = matrix(text, level, mask_pattern=mask_pattern)
    size = len(modules) + 2 * QUIET_ZONE
    label = html.escape(_printable(title if title is not None else text))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" '
        f'viewBox="0 0 {size} {size}" role="img" shape-rendering="crispEdges">'
        f"<title>{label}</title>"
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path d="{_runs(modules)}"/></svg>'
    )


def _printable(text: str) -> str:
    """XML cannot hold control characters such as FNC1."""
    return "".join(character if character.isprintable() else " " for character in text)


def _runs(modules: Matrix) -> str:
    """Return the dark runs of each row as rectangles, far shorter than one for each module."""
    path = []
    for y, row in enumerate(modules):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                path.append(
                    f"M{start + QUIET_ZONE} {y + QUIET_ZONE}h{x - start}v1H{start + QUIET_ZONE}z"
                )
            x += 1
    return "".join(path)


def png(
    text: str, level: str = "M", *, mask_pattern: int | None = None, module_px: int = 8
) -> bytes:
    """Return the symbol as a black and white PNG of `module_px` (1 to 64) pixels a module."""
    if not 1 <= module_px <= 64:
        raise CodeError("qr_size", "a module is 1 to 64 pixels", norm=NORM)
    modules = matrix(text, level, mask_pattern=mask_pattern)
    side = (len(modules) + 2 * QUIET_ZONE) * module_px
    blank = _scanline([False] * (len(modules) + 2 * QUIET_ZONE), module_px)
    margin = blank * (QUIET_ZONE * module_px)
    quiet = [False] * QUIET_ZONE
    body = b"".join(_scanline([*quiet, *row, *quiet], module_px) * module_px for row in modules)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(margin + body + margin, 9))
        + _chunk(b"IEND", b"")
    )


def _scanline(row: list[bool], module_px: int) -> bytes:
    """One line of one-bit pixels (PNG 7.2: 1 is white), led by filter type 0."""
    bits = "".join(("0" if dark else "1") * module_px for dark in row)
    padded = bits.ljust(-(-len(bits) // 8) * 8, "0")
    return b"\x00" + int(padded, 2).to_bytes(len(padded) // 8, "big")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def terminal(text: str, level: str = "M", *, mask_pattern: int | None = None) -> str:
    """Return the symbol in half-block characters, light on the dark ground of a terminal.

    Raises `CodeError` where it would be wider than 80 columns even with a narrow margin.
    """
    modules = matrix(text, level, mask_pattern=mask_pattern)
    # One module of margin is the least that readers accept; four is the norm.
    margin = min(QUIET_ZONE, (TERMINAL_COLUMNS - len(modules)) // 2)
    if margin < 1:
        raise CodeError("too_long", "the symbol is wider than a terminal", norm=NORM)
    width = len(modules) + 2 * margin
    blank = (False,) * width
    side = (False,) * margin
    rows = [blank] * margin + [(*side, *row, *side) for row in modules] + [blank] * margin
    if len(rows) % 2:
        rows.append(blank)
    return "\n".join(
        "".join(_HALVES[upper, lower] for upper, lower in zip(top, bottom, strict=True))
        for top, bottom in zip(rows[::2], rows[1::2], strict=True)
    )


# Keys say whether the upper and the lower module are dark; a block character is the light part.
_HALVES: Final = {
    (False, False): "█",
    (False, True): "▀",
    (True, False): "▄",
    (True, True): " ",
}
