"""Events and documents that the tests of this folder change one thing in."""

import json
from datetime import UTC, datetime, timedelta
from trace.events.check import check_events

from base.errors import InvalidInput, Problem
from base.strict_json import JsonObject, JsonValue
from schemas.epcis import Document, DocumentLimits, read_document
from tests.vectors import vectors_dir

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FUTURE_MAX = timedelta(minutes=10)
LIMITS = DocumentLimits()
NAMESPACES = {"example": "https://ns.example.com/", "cbvmda": "urn:epcglobal:cbv:mda"}


def epcis_files(folder: str) -> list[str]:
    return sorted(path.name for path in (vectors_dir() / "epcis" / folder).glob("*.json"))


def epcis_bytes(folder: str, name: str) -> bytes:
    return (vectors_dir() / "epcis" / folder / name).read_bytes()


def object_event(**changes: JsonValue) -> JsonObject:
    """An ObjectEvent that is right; a change to None takes a field away."""
    event: JsonObject = {
        "type": "ObjectEvent",
        "eventTime": "2026-07-22T06:45:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "eventID": "urn:uuid:fd338495-0e6d-41dd-afee-a862ecd32518",
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "epcList": ["urn:epc:id:sgtin:4012345.011111.9876"],
        "quantityList": [
            {"epcClass": "urn:epc:class:lgtin:4012345.011111.L1", "quantity": 2.5, "uom": "KGM"}
        ],
        "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.987"},
        "bizLocation": {"id": "urn:epc:id:sgln:4012345.00011.0"},
        "bizTransactionList": [
            {"type": "po", "bizTransaction": "urn:epc:id:gdti:4012345.11111.123"}
        ],
        "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4012345.00000"}],
        "ilmd": {"cbvmda:lotNumber": "L1"},
        "example:grade": "A",
    }
    return changed(event, changes)


def aggregation_event(**changes: JsonValue) -> JsonObject:
    event: JsonObject = {
        "type": "AggregationEvent",
        "eventTime": "2026-07-22T06:45:00Z",
        "eventTimeZoneOffset": "+08:00",
        "action": "ADD",
        "parentID": "urn:epc:id:sscc:4012345.0000000333",
        "childEPCs": ["urn:epc:id:sgtin:4012345.011111.9876"],
    }
    return changed(event, changes)


def transformation_event(**changes: JsonValue) -> JsonObject:
    event: JsonObject = {
        "type": "TransformationEvent",
        "eventTime": "2026-07-22T06:45:00Z",
        "eventTimeZoneOffset": "+08:00",
        "inputQuantityList": [
            {"epcClass": "urn:epc:class:lgtin:4012345.022222.IN", "quantity": 25, "uom": "KGM"}
        ],
        "outputEPCList": [
            "urn:epc:id:sgtin:4012345.012345.987",
            "https://id.gs1.org/01/04012345123456/21/988",
        ],
        "ilmd": {"cbvmda:lotNumber": "LOT/7"},
    }
    return changed(event, changes)


def changed(event: JsonObject, changes: JsonObject) -> JsonObject:
    merged = event | changes
    return {name: value for name, value in merged.items() if value is not None}


def document(*events: JsonValue, **changes: JsonValue) -> JsonObject:
    envelope: JsonObject = {
        "@context": [
            "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
            {"example": "https://ns.example.com/"},
        ],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-07-22T10:30:00Z",
        "epcisBody": {"eventList": list(events)},
    }
    return changed(envelope, changes)


def read(value: JsonValue) -> Document:
    return read_document(json.dumps(value).encode(), limits=LIMITS)


def findings(value: JsonValue) -> list[tuple[int, Problem]]:
    return check_events(read(value), now=NOW, future_max=FUTURE_MAX)


def troubles(event: JsonObject) -> list[tuple[str, str]]:
    """Return code and path inside the event of everything wrong with one event."""
    stem = "epcisBody.eventList[0]"
    return [
        (problem.code, problem.path.removeprefix(stem).removeprefix("."))
        for _, problem in findings(document(event))
    ]


def all_problems(data: bytes) -> list[Problem]:
    """Return every problem of a document, whichever part of the check finds it."""
    try:
        read_in = read_document(data, limits=LIMITS)
    except InvalidInput as error:
        return list(error.problems)
    return [problem for _, problem in check_events(read_in, now=NOW, future_max=FUTURE_MAX)]
