"""One event in words: what happened where, from whom to whom, with which goods.

The rule that must stay true: everything is told from what its reader may see of the event.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from trace.declaring import WrongReason
from trace.events.model import Role
from trace.identifiers import read_uris
from trace.projections.reading import IndexedEvent
from trace.reading import ReadEvent
from typing import Final

from sqlalchemy import Connection

from base.strict_json import JsonObject
from codes.canonical import uri_of_text
from parties.directory import parties_by_id, products_by_uri, register_uris, sites_by_uri
from schemas.cbv import ERROR_REASON
from schemas.profiles.reading import objects
from schemas.profiles.registry import catalogue
from web.pages.alerts import printed_code
from web.pages.event_reading import facts_of, place_uri
from web.pages.languages import say as _
from web.pages.model import Fact, Lang
from web.pages.tracing.things import Entry, Thing, entries_of, thing_of
from web.pages.work_blueprint import name_of, when

_ITEMS_MAX: Final = 500
_LEFT_OUT: Final = (Role.SOURCE, Role.DESTINATION)
_LISTS: Final[Mapping[str, Role]] = {
    "quantityList": Role.EPC_CLASS,
    "childQuantityList": Role.CHILD_CLASS,
    "inputQuantityList": Role.INPUT_CLASS,
    "outputQuantityList": Role.OUTPUT_CLASS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A code that the event names, as what, and how much of it, "" where it does not say."""

    role: str
    thing: Thing
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryTold:
    """What a page says of an event; `items` is how many codes it names, `named` the first ones."""

    found: ReadEvent
    entry: Entry
    place: str
    sides: list[tuple[str, str]]
    facts: tuple[Fact, ...]
    named: list[Named]
    items: int

    @property
    def recorded(self) -> str:
        """Return when it was recorded, on China's clock."""
        return when(self.found.recorded_at)


def told_entry(
    connection: Connection, found: ReadEvent, indexed: IndexedEvent, lang: Lang
) -> EntryTold:
    """Return an event in words, as far as its reader may see it."""
    named = _named(connection, found, indexed.items, lang)
    return EntryTold(
        found=found,
        entry=entries_of(connection, found.log, [found.seq], lang)[found.seq],
        place=_place(connection, found, lang),
        sides=_sides(connection, found),
        facts=facts_of(found.event, lang),
        named=named[:_ITEMS_MAX],
        items=len(named),
    )


def reason_words(event: JsonObject) -> str:
    """Return why a declaration says that its event was wrong, "" where it does not say."""
    declared = event.get("errorDeclaration")
    reason = declared.get("reason") if isinstance(declared, dict) else None
    words: dict[str, str] = {
        WrongReason.DID_NOT_OCCUR: _("It did not happen"),
        WrongReason.INCORRECT_DATA: _("Something in it is wrong"),
    }
    return words.get(ERROR_REASON.by_any.get(reason, ""), "") if isinstance(reason, str) else ""


def _named(
    connection: Connection, found: ReadEvent, items: tuple[tuple[Role, int], ...], lang: Lang
) -> list[Named]:
    goods = [(role, item) for role, item in items if role not in _LEFT_OUT]
    uris = read_uris(connection, found.log, {item for _role, item in goods})
    cards = products_by_uri(connection, {register_uris(uri)[-1] for uri in uris.values()})
    amounts = _amounts(found.event, lang)
    return [
        Named(
            role=role_words(role),
            thing=thing_of(uris[item], cards.get(register_uris(uris[item])[-1]), None),
            amount=amounts.get((role, uris[item]), ""),
        )
        for role, item in goods
        if item in uris
    ]


def _amounts(event: JsonObject, lang: Lang) -> dict[tuple[Role, str], str]:
    """Return how much of each lot an event says, in words: the sum of its lines, unit by unit."""
    sums: dict[tuple[Role, str], dict[str, Decimal]] = {}
    for name, role in _LISTS.items():
        for lot in objects(event.get(name)):
            code, much, unit = lot.get("epcClass"), lot.get("quantity"), lot.get("uom", "")
            if not isinstance(code, str) or not isinstance(much, int | float):
                continue
            of_lot = sums.setdefault((role, uri_of_text(code)), {})
            of_lot[str(unit)] = of_lot.get(str(unit), Decimal(0)) + Decimal(str(much))
    return {
        lot: " + ".join(_amount(much, unit, lang) for unit, much in of_lot.items())
        for lot, of_lot in sums.items()
    }


def _amount(much: Decimal, unit: str, lang: Lang) -> str:
    known = catalogue().shared.library.units.get(unit)
    words = unit if known is None else getattr(known.label, lang)
    return f"{much.normalize():,f} {words}".rstrip()


def role_words(role: Role) -> str:
    """Return as what an event names a code."""
    return {
        Role.EPC: _("the goods"),
        Role.EPC_CLASS: _("the goods"),
        Role.PARENT: _("container"),
        Role.CHILD: _("content"),
        Role.CHILD_CLASS: _("content"),
        Role.INPUT: _("put in"),
        Role.INPUT_CLASS: _("put in"),
        Role.OUTPUT: _("made"),
        Role.OUTPUT_CLASS: _("made"),
        Role.LOT: _("their lot"),
        Role.TRANSFORMATION: _("number of the making"),
    }.get(role, "")


def _place(connection: Connection, found: ReadEvent, lang: Lang) -> str:
    uri = place_uri(found.event)
    if not uri:
        return ""
    names = register_uris(uri)
    cards = sites_by_uri(connection, names)
    card = next((cards[name] for name in names if name in cards), None)
    if card is None:
        return printed_code(uri)
    return (card.name_en if lang == "en" else "") or card.name_zh


def _sides(connection: Connection, found: ReadEvent) -> list[tuple[str, str]]:
    """Return from whom to whom it went, as the event says."""
    words = {"sourceList": ("source", _("from")), "destinationList": ("destination", _("to"))}
    shown = []
    for name, (key, title) in words.items():
        listed = found.event.get(name)
        for one in listed if isinstance(listed, list) else ():
            uri = one.get(key) if isinstance(one, dict) else None
            if isinstance(uri, str):
                shown.append((title, _party_name(connection, uri)))
    return shown


def _party_name(connection: Connection, uri: str) -> str:
    names = register_uris(uri)
    cards = sites_by_uri(connection, names)
    card = next((cards[name] for name in names if name in cards), None)
    if card is None:
        return printed_code(uri)
    parties = parties_by_id(connection, [card.party_id])
    return name_of(parties[card.party_id]) if card.party_id in parties else card.name_zh
