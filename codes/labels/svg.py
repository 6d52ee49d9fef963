"""One label as SVG: the symbol one path, the text set in whatever font the viewer has."""

import html
from typing import Final

from codes.labels.batch import Printed, PrintJob, single_of
from codes.labels.fonts import system_width
from codes.labels.layout import Placed, Text
from codes.labels.model import Label
from codes.labels.pdf_file import Sink
from codes.labels.placing import place_single

_FONTS: Final = (
    "'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei','Source Han Sans SC',"
    "sans-serif"
)


def write_svg(label: Label, out: Sink, *, job: PrintJob, module_mm: float | None = None) -> Printed:
    """Write the symbol with its text beneath, in mm. Raises `LabelError`."""
    placed = place_single(label, job.plan(system_width), module_mm=module_mm)
    out.write(_drawing(placed, label.title or label.payload).encode())
    return single_of(placed)


def _drawing(placed: Placed, title: str) -> str:
    width, height = f"{placed.width_mm:.2f}", f"{placed.height_mm:.2f}"
    name = html.escape(_printable(title))
    texts = "".join(_text(one) for one in placed.texts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}" role="img"><title>{name}</title>'
        f'<path fill="#fff" d="M0 0h{width}v{height}H0z"/>{_symbol(placed)}'
        f'<g font-family="{_FONTS}" xml:space="preserve">{texts}</g></svg>'
    )


def _symbol(placed: Placed) -> str:
    runs = "".join(
        f"M{column} {row}h{length}v1h-{length}z" for column, row, length in placed.symbol.runs()
    )
    where = f"translate({placed.x_mm:.4f} {placed.y_mm:.4f}) scale({placed.module_mm:.5f})"
    return f'<path transform="{where}" shape-rendering="crispEdges" d="{runs}"/>'


def _text(text: Text) -> str:
    anchor = ' text-anchor="middle"' if text.is_centred else ""
    weight = ' font-weight="700"' if text.is_bold else ""
    return (
        f'<text x="{text.x_mm:.2f}" y="{text.baseline_mm:.2f}" font-size="{text.size_mm:.3f}"'
        f"{anchor}{weight}>{html.escape(text.text)}</text>"
    )


def _printable(text: str) -> str:
    """XML cannot hold control characters such as FNC1."""
    return "".join(one if one.isprintable() else " " for one in text)
