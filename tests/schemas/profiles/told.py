"""Events as enterprises would write them by hand, for the stories of the tests."""

from typing import Any, TypeAlias

from base.strict_json import JsonObject, JsonValue

Terms: TypeAlias = dict[str, Any]
"""Terms that several events share; `Any`, so that they unpack beside the named arguments."""

GTIN = "https://id.gs1.org/01/"
FARM, PLANT, MARKET, SHOP = (
    "https://id.gs1.org/414/6979990970027",
    "https://id.gs1.org/414/6959993100027",
    "https://id.gs1.org/414/6959990700022",
    "https://id.gs1.org/414/6939992100020",
)
SELLER, BUYER = "urn:epc:id:pgln:697999011.001", "urn:epc:id:pgln:69599931.0001"
TRANSACTIONS = "urn:epcglobal:cbv:bt:6959993100010:"

_LISTS = {
    "AggregationEvent": ("childEPCs", "childQuantityList"),
    "TransformationEvent": ("outputEPCList", "outputQuantityList"),
}


def told(
    kind: str,
    at: str,
    step: str,
    disposition: str,
    place: str,
    *,
    lots: tuple[tuple[str, float, str], ...] = (),
    items: tuple[str, ...] = (),
    used: tuple[tuple[str, float, str], ...] = (),
    ilmd: JsonObject | None = None,
    papers: dict[str, str] | None = None,
    seller: bool = False,
    buyer: bool = False,
    sensor: JsonObject | None = None,
    **terms: JsonValue,
) -> JsonObject:
    """Return an event; `kind` is `ObjectEvent ADD`, `terms` are names of our own namespace."""
    event_type, _, action = kind.partition(" ")
    item_list, lot_list = _LISTS.get(event_type, ("epcList", "quantityList"))
    written: JsonObject = {
        "type": event_type,
        "eventTime": f"2026-{at}:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "bizStep": step if step.islower() and ":" not in step else f"urn:suxin:epcis:{step[3:]}",
        "disposition": disposition,
        "readPoint": {"id": place},
    }
    if action:
        written["action"] = action
    for name, values in ((lot_list, lots), ("inputQuantityList", used)):
        if values:
            written[name] = [
                {"epcClass": lot, "quantity": number, "uom": unit} for lot, number, unit in values
            ]
    if items:
        written[item_list] = list(items)
    if ilmd is not None:
        written["ilmd"] = {
            (name if ":" in name else f"sx:{name}"): value for name, value in ilmd.items()
        }
    if papers:
        written["bizTransactionList"] = [
            {"type": paper, "bizTransaction": TRANSACTIONS + number}
            for paper, number in papers.items()
        ]
    if seller:
        written["sourceList"] = [{"type": "owning_party", "source": SELLER}]
    if buyer:
        written["destinationList"] = [{"type": "owning_party", "destination": BUYER}]
    if sensor is not None:
        written["sensorElementList"] = [
            {
                "sensorMetadata": {"deviceID": "urn:epc:id:giai:69599931.LOGGER7"},
                "sensorReport": [{"type": "Temperature", "uom": "CEL", **sensor}],
            }
        ]
    return written | {f"sx:{name}": value for name, value in terms.items()}
