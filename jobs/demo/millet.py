"""A millet lot: seed and pesticide, one season in the field, the harvest.

Agricultural product quality law (农产品质量安全法) 27: what was used on the field, when, and how
long before the harvest. The pesticide is known by its 32-digit unit code (农业部公告第2579号).
"""

from typing import Final

from base.strict_json import JsonObject
from jobs.demo.events import SX, amount, event, lab_test, labelled
from jobs.demo.plot import Document, Plot
from jobs.demo.register import PRODUCTS, SITES
from jobs.demo.trade import Delivery, received, shipped

HARVEST_DAY: Final = 60
_SEED_DAY: Final = 200
_SOLD_DAY: Final = 185
_SOWN_DAY: Final = 170
_SPRAYED_DAY: Final = 112

_PESTICIDE_REGISTRATION: Final = "PD20259981"
_PESTICIDE_UNITS: Final = 2
_INTERVAL_DAYS: Final = 21
HARVESTED_KG: Final = 4873.5
_SEED_KG: Final = 25.0
_FIELD: Final = SITES["field"].uri


def seed_lot(plot: Plot) -> str:
    """Return the lot of the seed."""
    return PRODUCTS["seed"].lot(plot.lot("seed", _SEED_DAY))


def pesticide_units(plot: Plot) -> tuple[str, ...]:
    """Return the bottles used: a registered holder's own product (digits 1 and 8 are 1)."""
    head = f"1{_PESTICIDE_REGISTRATION[-6:]}1003"
    return tuple(
        f"urn:suxin:pesticide:{head}{plot.digits(f'bottle {number}', 21)}"
        for number in range(_PESTICIDE_UNITS)
    )


def paddy_lot(plot: Plot) -> str:
    """Return the lot that was harvested."""
    return PRODUCTS["paddy"].lot(plot.lot("paddy", HARVEST_DAY))


def tell_field(plot: Plot) -> tuple[Document, ...]:
    """Return the documents of the input makers and of the growers, up to the harvest."""
    seed = Delivery(
        name="seed",
        giver="seed",
        taker="field",
        unit_price="31.40",
        quantities=[amount(seed_lot(plot), _SEED_KG, "KGM")],
    )
    bottles = Delivery(
        name="pesticide",
        giver="pesticide",
        taker="field",
        unit_price="27.75",
        epcs=pesticide_units(plot),
    )
    taken = (
        received(plot, seed, plot.on(_SOLD_DAY, "15:20")),
        received(plot, bottles, plot.on(_SOLD_DAY, "16:10")),
    )
    return (
        Document(
            name="seed",
            author="seed",
            events=(_seed_made(plot), shipped(plot, seed, plot.on(_SOLD_DAY, "09:00"))),
        ),
        Document(
            name="pesticide",
            author="pesticide",
            events=(_bottles_made(plot), shipped(plot, bottles, plot.on(_SOLD_DAY, "08:20"))),
        ),
        Document(name="farm inputs", author="coop", events=taken),
        Document(name="season", author="coop", events=_season(plot)),
    )


def _seed_made(plot: Plot) -> JsonObject:
    return event(
        "ObjectEvent",
        plot.on(_SEED_DAY, "10:15"),
        "commissioning",
        SITES["seed"].uri,
        action="ADD",
        disposition="active",
        quantityList=[amount(seed_lot(plot), _SEED_KG, "KGM")],
        ilmd=labelled(
            seed_lot(plot),
            str(plot.day(_SEED_DAY)),
            variety="新穗谷7号",
            crop="谷子",
            executiveStandard="GB 4404.1",
        ),
        terms={"sx:parentLines": "穗谷3号 × 太行红谷"},
    )


def _bottles_made(plot: Plot) -> JsonObject:
    return event(
        "ObjectEvent",
        plot.on(_SEED_DAY, "11:30"),
        "commissioning",
        SITES["pesticide"].uri,
        action="ADD",
        disposition="active",
        epcList=list(pesticide_units(plot)),
        ilmd={
            "cbvmda:lotNumber": plot.lot("bottles", _SEED_DAY),
            "sx:productionDate": str(plot.day(_SEED_DAY)),
            "sx:registrationNumber": _PESTICIDE_REGISTRATION,
            "sx:activeIngredient": "高效氯氟氰菊酯 2.5%",
            "sx:preHarvestIntervalDays": _INTERVAL_DAYS,
        },
        terms={"sx:operatorName": "卫护田"},
    )


def _season(plot: Plot) -> tuple[JsonObject, ...]:
    planting = event(
        "ObjectEvent",
        plot.on(_SOWN_DAY, "06:30"),
        f"{SX}planting",
        _FIELD,
        action="OBSERVE",
        disposition="in_progress",
        quantityList=[amount(seed_lot(plot), _SEED_KG, "KGM")],
        terms={"sx:variety": "新穗谷7号", "sx:operatorName": "岳耕野"},
    )
    spraying = event(
        "ObjectEvent",
        plot.on(_SPRAYED_DAY, "07:10"),
        f"{SX}farm_input",
        _FIELD,
        action="OBSERVE",
        disposition="in_progress",
        epcList=list(pesticide_units(plot)),
        terms={
            "sx:registrationNumber": _PESTICIDE_REGISTRATION,
            "sx:preHarvestIntervalDays": _INTERVAL_DAYS,
            "sx:operatorName": "岳耕野",
        },
    )
    day = str(plot.day(HARVEST_DAY))
    harvesting = event(
        "TransformationEvent",
        plot.on(HARVEST_DAY, "16:45"),
        f"{SX}harvesting",
        _FIELD,
        disposition="active",
        inputEPCList=list(pesticide_units(plot)),
        inputQuantityList=[amount(seed_lot(plot), _SEED_KG, "KGM")],
        outputQuantityList=[amount(paddy_lot(plot), HARVESTED_KG, "KGM")],
        ilmd={
            "cbvmda:lotNumber": paddy_lot(plot).rpartition("/")[2],
            "cbvmda:countryOfOrigin": "CN",
            "sx:harvestDate": day,
            "sx:variety": "新穗谷7号",
            **lab_test(
                "pesticideResidue",
                result="ND",
                method="GB 23200.113",
                report=f"NC{plot.lot('report paddy', HARVEST_DAY)}",
                tested_on=day,
            ),
        },
        terms={"sx:operatorName": "岳耕野", "sx:phone": "199-0000-4873"},
    )
    return planting, spraying, harvesting
