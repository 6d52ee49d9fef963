"""Reads what the rules need, for many things at once.

One rule: everything is asked for in bulk, and a thing that no event names has no evidence. What is
no lot, no item and no unit of logistics (a product as a whole) is no subject of findings.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from trace.events.model import Role
from trace.findings.births import labels_of_lots, lots_of, said_of
from trace.findings.corrected import first_told
from trace.findings.facts import read_facts
from trace.findings.licences import is_licence
from trace.findings.limits import UNKNOWN_CLASS, limits_of
from trace.findings.makings import makings_of
from trace.findings.model import Evidence, Listing, Paper, Suspicion
from trace.findings.spoilt import spoilt_codes
from trace.identifiers import read_uris
from trace.movements import movements_of
from trace.recall.hearing import heard_recalls
from trace.scans.model import Place
from trace.scans.rule_table import find_rule
from trace.scans.rules import Severity
from trace.scans.tables import SCAN_ALERT
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import Connection, select

from codes.gs1.digital_link import CANONICAL_STEM
from parties.directory import (
    CertificateCard,
    ProductCard,
    certificates_of,
    products_by_uri,
    register_uris,
    sites_by_uri,
)
from parties.names import owners_of_goods, parties_named

_CHUNK: Final = 900
_PRODUCT: Final = CANONICAL_STEM + "/01/"
_LOT: Final = "/10/"
_SIDES: Final = (Role.SOURCE, Role.DESTINATION)
_TENTH: Final = Decimal(10)


class Listings(Protocol):
    """Whoever knows which party is on a list: what a room that keeps lists gives to findings.

    The rule that must stay true: the answer is a function of what is recorded, with the first and
    the last day of each listing, those that ended included, so that findings can be made anew.
    Whom it does not know it leaves out. It reads over the connection that it is given, in which the
    findings are written, and asks for all of the parties at once.
    """

    def __call__(
        self, connection: Connection, parties: Collection[UUID], /
    ) -> Mapping[UUID, Sequence[Listing]]:
        """Return when which of these parties were on a list."""


def no_listings(
    connection: Connection,  # noqa: ARG001 -- the signature is that of a source
    parties: Collection[UUID],  # noqa: ARG001 -- as said above
) -> Mapping[UUID, Sequence[Listing]]:
    """Know of no list."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Papers:
    """Certificates by whole party, by product and by lot."""

    of_party: Mapping[UUID, list[CertificateCard]]
    of_product: Mapping[UUID, list[CertificateCard]]
    of_lot: Mapping[tuple[UUID, str], list[CertificateCard]]


def evidence_of(
    connection: Connection, log: int, items: Collection[int], listings: Listings = no_listings
) -> list[Evidence]:
    """Return the evidence of each of these things that findings may be about."""
    uris = {
        item: uri for item, uri in read_uris(connection, log, items).items() if not _is_product(uri)
    }
    movements = movements_of(connection, log, list(uris))
    events = {one.event.seq: one.event for many in movements.values() for one in many}
    products = _products(connection, uris.values())
    owners = owners_of_goods(connection, uris.values())
    sides = {side for event in events.values() for side in event.of(*_SIDES)}
    places = {
        place
        for event in events.values()
        for place in (event.read_point, event.biz_location)
        if place is not None
    }
    parties = {event.party_id for event in events.values() if event.party_id is not None}
    names = read_uris(connection, log, sides | places)
    known = parties_named(connection, {names[side] for side in sides if side in names})
    sited = _sites(connection, {names[place] for place in places if place in names})
    papers = _papers(connection, uris, products, parties)
    listed = listings(connection, parties)
    facts = read_facts(connection, log, list(events))
    makings = makings_of(connection, log, movements)
    told = first_told(connection, log, events.values())
    spoilt = spoilt_codes(connection, log, movements)
    lots = {item: lots_of(many) for item, many in movements.items()}
    labels = labels_of_lots(connection, log, {lot for many in lots.values() for lot in many})
    of_lots = {
        item: tuple(label for lot in sorted(many) for label in labels.get(lot, ()))
        for item, many in lots.items()
    }
    suspicions = _suspicions(connection, list(uris))
    recalls = heard_recalls(connection, log, set(uris.values()))
    of_side = {side: known[names[side]] for side in sides if names.get(side) in known}
    of_place = {place: sited[names[place]] for place in places if names.get(place) in sited}
    licences = {
        party: _as_papers(card for card in many if is_licence(card.kind))
        for party, many in papers.of_party.items()
    }
    return [
        Evidence(
            item=item,
            uri=uri,
            movements=movements[item],
            limits=limits_of(products[uri].class_code) if uri in products else UNKNOWN_CLASS,
            owner=owners.get(uri),
            facts=facts,
            places=of_place,
            named=of_side,
            makings=makings.get(item, {}),
            licences=licences,
            certificates=_certificates(papers, uri, products.get(uri)),
            listings={party: tuple(many) for party, many in listed.items()},
            suspicions=suspicions.get(item, ()),
            recalls=recalls.get(uri, ()),
            first_told=told,
            spoilt=spoilt.get(item, frozenset()),
            lot_labels=of_lots[item],
            said=said_of(movements[item], facts, of_lots[item], _specs(products.get(uri))),
        )
        for item, uri in uris.items()
    ]


def _specs(product: ProductCard | None) -> tuple[str, ...]:
    return () if product is None else (product.spec_zh, product.spec_en)


def _is_product(uri: str) -> bool:
    return uri.startswith(_PRODUCT) and register_uris(uri) == (uri,)


def _products(connection: Connection, uris: Iterable[str]) -> dict[str, ProductCard]:
    names = {uri: register_uris(uri) for uri in uris}
    cards = products_by_uri(connection, {name for many in names.values() for name in many})
    return {uri: cards[name] for uri, many in names.items() for name in many if name in cards}


def _sites(connection: Connection, uris: Collection[str]) -> dict[str, Place]:
    names = {uri: register_uris(uri) for uri in uris}
    cards = sites_by_uri(connection, {name for many in names.values() for name in many})
    found: dict[str, Place] = {}
    for uri, many in names.items():
        card = next((cards[name] for name in many if name in cards), None)
        if card is not None and card.latitude is not None and card.longitude is not None:
            found[uri] = Place(
                lat_tenths=_tenths(card.latitude), lon_tenths=_tenths(card.longitude)
            )
    return found


def _tenths(degrees: Decimal) -> int:
    return int((degrees * _TENTH).to_integral_value(rounding=ROUND_HALF_EVEN))


def _papers(
    connection: Connection,
    uris: Mapping[int, str],
    products: Mapping[str, ProductCard],
    parties: Collection[UUID],
) -> _Papers:
    lots = {
        (products[uri].id, number)
        for uri in uris.values()
        if uri in products and (number := _lot_of(uri)) is not None
    }
    cards = certificates_of(
        connection,
        party_ids=parties,
        product_ids={card.id for card in products.values()},
        lots=lots,
    )
    of_party: dict[UUID, list[CertificateCard]] = {}
    of_product: dict[UUID, list[CertificateCard]] = {}
    of_lot: dict[tuple[UUID, str], list[CertificateCard]] = {}
    for card in cards:
        if card.product_id is None:
            of_party.setdefault(card.party_id, []).append(card)
        elif card.lot is None:
            of_product.setdefault(card.product_id, []).append(card)
        else:
            of_lot.setdefault((card.product_id, card.lot), []).append(card)
    return _Papers(of_party=of_party, of_product=of_product, of_lot=of_lot)


def _lot_of(uri: str) -> str | None:
    _, _, rest = uri.partition(_LOT)
    return rest.partition("/")[0] or None


def _certificates(papers: _Papers, uri: str, product: ProductCard | None) -> tuple[Paper, ...]:
    if product is None:
        return ()
    lot = _lot_of(uri)
    of_lot = papers.of_lot.get((product.id, lot), []) if lot is not None else []
    return _as_papers([*papers.of_product.get(product.id, []), *of_lot])


def _as_papers(cards: Iterable[CertificateCard]) -> tuple[Paper, ...]:
    return tuple(
        Paper(kind=card.kind, number=card.number, from_on=card.from_on, until_on=card.until_on)
        for card in cards
    )


def _suspicions(connection: Connection, items: Sequence[int]) -> dict[int, tuple[Suspicion, ...]]:
    found: dict[int, tuple[Suspicion, ...]] = {}
    for start in range(0, len(items), _CHUNK):
        statement = (
            select(
                SCAN_ALERT.c.item, SCAN_ALERT.c.rule, SCAN_ALERT.c.first_at, SCAN_ALERT.c.last_at
            )
            .where(
                SCAN_ALERT.c.item.in_(items[start : start + _CHUNK]),
                SCAN_ALERT.c.state.in_(("open", "confirmed")),
            )
            .order_by(SCAN_ALERT.c.item, SCAN_ALERT.c.rule)
        )
        for row in connection.execute(statement):
            rule = find_rule(row.rule, row.last_at.date())
            # A note concerns nobody but the owner: whoever scans a void code has read as much.
            if rule is not None and rule.severity is Severity.WARN:
                one = Suspicion(rule=row.rule, first_at=row.first_at, last_at=row.last_at)
                found[row.item] = (*found.get(row.item, ()), one)
    return found
