"""Goods change hands: both sides' events name the same order, advice, invoice and parties.

The rule that must stay true: whoever gives posts from its own place and whoever takes from its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from base.strict_json import JsonObject, JsonValue
from jobs.demo.events import event
from jobs.demo.plot import Plot
from jobs.demo.register import PARTIES, SITES


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery between two sites, by their slugs.

    `unit_price` is yuan as text, so that it stays an exact decimal; both sides record it.
    """

    name: str
    giver: str
    taker: str
    unit_price: str
    quantities: Sequence[JsonObject] = ()
    epcs: Sequence[str] = ()

    def goods(self) -> JsonObject:
        """Return what is handed over, as fields of an ObjectEvent."""
        goods: JsonObject = {}
        if self.epcs:
            goods["epcList"] = list(self.epcs)
        if self.quantities:
            goods["quantityList"] = list(self.quantities)
        return goods

    def papers(self, plot: Plot, more: Sequence[str] = ()) -> JsonObject:
        """Return the order, the advice, `more` kinds of documents, and the two parties."""
        giver, taker = PARTIES[SITES[self.giver].party], PARTIES[SITES[self.taker].party]
        order, advice, invoice = (
            f"{kind}-{plot.digits(f'{kind} {self.name}', 8)}" for kind in ("PO", "DA", "INV")
        )
        further: list[JsonValue] = [
            {
                "type": kind,
                "bizTransaction": f"urn:epcglobal:cbv:bt:{giver.gln}:"
                f"{kind.upper()}-{plot.digits(f'{kind} {self.name}', 8)}",
            }
            for kind in more
        ]
        return {
            "bizTransactionList": [
                {"type": "po", "bizTransaction": f"urn:epcglobal:cbv:bt:{taker.gln}:{order}"},
                {"type": "desadv", "bizTransaction": f"urn:epcglobal:cbv:bt:{giver.gln}:{advice}"},
                {"type": "inv", "bizTransaction": f"urn:epcglobal:cbv:bt:{giver.gln}:{invoice}"},
                *further,
            ],
            "sourceList": [
                {"type": "owning_party", "source": giver.urn},
                {"type": "possessing_party", "source": giver.urn},
                {"type": "location", "source": SITES[self.giver].uri},
            ],
            "destinationList": [
                {"type": "owning_party", "destination": taker.urn},
                {"type": "possessing_party", "destination": taker.urn},
                {"type": "location", "destination": SITES[self.taker].uri},
            ],
        }


def shipped(
    plot: Plot,
    delivery: Delivery,
    at: datetime,
    *,
    step: str = "shipping",
    terms: JsonObject | None = None,
    **fields: JsonValue,
) -> JsonObject:
    """Return the giver's event: the goods are on their way."""
    return event(
        "ObjectEvent",
        at,
        step,
        SITES[delivery.giver].uri,
        action="OBSERVE",
        disposition="in_transit",
        **delivery.goods(),
        **delivery.papers(plot),
        **fields,
        terms=_price(delivery) | (terms or {}),
    )


def received(
    plot: Plot,
    delivery: Delivery,
    at: datetime,
    *,
    terms: JsonObject | None = None,
    documents: Sequence[str] = (),
    **fields: JsonValue,
) -> JsonObject:
    """Return the taker's event: the goods are there, looked at and accepted.

    `documents` are kinds of papers that came with them: cert, testres.
    """
    return event(
        "ObjectEvent",
        at,
        "receiving",
        SITES[delivery.taker].uri,
        action="OBSERVE",
        disposition="in_progress",
        **delivery.goods(),
        **delivery.papers(plot, documents),
        **fields,
        terms=_price(delivery) | _ACCEPTED | (terms or {}),
    )


def _price(delivery: Delivery) -> JsonObject:
    return {"sx:unitPrice": delivery.unit_price, "sx:currency": "CNY"}


# The licence of the giver was looked at, and so were the goods (食品安全法 50, 53).
_ACCEPTED: Final[JsonObject] = {"sx:supplierLicenceChecked": True, "sx:acceptance": "accept"}
