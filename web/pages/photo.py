"""Reads the symbols on a photo that somebody sent, through the optional zxing-cpp.

The rule that must stay true: a photo is judged by its content and never by its name, its pixels are
counted before they are unpacked, and nothing of it is written anywhere.
"""

import struct
import zlib
from io import BytesIO
from typing import Any, Final, Literal, TypeAlias

from PIL import Image, UnidentifiedImageError

from base.errors import InvalidInput, Problem

try:
    import zxingcpp
except ImportError:  # Without it photos are read in the browser alone.
    zxingcpp = None  # type: ignore[assignment]  # The name then stands for nothing.

PhotoTrouble: TypeAlias = Literal[
    "missing", "too_large", "too_many_pixels", "heic", "not_a_photo", "damaged", "busy", "no_reader"
]

# The formats that cameras, screens and messengers write; each decoder is a door of its own.
_FORMATS: Final = ("JPEG", "PNG", "WEBP")

# ISO/IEC 23008-12 10: the brands that a file of the HEIF family starts with (HEIC, AVIF).
_HEIF_BRANDS: Final = frozenset({
    b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis",
})  # fmt: skip

# Below this a symbol that fills a tenth of the width still has enough pixels a module, and reading
# takes well under a second.
_SIDE_PIXELS_MAX: Final = 4_096

# EXIF 2.32 4.6.4 A, Orientation: what turns the stored picture upright.
_ORIENTATION: Final = 0x0112
_UPRIGHT: Final[dict[int, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# What Pillow's decoders are known to raise for damaged files, beside their own OSError. It warns
# of some damage, which is raised where warnings are errors.
_DAMAGED: Final = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, OverflowError, TypeError,
    struct.error, zlib.error, UserWarning,
)  # fmt: skip


class PhotoRefused(InvalidInput):
    """A photo that is not read; `trouble` is a stable word for why."""

    code = "photo_refused"

    def __init__(self, trouble: PhotoTrouble, message: str) -> None:
        super().__init__(message, problems=(Problem(path="photo", code=trouble, message=message),))
        self.trouble = trouble


def can_read_photos() -> bool:
    """Whether zxing-cpp is installed."""
    return zxingcpp is not None


def symbols_on(photo: bytes, *, pixels_max: int) -> tuple[str, ...]:
    """Return the text of each symbol on a photo, each once; raises `PhotoRefused`.

    A text of GS1 starts with the identifier of its symbology (ISO/IEC 15424), as scanners send it.
    """
    if not can_read_photos():
        raise PhotoRefused("no_reader", "zxing-cpp is not installed")
    found = zxingcpp.read_barcodes(
        _grey(photo, pixels_max), formats=_symbologies(), text_mode=zxingcpp.TextMode.Plain
    )
    return tuple(dict.fromkeys(_text(symbol) for symbol in found if symbol.text))


def _text(symbol: Any) -> str:
    is_gs1 = symbol.content_type == zxingcpp.ContentType.GS1
    return f"{symbol.symbology_identifier}{symbol.text}" if is_gs1 else str(symbol.text)


def _symbologies() -> Any:
    kinds = zxingcpp.BarcodeFormat
    # The same as in web/static/camera/worker.js: two readers of one photo must agree.
    return [
        kinds.QRCode, kinds.MicroQRCode, kinds.DataMatrix, kinds.Code128, kinds.EAN13, kinds.EAN8,
        kinds.UPCA, kinds.UPCE, kinds.ITF14, kinds.DataBar, kinds.DataBarLtd, kinds.DataBarExp,
    ]  # fmt: skip


def _grey(photo: bytes, pixels_max: int) -> Image.Image:
    """Return the photo upright, in shades of grey, of bounded size."""
    _refuse_heif(photo)
    try:
        with Image.open(BytesIO(photo), formats=_FORMATS) as image:
            _require_pixels(image, pixels_max)
            return _upright(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoRefused("too_many_pixels", _pixels_message(pixels_max)) from None
    except UnidentifiedImageError:
        raise PhotoRefused("not_a_photo", "a photo is a JPEG, PNG or WebP file") from None
    except PhotoRefused:
        raise
    except _DAMAGED:
        raise PhotoRefused("damaged", "the photo cannot be unpacked") from None


def _refuse_heif(photo: bytes) -> None:
    # ISO/IEC 14496-12 4.3: a size, the box type "ftyp", then the brand.
    if photo[4:8] == b"ftyp" and photo[8:12] in _HEIF_BRANDS:
        raise PhotoRefused("heic", "HEIC and AVIF are not read here: send the photo as JPEG")


def _require_pixels(image: Image.Image, pixels_max: int) -> None:
    # Only the header was read so far: the pixels are still packed.
    if image.width * image.height > pixels_max:
        raise PhotoRefused("too_many_pixels", _pixels_message(pixels_max))


def _pixels_message(pixels_max: int) -> str:
    return f"a photo has at most {pixels_max} pixels"


def _upright(image: Image.Image) -> Image.Image:
    turn = _UPRIGHT.get(_orientation(image))
    # JPEG can be unpacked smaller and without its colours, for a fraction of the memory.
    image.draft("L", (_SIDE_PIXELS_MAX, _SIDE_PIXELS_MAX))
    grey = _on_white(image) if image.has_transparency_data else image.convert("L")
    factor = -(-max(grey.size) // _SIDE_PIXELS_MAX)
    if factor > 1:
        grey = grey.reduce(factor)
    return grey.transpose(turn) if turn is not None else grey


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _DAMAGED:
        # A photo whose notes are damaged is still a photo; readers try it turned as well.
        return 1


def _on_white(image: Image.Image) -> Image.Image:
    """Return the grey of a picture on white paper: a symbol saved without a ground is read so."""
    shaded = image.convert("LA")
    ground = Image.new("L", shaded.size, 255)
    ground.paste(shaded.getchannel("L"), mask=shaded.getchannel("A"))
    return ground
