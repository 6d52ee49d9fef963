"""What the consumer pages are made from: the history and the register, as anybody may see them.

One rule: pages are read as an anonymous consumer, whoever is signed in; a page never shows more
than its public proof.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from trace.history import History, history
from trace.recall.marks import recalls_of
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from sqlalchemy import Connection

from base.clock import CIVIL_ZONE
from base.db import reading
from base.errors import NotFound
from codes.canonical import canonical_uri
from codes.gs1.charset import percent_encode
from codes.gs1.digital_link import CANONICAL_STEM
from credit.public_marks import public_marks
from ledger.opening import read_verifiers
from ledger.store import read_head
from parties.actors import ANONYMOUS
from parties.directory import (
    ProductCard,
    certificates_of,
    parties_by_id,
    products_by_id,
    products_by_uri,
    register_uris,
    sites_by_uri,
)
from parties.issuing.state import CodeState, states_of
from web.credit_reading import brought_up
from web.pages.model import Directory, LedgerLinks
from web.pages.scan_view import product_uri
from web.services import Services

# GS1 Digital Link URI Syntax 4.3: a lot (AI 10) qualifies a trade item (AI 01).
_GOODS: Final = f"{CANONICAL_STEM}/01/"
_LOT: Final = re.compile(r"(?P<product>https://id\.gs1\.org/01/[0-9]{14})/10/(?P<lot>[^/]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPages:
    """The pages' source in a running instance."""

    services: Services

    def load_history(self, subject: str) -> History:
        """Return the public history of a canonical URI; no steps where nothing is recorded."""
        parts = self.services
        with reading(parts.engine) as connection:
            try:
                return history(connection, parts.log, subject, ANONYMOUS, parts.walk_limits)
            except NotFound:
                size = read_head(connection, parts.log).size
                return History(subject=subject, steps=(), truncated=False, log=parts.log, size=size)

    def load_directory(self, found: History) -> Directory:
        """Return the cards of the subject, and of the places and parties of its steps."""
        parts = self.services
        # What was repaired a moment ago is on no page any more.
        brought_up(parts)
        with reading(parts.engine) as connection:
            states = states_of(connection, parts.secret, parts.log, [found.subject])
            state = states.get(found.subject)
            recalls = recalls_of(connection, parts.log, codes_on_page(found, state))
            directory = directory_of(connection, found, issued=state)
            codes = {card.uscc for card in directory.parties.values() if card.uscc}
            marks = public_marks(connection, parts.log, codes, self.today())
            return replace(directory, recalls=recalls, credit=marks)

    def ledger_links(self) -> LedgerLinks:
        """Return where evidence and key are published."""
        parts = self.services
        with reading(parts.engine) as connection:
            keys = read_verifiers(connection, parts.log)
        return LedgerLinks(api="/api/docs", vkey=keys[0].text())

    def today(self) -> date:
        """Return the civil date at this instance, against which expiry is judged."""
        return self.services.clock.now().astimezone(CIVIL_ZONE).date()


def codes_on_page(found: History, issued: CodeState | None) -> set[str]:
    """Return the codes whose recall is told on a page: the subject's, and that of its own lot."""
    product = product_uri(found.subject)
    lots = {uri for step in found.steps if step.relation == "self" for uri in step.lots}
    if issued is not None and issued.lot and product.startswith(_GOODS):
        lots.add(f"{product}/10/{percent_encode(issued.lot)}")
    return {found.subject, *(uri for uri in lots if uri.startswith(f"{product}/10/"))}


def directory_of(
    connection: Connection, found: History, *, issued: CodeState | None = None
) -> Directory:
    """Return the register's cards for a history: its places, goods, parties and certificates.

    `issued` is the state of the subject where it was issued here: such a code need not name its
    product, and the block that it is of does.
    """
    places = _places_of(found)
    # What is no product may be a place, which has a page of its own.
    if not found.subject.startswith(_GOODS):
        places.add(found.subject)
    sites = sites_by_uri(connection, _with_registered(places))
    products = products_by_uri(connection, _with_registered(_goods_of(found)))
    if issued is not None and issued.product_id is not None:
        cards = products_by_id(connection, [issued.product_id])
        products = {**products, product_uri(found.subject): cards[issued.product_id]}
    recorders = {step.party_id for step in found.steps if step.party_id is not None}
    owners = {card.party_id for card in sites.values()}
    owners |= {card.party_id for card in products.values()}
    own = [products[uri] for uri in register_uris(found.subject) if uri in products]
    return Directory(
        issued=issued,
        sites=sites,
        products=products,
        parties=parties_by_id(connection, recorders | owners),
        certificates=certificates_of(
            connection,
            party_ids=recorders,
            product_ids=[card.id for card in own],
            lots=_lots_of(found, products),
        ),
    )


def _lots_of(found: History, products: Mapping[str, ProductCard]) -> set[tuple[UUID, str]]:
    """Return product id and number of each lot that the history is about, ingredients' too."""
    lots = set()
    for uri in _goods_of(found):
        parts = _LOT.match(uri)
        card = products.get(parts["product"]) if parts else None
        if parts and card:
            lots.add((card.id, unquote(parts["lot"])))
    return lots


def _places_of(found: History) -> set[str]:
    places: set[str] = set()
    for step in found.steps:
        for name in ("readPoint", "bizLocation"):
            place = step.event.get(name)
            sent = place.get("id") if isinstance(place, dict) else None
            if isinstance(sent, str):
                places.add(canonical_uri(sent))
    return places


def _goods_of(found: History) -> set[str]:
    return {found.subject, *(item for step in found.steps for item in step.items)}


def _with_registered(uris: Iterable[str]) -> set[str]:
    return {name for uri in uris for name in register_uris(uri)}
