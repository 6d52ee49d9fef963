"""The goods of an event's form: rows of a code and an amount, and what they are in the event.

The rule that must stay true: a code that names one thing is counted by itself; a lot is named with
how much of it there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from base.errors import InvalidInput
from codes.canonical import Level, level_of, lot_uri, parts_of
from codes.gs1.digital_link import CANONICAL_STEM
from codes.typed import uri_typed
from schemas.profiles.columns import Sheet
from schemas.profiles.paths import TRANSFORMATION, goods_lists, makes_goods
from web.pages.languages import say as _
from web.pages.work_forms import Form
from web.services import services

UNITS: Final = (
    "KGM", "GRM", "TNE", "LTR", "MLT", "EA", "XBX", "XBG", "XBO", "CS", "XPX", "HEA",
)  # fmt: skip
"""The units that are offered, the usual ones first; the profile's own is put before them."""

_PRODUCT: Final = f"{CANONICAL_STEM}/01/"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsBlock:
    """A list of goods of a form. `is_made` says that the event brings them into being.

    `name` begins the names of its fields; `items` and `lots` are the lists of the event.
    """

    name: str
    items: str
    lots: str
    is_made: bool

    def owns(self, key: str) -> bool:
        """Return whether a column is filled in by this block."""
        return key == self.items or key.partition("[]")[0] == self.lots


def blocks_of(sheet: Sheet) -> tuple[GoodsBlock, ...]:
    """Return the lists of goods of a step: what it is about, and what it used."""
    way = sheet.way
    items, lots = goods_lists(way.event_type)
    is_made = makes_goods(way.event_type, way.actions)
    goods = GoodsBlock(name="goods", items=items, lots=lots, is_made=is_made)
    if way.event_type != TRANSFORMATION:
        return (goods,)
    inputs = GoodsBlock(
        name="inputs", items="inputEPCList", lots="inputQuantityList", is_made=False
    )
    return (inputs, goods)


def rows_max() -> int:
    """Return how many codes a form takes; more of them come by a sheet or in a pack."""
    return services().settings.form_codes_max


def code_text(uri: str) -> str:
    """Return a code as it is printed: its elements, or its URI where it has none."""
    return " ".join(f"({ai}){value}" for ai, value in parts_of(uri).items()) or uri


def row_count(form: Form, block: GoodsBlock) -> int:
    """Return how many rows of a block a form has."""
    typed = form.text(f"{block.name}-rows")
    count = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 1
    return min(max(count, 1), rows_max())


def cells_of(form: Form, block: GoodsBlock) -> dict[str, str]:
    """Return the cells that a block fills; what is wrong is noted beside its field."""
    if block.is_made:
        return _made(form, block)
    unit = form.text(f"{block.name}-unit")
    items: list[str] = []
    lots: list[tuple[str, str, str]] = []
    for row in range(row_count(form, block)):
        name = f"{block.name}-{row}-code"
        text, amount = form.code(name), form.code(f"{block.name}-{row}-amount")
        if not text:
            continue
        uri = _uri(form, name, text)
        if not uri:
            continue
        if level_of(uri) is Level.INSTANCE:
            items.append(uri)
        else:
            lots.append((uri, amount or "-", unit if amount and unit else "-"))
    if not items and not lots:
        form.wrong(f"{block.name}-0-code", _("Scan or type at least one code."))
    return _cells(block, items, lots)


def _made(form: Form, block: GoodsBlock) -> dict[str, str]:
    """Return the cells of goods that come into being: a product with its lot, or single codes."""
    product, lot = form.text(f"{block.name}-product"), form.code(f"{block.name}-lot")
    amount, unit = form.code(f"{block.name}-amount"), form.text(f"{block.name}-unit")
    items = [
        _uri(form, f"{block.name}-items", line.strip())
        for line in form.text(f"{block.name}-items").splitlines()[: rows_max()]
        if line.strip()
    ]
    lots: list[tuple[str, str, str]] = []
    if lot or not items:
        uri = _lot(form, block, product, lot)
        if uri:
            lots.append((uri, amount or "-", unit if amount and unit else "-"))
    return _cells(block, [item for item in items if item], lots)


def _lot(form: Form, block: GoodsBlock, product: str, lot: str) -> str:
    if not product.startswith(_PRODUCT):
        form.wrong(f"{block.name}-product", _("Choose what is made."))
        return ""
    try:
        return lot_uri(product.removeprefix(_PRODUCT), lot)
    except InvalidInput:
        form.wrong(
            f"{block.name}-lot",
            _(
                "A lot number has 1 to 20 letters, digits or signs such as - and /, without "
                "Chinese characters and blanks."
            ),
        )
        return ""


def _cells(
    block: GoodsBlock, items: Sequence[str], lots: Sequence[tuple[str, str, str]]
) -> dict[str, str]:
    cells = {block.items: "\n".join(items)}
    for at, part in enumerate(("epcClass", "quantity", "uom")):
        lines = [lot[at] for lot in lots]
        # An amount that nobody gave is left out as a whole.
        if any(line != "-" for line in lines):
            cells[f"{block.lots}[].{part}"] = "\n".join(lines)
    return {key: cell for key, cell in cells.items() if cell}


def _uri(form: Form, name: str, text: str) -> str:
    try:
        return uri_typed(text)
    except InvalidInput:
        form.wrong(name, _("This is no code that can be read. Scan it again, or compare it."))
        return ""
