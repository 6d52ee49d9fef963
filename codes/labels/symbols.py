"""Symbols as modules: QR code and Data Matrix, plain or with a GS1 element string.

The library qrcode draws plain QR codes and is always there; zxing-cpp is many times faster and is
the only one for Data Matrix and GS1. Whichever draws, a symbol decodes to the payload given.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import ModuleType
from typing import Final, Protocol

from codes import qr
from codes.gs1 import element_string
from codes.gs1.element_string import FNC1
from codes.labels.model import LabelError, SymbolKind
from codes.model import CodeError

NORM_QR: Final = "ISO/IEC 18004"
NORM_DATA_MATRIX: Final = "ISO/IEC 16022"

# Read as often as the best of all eight (docs/adr/0011), which need not be tried a million times.
BULK_MASK: Final = 3

# ISO/IEC 18004 6.3.8 wants four modules. ISO/IEC 16022 7.1 wants one; two leave room for a cut
# that is a little off.
QUIET_DATA_MATRIX: Final = 2


class Encoder(StrEnum):
    """Which library draws: the fastest that is there, or the one that is named."""

    FASTEST = "fastest"
    QRCODE = "qrcode"
    ZXING = "zxing-cpp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """The modules of a symbol without its margin: one byte a module, row by row, 1 is dark.

    `quiet` is how many modules of white it needs on every side.
    """

    kind: SymbolKind
    width: int
    height: int
    modules: bytes
    quiet: int

    def rows(self) -> Iterator[bytes]:
        """Give the rows from the top."""
        for start in range(0, len(self.modules), self.width):
            yield self.modules[start : start + self.width]

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """Give the dark runs of all rows: column, row, how many modules wide."""
        for number, row in enumerate(self.rows()):
            for run in DARK.finditer(row):
                start, end = run.span()
                yield start, number, end - start


DARK: Final = re.compile(b"\x01+")


class SymbolMaker(Protocol):
    """What has the arguments of `make_symbol` and returns a symbol of the right size."""

    def __call__(
        self,
        kind: SymbolKind,
        payload: str,
        *,
        level: str = "M",
        encoder: Encoder = Encoder.FASTEST,
        mask_pattern: int | None = None,
        path: str = "payload",
    ) -> Symbol:
        """Return the symbol of a content."""
        ...


def make_symbol(
    kind: SymbolKind,
    payload: str,
    *,
    level: str = "M",
    encoder: Encoder = Encoder.FASTEST,
    mask_pattern: int | None = None,
    path: str = "payload",
) -> Symbol:
    """Return the smallest symbol for `payload`; `level` and `mask_pattern` are for QR codes.

    Raises `LabelError`: `not_installed` where the kind needs zxing-cpp and it is away, `too_long`
    where no symbol is large enough, or what the element string of a GS1 kind is refused for.
    """
    try:
        if kind is SymbolKind.QR and not _zxing_draws(payload, encoder):
            return _from_qrcode(payload, level, mask_pattern)
        return _from_zxing(kind, payload, level, mask_pattern)
    except CodeError as refusal:
        raise LabelError(
            refusal.rule, refusal.message, path=path, position=refusal.position, norm=refusal.norm
        ) from None


def elements_of(payload: str) -> dict[str, str]:
    """Read an element string, in brackets or as a scanner sends it. Raises `CodeError`."""
    if payload.startswith(FNC1):
        return element_string.parse_raw(payload)
    return element_string.parse_bracketed(payload)


def zxing_is_there() -> bool:
    """Whether the optional library zxing-cpp is installed."""
    return _zxing() is not None


@cache
def _zxing() -> ModuleType | None:
    try:
        import zxingcpp  # noqa: PLC0415 - optional
    except ImportError:
        return None
    return zxingcpp


def _zxing_draws(payload: str, encoder: Encoder) -> bool:
    # zxing-cpp writes Chinese as Shift JIS where it can, and else names UTF-8 by a code (ECI) that
    # old readers refuse. qrcode writes bare UTF-8, which is what telephones expect.
    if encoder is Encoder.QRCODE or not payload.isascii():
        return False
    return encoder is Encoder.ZXING or zxing_is_there()


def _from_qrcode(payload: str, level: str, mask_pattern: int | None) -> Symbol:
    rows = qr.matrix(payload, level, mask_pattern=mask_pattern)
    return Symbol(
        kind=SymbolKind.QR,
        width=len(rows),
        height=len(rows),
        modules=b"".join(map(bytes, rows)),
        quiet=qr.QUIET_ZONE,
    )


# Pixels of zxing-cpp are 0 where dark and 255 where light.
_PIXEL_TO_MODULE: Final = bytes([1, *[0] * 255])


def _from_zxing(kind: SymbolKind, payload: str, level: str, mask_pattern: int | None) -> Symbol:
    norm = NORM_QR if kind.is_qr else NORM_DATA_MATRIX
    zxing = _zxing()
    if zxing is None:
        raise CodeError("not_installed", f"{kind} needs the package zxing-cpp", norm=norm)
    if not payload:
        raise CodeError("empty", "there is nothing to draw", norm=norm)
    formats = zxing.BarcodeFormat
    options: dict[str, object] = {"gs1": True} if kind.is_gs1 else {}
    if kind.is_qr:
        if level not in qr.LEVELS:
            raise CodeError("qr_level", "the error correction level is L, M, Q or H", norm=norm)
        options["ecLevel"] = level
        if mask_pattern is not None:
            options["dataMask"] = mask_pattern
    else:
        options["forceSquare"] = True
        if not payload.isascii():
            options["eci"] = "UTF-8"
    text = _bracketed(payload) if kind.is_gs1 else payload
    try:
        made = zxing.create_barcode(
            text, formats.QRCode if kind.is_qr else formats.DataMatrix, **options
        )
        image = zxing.write_barcode_to_image(made, 1, add_hrt=False, add_quiet_zones=False)
    except ValueError as refusal:
        raise _zxing_refusal(str(refusal), norm) from refusal
    height, width = image.shape
    return Symbol(
        kind=kind,
        width=width,
        height=height,
        modules=memoryview(image).tobytes().translate(_PIXEL_TO_MODULE),
        quiet=qr.QUIET_ZONE if kind.is_qr else QUIET_DATA_MATRIX,
    )


def _zxing_refusal(words: str, norm: str) -> CodeError:
    # The content was checked before, so that nearly always it is only too much.
    if "too long" in words:
        return CodeError("too_long", "the content does not fit a symbol", norm=norm)
    return CodeError("not_drawn", f"zxing-cpp does not draw this content: {words}", norm=norm)


def _bracketed(payload: str) -> str:
    # Square brackets, because values may hold round ones and never square ones (GS1 General
    # Specifications 7.11, the 82 characters).
    return "".join(f"[{ai}]{value}" for ai, value in elements_of(payload).items())
