"""The whole story: every document, who posts it, its bytes and the key under which it is posted.

The rule that must stay true: the same seed told at the same instant is the same bytes under the
same idempotency keys, so that posting it twice records it once.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import orjson

from base.strict_json import JsonObject
from codes.gs1.digital_link import CANONICAL_STEM
from jobs.demo.cold_chain import cups_on_shelf, sold_cup, tell_cold_chain
from jobs.demo.events import SX
from jobs.demo.ingredients import tell_ingredients
from jobs.demo.milk import milk_lot, tell_milk
from jobs.demo.mill import bag_lot, bags, millet_certificate, tell_mill
from jobs.demo.millet import seed_lot, tell_field
from jobs.demo.plot import Document, Plot
from jobs.demo.register import standing_certificates
from jobs.demo.world import Certificate
from jobs.demo.yoghurt import cup_lot, release_certificate, tell_yoghurt

EPCIS_CONTEXT: Final = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One capture document ready to send; `author` is the slug of the party that sends it."""

    name: str
    author: str
    body: bytes
    idempotency_key: str
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything that is posted, and the codes that people are then shown."""

    posts: tuple[Post, ...]
    certificates: tuple[Certificate, ...]
    cup: str
    sold_cup: str
    cup_lot: str
    bag: str
    bag_lot: str
    raw_milk: str
    seed_lot: str


def tell(plot: Plot) -> Story:
    """Return the story of one telling."""
    documents = (
        *tell_field(plot),
        *tell_mill(plot),
        *tell_ingredients(plot),
        *tell_milk(plot),
        *tell_yoghurt(plot),
        *tell_cold_chain(plot),
    )
    return Story(
        posts=tuple(_post(document) for document in documents),
        certificates=(
            *standing_certificates(plot.told_at.year),
            release_certificate(plot),
            millet_certificate(plot),
        ),
        cup=cups_on_shelf(plot, 0)[1],
        sold_cup=sold_cup(plot),
        cup_lot=cup_lot(plot),
        bag=bags(plot)[1],
        bag_lot=bag_lot(plot),
        raw_milk=milk_lot(plot, "yunhe"),
        seed_lot=seed_lot(plot),
    )


def path_of(uri: str) -> str:
    """Return the path of a code's page: that of its Digital Link."""
    return uri.removeprefix(CANONICAL_STEM)


def _post(document: Document) -> Post:
    body = orjson.dumps(_written(document))
    return Post(
        name=document.name,
        author=document.author,
        body=body,
        idempotency_key=f"demo-{sha256(body).hexdigest()[:48]}",
        events=len(document.events),
    )


def _written(document: Document) -> JsonObject:
    return {
        "@context": [EPCIS_CONTEXT, {"sx": SX}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        # A document is written when the last of its events has happened.
        "creationDate": max(str(event["eventTime"]) for event in document.events),
        "epcisBody": {"eventList": list(document.events)},
    }
