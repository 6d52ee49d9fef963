"""Writes EPCIS 2.0 events (ISO/IEC 19987) the way the parties' own software would.

The rule that must stay true: a place is given for every event, and it is one of the party that
posts it; goods that are on their way are in no business location.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from base.strict_json import JsonObject, JsonValue
from jobs.demo.world import Party

SX: Final = "urn:suxin:epcis:"
"""The namespace of this ledger's own terms and business steps, bound to the prefix `sx`."""

# Goods that leave, or are under way, are at no business location (CBV 2.0 8.3).
_UNDER_WAY: Final = frozenset({"shipping", "transporting", "retail_selling"})


def event(kind: str, at: datetime, step: str, place: str, **fields: JsonValue) -> JsonObject:
    """Return an event; `fields` are named as in EPCIS, `terms` are those of namespaces."""
    terms = fields.pop("terms", {})
    written: JsonObject = {
        "type": kind,
        "eventTime": at.isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": "+08:00",
        "bizStep": step,
        "readPoint": {"id": place},
    }
    if step not in _UNDER_WAY:
        written["bizLocation"] = {"id": place}
    written.update(fields)
    if isinstance(terms, dict):
        written.update(terms)
    return written


def listed(values: Iterable[str]) -> list[JsonValue]:
    """Return texts as a JSON list."""
    return list(values)


def amount(epc_class: str, quantity: float, uom: str) -> JsonObject:
    """Return a quantity of a lot; `uom` is a code of UN/CEFACT Recommendation 20."""
    return {"epcClass": epc_class, "quantity": quantity, "uom": uom}


def handover(giver: Party, taker: Party, *, order: str, advice: str) -> JsonObject:
    """Return the fields that say who handed goods to whom, under which order and advice."""
    return {
        "bizTransactionList": [
            {"type": "po", "bizTransaction": f"urn:epcglobal:cbv:bt:{taker.gln}:{order}"},
            {"type": "desadv", "bizTransaction": f"urn:epcglobal:cbv:bt:{giver.gln}:{advice}"},
        ],
        "sourceList": [{"type": "possessing_party", "source": giver.urn}],
        "destinationList": [{"type": "possessing_party", "destination": taker.urn}],
    }


def price(unit_price: str, invoice: str) -> JsonObject:
    """Return the terms of a price in yuan; it is text, so that it stays an exact decimal."""
    return {"sx:unitPrice": unit_price, "sx:currency": "CNY", "sx:invoiceNumber": invoice}


def lab_test(item: str, report: str, tested_on: str, *, result: str, method: str) -> JsonObject:
    """Return the terms of one laboratory test; results are NEG, POS, ND, PASS or FAIL."""
    return {
        "sx:testItem": item,
        "sx:testResult": result,
        "sx:testMethod": method,
        "sx:testReportNumber": report,
        "sx:testedAt": tested_on,
    }


def temperature(at: datetime, celsius: float, device: str) -> JsonObject:
    """Return one reading of a thermometer."""
    return {
        "sensorMetadata": {"time": at.isoformat(timespec="milliseconds"), "deviceID": device},
        "sensorReport": [{"type": "Temperature", "value": celsius, "uom": "CEL"}],
    }


def temperature_range(
    start: datetime, end: datetime, celsius: Sequence[float], device: str
) -> JsonObject:
    """Return what a logger recorded over a time: least, greatest and mean of `celsius`."""
    return {
        "sensorMetadata": {
            "startTime": start.isoformat(timespec="milliseconds"),
            "endTime": end.isoformat(timespec="milliseconds"),
            "deviceID": device,
        },
        "sensorReport": [
            {
                "type": "Temperature",
                "minValue": min(celsius),
                "maxValue": max(celsius),
                "meanValue": round(sum(celsius) / len(celsius), 1),
                "uom": "CEL",
            }
        ],
    }


def weighing(kilograms: float, device: str) -> JsonObject:
    """Return what a scale reported."""
    return {
        "sensorMetadata": {"deviceID": device},
        "sensorReport": [{"type": "Mass", "value": kilograms, "uom": "KGM"}],
    }
