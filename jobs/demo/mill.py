"""The millet's second half: cleaned and hulled, filled into bags, and sold in a shop."""

from datetime import timedelta
from typing import Final

from base.strict_json import JsonObject
from jobs.demo.events import amount, asset, event, lab_test, labelled, sampled, weighing
from jobs.demo.millet import HARVESTED_KG, paddy_lot
from jobs.demo.plot import Document, Plot, Sscc
from jobs.demo.register import PARTIES, PRODUCTS, SITES
from jobs.demo.trade import Delivery, received, shipped
from jobs.demo.world import Certificate

BAGS: Final = 12
BAG_KG: Final = 0.5
BAGS_WITHOUT_SERIAL: Final = 3_588
"""The rest of the same lot, known by the lot alone."""

_BOUGHT_DAY: Final = 48
_MILLED_DAY: Final = 30
_BAGGED_DAY: Final = 28
_DELIVERED_DAY: Final = 20
_SHELF_LIFE_DAYS: Final = 365

_MILLED_KG: Final = 4860.0
_MILLET_KG: Final = 3378.2
_BRAN_KG: Final = 1391.6
_BAGGED_KG: Final = 1802.5
_BAG: Final = PRODUCTS["millet_bag"]
_PLANT: Final = SITES["mill"].uri
_SHOP: Final = "shop_qiaoxi"


def millet_lot(plot: Plot) -> str:
    """Return the lot of hulled millet."""
    return PRODUCTS["millet_bulk"].lot(plot.lot("millet", _MILLED_DAY))


def bag_lot(plot: Plot) -> str:
    """Return the lot printed on the bags."""
    return _BAG.lot(plot.lot("bags", _BAGGED_DAY))


def bags(plot: Plot) -> tuple[str, ...]:
    """Return the bags that bear a serial, in the order of filling."""
    return tuple(_BAG.item(plot.token(f"bag {number}", 12)) for number in range(BAGS))


def millet_certificate(plot: Plot) -> Certificate:
    """Return the mill's release report as the register holds it."""
    return Certificate(
        party="mill",
        product="millet_bag",
        kind="factory",
        number=_release_report(plot),
        issuer=PARTIES["mill"].name_zh,
        from_on=plot.day(_BAGGED_DAY),
        until_on=None,
        lot=plot.lot("bags", _BAGGED_DAY),
    )


def tell_mill(plot: Plot) -> tuple[Document, ...]:
    """Return the documents from the sale of the harvest to the bag that is bought."""
    harvest = Delivery(
        name="paddy",
        giver="field",
        taker="mill",
        unit_price="5.28",
        quantities=[amount(paddy_lot(plot), HARVESTED_KG, "KGM")],
    )
    carton = Delivery(
        name="millet carton",
        giver="mill",
        taker=_SHOP,
        unit_price="7.15",
        epcs=[_carton(plot).uri],
    )
    sold = shipped(plot, harvest, plot.on(_BOUGHT_DAY, "09:30"))
    bought = received(
        plot,
        harvest,
        plot.on(_BOUGHT_DAY, "11:40"),
        sensorElementList=[weighing(HARVESTED_KG, asset(PARTIES["mill"], "WEIGHBRIDGE1"))],
        documents=("cert", "testres"),
        terms={
            "sx:operatorName": "米秤平",
            "sx:purchaseGrade": "2",
            "sx:moisture": 12.8,
            "sx:impurities": 0.9,
            "sx:bulkDensity": 668,
            "sx:imperfectKernels": 1.1,
            "sx:mouldyKernels": 0.2,
            "sx:nonFoodSegregated": True,
        },
    )
    left = shipped(
        plot,
        carton,
        plot.on(_DELIVERED_DAY, "08:00"),
        terms={"sx:driverName": "陆运亨", "sx:vehiclePlate": "冀A·D5993"},
    )
    return (
        Document(name="paddy sold", author="coop", events=(sold,)),
        Document(name="milling", author="mill", events=(bought, _hulling(plot))),
        Document(
            name="bags",
            author="mill",
            events=(_bagging(plot), _release(plot), _packing(plot), left),
        ),
        Document(name="millet shop", author=_SHOP, events=_in_shop(plot, carton)),
    )


def _carton(plot: Plot) -> Sscc:
    return plot.sscc(PARTIES["mill"], "millet carton")


def _release_report(plot: Plot) -> str:
    return f"LS{plot.lot('release millet', _BAGGED_DAY)}"


def _hulling(plot: Plot) -> JsonObject:
    bran = PRODUCTS["millet_bran"].lot(plot.lot("bran", _MILLED_DAY))
    return event(
        "TransformationEvent",
        plot.on(_MILLED_DAY, "15:00"),
        "commissioning",
        _PLANT,
        disposition="active",
        inputQuantityList=[amount(paddy_lot(plot), _MILLED_KG, "KGM")],
        outputQuantityList=[
            amount(millet_lot(plot), _MILLET_KG, "KGM"),
            amount(bran, _BRAN_KG, "KGM"),
        ],
        ilmd=labelled(millet_lot(plot), str(plot.day(_MILLED_DAY)), executiveStandard="GB/T 11766"),
        terms={"sx:operatorName": "穆砻清"},
    )


def _bagging(plot: Plot) -> JsonObject:
    last_day = plot.day(_BAGGED_DAY) + timedelta(days=_SHELF_LIFE_DAYS)
    return event(
        "TransformationEvent",
        plot.on(_BAGGED_DAY, "10:20"),
        "commissioning",
        _PLANT,
        disposition="active",
        inputQuantityList=[amount(millet_lot(plot), _BAGGED_KG, "KGM")],
        outputEPCList=list(bags(plot)),
        outputQuantityList=[amount(bag_lot(plot), BAGS_WITHOUT_SERIAL, "H87")],
        ilmd=labelled(
            bag_lot(plot),
            str(plot.day(_BAGGED_DAY)),
            variety="新穗谷7号",
            storageCondition="阴凉干燥处",
            executiveStandard="GB/T 11766",
        )
        | {"cbvmda:itemExpirationDate": str(last_day)},
        terms={"sx:operatorName": "穆砻清"},
    )


def _release(plot: Plot) -> JsonObject:
    return event(
        "ObjectEvent",
        plot.on(_BAGGED_DAY, "14:00"),
        "inspecting",
        _PLANT,
        action="OBSERVE",
        disposition="conformant",
        epcList=list(bags(plot)),
        quantityList=[amount(bag_lot(plot), BAGS_WITHOUT_SERIAL, "H87")],
        terms={
            **lab_test(
                "release",
                result="PASS",
                method="GB/T 11766",
                report=_release_report(plot),
                tested_on=str(plot.day(_BAGGED_DAY)),
            ),
            **sampled(f"LY-{plot.lot('release millet', _BAGGED_DAY)}"),
            "sx:inspectorName": "程谷雨",
        },
    )


def _packing(plot: Plot) -> JsonObject:
    return event(
        "AggregationEvent",
        plot.on(_BAGGED_DAY, "15:30"),
        "packing",
        _PLANT,
        action="ADD",
        disposition="in_progress",
        parentID=_carton(plot).uri,
        childEPCs=list(bags(plot)),
        # The lot came into being before it was tested.
        terms={"sx:testReportNumber": _release_report(plot)},
    )


def _in_shop(plot: Plot, carton: Delivery) -> tuple[JsonObject, ...]:
    place = SITES[_SHOP].uri
    unpacking = event(
        "AggregationEvent",
        plot.on(_DELIVERED_DAY, "15:00"),
        "unpacking",
        place,
        action="DELETE",
        disposition="in_progress",
        parentID=_carton(plot).uri,
        childEPCs=list(bags(plot)),
    )
    stocking = event(
        "ObjectEvent",
        plot.on(_DELIVERED_DAY, "15:40"),
        "stocking",
        place,
        action="OBSERVE",
        disposition="sellable_accessible",
        epcList=list(bags(plot)),
    )
    selling = event(
        "ObjectEvent",
        plot.before(3),
        "retail_selling",
        place,
        action="DELETE",
        disposition="retail_sold",
        epcList=[bags(plot)[0]],
        terms={"sx:amount": "9.80", "sx:currency": "CNY"},
    )
    arrived = received(plot, carton, plot.on(_DELIVERED_DAY, "10:30"))
    return arrived, unpacking, stocking, selling
