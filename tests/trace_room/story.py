"""A story of milk and yoghurt to tell a ledger, minute by minute, and how to ask for it."""

from trace.history import History, history
from trace.walk import WalkLimits
from typing import Any

from base.db import reading
from parties.actors import ANONYMOUS
from tests.instances import Installation, at, lot, observation, serial
from tests.parties.samples import gs1

LIMITS = WalkLimits(events_max=1000, depth_max=64)


MILK, CUP = "06901234567885", "06901234567892"


CARTON = "https://id.gs1.org/00/" + gs1("06901234500000001")


PALLET = "https://id.gs1.org/00/" + gs1("06901234500000002")


TANKER = "https://id.gs1.org/8003/06901234567878T1"


def packing(
    minute: int, parent: str, *children: str, action: str = "ADD", lots: tuple[str, ...] = ()
) -> dict[str, Any]:
    event: dict[str, Any] = {
        "type": "AggregationEvent",
        "eventTime": at(minute),
        "eventTimeZoneOffset": "+08:00",
        "action": action,
        "parentID": parent,
    }
    if children:
        event["childEPCs"] = list(children)
    if lots:
        event["childQuantityList"] = [{"epcClass": uri, "quantity": 8} for uri in lots]
    return event


def making(minute: int, inputs: list[str], outputs: list[str], **more: Any) -> dict[str, Any]:
    event = {
        "type": "TransformationEvent",
        "eventTime": at(minute),
        "eventTimeZoneOffset": "+08:00",
        "bizStep": "commissioning",
        "inputQuantityList": [{"epcClass": uri, "quantity": 8, "uom": "KGM"} for uri in inputs],
        "outputEPCList": outputs,
        **more,
    }
    return {name: value for name, value in event.items() if value not in (None, [])}


def seen(minute: int, item: str, **more: Any) -> dict[str, Any]:
    return observation(item, eventTime=at(minute), **more)


def seen_lot(minute: int, uri: str, **more: Any) -> dict[str, Any]:
    named = [{"epcClass": uri, "quantity": 8, "uom": "KGM"}]
    return observation("", eventTime=at(minute), epcList=None, quantityList=named, **more)


def told_history(installation: Installation, item: str, limits: WalkLimits = LIMITS) -> History:
    with reading(installation.engine) as connection:
        return history(connection, 1, item, ANONYMOUS, limits)


def minutes_of(installation: Installation, item: str) -> list[int]:
    """Return the minutes at which the events of a history happened, in its order."""
    steps = told_history(installation, item).steps
    return [minute_of(step.event["eventTime"]) for step in steps]


def minute_of(time: object) -> int:
    hour, minute = str(time)[11:16].split(":")
    return int(hour) * 60 + int(minute)


def milk(name: str) -> str:
    return lot(name, MILK)


def to(installation: Installation, destination: str) -> dict[str, Any]:
    """Return the words by which a recorder hands goods on."""
    place = installation.site_of(destination)
    return {"destinationList": [{"type": "possessing_party", "destination": place}]}


def tell_yoghurt(installation: Installation) -> None:
    """Three farms' milk in one tanker, cups, a carton on a pallet, the shop."""
    farms = [milk(f"F{n}") for n in range(3)]
    to_carrier = to(installation, "carrier")
    for number, uri in enumerate(farms):
        told = seen_lot(number, uri, bizStep="collecting", **to_carrier)
        installation.capture(f"farm {number}", told)
    installation.capture("carrier", packing(5, TANKER, lots=tuple(farms)))
    installation.capture("carrier", seen(6, TANKER, bizStep="transporting"))
    installation.capture("carrier", packing(7, TANKER, action="DELETE"))
    installation.capture("carrier", seen(8, TANKER, bizStep="inspecting"))
    cups = [serial(n, CUP) for n in range(1, 5)]
    ilmd = {"cbvmda:lotNumber": "Y1"}
    installation.capture("plant", making(10, farms, cups, ilmd=ilmd))
    installation.capture("plant", seen_lot(12, lot("Y1", CUP), bizStep="inspecting"))
    installation.capture("plant", packing(13, CARTON, *cups[:2]))
    installation.capture("plant", {**packing(14, PALLET, CARTON), **to_carrier})
    to_shop = to(installation, "shop")
    installation.capture("carrier", seen(20, PALLET, bizStep="transporting", **to_shop))
    installation.capture("shop", packing(25, PALLET, action="DELETE"))
    installation.capture("shop", packing(26, CARTON, *cups[:2], action="DELETE"))
    installation.capture("shop", seen(30, cups[0], bizStep="retail_selling"))
