"""Where a datum stands: the paths that rows are written with, and what they become in an event.

    goods, goods.items, goods.lot, goods.quantity     what the event is about, whatever its type
    inputs.lot, inputs.quantity                       what a transformation used
    lot.sx:harvestDate                                said of the goods when they come into being
    sx:dosage                                         said of the act: an extension of the event
    eventTime, readPoint.id, parentID, disposition    EPCIS's own fields
    bizTransactionList[cert], sourceList[owning_party], sensorElementList[Temperature].maxValue
    product.name_zh, party.uscc, certificate.number   said by the register, not by the event
    system.recordTime                                 known to the ledger itself

The rule that must stay true: lot data stands in `ilmd` where the event brings the goods into being
(ADD, TransformationEvent; ISO/IEC 19987 7.3.6), and nowhere else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from schemas.cbv import BIZ_TRANSACTION_TYPE, SOURCE_DEST_TYPE


class Place(Enum):
    """What kind of place a path names."""

    FIELD = 1
    LOCATION = 2
    THINGS = 3
    ITEMS = 4
    LOTS = 5
    QUANTITIES = 6
    LISTED = 7
    READING = 8
    DEVICE = 9
    TERM = 10
    ILMD = 11
    LOT = 12
    REGISTER = 13
    SYSTEM = 14


@dataclass(frozen=True, slots=True)
class Path:
    """A path taken apart. `name` is the field, list or term, `part` what is looked for in it."""

    place: Place
    name: str
    part: str = ""


OWN_PREFIX: Final = "sx"
OWN_STEP: Final = f"{OWN_PREFIX}:"

LOT: Final = "lot."
"""What the path of a datum begins with that a lot's birth says."""

_TERM = r"(?:sx|cbvmda):[a-zA-Z][A-Za-z0-9]*"
_PATTERNS: Final = tuple(
    (place, re.compile(pattern))
    for place, pattern in (
        (Place.FIELD, r"(eventTime|parentID|disposition|bizStep|errorDeclaration)"),
        (Place.LOCATION, r"(readPoint|bizLocation)\.id"),
        (Place.THINGS, r"((?:epcList|childEPCs|outputEPCList)\|\w+)"),
        (Place.ITEMS, r"(epcList|childEPCs|inputEPCList|outputEPCList)"),
        (Place.LOTS, r"(\w*[qQ]uantityList)\[\]\.epcClass"),
        (Place.QUANTITIES, r"(\w*[qQ]uantityList)\[\]\.quantity"),
        (Place.LISTED, r"(bizTransactionList|sourceList|destinationList)\[(\w+)\]"),
        (
            Place.READING,
            r"sensorElementList\[(Temperature|RelativeHumidity)\]\.(value|minValue|maxValue)",
        ),
        (Place.DEVICE, r"(sensorElementList)\[\]\.deviceID"),
        (Place.TERM, f"({_TERM})"),
        (Place.ILMD, rf"ilmd\.({_TERM})"),
        (Place.LOT, rf"lot\.({_TERM})"),
        (Place.REGISTER, rf"(product|party|certificate)\.({_TERM}|\w+)"),
        (Place.SYSTEM, r"system\.(\w+)"),
    )
)
_LIST_WORDS: Final = {
    "bizTransactionList": BIZ_TRANSACTION_TYPE.words,
    "sourceList": SOURCE_DEST_TYPE.words,
    "destinationList": SOURCE_DEST_TYPE.words,
}

# The lists of things of each event type: items, lots.
_GOODS: Final[Mapping[str, tuple[str, str]]] = {
    "ObjectEvent": ("epcList", "quantityList"),
    "TransactionEvent": ("epcList", "quantityList"),
    "AggregationEvent": ("childEPCs", "childQuantityList"),
    "AssociationEvent": ("childEPCs", "childQuantityList"),
    "TransformationEvent": ("outputEPCList", "outputQuantityList"),
}
_INPUTS: Final = ("inputEPCList", "inputQuantityList")
_HAS_PARENT: Final = frozenset({"AggregationEvent", "AssociationEvent", "TransactionEvent"})
TRANSFORMATION: Final = "TransformationEvent"


def parse_path(text: str) -> Path:
    """Take a path apart; raises `ValueError` for what is no path."""
    for place, pattern in _PATTERNS:
        found = pattern.fullmatch(text)
        if found is None:
            continue
        name, *rest = found.groups()
        words = _LIST_WORDS.get(name)
        if words is not None and rest[0] not in words:
            break
        return Path(place, name, rest[0] if rest else "")
    message = f"{text!r} is no path"
    raise ValueError(message)


def is_of_register(text: str) -> bool:
    """Tell whether a path names what the register says."""
    return text.startswith(("product.", "party.", "certificate."))


def is_of_lot(text: str) -> bool:
    """Tell whether a path names what the lot's birth said."""
    return text.startswith(LOT)


def makes_goods(event_type: str, actions: Sequence[str]) -> bool:
    """Tell whether an event brings goods into being and so may carry lot data."""
    return event_type == TRANSFORMATION or (
        event_type == "ObjectEvent" and tuple(actions) == ("ADD",)
    )


def goods_lists(event_type: str) -> tuple[str, str]:
    """Return the names of the lists of items and of lots that an event is about."""
    return _GOODS[event_type]


def resolve(text: str, event_type: str, actions: Sequence[str]) -> str | None:
    """Return where a written path stands in events of one shape; None where it has no place.

    Raises `ValueError` for what is no path.
    """
    items, lots = _GOODS[event_type]
    goods = {
        "goods": f"{items}|{lots}",
        "goods.items": items,
        "goods.lot": f"{lots}[].epcClass",
        "goods.quantity": f"{lots}[].quantity",
    }
    if text in goods:
        return goods[text]
    if text in _INPUT_PATHS:
        return _INPUT_PATHS[text] if event_type == TRANSFORMATION else None
    path = parse_path(text)
    if path.place is Place.LOT:
        return f"ilmd.{path.name}" if makes_goods(event_type, actions) else text
    if path.name == "parentID":
        return text if event_type in _HAS_PARENT else None
    if path.place in _WRITTEN_ELSEWHERE:
        message = f"{text!r} is written as goods, inputs or lot, whatever the event's type"
        raise ValueError(message)
    return text


_INPUT_PATHS: Final = {
    "inputs.lot": f"{_INPUTS[1]}[].epcClass",
    "inputs.quantity": f"{_INPUTS[1]}[].quantity",
}
_WRITTEN_ELSEWHERE: Final = frozenset(
    {Place.THINGS, Place.ITEMS, Place.LOTS, Place.QUANTITIES, Place.ILMD}
)


def implied(text: str) -> tuple[str, ...]:
    """Return what serves instead of a resolved path by itself: items are counted and named."""
    path = parse_path(text)
    if path.place in (Place.LOTS, Place.QUANTITIES):
        return (_ITEMS_OF[path.name],)
    return ()


_ITEMS_OF: Final = {lots: items for items, lots in _GOODS.values()} | {_INPUTS[1]: _INPUTS[0]}
