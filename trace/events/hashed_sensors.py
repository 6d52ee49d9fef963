"""How sensor elements are written into the text of the event hash (CBV 2.0 8.9)."""

from trace.events.hashed_values import (
    Namespaces,
    extensions,
    hashed_identifier,
    hashed_number,
    hashed_word,
)
from trace.events.parts import SENSOR_TIMES, objects
from trace.events.times import hashed_instant
from typing import Final

from base.strict_json import JsonObject, JsonValue
from schemas.cbv import ALERT_TYPE, COMPONENT, MEASUREMENT_TYPE

_METADATA: Final = (
    *SENSOR_TIMES,
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
)
# The table of the standard ends with uom and coordinateReferenceSystem and leaves out bizRules,
# which its schema allows: it follows dataProcessingMethod, as in the metadata.
_REPORT: Final = (
    "type",
    "exception",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
    "time",
    "microorganism",
    "chemicalSubstance",
    "value",
    "component",
    "stringValue",
    "booleanValue",
    "hexBinaryValue",
    "uriValue",
    "minValue",
    "maxValue",
    "meanValue",
    "sDev",
    "percRank",
    "percValue",
    "uom",
    "coordinateReferenceSystem",
)
_WORDS: Final = {"type": MEASUREMENT_TYPE, "exception": ALERT_TYPE, "component": COMPONENT}
_TEXTS: Final = frozenset({"stringValue", "hexBinaryValue", "uom"})
_TIMES: Final = frozenset(SENSOR_TIMES)


def sensor_texts(
    value: JsonValue, namespaces: Namespaces, *, is_inline: bool
) -> tuple[list[str], list[str]]:
    """Return the sorted texts of the sensor elements, and those that release 2.0 writes later.

    Where `is_inline`, what a sender added stands in its element and nothing is left for later.
    """
    written: list[str] = []
    late: list[str] = []
    for element in objects(value):
        added: list[str] = []
        parts: list[str] = []
        metadata = element.get("sensorMetadata")
        for name, order, found in (
            ("sensorMetadata", _METADATA, [metadata] if isinstance(metadata, dict) else []),
            ("sensorReport", _REPORT, objects(element.get("sensorReport"))),
        ):
            texts = [_part(name, part, order, namespaces) for part in found]
            extras = ["".join(sorted(extensions(part, namespaces))) for part in found]
            if is_inline:
                texts = [text + extra for text, extra in zip(texts, extras, strict=True)]
            else:
                added.extend(name + extra for extra in extras if extra)
            parts.extend(sorted(text for text in texts if text != name))
        own = extensions(element, namespaces)
        if is_inline:
            parts.extend(sorted(own))
        elif added or own:
            late.append("sensorElement" + "".join(sorted(added + own)))
        written.append("sensorElement" + "".join(parts))
    written.sort()
    return written, late


def _part(name: str, part: JsonObject, order: tuple[str, ...], namespaces: Namespaces) -> str:
    text = name
    for field in order:
        if field in part:
            text += f"{field}={_value(field, part[field], namespaces)}"
    return text


def _value(field: str, value: JsonValue, namespaces: Namespaces) -> str:
    if isinstance(value, str):
        if field in _WORDS:
            return hashed_word(_WORDS[field], value, namespaces)
        if field in _TIMES:
            return hashed_instant(value)
        return value.strip() if field in _TEXTS else hashed_identifier(value, namespaces)
    if isinstance(value, bool):
        return "true" if value else "false"
    return hashed_number(value)
