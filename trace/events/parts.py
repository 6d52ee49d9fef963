"""Where in an event the times, words and identifiers stand, with their paths."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from base.strict_json import JsonObject, JsonValue
from schemas.cbv import (
    ALERT_TYPE,
    BIZ_STEP,
    BIZ_TRANSACTION_TYPE,
    COMPONENT,
    DISPOSITION,
    ERROR_REASON,
    MEASUREMENT_TYPE,
    SOURCE_DEST_TYPE,
    Vocabulary,
)

Path: TypeAlias = tuple[str | int, ...]

SENSOR_TIMES: Final = ("time", "startTime", "endTime")

_TYPED_LISTS: Final = (
    ("bizTransactionList", "bizTransaction", BIZ_TRANSACTION_TYPE),
    ("sourceList", "source", SOURCE_DEST_TYPE),
    ("destinationList", "destination", SOURCE_DEST_TYPE),
)
_REPORT_WORDS: Final = (
    ("type", MEASUREMENT_TYPE),
    ("exception", ALERT_TYPE),
    ("component", COMPONENT),
)
_EPC_LISTS: Final = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_IDENTIFIER_LISTS: Final = (
    ("quantityList", "epcClass"),
    ("childQuantityList", "epcClass"),
    ("inputQuantityList", "epcClass"),
    ("outputQuantityList", "epcClass"),
    *((name, key) for name, key, _ in _TYPED_LISTS),
)


def objects(value: JsonValue) -> list[JsonObject]:
    """Return the objects of a list; none where there is no list."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def times(event: JsonObject) -> Iterator[tuple[Path, str]]:
    """Yield each time of an event, those of sensors included."""
    for name in ("eventTime", "recordTime"):
        text = event.get(name)
        if isinstance(text, str):
            yield (name,), text
    declared = event.get("errorDeclaration")
    if isinstance(declared, dict):
        text = declared.get("declarationTime")
        if isinstance(text, str):
            yield ("errorDeclaration", "declarationTime"), text
    if "sensorElementList" in event:
        for path, part in _sensor_parts(event):
            for name in SENSOR_TIMES:
                text = part.get(name)
                if isinstance(text, str):
                    yield (*path, name), text


def words(event: JsonObject) -> Iterator[tuple[Path, Vocabulary, str]]:
    """Yield each text that must be a word of a vocabulary."""
    for name, vocabulary in (("bizStep", BIZ_STEP), ("disposition", DISPOSITION)):
        text = event.get(name)
        if isinstance(text, str):
            yield (name,), vocabulary, text
    for name, _, vocabulary in _TYPED_LISTS:
        if name in event:
            for i, element in enumerate(objects(event[name])):
                text = element.get("type")
                if isinstance(text, str):
                    yield (name, i, "type"), vocabulary, text
    if "persistentDisposition" in event or "errorDeclaration" in event:
        yield from _rarer_words(event)
    if "sensorElementList" in event:
        for path, report in sensor_reports(event):
            for name, vocabulary in _REPORT_WORDS:
                text = report.get(name)
                if isinstance(text, str):
                    yield (*path, name), vocabulary, text


def _rarer_words(event: JsonObject) -> Iterator[tuple[Path, Vocabulary, str]]:
    persistent = event.get("persistentDisposition")
    if isinstance(persistent, dict):
        for name in ("set", "unset"):
            listed = persistent.get(name)
            for i, text in enumerate(listed if isinstance(listed, list) else ()):
                if isinstance(text, str):
                    yield ("persistentDisposition", name, i), DISPOSITION, text
    declared = event.get("errorDeclaration")
    if isinstance(declared, dict):
        text = declared.get("reason")
        if isinstance(text, str):
            yield ("errorDeclaration", "reason"), ERROR_REASON, text


def identifiers(event: JsonObject) -> Iterator[tuple[Path, str]]:
    """Yield each identifier of a thing, class, place, party, document or process."""
    for name in _EPC_LISTS:
        listed = event.get(name)
        if isinstance(listed, list):
            for i, text in enumerate(listed):
                if isinstance(text, str):
                    yield (name, i), text
    for name in ("parentID", "transformationID"):
        text = event.get(name)
        if isinstance(text, str):
            yield (name,), text
    for name in ("readPoint", "bizLocation"):
        place = event.get(name)
        if isinstance(place, dict) and isinstance(text := place.get("id"), str):
            yield (name, "id"), text
    for name, key in _IDENTIFIER_LISTS:
        if name in event:
            yield from _in_list(event, name, key)


def _in_list(event: JsonObject, name: str, key: str) -> Iterator[tuple[Path, str]]:
    for i, element in enumerate(objects(event[name])):
        text = element.get(key)
        if isinstance(text, str):
            yield (name, i, key), text


def sensor_reports(event: JsonObject) -> Iterator[tuple[Path, JsonObject]]:
    """Yield each report of each sensor element."""
    for i, element in enumerate(objects(event.get("sensorElementList"))):
        for j, report in enumerate(objects(element.get("sensorReport"))):
            yield ("sensorElementList", i, "sensorReport", j), report


def _sensor_parts(event: JsonObject) -> Iterator[tuple[Path, JsonObject]]:
    for i, element in enumerate(objects(event.get("sensorElementList"))):
        metadata = element.get("sensorMetadata")
        if isinstance(metadata, dict):
            yield ("sensorElementList", i, "sensorMetadata"), metadata
    yield from sensor_reports(event)
