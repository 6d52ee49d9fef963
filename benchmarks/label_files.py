"""Label files written in several ways, each in a process of its own, so that its memory is seen.

`python -m benchmarks.label_files WAY COUNT FILE` writes one and prints the process's peak memory in
KiB. One rule: every way draws the same labels with the same symbols; only the file differs.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from random import Random
from typing import Final

import pikepdf
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from codes.labels.batch import PrintJob
from codes.labels.hri import hri_lines
from codes.labels.model import Label
from codes.labels.pdf import write_roll, write_sheets
from codes.labels.stock import SHEETS, Roll
from codes.labels.symbols import BULK_MASK, Encoder, make_symbol
from codes.labels.uses import USES

FONT: Final = (
    Path(__file__).resolve().parents[1]
    / "web/static/vendor/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"
)
SHEET: Final = SHEETS["24"]
ROLL: Final = Roll(width_mm=60, height_mm=40)

_GTIN: Final = "06901234567892"
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAGES_A_PART: Final = 50


def payloads() -> Iterator[str]:
    """Give addresses without end, the same in every run."""
    source = Random(1)
    while True:
        yield f"https://zs.example.gov.cn/01/{_GTIN}/21/{''.join(source.choices(_ALPHABET, k=12))}"


def labels() -> Iterator[Label]:
    """Give labels of a bag of rice without end, each with a serial of its own."""
    for payload in payloads():
        yield Label(
            payload=payload,
            title="五常大米 稻花香2号 有机",
            lines=("净含量 5 kg  执行标准 GB/T 19266", "批次 L20260901-3  生产日期 2026-09-01"),
            caption=hri_lines((("01", _GTIN), ("21", payload[-12:]))),
        )


def job(encoder: Encoder = Encoder.FASTEST) -> PrintJob:
    """Return the job of the benchmarks."""
    return PrintJob(use=USES["retail_item"], font=FONT, encoder=encoder)


def sheets(count: int, path: Path, encoder: Encoder = Encoder.FASTEST) -> None:
    """Write A4 sheets as the service does."""
    with path.open("wb") as out:
        write_sheets(islice(labels(), count), out, sheet=SHEET, job=job(encoder))


def roll(count: int, path: Path) -> None:
    """Write one page for each label as the service does."""
    with path.open("wb") as out:
        write_roll(islice(labels(), count), out, roll=ROLL, job=job())


def canvas(count: int, path: Path) -> None:
    """Write the sheets with reportlab's canvas, which keeps every page until the end."""
    _draw_canvas(islice(labels(), count), path)


def parts(count: int, path: Path) -> None:
    """Write parts of fifty pages with reportlab's canvas and join them with pikepdf."""
    source = islice(labels(), count)
    with tempfile.TemporaryDirectory() as folder, pikepdf.new() as joined:
        number = 0
        while some := list(islice(source, _PAGES_A_PART * SHEET.count)):
            part = Path(folder) / f"{number}.pdf"
            _draw_canvas(iter(some), part)
            with pikepdf.open(part) as pages:
                joined.pages.extend(pages.pages)
            number += 1
        joined.save(path)


def _draw_canvas(some: Iterator[Label], path: Path) -> None:
    registerFont(TTFont("label", str(FONT)))
    page = Canvas(str(path), pagesize=A4, pageCompression=1)
    for number, label in enumerate(some):
        place = number % SHEET.count
        if number and place == 0:
            page.showPage()
        left, top = SHEET.corner(place)
        _draw_label(page, label, (left + 4.3) * mm, A4[1] - (top + 3.8) * mm)
    page.save()


def _draw_label(page: Canvas, label: Label, x: float, top: float) -> None:
    symbol = make_symbol(label.symbol, label.payload, mask_pattern=BULK_MASK)
    module = 0.75 * mm
    path = page.beginPath()
    for column, row, length in symbol.runs():
        path.rect(x + column * module, top - (row + 1) * module, length * module, module)
    page.drawPath(path, stroke=0, fill=1)
    left = x + (symbol.width + 4) * module
    for number, text in enumerate((label.title, *label.lines, *label.caption)):
        page.setFont("label", 9 if number == 0 else 6.5)
        page.drawString(left, top - (12 + 9 * number), text)


WAYS: Final[Mapping[str, Callable[[int, Path], None]]] = {
    "sheets": sheets,
    "roll": roll,
    "canvas": canvas,
    "parts": parts,
}


def peak_kib() -> int:
    """Return the largest resident size of this program; `getrusage` counts the parent's too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    WAYS[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3]))
    print(peak_kib())
