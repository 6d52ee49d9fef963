"""What else goes into the yoghurt: a strawberry preparation and a starter culture."""

from dataclasses import dataclass
from typing import Final

from base.strict_json import JsonObject
from jobs.demo.events import amount, asset, event, kept_cold, lab_test, labelled, temperature
from jobs.demo.plot import Document, Plot
from jobs.demo.register import PARTIES, PRODUCTS, SITES
from jobs.demo.trade import Delivery, received, shipped

_MADE_DAY: Final = 9
_SHIPPED_DAY: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ingredient:
    """One ingredient; `slug` names the product, `maker` its maker, who has one site."""

    slug: str
    maker: str
    kilograms: float
    price: str
    operator: str
    storage: str
    standard: str


STRAWBERRY: Final = _Ingredient(
    slug="strawberry",
    maker="fruit",
    kilograms=280.0,
    price="23.80",
    operator="田莓霞",
    storage="0~10 ℃",
    standard="GB/T 22474",
)
CULTURE: Final = _Ingredient(
    slug="culture",
    maker="cultures",
    kilograms=5.0,
    price="186.50",
    operator="葛微岚",
    storage="-18 ℃",
    standard="GB 31639",
)


def ingredient_lot(plot: Plot, slug: str) -> str:
    """Return the lot of an ingredient."""
    return PRODUCTS[slug].lot(plot.lot(slug, _MADE_DAY))


def tell_ingredients(plot: Plot) -> tuple[Document, ...]:
    """Return the documents of the two makers and of the dairy that takes their goods in."""
    residues = lab_test(
        "pesticideResidue",
        result="ND",
        method="GB 23200.113",
        report=f"FR{plot.lot('report fruit', _MADE_DAY)}",
        tested_on=str(plot.day(_MADE_DAY)),
    )
    arrivals = (
        received(plot, _delivery(plot, CULTURE), plot.on(_SHIPPED_DAY, "10:40")),
        received(
            plot,
            _delivery(plot, STRAWBERRY),
            plot.on(_SHIPPED_DAY, "11:30"),
            documents=("cert",),
            sensorElementList=[
                temperature(
                    plot.on(_SHIPPED_DAY, "11:30"), 5.2, asset(PARTIES["dairy"], "DOCKPROBE1")
                )
            ],
            terms=kept_cold(4.0, 5.2),
        ),
    )
    return (
        _maker_document(plot, CULTURE, "10:00", {}),
        _maker_document(plot, STRAWBERRY, "14:00", residues),
        Document(name="ingredients", author="dairy", events=arrivals),
    )


def _delivery(plot: Plot, what: _Ingredient) -> Delivery:
    return Delivery(
        name=what.slug,
        giver=what.maker,
        taker="dairy",
        unit_price=what.price,
        quantities=[amount(ingredient_lot(plot, what.slug), what.kilograms, "KGM")],
    )


def _maker_document(plot: Plot, what: _Ingredient, hour: str, tested: JsonObject) -> Document:
    lot = ingredient_lot(plot, what.slug)
    made = event(
        "ObjectEvent",
        plot.on(_MADE_DAY, hour),
        "commissioning",
        SITES[what.maker].uri,
        action="ADD",
        disposition="active",
        quantityList=[amount(lot, what.kilograms, "KGM")],
        ilmd=labelled(
            lot,
            str(plot.day(_MADE_DAY)),
            storageCondition=what.storage,
            executiveStandard=what.standard,
        )
        | tested,
        terms={"sx:operatorName": what.operator},
    )
    left = shipped(plot, _delivery(plot, what), plot.on(_SHIPPED_DAY, "08:30"))
    return Document(name=what.slug, author=what.maker, events=(made, left))
