"""Raw milk: three farms, one road tanker, and what the dairy finds when it arrives.

Regulations on the Supervision of Dairy Quality and Safety (国务院令第536号) 20 to 25 and 31: the
farm's cooling, the handover, the permit of the tanker, and a test of every lot on arrival.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from base.strict_json import JsonObject
from jobs.demo.events import (
    amount,
    asset,
    event,
    instant,
    kept_cold,
    lab_test,
    labelled,
    sampled,
    temperature,
    temperatures,
    weighing,
)
from jobs.demo.plot import Document, Plot
from jobs.demo.register import PARTIES, PRODUCTS, SITES
from jobs.demo.trade import Delivery, received, shipped

MILK_DAY: Final = 6
"""How many days before the telling the cows were milked."""

COLLECTED_KG: Final = 3501.7


@dataclass(frozen=True, slots=True, kw_only=True)
class _Farm:
    """One farm's morning: hours are Beijing time, `price` is yuan per kilogram."""

    slug: str
    kilograms: float
    milked: str
    handed_over: str
    celsius: float
    price: str
    operator: str
    phone: str
    herd: int


_FARMS: Final = tuple(
    _Farm(
        slug=slug,
        kilograms=kilograms,
        milked=milked,
        handed_over=handed_over,
        celsius=celsius,
        price=price,
        operator=operator,
        phone=phone,
        herd=herd,
    )
    for slug, kilograms, milked, handed_over, celsius, price, operator, phone, herd in (
        ("yunhe", 1183.6, "05:10", "06:40", 3.4, "4.37", "樊云生", "199-0000-1183", 46),
        ("liuxi", 1467.2, "05:20", "07:20", 3.1, "4.41", "苗柳青", "199-0000-1467", 58),
        ("qingshi", 852.4, "05:40", "08:00", 3.8, "4.29", "石远山", "199-0000-0852", 33),
    )
)


def milk_lot(plot: Plot, farm: str) -> str:
    """Return the lot of a farm's morning milk."""
    return PRODUCTS[f"milk_{farm}"].lot(plot.lot(farm, MILK_DAY))


def tanker_lot(plot: Plot) -> str:
    """Return the lot that the three farms' milk became in the tanker."""
    return PRODUCTS["milk_tanker"].lot(plot.lot("tanker", MILK_DAY))


def tell_milk(plot: Plot) -> tuple[Document, ...]:
    """Return the documents of the farms, the carrier and the dairy's intake."""
    farms = tuple(_farm_document(plot, farm) for farm in _FARMS)
    return (*farms, _tanker_document(plot), _intake_document(plot))


def _farm_document(plot: Plot, farm: _Farm) -> Document:
    party = PARTIES[f"farm_{farm.slug}"]
    milk = amount(milk_lot(plot, farm.slug), farm.kilograms, "KGM")
    milked, day = plot.on(MILK_DAY, farm.milked), str(plot.day(MILK_DAY))
    report = f"RM{plot.lot(f'report {farm.slug}', MILK_DAY)}"
    commissioning = event(
        "ObjectEvent",
        milked,
        "commissioning",
        SITES[party.slug].uri,
        action="ADD",
        disposition="active",
        quantityList=[milk],
        sensorElementList=[temperature(milked, farm.celsius, asset(party, "TANKPROBE1"))],
        ilmd=labelled(
            milk_lot(plot, farm.slug), day, storageCondition="0~4 ℃", executiveStandard="GB 19301"
        )
        | lab_test("antibiotics", result="NEG", method="NY/T 829", report=report, tested_on=day),
        terms={
            "sx:operatorName": farm.operator,
            "sx:phone": farm.phone,
            "sx:farmCode": party.licence_no,
            "sx:herdSize": farm.herd,
            "sx:herdHealthTest": "NEG",
            "sx:cooledAt": instant(milked + timedelta(minutes=50)),
            "sx:excludedMilkSegregated": True,
            "sx:inputUse": [
                {
                    "sx:inputName": "全混合日粮",
                    "sx:inputSource": "石家庄禾牧饲料示例厂",
                    "sx:dosage": farm.herd * 42,
                    "sx:dosageUnit": "kg",
                    "sx:usedOn": day,
                }
            ],
        },
    )
    delivery = Delivery(
        name=f"milk {farm.slug}",
        giver=party.slug,
        taker="tanker",
        unit_price=farm.price,
        quantities=[milk],
    )
    left = plot.on(MILK_DAY, farm.handed_over)
    cooled = temperatures(
        milked, left, (farm.celsius, round(farm.celsius + 0.4, 1)), asset(party, "TANKPROBE1")
    )
    leaving = shipped(
        plot, delivery, left, sensorElementList=[cooled], terms=kept_cold(4.0, farm.celsius)
    )
    return Document(name=f"milk {farm.slug}", author=party.slug, events=(commissioning, leaving))


def _tanker_delivery(plot: Plot) -> Delivery:
    return Delivery(
        name="tanker",
        giver="tanker",
        taker="dairy",
        unit_price="4.63",
        quantities=[amount(tanker_lot(plot), COLLECTED_KG, "KGM")],
    )


def _tanker_document(plot: Plot) -> Document:
    probe = asset(PARTIES["carrier"], "TANK17PROBE")
    crew: JsonObject = {
        "sx:driverName": "薛长路",
        "sx:phone": "199-0000-3501",
        "sx:vehiclePlate": "冀A·D0427挂",
    }
    taken, left, arrived = (plot.on(MILK_DAY, hour) for hour in ("08:20", "08:35", "09:55"))
    collecting = event(
        "TransformationEvent",
        taken,
        "collecting",
        SITES["tanker"].uri,
        disposition="in_progress",
        inputQuantityList=[
            amount(milk_lot(plot, farm.slug), farm.kilograms, "KGM") for farm in _FARMS
        ],
        outputQuantityList=[amount(tanker_lot(plot), COLLECTED_KG, "KGM")],
        sensorElementList=[temperature(taken, 3.6, probe)],
        ilmd={"cbvmda:lotNumber": tanker_lot(plot).rpartition("/")[2]},
        terms=crew,
    )
    # The logger's readings are known when the tanker stands at the gate, and posted then.
    transporting = shipped(
        plot,
        _tanker_delivery(plot),
        left,
        step="transporting",
        sensorElementList=[temperatures(left, arrived, (3.6, 3.9, 4.2), probe)],
        terms=crew
        | kept_cold(4.0, 4.2)
        | {
            "sx:transportPermitNumber": PARTIES["carrier"].licence_no,
            "sx:handoverNumber": f"SR-{plot.digits('milk handover', 8)}",
            "sx:stationName": SITES["tanker"].name_zh,
            "sx:handedOverAt": instant(left),
            "sx:handoverSignatoryName": "樊云生",
            "sx:escortName": "薛小满",
            "sx:receiverName": "冉收燕",
            "sx:departedAt": instant(left),
            "sx:departureTemperature": 3.6,
            "sx:arrivedAt": instant(arrived),
            "sx:arrivalTemperature": 4.2,
            "sx:cleaningRecordNumber": f"QX-{plot.digits('tank cleaning', 8)}",
        },
    )
    return Document(name="tanker", author="carrier", events=(collecting, transporting))


def _intake_document(plot: Plot) -> Document:
    dairy, arrived = PARTIES["dairy"], plot.on(MILK_DAY, "10:05")
    receiving = received(
        plot,
        _tanker_delivery(plot),
        arrived,
        sensorElementList=[
            temperature(arrived, 4.1, asset(dairy, "INTAKEPROBE2")),
            weighing(COLLECTED_KG, asset(dairy, "WEIGHBRIDGE1")),
        ],
        documents=("cert",),
        terms={"sx:cte": "dairy/factory_in", "sx:operatorName": "冉收燕", "sx:tankNumber": "T17"},
    )
    inspecting = event(
        "ObjectEvent",
        plot.on(MILK_DAY, "10:50"),
        "inspecting",
        SITES["dairy"].uri,
        action="OBSERVE",
        disposition="conformant",
        quantityList=[amount(tanker_lot(plot), COLLECTED_KG, "KGM")],
        terms={
            **lab_test(
                "melamine",
                result="ND",
                method="GB/T 22388",
                report=f"IN{plot.lot('report intake', MILK_DAY)}",
                tested_on=str(plot.day(MILK_DAY)),
            ),
            **sampled("LY-3501"),
            "sx:inspectorName": "沈化宁",
            "sx:inspectionNote": "铅封完好,铅封号 7719-0427;留样编号 LY-3501。",
        },
    )
    return Document(name="intake", author="dairy", events=(receiving, inspecting))
