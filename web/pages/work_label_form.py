"""The form that orders labels: what can be chosen, what is likely, and a picture of one label.

The rule that must stay true: the picture is made by the very steps that make the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from base.errors import AppError, InvalidInput, Problem
from codes.labels.model import LabelError, SymbolKind
from codes.labels.stock import ROLL_SIZES_MM, SHEETS
from codes.labels.symbols import zxing_is_there
from codes.labels.uses import USES
from codes.model import CodeError
from parties.issuing.blocks import Block
from parties.issuing.labels import FORMATS, LabelDesk, LabelOrder, label_of
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.work_forms import Form, blank
from web.pages.work_pictures import LabelPicture, draw_label
from web.pages.work_refusals import Refusals

_SHEET_DEFAULT: Final = "24"
_DPIS: Final = ("203", "300", "600")
_USE_OF_KIND: Final[Mapping[str, str]] = {
    "gs1_serial": "retail_item",
    "pesticide_unit": "pesticide_unit",
    "seed_unit": "seed",
    "sscc": "logistic_unit",
}
# Where a refusal of the label itself is shown: what has to change is its size.
_FIELDS: Final = {
    "payload": "sheet",
    "labels": "sheet",
    "label": "sheet",
    "caption": "sheet",
    "width_mm": "roll",
    "height_mm": "roll",
    "file_format": "format",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice of a list."""

    value: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelChoices:
    """Everything that the form lets choose."""

    formats: tuple[Choice, ...]
    sheets: tuple[Choice, ...]
    rolls: tuple[Choice, ...]
    dpis: tuple[Choice, ...]
    uses: tuple[Choice, ...]
    symbols: tuple[Choice, ...]


def label_choices(block: Block) -> LabelChoices:
    """Return what can be chosen for the labels of a block."""
    is_zh = chosen_lang() == "zh"
    formats = (
        Choice(value="pdf", title=_("A4 label sheets (PDF)")),
        Choice(value="roll", title=_("Label roll, one a page (PDF)")),
        Choice(value="zpl", title=_("Thermal printer (ZPL)")),
        Choice(value="csv", title=_("List for a print house (CSV)")),
        Choice(value="single_pdf", title=_("One symbol to place in a design (PDF)")),
        Choice(value="svg", title=_("One symbol to place in a design (SVG)")),
        Choice(value="png", title=_("One symbol as a picture (PNG)")),
    )
    sheets = tuple(
        Choice(
            value=sheet.name,
            title=_(
                "%(count)s on a sheet, %(width)s × %(height)s mm",
                count=sheet.name,
                width=f"{sheet.width_mm:g}",
                height=f"{sheet.height_mm:g}",
            ),
        )
        for sheet in SHEETS.values()
    )
    return LabelChoices(
        formats=formats,
        sheets=sheets,
        rolls=tuple(Choice(value=f"{w}x{h}", title=f"{w} × {h} mm") for w, h in ROLL_SIZES_MM),
        dpis=tuple(Choice(value=dpi, title=f"{dpi} dpi") for dpi in _DPIS),
        uses=tuple(
            Choice(value=use.name, title=use.title_zh if is_zh else _capital(use.title_en))
            for use in USES.values()
        ),
        symbols=_symbols(block),
    )


def _symbols(block: Block) -> tuple[Choice, ...]:
    titles = {
        SymbolKind.QR: _("QR code with the web address"),
        SymbolKind.DATA_MATRIX: _("Data Matrix with the web address"),
        SymbolKind.GS1_QR: _("GS1 QR code (element string)"),
        SymbolKind.GS1_DATA_MATRIX: _("GS1 Data Matrix (element string)"),
    }
    has_elements = block.kind.scheme in ("gs1_serial", "sscc", "gtin13", "gln")
    return tuple(
        Choice(value=kind.value, title=title)
        for kind, title in titles.items()
        if kind is SymbolKind.QR or (zxing_is_there() and (has_elements or not kind.is_gs1))
    )


def likely_labels(block: Block, desk: LabelDesk) -> Form:
    """Return the form as it is most likely wanted: all labels of the block on sheets."""
    product = desk.product
    return blank(
        "labels",
        first=1,
        last=block.count,
        format="pdf",
        sheet=_SHEET_DEFAULT,
        start=1,
        roll="50x30",
        dpi="300",
        use=_USE_OF_KIND.get(block.kind.name, "general"),
        symbol=SymbolKind.QR.value,
        title=product.name_zh if product else "",
        lines=product.spec_zh if product else "",
    )


def read_order(form: Form, block: Block) -> LabelOrder:
    """Return the order of a form; what is wrong is noted in it."""
    choices = label_choices(block)
    form_format = form.choice("format", _by_value(choices.formats))
    is_sheet = form_format == "pdf"
    width, height = _roll_size(form)
    file_format = "pdf" if form_format == "roll" else form_format
    first, last = form.whole("first"), form.whole("last")
    if file_format in FORMATS and FORMATS[file_format].is_single:
        # The page says so: the range that is filled in is that of the whole block.
        last = first
    lines = tuple(line.strip() for line in form.text("lines").splitlines() if line.strip())
    return LabelOrder(
        first=first,
        last=last,
        file_format=file_format,
        sheet=form.choice("sheet", _by_value(choices.sheets)) if is_sheet else "",
        start=form.whole("start") if is_sheet else 1,
        width_mm=width,
        height_mm=height,
        dpi=int(form.choice("dpi", dict.fromkeys(_DPIS)) or _DPIS[0]),
        use=form.choice("use", _by_value(choices.uses)),
        symbol=SymbolKind(form.choice("symbol", _by_value(choices.symbols)) or "qr"),
        title=form.text("title"),
        lines=lines,
        cut_marks=form.is_ticked("cut_marks"),
    )


def label_refusals(block: Block, order: LabelOrder) -> Refusals:
    """Return how the form tells what is refused of an order."""
    size = "sheet" if order.sheet else "roll" if order.file_format in ("pdf", "zpl") else "title"
    fields = {path: size if name == "sheet" else name for path, name in _FIELDS.items()}
    return Refusals(most=block.count, fields=fields)


def picture_of(form: Form, block: Block, desk: LabelDesk, order: LabelOrder) -> LabelPicture | None:
    """Return the first label of an order; None for a list, or with the reason noted in the form."""
    # Whoever is asked whether text may be cut is shown what that looks like.
    if form.problems.keys() - {"may_shorten"} or order.file_format == "csv":
        return None
    if not 1 <= order.first <= order.last <= block.count:
        return None
    try:
        return draw_label(desk, label_of(desk, block, order), order)
    except LabelError as refusal:
        form.refuse(
            InvalidInput(refusal.message, problems=refusal.problems), label_refusals(block, order)
        )
    except CodeError as refusal:
        problem = Problem(path="sheet", code=refusal.rule, message=refusal.message)
        form.refuse(
            InvalidInput(refusal.message, problems=(problem,)), label_refusals(block, order)
        )
    except AppError as refusal:
        form.refuse(refusal, label_refusals(block, order))
    return None


def _roll_size(form: Form) -> tuple[int, int]:
    sizes = {f"{width}x{height}": (width, height) for width, height in ROLL_SIZES_MM}
    return sizes.get(form.choice("roll", sizes), ROLL_SIZES_MM[0])


def _by_value(choices: tuple[Choice, ...]) -> dict[str, Choice]:
    return {choice.value: choice for choice in choices}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
