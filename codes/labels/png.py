"""One label as PNG: every module a whole number of pixels, the resolution written into the file."""

import io
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from codes.labels.batch import Printed, PrintJob, single_of
from codes.labels.layout import Placed
from codes.labels.model import Label, LabelError
from codes.labels.pdf_file import Sink
from codes.labels.placing import place_single

DPI: Final = 300
PIXELS_MAX: Final = 16_000_000

_DPI_LEAST, _DPI_MOST = 72, 1200
_INCH_MM: Final = 25.4
_BOLD_EM: Final = 0.014
_BLACK, _WHITE = 0, 255


def write_png(
    label: Label, out: Sink, *, job: PrintJob, module_mm: float | None = None, dpi: int = DPI
) -> Printed:
    """Write the symbol with its text beneath. Raises `LabelError`; also for too many pixels."""
    if not _DPI_LEAST <= dpi <= _DPI_MOST:
        raise LabelError(
            "dpi", f"a picture has {_DPI_LEAST} to {_DPI_MOST} dots an inch", path="dpi"
        )
    placed = place_single(label, job.plan(job.load_font().width), module_mm=module_mm, dpi=dpi)
    width, height = (round(side * dpi / _INCH_MM) for side in (placed.width_mm, placed.height_mm))
    if width * height > PIXELS_MAX:
        raise LabelError(
            "too_many_pixels", f"a picture has at most {PIXELS_MAX} pixels", path="dpi"
        )
    image = Image.new("L", (width, height), _WHITE)
    image.paste(symbol_image(placed, dpi), _pixel(placed.x_mm, placed.y_mm, dpi))
    pen = ImageDraw.Draw(image)
    for text in placed.texts:
        size = text.size_mm * dpi / _INCH_MM
        where = (text.left_mm * dpi / _INCH_MM, text.baseline_mm * dpi / _INCH_MM)
        draw_text(pen, where, text.text, font=job.font, size=size, is_bold=text.is_bold)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", dpi=(dpi, dpi))
    out.write(buffer.getvalue())
    return single_of(placed)


def symbol_image(placed: Placed, dpi: int) -> Image.Image:
    """Return the symbol without its margin."""
    symbol = placed.symbol
    scale = round(placed.module_mm * dpi / _INCH_MM)
    pixels = symbol.modules.translate(_MODULE_TO_PIXEL)
    small = Image.frombytes("L", (symbol.width, symbol.height), pixels)
    size = (symbol.width * scale, symbol.height * scale)
    return small.resize(size, Image.Resampling.NEAREST)


_MODULE_TO_PIXEL: Final = bytes([_WHITE, *[_BLACK] * 255])


def draw_text(
    pen: ImageDraw.ImageDraw,
    where: tuple[float, float],
    text: str,
    *,
    font: Path,
    size: float,
    is_bold: bool,
) -> None:
    """Draw one row from the left end of its baseline."""
    face = _face(font, round(size, 1))
    stroke = size * _BOLD_EM if is_bold else 0
    pen.text(where, text, fill=_BLACK, font=face, anchor="ls", stroke_width=stroke)


@lru_cache(maxsize=16)
def _face(path: Path, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def _pixel(x_mm: float, y_mm: float, dpi: int) -> tuple[int, int]:
    return round(x_mm * dpi / _INCH_MM), round(y_mm * dpi / _INCH_MM)
