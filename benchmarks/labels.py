"""Labels: symbols a second, files a second, and the memory that a file takes, however long."""

import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from importlib.metadata import version
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Final

import qrcode
import zxingcpp
from qrcode.constants import ERROR_CORRECT_M

from benchmarks.harness import (
    Bench,
    Contest,
    Note,
    Reading,
    Result,
    Side,
    compete,
    looped,
    middle,
)
from benchmarks.label_files import ROLL, canvas, job, labels, parts, payloads, roll, sheets
from codes.labels.model import SymbolKind
from codes.labels.png import write_png
from codes.labels.serial_list import SerialRow, serial_list
from codes.labels.svg import write_svg
from codes.labels.symbols import BULK_MASK, Encoder, make_symbol
from codes.labels.zpl import write_zpl

_ROOT: Final = Path(__file__).resolve().parents[1]

# How many labels are in the files that are timed, and in those whose memory is read.
_TIMED: Final = {"tiny": 24, "small": 2_400, "full": 12_000}
_MEASURED: Final = {"tiny": (24, 48), "small": (10_000, 100_000), "full": (10_000, 100_000)}
# The peers take minutes for their second file; docs/adr/0011 has the figure.
_WAYS: Final = (("sheets", 2), ("roll", 2), ("parts", 1), ("canvas", 1))


def label_printing(bench: Bench) -> Iterator[Result | Note]:
    """Symbols, files and their memory, beside the bare libraries and the usual way to join PDF."""
    yield compete(_symbols(bench), pairs=bench.pairs)
    yield compete(_files(bench), pairs=bench.pairs)
    yield _others(bench)
    yield _memory(bench)


def _symbols(bench: Bench) -> Contest:
    some = list(islice(payloads(), 50))
    formats = zxingcpp.BarcodeFormat

    def side(name: str, draw: Callable[[str], object]) -> Side:
        def run() -> Reading:
            work = lambda: [draw(one) for one in some]  # noqa: E731
            return looped(work, count=len(some), seconds=bench.scale.pure_s)

        return Side(name=name, run=run)

    def own(encoder: Encoder, mask: int | None) -> Callable[[str], object]:
        return lambda one: make_symbol(SymbolKind.QR, one, encoder=encoder, mask_pattern=mask)

    def bare_zxing(one: str) -> object:
        made = zxingcpp.create_barcode(one, formats.QRCode, ecLevel="M")
        return zxingcpp.write_barcode_to_image(made, 1, add_hrt=False, add_quiet_zones=False)

    def bare_qrcode(one: str) -> object:
        made = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
        made.add_data(one)
        made.make(fit=True)
        return made.get_matrix()

    return Contest(
        title=f"QR symbols of an address of {len(some[0])} characters, level M",
        about="One core, processor time, as modules, not yet drawn. Bulk work fixes the mask and "
        f"uses zxing-cpp ({version('zxing-cpp')}) where it is installed, else qrcode "
        f"({version('qrcode')}).",
        unit="symbols/s",
        sides=(
            side("bulk, zxing-cpp", own(Encoder.ZXING, BULK_MASK)),
            side("bulk, qrcode", own(Encoder.QRCODE, BULK_MASK)),
            side("single, zxing-cpp, best of eight masks", own(Encoder.ZXING, None)),
            side("peer: bare zxing-cpp, best of eight masks", bare_zxing),
            side("peer: bare qrcode, best of eight masks", bare_qrcode),
        ),
    )


def _files(bench: Bench) -> Contest:
    count = _TIMED[bench.scale.name]

    def side(name: str, write: Callable[[int, Path], None]) -> Side:
        def run() -> Reading:
            path = bench.new_folder() / "labels.pdf"
            return looped(lambda: write(count, path), count=count, seconds=bench.scale.pure_s)

        return Side(name=name, run=run)

    return Contest(
        title="A4 sheets of 24 labels, vector PDF",
        about=f"One core, processor time, files of {count:,} labels with a symbol, a Chinese "
        "title, two lines and two captions. reportlab draws every text at one size in one place: "
        "it neither fits nor wraps.",
        unit="labels/s",
        sides=(
            side("sheets", sheets),
            side("sheets without zxing-cpp", lambda n, path: sheets(n, path, Encoder.QRCODE)),
            side("roll, a page a label", roll),
            side("peer: reportlab, one canvas", canvas),
            side("peer: reportlab in parts, joined by pikepdf", parts),
        ),
    )


def _others(bench: Bench) -> Note:
    some = list(islice(labels(), 50))
    rows = [SerialRow(serial=one.payload[-12:], url=one.payload) for one in some]
    works: tuple[tuple[str, Callable[[], object]], ...] = (
        (
            "ZPL, 60 × 40 mm at 203 dpi",
            lambda: write_zpl(some, BytesIO(), roll=ROLL, job=job(), dpi=203),
        ),
        ("row of the list for a print house", lambda: deque(serial_list(rows), 0)),
        ("single SVG", lambda: [write_svg(one, BytesIO(), job=job()) for one in some]),
        ("single PNG, 300 dpi", lambda: [write_png(one, BytesIO(), job=job()) for one in some]),
    )
    return Note(
        title="Other forms of the same labels",
        about="One core, processor time, the median of the runs.",
        columns=("form", "labels/s"),
        rows=tuple((name, f"{_median_rate(bench, work, len(some)):,.0f}") for name, work in works),
    )


def _median_rate(bench: Bench, work: Callable[[], object], count: int) -> float:
    seconds = bench.scale.pure_s
    runs = [looped(work, count=count, seconds=seconds).per_s for _ in range(bench.pairs)]
    return middle(runs)[0]


def _memory(bench: Bench) -> Note:
    sizes = _MEASURED[bench.scale.name]
    rows = []
    for way, many in _WAYS:
        for count in sizes[:many]:
            path = bench.new_folder() / "labels.pdf"
            peak_mib = _peak_kib(way, count, path) / 1024
            size_mb = path.stat().st_size / 1e6
            rows.append((_NAMES[way], f"{count:,}", f"{peak_mib:,.0f}", f"{size_mb:,.1f}"))
            path.unlink()
    return Note(
        title="Peak memory of a label file",
        about="Largest resident size of a process that writes one file and nothing else; some 55 "
        "MiB of it are Python, its libraries and the font. A file of the service keeps eight bytes "
        "for each object, so that its memory is flat.",
        columns=("way", "labels", "MiB", "file MB"),
        rows=tuple(rows),
    )


_NAMES: Final = {
    "sheets": "A4 sheets",
    "roll": "roll, a page a label",
    "parts": "peer: reportlab in parts, joined by pikepdf",
    "canvas": "peer: reportlab, one canvas",
}


def _peak_kib(way: str, count: int, path: Path) -> int:
    argv = [sys.executable, "-m", "benchmarks.label_files", way, str(count), str(path)]
    done = subprocess.run(argv, cwd=_ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout)
