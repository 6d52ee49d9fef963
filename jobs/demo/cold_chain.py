"""The pallet's way to the shelf: a cold store, two shops, and one cup that is sold.

The cold store's software writes EPC URIs where the others write Digital Links; the things are the
same (CBV 2.0 8.9).
"""

from datetime import datetime, timedelta
from typing import Final

from base.strict_json import JsonObject, JsonValue
from jobs.demo.events import asset, event, temperature
from jobs.demo.plot import Document, Plot
from jobs.demo.register import PARTIES, SITES
from jobs.demo.trade import Delivery, received, shipped
from jobs.demo.yoghurt import SHIPPED_DAY, cartons, pallet, pallet_delivery

# Shop, its price, hours before the telling: arrival, unpacking, on the shelf.
_SHOPS: Final = (
    ("shop_changan", "4.55", 11, 10, 9, "时悦琳"),
    ("shop_qiaoxi", "4.62", 10, 9, 8, "巩暖心"),
)
_CARTONS_OF_SHOP: Final = 2
_STORE: Final = PARTIES["cold_store"]
_PLACE: Final = SITES["cold_store"].urn(_STORE.prefix)


def shop_cartons(plot: Plot, shop: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the cartons of a shop, each with its cups."""
    first = shop * _CARTONS_OF_SHOP
    return tuple(
        (carton.uri, inside) for carton, inside in cartons(plot)[first : first + _CARTONS_OF_SHOP]
    )


def cups_on_shelf(plot: Plot, shop: int) -> tuple[str, ...]:
    """Return the cups that a shop puts on its shelf."""
    return tuple(cup for _, inside in shop_cartons(plot, shop) for cup in inside)


def sold_cup(plot: Plot) -> str:
    """Return the cup that somebody bought two hours before the telling."""
    return cups_on_shelf(plot, 0)[0]


def tell_cold_chain(plot: Plot) -> tuple[Document, ...]:
    """Return the documents of the cold store and of the shops."""
    shops = tuple(_shop_document(plot, number) for number in range(len(_SHOPS)))
    return (*_store_documents(plot), *shops, _sale_document(plot))


def _shop_delivery(plot: Plot, number: int) -> Delivery:
    shop, price, *_ = _SHOPS[number]
    return Delivery(
        name=shop,
        giver="cold_store",
        taker=shop,
        unit_price=price,
        epcs=[carton for carton, _ in shop_cartons(plot, number)],
    )


def _store_documents(plot: Plot) -> tuple[Document, ...]:
    arrived = plot.on(SHIPPED_DAY, "14:50")
    receiving = received(
        plot,
        pallet_delivery(plot),
        arrived,
        sensorElementList=[temperature(arrived, 4.4, asset(_STORE, "DOCK3"))],
        terms={"sx:operatorName": "雪敬寒"},
    )
    readings = (
        _reading(plot, plot.on(SHIPPED_DAY, "15:20"), 3.9, "storing"),
        _reading(plot, plot.on(3, "02:00"), 3.6, "storing"),
        _reading(plot, plot.on(3, "14:00"), 4.2, "storing"),
        _reading(plot, plot.on(2, "02:00"), 3.7, "storing"),
    )
    unpacked = event(
        "AggregationEvent",
        plot.before(14),
        "unpacking",
        _PLACE,
        action="DELETE",
        disposition="in_progress",
        parentID=pallet(plot).urn,
        childEPCs=[carton.urn for carton, _ in cartons(plot)],
    )
    left = tuple(
        shipped(
            plot,
            _shop_delivery(plot, number),
            plot.before(13, 10 * (1 - number)),
            terms={"sx:driverName": "冷致远", "sx:vehiclePlate": "冀A·D6949"},
        )
        for number in range(len(_SHOPS))
    )
    return (
        Document(name="cold store in", author="cold_store", events=(receiving, *readings)),
        Document(name="cold store out", author="cold_store", events=(unpacked, *left)),
    )


def _reading(plot: Plot, at: datetime, celsius: float, step: str) -> JsonObject:
    return event(
        "ObjectEvent",
        at,
        step,
        _PLACE,
        action="OBSERVE",
        disposition="in_progress",
        epcList=[pallet(plot).urn],
        sensorElementList=[temperature(at, celsius, asset(_STORE, "ROOM2"))],
    )


def _shop_document(plot: Plot, number: int) -> Document:
    shop, _, arrived, opened, shelved, operator = _SHOPS[number]
    place, at = SITES[shop].uri, plot.before(arrived)
    probe = asset(PARTIES[shop], "FRIDGE1")
    cups: list[JsonValue] = list(cups_on_shelf(plot, number))
    receiving = received(
        plot,
        _shop_delivery(plot, number),
        at,
        sensorElementList=[temperature(at, 4.8, probe)],
        terms={"sx:operatorName": operator},
    )
    unpacking = tuple(
        event(
            "AggregationEvent",
            plot.before(opened) + timedelta(minutes=3 * position),
            "unpacking",
            place,
            action="DELETE",
            disposition="in_progress",
            parentID=carton,
            childEPCs=list(inside),
        )
        for position, (carton, inside) in enumerate(shop_cartons(plot, number))
    )
    stocking = event(
        "ObjectEvent",
        plot.before(shelved),
        "stocking",
        place,
        action="OBSERVE",
        disposition="sellable_accessible",
        epcList=cups,
        sensorElementList=[temperature(plot.before(shelved), 4.0, probe)],
    )
    return Document(name=shop, author=shop, events=(receiving, *unpacking, stocking))


def _sale_document(plot: Plot) -> Document:
    sale = event(
        "ObjectEvent",
        plot.before(2),
        "retail_selling",
        SITES["shop_changan"].uri,
        action="DELETE",
        disposition="retail_sold",
        epcList=[sold_cup(plot)],
        terms={"sx:amount": "6.90", "sx:currency": "CNY"},
    )
    return Document(name="sale", author="shop_changan", events=(sale,))
