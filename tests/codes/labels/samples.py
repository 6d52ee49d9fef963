"""Labels to print, pages as pictures, and what a decoder that did not draw them reads there."""

import subprocess
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import zxingcpp
from PIL import Image

from codes.gs1.ais import AIS
from codes.gs1.element_string import FNC1
from codes.labels.batch import PrintJob
from codes.labels.model import Label, Progress, SymbolKind
from codes.labels.symbols import Encoder, Symbol, elements_of
from codes.labels.uses import USES
from tests.live import ROOT

FONT = ROOT / (
    "web/static/vendor/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"
)
GTIN = "06901234567892"
LINK = f"https://zs.example.gov.cn/01/{GTIN}/21/7K3M9QXZ2B4T"
SEED_TEXT = "龙粳31\n黑龙江省某某种业有限公司\n2301990000112345\nhttps://zs.example.gov.cn/s/1"

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def serial_of(number: int) -> str:
    """Return twelve characters that look like a serial, another for each number."""
    digits = []
    left = (number + 1) * 7_919_000_041 % (1 << 60)
    for _ in range(12):
        digits.append(_ALPHABET[left & 31])
        left >>= 5
    return "".join(digits)


def label_of(number: int) -> Label:
    """Return the label of a bag of rice with a serial of its own."""
    serial = serial_of(number)
    return Label(
        payload=f"https://zs.example.gov.cn/01/{GTIN}/21/{serial}",
        title="五常大米 稻花香2号 有机",
        lines=("净含量 5 kg  执行标准 GB/T 19266", "批次 L20260901-3  生产日期 2026-09-01"),
        caption=(f"(01){GTIN}", f"(21){serial}"),
    )


def job_of(
    use: str = "retail_item",
    *,
    encoder: Encoder = Encoder.QRCODE,
    total: int | None = None,
    progress: Progress | None = None,
) -> PrintJob:
    """Return a job whose symbols are drawn by the library that does not decode them."""
    return PrintJob(
        use=USES[use], font=FONT, title="标签", encoder=encoder, total=total, progress=progress
    )


def raster(pdf: bytes, folder: Path, *, dpi: int = 300) -> list[Image.Image]:
    """Return the pages of a PDF as pictures."""
    (folder / "pages.pdf").write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-gray", "-png", "pages.pdf", "page"], cwd=folder, check=True
    )
    pictures = [
        Image.open(BytesIO(path.read_bytes())).convert("L")
        for path in sorted(folder.glob("page-*"))
    ]
    for path in folder.glob("page-*"):
        path.unlink()
    return pictures


def text_of_pdf(pdf: bytes) -> str:
    """Return the text that can be copied out of a PDF."""
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode("utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A symbol that was found in a picture: its text, its kind, its box in pixels."""

    text: str
    identifier: str
    left: int
    top: int
    right: int
    bottom: int


def encoded_text(kind: SymbolKind, payload: str) -> str:
    """Return what a reader passes on: for the GS1 kinds the element string with its FNC1."""
    if not kind.is_gs1:
        return payload
    elements = list(elements_of(payload).items())
    joined = "".join(f"{ai}{value}{'' if AIS[ai].fixed else FNC1}" for ai, value in elements[:-1])
    return joined + "".join(elements[-1])


_FORMATS = zxingcpp.BarcodeFormats(
    (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix)
)


def darkest(picture: Image.Image) -> int:
    """Return the darkest grey of a picture, 0 being black."""
    return min(picture.convert("L").tobytes(), default=255)


def read_all(picture: Image.Image) -> list[Read]:
    """Return every symbol in a picture."""
    found = zxingcpp.read_barcodes(
        picture,
        formats=_FORMATS,
        text_mode=zxingcpp.TextMode.Plain,
    )
    return [_read(one) for one in found]


def _read(found: zxingcpp.Barcode) -> Read:
    place = found.position
    corners = (place.top_left, place.top_right, place.bottom_left, place.bottom_right)
    return Read(
        text=found.text,
        identifier=found.symbology_identifier,
        left=min(one.x for one in corners),
        top=min(one.y for one in corners),
        right=max(one.x for one in corners),
        bottom=max(one.y for one in corners),
    )


def picture_of(symbol: Symbol, *, pixels: int = 4) -> Image.Image:
    """Return a symbol with its margin as a picture."""
    data = bytes(0 if module else 255 for module in symbol.modules)
    small = Image.frombytes("L", (symbol.width, symbol.height), data)
    framed = Image.new(
        "L", (symbol.width + 2 * symbol.quiet, symbol.height + 2 * symbol.quiet), 255
    )
    framed.paste(small, (symbol.quiet, symbol.quiet))
    size = (framed.width * pixels, framed.height * pixels)
    return framed.resize(size, Image.Resampling.NEAREST)


def kind_of(identifier: str) -> SymbolKind:
    """Return the kind that a symbology identifier (ISO/IEC 15424) names."""
    return {
        "]Q1": SymbolKind.QR,
        "]Q3": SymbolKind.GS1_QR,
        "]d1": SymbolKind.DATA_MATRIX,
        "]d2": SymbolKind.GS1_DATA_MATRIX,
    }[identifier]
