"""Reads what stands at a path of an event.

The rule that must stay true: an event has passed its shape before, and its terms bear the prefixes
`sx` and `cbvmda`; what is not there, or empty, or said for some of the goods only, reads as None.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias, cast

from base.strict_json import JsonObject, JsonValue
from schemas.cbv import BIZ_TRANSACTION_TYPE, SOURCE_DEST_TYPE, VOC
from schemas.profiles.paths import Path, Place, parse_path

Reader: TypeAlias = Callable[[JsonObject], JsonValue]

# A class of goods without lot or serial: all else that names a class names its lot.
_BARE_CLASS: Final = re.compile(
    r"https?://[^/]+/(?:[^?#]*/)?01/[0-9]{14}|urn:epc:idpat:sgtin:[0-9.]+\.\*"
)
_KEYS: Final = {
    "bizTransactionList": ("bizTransaction", BIZ_TRANSACTION_TYPE),
    "sourceList": ("source", SOURCE_DEST_TYPE),
    "destinationList": ("destination", SOURCE_DEST_TYPE),
}


def reader_of(text: str) -> Reader:
    """Return what reads a resolved path; paths of the register and of the ledger read as None."""
    path = parse_path(text)
    return _READERS[path.place](path)


def objects(value: JsonValue) -> Sequence[JsonObject]:
    """Return the elements of a list that a shape has found to hold objects; none without a list."""
    return cast("list[JsonObject]", value) if type(value) is list else ()


def _field(path: Path) -> Reader:
    name = path.name

    def read(event: JsonObject) -> JsonValue:
        return event.get(name)

    return read


def _location(path: Path) -> Reader:
    name = path.name

    def read(event: JsonObject) -> JsonValue:
        place = event.get(name)
        return place.get("id") if isinstance(place, dict) else None

    return read


def _things(path: Path) -> Reader:
    items, _, lots = path.name.partition("|")

    def read(event: JsonObject) -> JsonValue:
        return event.get(items) or event.get(lots) or None

    return read


def _items(path: Path) -> Reader:
    name = path.name

    def read(event: JsonObject) -> JsonValue:
        return event.get(name) or None

    return read


def _lots(path: Path) -> Reader:
    name = path.name

    def read(event: JsonObject) -> JsonValue:
        classes: list[JsonValue] = [element["epcClass"] for element in objects(event.get(name))]
        for uri in classes:
            if isinstance(uri, str) and _BARE_CLASS.fullmatch(uri):
                return None
        return classes or None

    return read


def _quantities(path: Path) -> Reader:
    name = path.name

    def read(event: JsonObject) -> JsonValue:
        elements = event.get(name)
        for element in objects(elements):
            if "quantity" not in element:
                return None
        return elements or None

    return read


def _listed(path: Path) -> Reader:
    name, word = path.name, path.part
    key, vocabulary = _KEYS[name]
    spellings = {spelling for spelling, bare in vocabulary.by_any.items() if bare == word}

    def read(event: JsonObject) -> JsonValue:
        if name not in event:
            return None
        found: list[JsonValue] = [
            element[key] for element in objects(event[name]) if element.get("type") in spellings
        ]
        return found or None

    return read


def _reading(path: Path) -> Reader:
    spellings, part = {path.name, f"gs1:{path.name}", VOC + path.name}, path.part

    def read(event: JsonObject) -> JsonValue:
        if "sensorElementList" not in event:
            return None
        reports: list[JsonValue] = [
            report
            for element in objects(event["sensorElementList"])
            for report in objects(element.get("sensorReport"))
            if part in report and report.get("type") in spellings
        ]
        return reports or None

    return read


def _device(path: Path) -> Reader:  # noqa: ARG001 -- every place is asked alike
    def read(event: JsonObject) -> JsonValue:
        for element in objects(event.get("sensorElementList")):
            metadata = element.get("sensorMetadata")
            if isinstance(metadata, dict) and "deviceID" in metadata:
                return metadata["deviceID"]
            for report in objects(element.get("sensorReport")):
                if "deviceID" in report:
                    return report["deviceID"]
        return None

    return read


def _ilmd(path: Path) -> Reader:
    name = path.name

    def read(event: JsonObject) -> JsonValue:
        ilmd = event.get("ilmd")
        return ilmd.get(name) if isinstance(ilmd, dict) else None

    return read


def _nowhere(path: Path) -> Reader:  # noqa: ARG001 -- every place is asked alike
    def read(event: JsonObject) -> JsonValue:  # noqa: ARG001 -- no event says it
        return None

    return read


_READERS: Final[dict[Place, Callable[[Path], Reader]]] = {
    Place.FIELD: _field,
    Place.LOCATION: _location,
    Place.THINGS: _things,
    Place.ITEMS: _items,
    Place.LOTS: _lots,
    Place.QUANTITIES: _quantities,
    Place.LISTED: _listed,
    Place.READING: _reading,
    Place.DEVICE: _device,
    Place.TERM: _field,
    Place.ILMD: _ilmd,
    # Where an event brings nothing into being, what it says of the lot is an extension of it.
    Place.LOT: _field,
    Place.REGISTER: _nowhere,
    Place.SYSTEM: _nowhere,
}
