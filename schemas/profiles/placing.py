"""Puts what a form or a row says into an event, at its path.

The rule that must stay true: `reading.reader_of` reads back from a path what was put there.
"""

from typing import Final

from base.strict_json import JsonObject, JsonValue
from schemas.profiles.fields import READING_UNITS
from schemas.profiles.paths import Path, Place
from schemas.profiles.values import entries

_KEYS: Final = {
    "bizTransactionList": "bizTransaction",
    "sourceList": "source",
    "destinationList": "destination",
}


def put_simple(event: JsonObject, path: Path, value: JsonValue) -> None:
    """Put a value that stands under one name: a field, a term, a place, lot data."""
    if path.place is Place.ILMD:
        _under(event, "ilmd")[path.name] = value
    elif path.place is Place.LOCATION:
        event[path.name] = {"id": value}
    else:
        event[path.name] = value


def put_listed(event: JsonObject, path: Path, value: JsonValue) -> None:
    """Put papers or parties of one type into their list."""
    listed = event.setdefault(path.name, [])
    if isinstance(listed, list):
        listed.extend(
            {"type": path.part, _KEYS[path.name]: identifier} for identifier in entries(value)
        )


def put_reading(event: JsonObject, path: Path, value: JsonValue) -> None:
    """Put a sensor's figure, or the sensor itself, into the one sensor element of a row."""
    element = _element(event)
    if path.place is Place.DEVICE:
        _under(element, "sensorMetadata")["deviceID"] = value
        return
    reports = element.setdefault("sensorReport", [])
    if not isinstance(reports, list):
        return
    for report in reports:
        if isinstance(report, dict) and report.get("type") == path.name:
            report[path.part] = value
            return
    reports.append({"type": path.name, path.part: value, "uom": READING_UNITS[path.name]})


def _element(event: JsonObject) -> JsonObject:
    listed = event.setdefault("sensorElementList", [{}])
    first = listed[0] if isinstance(listed, list) and listed else {}
    return first if isinstance(first, dict) else {}


def _under(part: JsonObject, name: str) -> JsonObject:
    inner = part.setdefault(name, {})
    return inner if isinstance(inner, dict) else {}
