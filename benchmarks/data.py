"""The events that the benchmarks record: made from a number, so that every run has the same.

One rule: no two events of one run are alike, because the ledger records each event once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from base.strict_json import JsonObject

GTIN: Final = "06901234567892"
PRODUCT: Final = f"https://id.gs1.org/01/{GTIN}"
PLANT: Final = "https://id.gs1.org/414/6901234567892"
SHOP: Final = "https://id.gs1.org/414/6907654321090"

_CONTEXT: Final = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"sx": "urn:suxin:epcis:"},
]
_START: Final = datetime(2026, 3, 1, tzinfo=UTC)
_EVENTS_PER_LOT: Final = 20


@dataclass(slots=True)
class EventSource:
    """Gives events that were never given before; `run` tells one run's events from another's."""

    run: str
    given: int = 0

    def event(self) -> JsonObject:
        """Return the next event: of twenty of a lot one makes it, one packs, the rest ship."""
        number = self.given
        self.given += 1
        lot, step = divmod(number, _EVENTS_PER_LOT)
        name = f"{self.run}{lot}"
        at = (_START + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.000+08:00")
        head: JsonObject = {"eventTime": at, "eventTimeZoneOffset": "+08:00"}
        if step == 0:
            return {"type": "ObjectEvent", **head, **_made(name)}
        if step == 1:
            return {"type": "AggregationEvent", **head, **_packed(name)}
        return {"type": "ObjectEvent", **head, **_shipped(name, step)}

    def document(self, count: int) -> bytes:
        """Return an EPCISDocument of the next `count` events."""
        events = [self.event() for _ in range(count)]
        return orjson.dumps(
            {
                "@context": _CONTEXT,
                "type": "EPCISDocument",
                "schemaVersion": "2.0",
                "creationDate": "2026-03-01T08:00:00.000+08:00",
                "epcisBody": {"eventList": events},
            }
        )

    def documents(self, number: int, count: int) -> Iterator[bytes]:
        """Yield `number` documents of `count` events each."""
        for _ in range(number):
            yield self.document(count)


def lot_uri(run: str, lot: int) -> str:
    """Return the canonical URI of a lot that an `EventSource` of this run speaks of."""
    return f"{PRODUCT}/10/{run}{lot}"


def _serials(name: str, count: int) -> list[str]:
    return [f"{PRODUCT}/21/{name}s{at}" for at in range(count)]


def _made(name: str) -> JsonObject:
    return {
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "epcList": [*_serials(name, 3)],
        "quantityList": [{"epcClass": f"{PRODUCT}/10/{name}", "quantity": 1200, "uom": "KGM"}],
        "readPoint": {"id": PLANT},
        "bizLocation": {"id": PLANT},
        "ilmd": {
            "cbvmda:lotNumber": name,
            "cbvmda:countryOfOrigin": "CN",
            "sx:productionDate": "2026-03-01",
        },
    }


def _packed(name: str) -> JsonObject:
    return {
        "action": "ADD",
        "bizStep": "packing",
        "disposition": "in_progress",
        "parentID": f"{PRODUCT}/21/{name}box",
        "childEPCs": [*_serials(name, 3)],
        "readPoint": {"id": PLANT},
        "bizLocation": {"id": PLANT},
    }


def _shipped(name: str, step: int) -> JsonObject:
    number = f"urn:epcglobal:cbv:bt:6901234567892:{name}-{step}"
    return {
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "quantityList": [{"epcClass": f"{PRODUCT}/10/{name}", "quantity": 40 + step, "uom": "KGM"}],
        "readPoint": {"id": PLANT},
        "bizTransactionList": [{"type": "desadv", "bizTransaction": number}],
        "sourceList": [{"type": "owning_party", "source": _party(PLANT)}],
        "destinationList": [{"type": "owning_party", "destination": _party(SHOP)}],
    }


def _party(place: str) -> str:
    return place.replace("/414/", "/417/")
