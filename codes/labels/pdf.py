"""Labels as vector PDF: one, a sheet after another, or one a page for a roll.

The number of labels is no matter: each is drawn, written and forgotten (docs/adr/0011). A symbol is
one path of exact squares and text an embedded font, so that a printer draws them as fine as it can.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from codes.labels.batch import Batch, Printed, PrintJob, roll_area, single_of
from codes.labels.fonts import GlyphBook
from codes.labels.layout import Area, Placed
from codes.labels.model import Label
from codes.labels.pdf_file import MM_TO_POINT, PdfFile, Sink
from codes.labels.placing import place_single
from codes.labels.stock import A4_HEIGHT_MM, A4_WIDTH_MM, Roll, Sheet, places
from codes.labels.symbols import DARK, Symbol

# How much the outline of bold text is thickened, in em: the font has one weight.
_BOLD_EM: Final = 0.028
_MARK_MM: Final = 1.2
_MARK_POINT: Final = 0.25


def write_sheets(
    labels: Iterable[Label],
    out: Sink,
    *,
    sheet: Sheet,
    job: PrintJob,
    start: int = 1,
    cut_marks: bool = False,
) -> Printed:
    """Write A4 sheets of `labels`, never reading further than the sheet that is drawn.

    `start` is the first free label of the first sheet, so that one half used goes on. Raises
    `LabelError` with the field under `labels[n]`; what was written until then is no whole file.
    """
    pdf, batch = _begin(out, job)
    if cut_marks:
        pdf.add_overlay(_cut_marks(sheet), A4_WIDTH_MM, A4_HEIGHT_MM)
    where = places(sheet, start)
    drawn: list[str] = []
    for placed in batch.place_all(labels, _sheet_area(sheet)):
        is_new, left, top = next(where)
        if is_new and drawn:
            pdf.add_page("\n".join(drawn), A4_WIDTH_MM, A4_HEIGHT_MM)
            drawn.clear()
        drawn.append(_draw(placed, pdf.book, left, A4_HEIGHT_MM - top))
    pdf.add_page("\n".join(drawn), A4_WIDTH_MM, A4_HEIGHT_MM)
    return _end(pdf, batch)


def write_roll(labels: Iterable[Label], out: Sink, *, roll: Roll, job: PrintJob) -> Printed:
    """Write one page for each label. Raises `LabelError` as `write_sheets` does."""
    pdf, batch = _begin(out, job)
    for placed in batch.place_all(labels, roll_area(roll)):
        pdf.add_page(_draw(placed, pdf.book, 0.0, roll.height_mm), roll.width_mm, roll.height_mm)
    return _end(pdf, batch)


def write_single(
    label: Label, out: Sink, *, job: PrintJob, module_mm: float | None = None
) -> Printed:
    """Write one symbol with its text beneath, on a page just large enough."""
    font = job.load_font()
    pdf = PdfFile(out=out, book=GlyphBook(font=font), title=job.title)
    placed = place_single(label, job.plan(font.width), module_mm=module_mm)
    content = _draw(placed, pdf.book, 0.0, placed.height_mm)
    pdf.add_page(content, placed.width_mm, placed.height_mm)
    pdf.finish()
    return single_of(placed)


def _begin(out: Sink, job: PrintJob) -> tuple[PdfFile, Batch]:
    font = job.load_font()
    pdf = PdfFile(out=out, book=GlyphBook(font=font), title=job.title)
    return pdf, Batch(job=job, measure=font.width)


def _end(pdf: PdfFile, batch: Batch) -> Printed:
    pages = pdf.finish()
    return Printed(labels=batch.labels, pages=pages, shortened=batch.shortened)


def _sheet_area(sheet: Sheet) -> Area:
    return Area(
        width_mm=sheet.width_mm,
        height_mm=sheet.height_mm,
        inset_x_mm=sheet.inset_x_mm,
        inset_y_mm=sheet.inset_y_mm,
    )


def _draw(placed: Placed, book: GlyphBook, left_mm: float, top_mm: float) -> str:
    """Return the page content of a label whose top left is `left_mm` and `top_mm` from below."""
    module = placed.module_mm * MM_TO_POINT
    x, y = (left_mm + placed.x_mm) * MM_TO_POINT, (top_mm - placed.y_mm) * MM_TO_POINT
    # The unit is a module and rows go down. All runs are one path, so that no viewer leaves a hair
    # of white between two rows.
    parts = [f"q {module:.5f} 0 0 {-module:.5f} {x:.4f} {y:.4f} cm"]
    parts += _rectangles(placed.symbol)
    parts.append("f Q")
    if not placed.texts:
        return "\n".join(parts)
    parts.append("BT")
    for text in placed.texts:
        size = text.size_mm * MM_TO_POINT
        x, y = (left_mm + text.left_mm) * MM_TO_POINT, (top_mm - text.baseline_mm) * MM_TO_POINT
        weight = f"2 Tr {size * _BOLD_EM:.3f} w" if text.is_bold else "0 Tr"
        parts.append(f"{weight} /F {size:.3f} Tf 1 0 0 1 {x:.3f} {y:.3f} Tm")
        parts.append(f"<{book.hex_of(text.text)}> Tj")
    parts.append("ET")
    return "\n".join(parts)


# Rows are looked up piece by piece: a symbol has some hundred pieces and a file millions, of which
# a few thousand differ. A run that is cut at the end of a piece is drawn as two squares side by
# side in one path, which is the same.
_PIECE: Final = 11


def _rectangles(symbol: Symbol) -> Iterator[str]:
    """Give the dark runs of each row as rectangles of a path."""
    places = range(0, symbol.width, _PIECE)
    for number, row in enumerate(symbol.rows()):
        drawn = "".join([_piece(place, row[place : place + _PIECE]) for place in places])
        yield drawn.replace("y", str(number))


@lru_cache(maxsize=1 << 15)
def _piece(place: int, modules: bytes) -> str:
    return "".join(
        f"{place + run.start()} y {run.end() - run.start()} 1 re " for run in DARK.finditer(modules)
    )


def _cut_marks(sheet: Sheet) -> str:
    """Return small crosses at the corners of all labels, for plain paper and a knife."""
    corners = [sheet.corner(place) for place in range(sheet.count)]
    xs = {round(x + side, 3) for x, _ in corners for side in (0.0, sheet.width_mm)}
    ys = {round(A4_HEIGHT_MM - y - side, 3) for _, y in corners for side in (0.0, sheet.height_mm)}
    lines = [f"{_MARK_POINT} w 0.5 G"]
    for x in sorted(xs):
        for y in sorted(ys):
            for dx, dy in ((_MARK_MM, 0.0), (0.0, _MARK_MM)):
                ends = (x - dx, y - dy, x + dx, y + dy)
                a, b, c, d = (f"{end * MM_TO_POINT:.2f}" for end in ends)
                lines.append(f"{a} {b} m {c} {d} l")
    return "\n".join([*lines, "S"])
