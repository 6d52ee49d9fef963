"""EPCIS documents of one dairy, for the tests of an installation."""

from typing import Any

PLANT = "https://id.gs1.org/414/6959990700022"
CUP = "https://id.gs1.org/01/06959990701029"
CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]


def _event(serial: str) -> dict[str, Any]:
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-05-01T09:00:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "epcList": [f"{CUP}/21/{serial}"],
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "readPoint": {"id": PLANT},
    }


def object_event(serial: str) -> dict[str, Any]:
    """Return one event alone, as `POST /epcis/events` takes it."""
    return {"@context": CONTEXT, **_event(serial)}


def object_events(*serials: str) -> dict[str, Any]:
    """Return a document with one event for each serial."""
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-05-01T09:00:00.000+08:00",
        "epcisBody": {"eventList": [_event(serial) for serial in serials]},
    }
