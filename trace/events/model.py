"""One EPCIS event as the index, the projector and the rules of trace need it.

The rule that must stay true: an `Event` is a reading of one event that has its shape and passed its
rules; it adds nothing that the event does not say, except the lot a serial belongs to.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from trace.events.identifiers import canonical, lot_uri
from trace.events.times import read_instant
from typing import Final

from base.strict_json import JsonObject, JsonValue
from codes.canonical import uri_of_text
from codes.model import CodeError
from schemas.cbv import (
    BIZ_STEP,
    BIZ_TRANSACTION_TYPE,
    DISPOSITION,
    ERROR_REASON,
    SOURCE_DEST_TYPE,
    STANDARD_PREFIXES,
    Vocabulary,
    canonical_word,
)
from schemas.profiles.naming import renamed


class Role(IntEnum):
    """What part an identifier plays in an event. The numbers are stored: never reuse one.

    `read` gives an event's items the first ten; the index adds the last four for the fields of
    `Event` that hold them. A named input stands in a field of its own and not among the goods.
    """

    EPC = 1
    EPC_CLASS = 2
    PARENT = 3
    CHILD = 4
    CHILD_CLASS = 5
    INPUT = 6
    INPUT_CLASS = 7
    OUTPUT = 8
    OUTPUT_CLASS = 9
    LOT = 10
    TRANSFORMATION = 11
    SOURCE = 12
    DESTINATION = 13
    NAMED_INPUT = 14


class Side(StrEnum):
    """Which end of a transfer a party or place stands at."""

    SOURCE = "source"
    DESTINATION = "destination"


@dataclass(frozen=True, slots=True)
class Item:
    """An identifier in its role; `uri` is canonical, `as_sent` is what the event says."""

    role: Role
    uri: str
    as_sent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """How much of a class; without `uom` a count of instances, without `quantity` unknown."""

    role: Role
    uri: str
    quantity: Decimal | None
    uom: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A party or place of a source or destination; `kind` is a bare CBV word or a full URI."""

    side: Side
    kind: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BizTransaction:
    """A business document; `kind` is a bare CBV word, a full URI, or None where not said."""

    kind: str | None
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDeclaration:
    """The sender's word that an earlier event with the same id was wrong; ISO/IEC 19987 7.4.1.2."""

    declared_at: datetime
    reason: str | None
    corrective_event_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event. Words are bare CBV words or full URIs, identifiers canonical URIs.

    `items` holds each identifier once per role, lots of serials included; `quantities` holds every
    quantity element in the order sent. `named_inputs` are the codes in `sx:inputCode`: what was
    used on the goods, and is none of them.
    """

    type: str
    event_at: datetime
    offset: str
    action: str | None
    biz_step: str | None
    disposition: str | None
    persistent_set: tuple[str, ...]
    persistent_unset: tuple[str, ...]
    read_point: str | None
    biz_location: str | None
    event_id: str | None
    error_declaration: ErrorDeclaration | None
    transformation_id: str | None
    named_inputs: tuple[str, ...]
    items: tuple[Item, ...]
    quantities: tuple[Quantity, ...]
    parties: tuple[Party, ...]
    biz_transactions: tuple[BizTransaction, ...]


_INPUT_CODE: Final = "inputCode"
_ONE: Final = {"parentID": Role.PARENT}
_MANY: Final = {
    "epcList": Role.EPC,
    "childEPCs": Role.CHILD,
    "inputEPCList": Role.INPUT,
    "outputEPCList": Role.OUTPUT,
}
_CLASSES: Final = {
    "quantityList": Role.EPC_CLASS,
    "childQuantityList": Role.CHILD_CLASS,
    "inputQuantityList": Role.INPUT_CLASS,
    "outputQuantityList": Role.OUTPUT_CLASS,
}
EPC_FIELDS: Final = tuple(_MANY)
QUANTITY_FIELDS: Final = tuple(_CLASSES)
_LOT_NAMESPACE: Final = STANDARD_PREFIXES["cbvmda"]


def read(event: JsonObject, namespaces: Mapping[str, str]) -> Event:
    """Return the reading of an event that has its shape and passed its rules.

    `namespaces` are the prefixes in force inside the event. Raises `KeyError`, `ValueError` or
    `CodeError` for an event that did not pass.
    """
    persistent = _object(event.get("persistentDisposition"))
    return Event(
        type=_text(event["type"]),
        event_at=read_instant(_text(event["eventTime"])),
        offset=_text(event["eventTimeZoneOffset"]),
        action=_optional_text(event.get("action")),
        biz_step=_word(BIZ_STEP, event.get("bizStep"), namespaces),
        disposition=_word(DISPOSITION, event.get("disposition"), namespaces),
        persistent_set=_words(DISPOSITION, persistent.get("set"), namespaces),
        persistent_unset=_words(DISPOSITION, persistent.get("unset"), namespaces),
        read_point=_place(event.get("readPoint"), namespaces),
        biz_location=_place(event.get("bizLocation"), namespaces),
        event_id=_optional_text(event.get("eventID")),
        error_declaration=_error_declaration(event.get("errorDeclaration"), namespaces),
        transformation_id=_uri(event.get("transformationID"), namespaces),
        named_inputs=tuple(dict.fromkeys(named_inputs(event, namespaces))),
        items=_items(event, namespaces),
        quantities=read_quantities(event, namespaces),
        parties=tuple(_parties(event, namespaces)),
        biz_transactions=tuple(_biz_transactions(event, namespaces)),
    )


def _items(event: JsonObject, namespaces: Mapping[str, str]) -> tuple[Item, ...]:
    found: dict[tuple[Role, str], Item] = {}
    for name, role in _ONE.items():
        if name in event:
            sent = _text(event[name])
            uri = canonical(sent, namespaces)
            found[role, uri] = Item(role, uri, sent)
    for name, role in _MANY.items():
        for sent in _texts(event[name]) if name in event else ():
            uri = canonical(sent, namespaces)
            found.setdefault((role, uri), Item(role, uri, sent))
    for name, role in _CLASSES.items():
        for element in _objects(event[name]) if name in event else ():
            sent = _text(element["epcClass"])
            uri = canonical(sent, namespaces)
            found.setdefault((role, uri), Item(role, uri, sent))
    for lot in _lots(event, namespaces):
        for item in list(found.values()):
            joined = lot_uri(item.uri, lot) if item.role in _MADE_ROLES else None
            if joined is not None:
                found.setdefault((Role.LOT, joined), Item(Role.LOT, joined, lot))
    return tuple(found.values())


_MADE_ROLES: Final = frozenset({Role.EPC, Role.OUTPUT})


def _lots(event: JsonObject, namespaces: Mapping[str, str]) -> Iterator[str]:
    """Yield the lot numbers that an event gives to the things it brings into being.

    Only what is created has a lot from here: an ObjectEvent with ADD, a TransformationEvent's
    output. `cbvmda:lotNumber` counts whatever a document binds `cbvmda` to, since the EPCIS context
    declares it for everybody.
    """
    ilmd = event.get("ilmd")
    if not isinstance(ilmd, dict):
        return
    for name, value in ilmd.items():
        prefix, _, local = name.partition(":")
        is_lot = local == "lotNumber" and (
            prefix == "cbvmda" or namespaces.get(prefix) == _LOT_NAMESPACE
        )
        if is_lot:
            yield from _texts(value if isinstance(value, list) else [value])


def named_inputs(event: JsonObject, namespaces: Mapping[str, str]) -> Iterator[str]:
    """Yield the codes of inputs that an event names in a field: pesticides, feed, drugs.

    Whatever is no code of anything is passed over: farms write what is on the bag.
    """
    for name, value in event.items():
        if not name.endswith(_INPUT_CODE):
            continue
        said = renamed({name: value}, namespaces).get(f"sx:{_INPUT_CODE}")
        for text in said if isinstance(said, list) else [said]:
            with suppress(CodeError):
                if isinstance(text, str):
                    yield uri_of_text(text)


def read_quantities(event: JsonObject, namespaces: Mapping[str, str]) -> tuple[Quantity, ...]:
    """Return what an event says of amounts, as `read` does; the other members may be left out."""
    return tuple(_quantities(event, namespaces))


def _quantities(event: JsonObject, namespaces: Mapping[str, str]) -> Iterator[Quantity]:
    for name, role in _CLASSES.items():
        if name not in event:
            continue
        for element in _objects(event[name]):
            yield Quantity(
                role=role,
                uri=canonical(_text(element["epcClass"]), namespaces),
                quantity=_decimal(element.get("quantity")),
                uom=_optional_text(element.get("uom")),
            )


def _parties(event: JsonObject, namespaces: Mapping[str, str]) -> Iterator[Party]:
    for side, name, key in _SIDES:
        if name not in event:
            continue
        for element in _objects(event[name]):
            kind = _text(element["type"])
            yield Party(
                side=side,
                kind=canonical_word(SOURCE_DEST_TYPE, kind, namespaces),
                uri=canonical(_text(element[key]), namespaces),
            )


_SIDES: Final = tuple((side, f"{side.value}List", side.value) for side in Side)


def _biz_transactions(event: JsonObject, namespaces: Mapping[str, str]) -> Iterator[BizTransaction]:
    for element in _objects(event.get("bizTransactionList")):
        yield BizTransaction(
            kind=_word(BIZ_TRANSACTION_TYPE, element.get("type"), namespaces),
            uri=canonical(_text(element["bizTransaction"]), namespaces),
        )


def _error_declaration(value: JsonValue, namespaces: Mapping[str, str]) -> ErrorDeclaration | None:
    if not isinstance(value, dict):
        return None
    return ErrorDeclaration(
        declared_at=read_instant(_text(value["declarationTime"])),
        reason=_word(ERROR_REASON, value.get("reason"), namespaces),
        corrective_event_ids=tuple(_texts(value.get("correctiveEventIDs"))),
    )


def _word(vocabulary: Vocabulary, value: JsonValue, namespaces: Mapping[str, str]) -> str | None:
    return canonical_word(vocabulary, value, namespaces) if isinstance(value, str) else None


def _words(
    vocabulary: Vocabulary, value: JsonValue, namespaces: Mapping[str, str]
) -> tuple[str, ...]:
    return tuple(canonical_word(vocabulary, text, namespaces) for text in _texts(value))


def _place(value: JsonValue, namespaces: Mapping[str, str]) -> str | None:
    return _uri(value.get("id"), namespaces) if isinstance(value, dict) else None


def _uri(value: JsonValue, namespaces: Mapping[str, str]) -> str | None:
    return canonical(value, namespaces) if isinstance(value, str) else None


def _decimal(value: JsonValue) -> Decimal | None:
    # The shortest text of a float is what the sender wrote, up to 15 significant digits.
    return None if value is None else Decimal(repr(value))


def _text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise ValueError("an event that passed its shape has text here")
    return value


def _optional_text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: JsonValue) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _objects(value: JsonValue) -> list[JsonObject]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}
