"""Strawberry yoghurt: the making, the cups, and how they are packed.

Steps without a word in CBV 2.0 are full URIs of this ledger's own (`urn:suxin:epcis:fermenting`).
"""

from datetime import timedelta
from typing import Final

from base.strict_json import JsonObject
from jobs.demo.events import SX, amount, asset, event, lab_test, labelled, sampled, temperatures
from jobs.demo.ingredients import ingredient_lot
from jobs.demo.milk import MILK_DAY, tanker_lot
from jobs.demo.plot import Document, Plot, Sscc
from jobs.demo.register import PARTIES, PRODUCTS, SITES
from jobs.demo.trade import Delivery, shipped
from jobs.demo.world import Certificate

FILLED_DAY: Final = MILK_DAY - 1
SHIPPED_DAY: Final = 4
SHELF_LIFE_DAYS: Final = 21

CUPS: Final = 24
CUPS_OF_CARTON: Final = 6
CUP_KG: Final = 0.2
CUPS_WITHOUT_SERIAL: Final = 17_926
"""The rest of the same lot, known by the lot alone until it is packed too."""

_FILLED_KG: Final = 3600.0
_CUP = PRODUCTS["yoghurt_cup"]
_PLANT: Final = SITES["dairy"].uri


def bulk_lot(plot: Plot) -> str:
    """Return the lot of yoghurt in the fermenting tank."""
    return PRODUCTS["yoghurt_bulk"].lot(plot.lot("bulk", MILK_DAY))


def cup_lot(plot: Plot) -> str:
    """Return the lot printed on the cups."""
    return _CUP.lot(plot.lot("cups", FILLED_DAY))


def cups(plot: Plot) -> tuple[str, ...]:
    """Return the cups that bear a serial, in the order of filling."""
    return tuple(_CUP.item(plot.token(f"cup {number}", 12)) for number in range(CUPS))


def cartons(plot: Plot) -> tuple[tuple[Sscc, tuple[str, ...]], ...]:
    """Return each carton with its cups."""
    filled = cups(plot)
    return tuple(
        (
            plot.sscc(PARTIES["dairy"], f"carton {first}"),
            filled[first : first + CUPS_OF_CARTON],
        )
        for first in range(0, CUPS, CUPS_OF_CARTON)
    )


def pallet(plot: Plot) -> Sscc:
    """Return the pallet that the cartons travel on."""
    return plot.sscc(PARTIES["dairy"], "pallet")


def pallet_delivery(plot: Plot) -> Delivery:
    """Return the delivery from the dairy to the cold store."""
    return Delivery(
        name="pallet", giver="dairy", taker="cold_store", unit_price="3.86", epcs=[pallet(plot).uri]
    )


def release_certificate(plot: Plot) -> Certificate:
    """Return the release report as the register holds it (国务院令第536号 34)."""
    return Certificate(
        party="dairy",
        product="yoghurt_cup",
        kind="factory",
        number=_release_report(plot),
        issuer=PARTIES["dairy"].name_zh,
        from_on=plot.day(SHIPPED_DAY),
        until_on=None,
        lot=plot.lot("cups", FILLED_DAY),
    )


def tell_yoghurt(plot: Plot) -> tuple[Document, ...]:
    """Return the dairy's documents from the tank to the gate."""
    made = (_fermenting(plot), _filling(plot))
    left = shipped(
        plot,
        pallet_delivery(plot),
        plot.on(SHIPPED_DAY, "13:20"),
        terms={"sx:driverName": "路远舟", "sx:vehiclePlate": "冀A·D3686"},
    )
    return (
        Document(name="yoghurt", author="dairy", events=made),
        Document(name="packing", author="dairy", events=tuple(_packing(plot))),
        Document(name="release", author="dairy", events=(_release(plot), left)),
    )


def _fermenting(plot: Plot) -> JsonObject:
    start, end = plot.on(MILK_DAY, "13:30"), plot.on(MILK_DAY, "21:40")
    tank = asset(PARTIES["dairy"], "FERMENTER4")
    return event(
        "TransformationEvent",
        end,
        f"{SX}fermenting",
        _PLANT,
        disposition="in_progress",
        inputQuantityList=[
            amount(tanker_lot(plot), 3480.0, "KGM"),
            amount(ingredient_lot(plot, "strawberry"), 260.5, "KGM"),
            amount(ingredient_lot(plot, "culture"), 3.2, "KGM"),
        ],
        outputQuantityList=[amount(bulk_lot(plot), 3690.4, "KGM")],
        sensorElementList=[temperatures(start, end, (41.8, 42.1, 42.6), tank)],
        ilmd={
            "cbvmda:lotNumber": bulk_lot(plot).rpartition("/")[2],
            "sx:heatTreatment": "HTST",
            "sx:starterCulture": "保加利亚乳杆菌、嗜热链球菌",
            "sx:isReconstitutedMilk": False,
        },
        terms={"sx:operatorName": "褚酵明", "sx:recipeNumber": "RC-0427-9"},
    )


def _filling(plot: Plot) -> JsonObject:
    last_day = plot.day(FILLED_DAY) + timedelta(days=SHELF_LIFE_DAYS)
    return event(
        "TransformationEvent",
        plot.on(FILLED_DAY, "08:30"),
        "commissioning",
        _PLANT,
        disposition="active",
        inputQuantityList=[amount(bulk_lot(plot), _FILLED_KG, "KGM")],
        outputEPCList=list(cups(plot)),
        outputQuantityList=[amount(cup_lot(plot), CUPS_WITHOUT_SERIAL, "H87")],
        ilmd=labelled(
            cup_lot(plot),
            str(plot.day(FILLED_DAY)),
            storageCondition="2~6 ℃",
            executiveStandard="GB 19302",
        )
        | {"cbvmda:itemExpirationDate": str(last_day)},
        terms={"sx:operatorName": "邱灌虹"},
    )


def _packing(plot: Plot) -> list[JsonObject]:
    started = plot.on(FILLED_DAY, "09:10")
    packed = [
        event(
            "AggregationEvent",
            started + timedelta(minutes=number),
            "packing",
            _PLANT,
            action="ADD",
            disposition="in_progress",
            parentID=carton.uri,
            childEPCs=list(inside),
        )
        for number, (carton, inside) in enumerate(cartons(plot))
    ]
    stacked = event(
        "AggregationEvent",
        started + timedelta(minutes=20),
        "packing",
        _PLANT,
        action="ADD",
        disposition="in_progress",
        parentID=pallet(plot).uri,
        childEPCs=[carton.uri for carton, _ in cartons(plot)],
    )
    return [*packed, stacked]


def _release_report(plot: Plot) -> str:
    return f"CJ{plot.lot('release', FILLED_DAY)}"


def _release(plot: Plot) -> JsonObject:
    return event(
        "ObjectEvent",
        plot.on(SHIPPED_DAY, "09:00"),
        "inspecting",
        _PLANT,
        action="OBSERVE",
        disposition="conformant",
        epcList=list(cups(plot)),
        quantityList=[amount(cup_lot(plot), CUPS_WITHOUT_SERIAL, "H87")],
        terms={
            **lab_test(
                "release",
                result="PASS",
                method="GB 19302",
                report=_release_report(plot),
                tested_on=str(plot.day(SHIPPED_DAY)),
            ),
            **sampled("LY-5086"),
            "sx:inspectorName": "严秉安",
            "sx:inspectionNote": "留样 6 杯,编号 LY-5086,保存至保质期后。",
        },
    )
