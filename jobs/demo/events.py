"""Writes EPCIS 2.0 events (ISO/IEC 19987) the way the parties' own software would.

The rule that must stay true: a place is given for every event, and it is one of the party that
posts it; goods that are on their way are in no business location.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from base.strict_json import JsonObject, JsonValue
from jobs.demo.people import KEEPER_OF
from jobs.demo.world import Party

SX: Final = "urn:suxin:epcis:"
"""The namespace of this ledger's own terms and business steps, bound to the prefix `sx`."""

# Goods that leave, or are under way, are at no business location (CBV 2.0 8.3).
_UNDER_WAY: Final = frozenset({"shipping", "transporting", "retail_selling"})


def event(kind: str, at: datetime, step: str, place: str, **fields: JsonValue) -> JsonObject:
    """Return an event; `fields` are named as in EPCIS, `terms` holds extension terms."""
    terms = fields.pop("terms", {})
    written: JsonObject = {
        "type": kind,
        "eventTime": instant(at),
        "eventTimeZoneOffset": "+08:00",
        "bizStep": step,
        "readPoint": {"id": place},
    }
    if step not in _UNDER_WAY:
        written["bizLocation"] = {"id": place}
    written.update(fields)
    # Somebody answers for every step (食品安全法 42 and the profiles).
    written["sx:operatorName"] = KEEPER_OF[place]
    if isinstance(terms, dict):
        written.update(terms)
    return written


def amount(epc_class: str, quantity: float, uom: str) -> JsonObject:
    """Return a quantity of a lot; `uom` is a code of UN/CEFACT Recommendation 20."""
    return {"epcClass": epc_class, "quantity": quantity, "uom": uom}


def asset(party: Party, name: str) -> str:
    """Return an instrument of a party as an EPC URI (GIAI)."""
    return f"urn:epc:id:giai:{party.prefix}.{name}"


def labelled(product_lot: str, produced_on: str, **terms: str) -> JsonObject:
    """Return lot master data; `terms` are names of the project's own namespace."""
    own: JsonObject = {f"sx:{name}": value for name, value in terms.items()}
    return {
        "cbvmda:lotNumber": product_lot.rpartition("/")[2],
        "cbvmda:countryOfOrigin": "CN",
        "sx:productionDate": produced_on,
        **own,
    }


def lab_test(item: str, *, result: str, method: str, report: str, tested_on: str) -> JsonObject:
    """Return the terms of one laboratory test; results are NEG, POS, ND, PASS or FAIL."""
    return {
        "sx:testItem": item,
        "sx:testResult": result,
        "sx:testMethod": method,
        "sx:testReportNumber": report,
        "sx:testedAt": tested_on,
    }


def sampled(number: str, *, kind: str = "self") -> JsonObject:
    """Return the terms of a sample; kinds are self, entrusted, market, supervision, rapid."""
    return {"sx:sampleNumber": number, "sx:testKind": kind}


def kept_cold(set_point: float, handed_over: float, *, minutes_out: int = 0) -> JsonObject:
    """Return the terms of a logger that noted a value each minute, in degrees Celsius."""
    return {
        "sx:loggingIntervalMinutes": 1,
        "sx:setPointTemperature": set_point,
        "sx:handoverTemperature": handed_over,
        "sx:excursionMinutes": minutes_out,
    }


def temperature(at: datetime, celsius: float, device: str) -> JsonObject:
    """Return one reading of a thermometer."""
    return {
        "sensorMetadata": {"time": instant(at), "deviceID": device},
        "sensorReport": [{"type": "Temperature", "value": celsius, "uom": "CEL"}],
    }


def temperatures(
    start: datetime, end: datetime, celsius: Sequence[float], device: str
) -> JsonObject:
    """Return what a logger recorded over a time: least, greatest and mean of `celsius`."""
    return {
        "sensorMetadata": {
            "startTime": instant(start),
            "endTime": instant(end),
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


def instant(at: datetime) -> str:
    """Return an instant as events write it."""
    return at.isoformat(timespec="milliseconds")
