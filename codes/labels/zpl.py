"""Labels for thermal printers, in ZPL II: one `^XA … ^XZ` after another.

The printer draws plain QR codes and ASCII Data Matrix itself, and Latin text in its own font; the
rest goes to it as pictures, those of text once a file. No content can end a field: whatever ZPL
reads as a command is written in hexadecimal (`^FH`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from qrcode.util import BIT_LIMIT_TABLE

from codes import qr
from codes.gs1.ais import AIS
from codes.labels.batch import Batch, Printed, PrintJob, roll_area
from codes.labels.fonts import Measure, system_width
from codes.labels.layout import Placed, Text
from codes.labels.model import Label, LabelError, SymbolKind
from codes.labels.pdf_file import Sink
from codes.labels.stock import Roll
from codes.labels.symbols import QUIET_DATA_MATRIX, Encoder, Symbol, elements_of, make_symbol
from codes.labels.zpl_graphics import PictureShelf, TextRow, symbol_field, text_field
from codes.model import CodeError

DPIS: Final = (203, 300, 600)

_INCH_MM: Final = 25.4
# Firmware older than 2018 enlarges a QR code ten times at most.
_QR_DOTS_MAX: Final = 10
# The firmware moves a QR code down by the height that ^BY set last, in this session or before.
_QR_DROP: Final = 10

# Codewords of the square Data Matrix symbols by their side (ISO/IEC 16022 table 7).
_DATA_MATRIX_CODEWORDS: Final = (
    (10, 3), (12, 5), (14, 8), (16, 12), (18, 18), (20, 22), (22, 30), (24, 36), (26, 44), (32, 62),
    (36, 86), (40, 114), (44, 144), (48, 174), (52, 204), (64, 280), (72, 368), (80, 456),
    (88, 576), (96, 696), (104, 816), (120, 1050), (132, 1304), (144, 1558),
)  # fmt: skip

# Stands before FNC1 in the data of a Data Matrix (^BX, parameter g), and doubled for itself.
_ESCAPE: Final = "\\"
_FNC1: Final = _ESCAPE + "1"


def write_zpl(
    labels: Iterable[Label], out: Sink, *, roll: Roll, job: PrintJob, dpi: int | None = None
) -> Printed:
    """Write one label after another. Raises `LabelError` at the one refused."""
    dots = dpi or roll.dpi or DPIS[0]
    if dots not in DPIS:
        raise LabelError("dpi", f"a printer has one of {DPIS} dots an inch", path="dpi")
    batch = Batch(job=job, measure=_widest(job.load_font().width), make=_size_of)
    press = _Press(job=job, dpi=dots, shelf=PictureShelf())
    for placed in batch.place_all(labels, roll_area(roll, dpi=dots)):
        label = _label(placed, press)
        out.write(f"{press.shelf.unsent()}{label}".encode("ascii"))
    out.write(press.shelf.ending().encode("ascii"))
    return Printed(labels=batch.labels, pages=batch.labels, shortened=batch.shortened)


def _widest(of_font: Measure) -> Measure:
    """Return a measure that holds for text as a picture and in the printer's own font."""

    def measure(text: str) -> float:
        width = of_font(text)
        return max(width, system_width(text)) if text.isascii() else width

    return measure


def _is_native(kind: SymbolKind, payload: str) -> bool:
    """Whether every printer draws this symbol in one way only."""
    if kind is SymbolKind.QR:
        return True
    return payload.isascii() and kind is not SymbolKind.GS1_QR


def _size_of(
    kind: SymbolKind,
    payload: str,
    *,
    level: str = "M",
    encoder: Encoder = Encoder.FASTEST,
    mask_pattern: int | None = None,
    path: str = "payload",
) -> Symbol:
    """Return a symbol of the size that the printer will draw; its modules are left to it."""
    if not _is_native(kind, payload):
        return make_symbol(
            kind, payload, level=level, encoder=encoder, mask_pattern=mask_pattern, path=path
        )
    try:
        side = _qr_side(payload, level) if kind.is_qr else _data_matrix_side(kind, payload)
    except CodeError as refusal:
        raise LabelError(
            refusal.rule, refusal.message, path=path, position=refusal.position, norm=refusal.norm
        ) from None
    if side is None:
        raise LabelError("too_long", "the content does not fit a symbol", path=path)
    quiet = qr.QUIET_ZONE if kind.is_qr else QUIET_DATA_MATRIX
    return Symbol(kind=kind, width=side, height=side, modules=b"", quiet=quiet)


def _qr_side(payload: str, level: str) -> int | None:
    """Return the modules of a QR code in byte mode (ISO/IEC 18004 7.4), which is asked for."""
    data_bits = 8 * len(payload.encode("utf-8"))
    for version, bits in enumerate(BIT_LIMIT_TABLE[qr.LEVELS[level]]):
        if version and 4 + (8 if version < 10 else 16) + data_bits <= bits:
            return 17 + 4 * version
    return None


def _data_matrix_side(kind: SymbolKind, payload: str) -> int | None:
    """Return the modules of a Data Matrix in ASCII: two digits or one character a codeword."""
    text = _data_matrix_data(kind, payload).replace(_FNC1, "\x1d").replace(_ESCAPE * 2, _ESCAPE)
    codewords = len(_DIGIT_PAIR.sub("d", text))
    return next((side for side, most in _DATA_MATRIX_CODEWORDS if codewords <= most), None)


_DIGIT_PAIR: Final = re.compile(r"[0-9]{2}")


def _data_matrix_data(kind: SymbolKind, payload: str) -> str:
    if not kind.is_gs1:
        return payload.replace(_ESCAPE, _ESCAPE * 2)
    elements = list(elements_of(payload).items())
    ends = ["" if AIS[ai].fixed else _FNC1 for ai, _ in elements[:-1]] + [""]
    # None of the 82 characters of element strings is the escape.
    pairs = zip(elements, ends, strict=True)
    return _FNC1 + "".join(f"{ai}{value}{end}" for (ai, value), end in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Press:
    """What all labels of a file share."""

    job: PrintJob
    dpi: int
    shelf: PictureShelf

    def dots(self, length_mm: float) -> int:
        """Return a length in dots."""
        return round(length_mm * self.dpi / _INCH_MM)


def _label(placed: Placed, press: _Press) -> str:
    width, height = press.dots(placed.width_mm), press.dots(placed.height_mm)
    # ^CI28 is UTF-8; ^LH and ^LS undo what another job may have left in the printer.
    lines = [f"^XA^CI28^LH0,0^LS0^PW{width}^LL{height}", _symbol(placed, press)]
    lines += [_text(placed, text, press, width) for text in placed.texts]
    return "\n".join([*lines, "^XZ\n"])


def _symbol(placed: Placed, press: _Press) -> str:
    label, symbol, job = placed.label, placed.symbol, press.job
    x, y, dots = (press.dots(mm) for mm in (placed.x_mm, placed.y_mm, placed.module_mm))
    if symbol.modules:
        return symbol_field(symbol, x, y, dots)
    if not label.symbol.is_qr:
        data = _data_matrix_data(label.symbol, label.payload)
        side = symbol.width
        return f"^FO{x},{y}^BXN,{dots},200,{side},{side},,{_ESCAPE},1{_data(data)}"
    level = job.use.level
    if dots > _QR_DOTS_MAX or y < _QR_DROP:
        drawn = make_symbol(label.symbol, label.payload, level=level, encoder=job.encoder)
        return symbol_field(drawn, x, y, dots)
    size = len(label.payload.encode("utf-8"))
    # M: the mode is given, B: bytes, so that the symbol has the size that was laid out.
    data = f"{level}M,B{size:04d}{label.payload}"
    return f"^BY2,3,{_QR_DROP}^FO{x},{y - _QR_DROP}^BQN,2,{dots}{_data(data)}"


def _text(placed: Placed, text: Text, press: _Press, width: int) -> str:
    baseline = press.dots(text.baseline_mm)
    if not _is_latin(placed.label, text.text):
        return _drawn_text(text, press, baseline)
    font = f"^A0N,{press.dots(text.size_mm)}"
    if text.is_centred:
        return f"^FT0,{baseline}{font}^FB{width},1,0,C{_data(text.text)}"
    return f"^FT{press.dots(text.x_mm)},{baseline}{font}{_data(text.text)}"


def _drawn_text(text: Text, press: _Press, baseline: int) -> str:
    """Return a row of text as a picture."""
    size = text.size_mm * press.dpi / _INCH_MM
    # A row is measured for either way of drawing it, and is narrower as a picture.
    drawn = round(press.job.load_font().width(text.text) * size)
    left = press.dots(text.left_mm)
    if text.is_centred:
        left += (press.dots(text.width_mm) - drawn) // 2
    row = TextRow(
        text=text.text,
        font=press.job.font,
        size=round(size, 1),
        width=drawn,
        is_bold=text.is_bold,
    )
    return text_field(row, left, baseline, shelf=press.shelf)


def _is_latin(label: Label, row: str) -> bool:
    """Whether the printer's own font draws a row: all of a label's words, or none of them.

    A field block (^FB) reads a backslash as a command of its own.
    """
    if not row.isascii() or _ESCAPE in row:
        return False
    is_caption = any(row in text for text in label.caption)
    return is_caption or all(text.isascii() for text in (label.title, *label.lines))


def _data(text: str) -> str:
    """Return the field's data; what ZPL reads as a command and what is not ASCII in hexadecimal."""
    escaped = _COMMAND.sub(
        lambda found: "".join(f"_{byte:02X}" for byte in found[0].encode("utf-8")), text
    )
    return f"^FH_^FD{escaped}^FS"


_COMMAND: Final = re.compile(r"[^ -~]|[_^~]")
