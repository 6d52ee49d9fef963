"""What an event's form is filled in with before anybody types: from the last event of the code.

The rule that must stay true: only what the asker may see of that event is taken, and only what is
likely to hold again: whoever sends a form says everything in it.
"""

from dataclasses import dataclass
from datetime import datetime
from trace.query import query_events
from trace.reading import ReadEvent
from typing import Final

from sqlalchemy import Connection

from base.clock import CIVIL_ZONE
from base.errors import AppError
from base.strict_json import JsonObject
from codes.canonical import Level, level_of, parts_of
from parties.actors import Actor
from parties.directory import ProductCard, products_by_uri, register_uris
from schemas.profiles.cells import CellStyle
from schemas.profiles.reading import objects
from schemas.profiles.row_events import row_of_event
from web.pages.event_goods import GoodsBlock, blocks_of, code_text
from web.pages.event_steps import EventStep
from web.services import Services

_KEPT: Final = ("sourceList[", "destinationList[", "bizTransactionList[")
_LISTS: Final = ("quantityList", "outputQuantityList", "childQuantityList", "inputQuantityList")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCode:
    """A code that something is to be recorded of, with what is known of it."""

    uri: str
    product: ProductCard | None
    last: ReadEvent | None

    @property
    def class_code(self) -> str:
        """The class of its product, "" where it has none."""
        return "" if self.product is None else self.product.class_code

    @property
    def last_step(self) -> str:
        """The business step of its last event, "" for none."""
        found = None if self.last is None else self.last.event.get("bizStep")
        return found if isinstance(found, str) else ""

    @property
    def last_cte(self) -> str:
        """The step that its last event named, "" for none."""
        found = None if self.last is None else self.last.event.get("sx:cte")
        return found if isinstance(found, str) else ""


def known_code(connection: Connection, parts: Services, actor: Actor, uri: str) -> KnownCode:
    """Return what is known of a canonical URI."""
    names = register_uris(uri)
    products = products_by_uri(connection, names)
    product = next((products[name] for name in names if name in products), None)
    return KnownCode(uri=uri, product=product, last=_last(connection, parts, actor, uri))


def _last(connection: Connection, parts: Services, actor: Actor, uri: str) -> ReadEvent | None:
    name = "MATCH_anyEPC" if level_of(uri) is Level.INSTANCE else "MATCH_anyEPCClass"
    try:
        page = query_events(
            connection,
            parts.log,
            {name: uri},
            actor,
            per_page=1,
            values_max=parts.settings.query_values_max,
            token=None,
        )
    except AppError:
        # Nothing is likely then; the form is there all the same.
        return None
    return page.events[0] if page.events else None


def defaults_of(
    known: KnownCode | None, step: EventStep, *, now: datetime, site: str
) -> dict[str, str]:
    """Return what a form's fields begin with; `site` is where one mostly works."""
    local = now.astimezone(CIVIL_ZONE)
    values = {"eventTime": local.strftime("%Y-%m-%dT%H:%M"), "readPoint.id": site}
    for column in step.sheet.columns:
        if column.key.endswith("productionDate"):
            values[column.key] = local.date().isoformat()
    if known is None:
        return values
    if known.last is not None:
        row = row_of_event(step.sheet, known.last.event, known.last.namespaces, CellStyle())
        values |= {key: cell for key, cell in row.items() if key.startswith(_KEPT)}
    for block in blocks_of(step.sheet)[:1]:
        values |= _goods(known, block)
    return values


def _goods(known: KnownCode, block: GoodsBlock) -> dict[str, str]:
    amount, unit = _amount(known)
    if not block.is_made:
        values = {f"{block.name}-0-code": code_text(known.uri)}
        named = {f"{block.name}-0-amount": amount, f"{block.name}-unit": unit}
    else:
        product = "" if known.product is None else known.product.uri
        values = {f"{block.name}-product": product}
        named = {f"{block.name}-lot": parts_of(known.uri).get("10", ""), f"{block.name}-unit": unit}
        if level_of(known.uri) is Level.INSTANCE:
            named[f"{block.name}-items"] = code_text(known.uri)
    return values | {key: value for key, value in named.items() if value}


def _amount(known: KnownCode) -> tuple[str, str]:
    """Return how much of the code the last event spoke of, and in which unit."""
    event: JsonObject = {} if known.last is None else known.last.event
    for name in _LISTS:
        for lot in objects(event.get(name)):
            if lot.get("epcClass") == known.uri and "quantity" in lot:
                unit = lot.get("uom")
                return str(lot["quantity"]), unit if isinstance(unit, str) else ""
    return "", ""
