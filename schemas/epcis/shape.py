"""The shape of EPCIS 2.0 events and documents as JSON Schema 2020-12, written for this ledger.

The rule that must stay true: whatever has this shape can be read by `trace.events` without asking
again for a type or a required field. Shape only: whether words, codes and times make sense is for
`trace.events.rules`. ISO/IEC 19987 clause 7; where its text and its OpenAPI differ, the stricter.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

Schema: TypeAlias = dict[str, object]

TEXT_CHARS_MAX: Final = 8_192
"""The longest text a field of an event may hold."""
URI_CHARS_MAX: Final = 2_048
ITEMS_MAX: Final = 20_000
"""The most identifiers one list of one event may hold (a container of small packs)."""

EXTENSION_NAME: Final = r"^[A-Za-z_][A-Za-z0-9_.\-]*:[^\s{}=]+$"
"""A name from a namespace of the sender's own: `prefix:local`, or a full URI."""

# RFC 3986 without brackets (an identifier is no IPv6 address), percent signs only as escapes.
URI_PATTERN: Final = r"^[A-Za-z][A-Za-z0-9+.\-]*:(?:[!#$&-;=?-Z_a-z~]|%[0-9A-Fa-f]{2})+$"
# RFC 3339 5.6 with xsd:dateTimeStamp's seconds: the zone is required, a leap second is not known.
TIME_PATTERN: Final = (
    r"^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    r"(?:Z|[+\-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+\-]14:00)$"
)

OFFSET_PATTERN: Final = r"^[+\-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)$"
UOM_PATTERN: Final = "^[A-Z0-9]{2,3}$"
HEX_PATTERN: Final = "^[A-Fa-f0-9]+$"
VERSION_PATTERN: Final = r"^2\.[0-9]+(\.[0-9]+)*$"

_TEXT: Schema = {"type": "string", "maxLength": TEXT_CHARS_MAX}
_URI: Schema = {"type": "string", "maxLength": URI_CHARS_MAX, "pattern": URI_PATTERN}
_TIME: Schema = {"type": "string", "maxLength": 40, "pattern": TIME_PATTERN}
_NUMBER: Schema = {"type": "number"}
_WORD: Schema = {"type": "string", "minLength": 1, "maxLength": URI_CHARS_MAX}
_OFFSET: Schema = {"type": "string", "maxLength": 6, "pattern": OFFSET_PATTERN}
# What stands inside a context is read, and refused, by `schemas.epcis.context`.
_CONTEXT: Schema = {"type": ["string", "object", "array"]}


def _object(
    properties: Mapping[str, Schema], *, required: tuple[str, ...] = (), may_extend: bool = False
) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }
    if required:
        schema["required"] = list(required)
    if may_extend:
        schema["patternProperties"] = {EXTENSION_NAME: {}}
    return schema


def _list(items: Schema, *, items_min: int = 0, is_set: bool = False) -> Schema:
    schema: Schema = {"type": "array", "items": items, "maxItems": ITEMS_MAX}
    if items_min:
        schema["minItems"] = items_min
    if is_set:
        schema["uniqueItems"] = True
    return schema


_QUANTITIES = _list(
    _object(
        {
            "epcClass": _URI,
            "quantity": {"type": "number", "minimum": 0},
            "uom": {"type": "string", "pattern": UOM_PATTERN},
        },
        required=("epcClass",),
    )
)
_EPCS = _list(_URI, is_set=True)
_PLACE = _object({"id": _URI}, required=("id",), may_extend=True)
_DISPOSITIONS = _list(_WORD, items_min=1, is_set=True)

_SENSOR_METADATA = _object(
    {
        "time": _TIME,
        "startTime": _TIME,
        "endTime": _TIME,
        "deviceID": _URI,
        "deviceMetadata": _URI,
        "rawData": _URI,
        "dataProcessingMethod": _URI,
        "bizRules": _URI,
    },
    may_extend=True,
)
_SENSOR_REPORT = _object(
    {
        "type": _WORD,
        "exception": _WORD,
        "deviceID": _URI,
        "deviceMetadata": _URI,
        "rawData": _URI,
        "dataProcessingMethod": _URI,
        "bizRules": _URI,
        "time": _TIME,
        "microorganism": _URI,
        "chemicalSubstance": _URI,
        "coordinateReferenceSystem": _URI,
        "value": _NUMBER,
        "component": _WORD,
        "stringValue": _TEXT,
        "booleanValue": {"type": "boolean"},
        "hexBinaryValue": {"type": "string", "maxLength": 65_536, "pattern": HEX_PATTERN},
        "uriValue": _URI,
        "minValue": _NUMBER,
        "maxValue": _NUMBER,
        "meanValue": _NUMBER,
        "sDev": _NUMBER,
        "percRank": _NUMBER,
        "percValue": _NUMBER,
        "uom": {"type": "string", "minLength": 1, "maxLength": 20},
    },
    required=("type",),
    may_extend=True,
)
_SENSOR_ELEMENTS = _list(
    _object(
        {"sensorMetadata": _SENSOR_METADATA, "sensorReport": _list(_SENSOR_REPORT, items_min=1)},
        required=("sensorReport",),
        may_extend=True,
    )
)
_PERSISTENT_DISPOSITION = _object({"set": _DISPOSITIONS, "unset": _DISPOSITIONS}) | {
    "minProperties": 1
}
_ERROR_DECLARATION = _object(
    {
        "declarationTime": _TIME,
        "reason": _WORD,
        "correctiveEventIDs": _list(_URI, is_set=True),
    },
    required=("declarationTime",),
    may_extend=True,
)

_WHEN: Mapping[str, Schema] = {
    "@context": _CONTEXT,
    "type": {"type": "string"},
    "eventTime": _TIME,
    "recordTime": _TIME,
    "eventTimeZoneOffset": _OFFSET,
    "eventID": _URI,
    "certificationInfo": {
        "if": {"type": "array"},
        "then": _list(_URI),
        "else": _URI,
    },
    "errorDeclaration": _ERROR_DECLARATION,
}
_WHY: Mapping[str, Schema] = {
    "bizStep": _WORD,
    "disposition": _WORD,
    "readPoint": _PLACE,
    "bizLocation": _PLACE,
    "bizTransactionList": _list(
        _object({"type": _WORD, "bizTransaction": _URI}, required=("bizTransaction",))
    ),
    "sourceList": _list(_object({"type": _WORD, "source": _URI}, required=("type", "source"))),
    "destinationList": _list(
        _object({"type": _WORD, "destination": _URI}, required=("type", "destination"))
    ),
    "sensorElementList": _SENSOR_ELEMENTS,
    "persistentDisposition": _PERSISTENT_DISPOSITION,
}
_ACTION: Mapping[str, Schema] = {"action": {"enum": ["ADD", "OBSERVE", "DELETE"]}}
# Names without a namespace are refused by a rule, with a message that says how to write them.
_ILMD: Mapping[str, Schema] = {"ilmd": {"type": "object", "maxProperties": 500}}
_PARENT: Mapping[str, Schema] = {"parentID": _URI}
_CHILDREN: Mapping[str, Schema] = {"childEPCs": _EPCS, "childQuantityList": _QUANTITIES}
_OBJECTS: Mapping[str, Schema] = {"epcList": _EPCS, "quantityList": _QUANTITIES}
_MADE: Mapping[str, Schema] = {
    "inputEPCList": _EPCS,
    "inputQuantityList": _QUANTITIES,
    "outputEPCList": _EPCS,
    "outputQuantityList": _QUANTITIES,
    "transformationID": _URI,
}


def _event(*required: str, **parts: Mapping[str, Schema]) -> Schema:
    properties = {**_WHEN, **_WHY}
    for part in parts.values():
        properties |= part
    return _object(
        properties,
        required=("type", "eventTime", "eventTimeZoneOffset", *required),
        may_extend=True,
    )


EVENT_SHAPES: Final[Mapping[str, Schema]] = {
    "ObjectEvent": _event("action", what=_OBJECTS, how=_ACTION, made=_ILMD),
    "AggregationEvent": _event("action", what=_CHILDREN, parent=_PARENT, how=_ACTION),
    "TransactionEvent": _event(
        "action", "bizTransactionList", what=_OBJECTS, parent=_PARENT, how=_ACTION
    ),
    "TransformationEvent": _event(what=_MADE, made=_ILMD),
    "AssociationEvent": _event("action", "parentID", what=_CHILDREN, parent=_PARENT, how=_ACTION),
}
"""One schema for each event type; ISO/IEC 19987 clauses 7.4.2 to 7.4.6."""

_VOCABULARY_LIST: dict[str, Schema] = {
    "vocabularyList": {"type": "array", "items": {"type": "object"}}
}
_HEADER = _object({"epcisMasterData": _object(_VOCABULARY_LIST)}, may_extend=True)
_VERSION: Schema = {"type": "string", "maxLength": 20, "pattern": VERSION_PATTERN}
_EVENT_LIST: dict[str, Schema] = {"eventList": {"type": "array"}}

_DOCUMENT_HEAD: Mapping[str, Schema] = {
    "@context": _CONTEXT,
    "id": _URI,
    "type": {"type": "string"},
    "schemaVersion": _VERSION,
    "creationDate": _TIME,
}

CAPTURE_SHAPE: Final = _object(
    {
        **_DOCUMENT_HEAD,
        "instanceIdentifier": _TEXT,
        "sender": _TEXT,
        "receiver": _TEXT,
        "epcisHeader": _HEADER,
        "epcisBody": _object(_EVENT_LIST, required=("eventList",)),
    },
    required=("@context", "type", "schemaVersion", "creationDate", "epcisBody"),
    may_extend=True,
)
"""An EPCISDocument without a look into its events."""

QUERY_RESULT_SHAPE: Final = _object(
    {
        **_DOCUMENT_HEAD,
        "epcisBody": _object(
            {
                "queryResults": _object(
                    {
                        "queryName": _TEXT,
                        "subscriptionID": _TEXT,
                        "resultsBody": _object(
                            _EVENT_LIST | _VOCABULARY_LIST, required=("eventList",)
                        ),
                    },
                    required=("queryName", "resultsBody"),
                )
            },
            required=("queryResults",),
        ),
    },
    required=("@context", "type", "epcisBody"),
    may_extend=True,
)
"""An EPCISQueryDocument, which `POST /capture` takes too (EPCIS 2.0 OpenAPI, `/capture`)."""
