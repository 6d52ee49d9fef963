"""One field that finds codes, lots, products, parties, sites and their papers.

The rule that must stay true: a code is found where an event names it that its reader may see, and
of the register a producer finds only what is its own. What is not looked through is said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from trace.identifiers import find_ids
from trace.sieves import known_to
from typing import Final

from sqlalchemy import Connection, select

from base.errors import AppError
from codes.canonical import uri_of_text
from codes.gs1.charset import percent_encode
from codes.gs1.digital_link import CANONICAL_STEM
from codes.telling import tell
from codes.typed import read_loosely
from parties.actors import Actor
from parties.directory import (
    CertificateCard,
    PartyCard,
    ProductCard,
    SiteCard,
    parties_by_id,
    products_by_id,
    products_by_uri,
    register_uris,
)
from parties.searching import (
    Hits,
    Wanted,
    regions_meant,
    search_papers,
    search_parties,
    search_products,
    search_sites,
)
from parties.tables import PRODUCT
from web.pages.tracing.things import Thing, thing_of
from web.pages.unknown import hides
from web.tracing import scope_of

_ROWS_MAX: Final = 20
_NUMBER_CHARS_MAX: Final = 20
_GTIN: Final = "/01/"
_PLACES: Final = (f"{CANONICAL_STEM}/414/", f"{CANONICAL_STEM}/417/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A certificate that was found, with whose it is and of what."""

    card: CertificateCard
    holder: PartyCard | None
    product: ProductCard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAll:
    """What a text found, by kinds.

    `is_person` where it is the ID number of a person, which was not looked up.
    """

    things: Hits[Thing] = Hits()  # noqa: RUF009 -- frozen, and the same nothing for all
    products: Hits[ProductCard] = Hits()  # noqa: RUF009
    parties: Hits[PartyCard] = Hits()  # noqa: RUF009
    sites: Hits[SiteCard] = Hits()  # noqa: RUF009
    papers: Hits[Paper] = Hits()  # noqa: RUF009
    is_person: bool = False

    @property
    def kinds(self) -> tuple[Hits[object], ...]:
        """Return what was found of each kind."""
        return (self.things, self.products, self.parties, self.sites, self.papers)  # type: ignore[return-value] # Hits is only read.

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was found."""
        return not any(one.cards for one in self.kinds)

    @property
    def is_partial(self) -> bool:
        """Return whether the register holds more names than were compared."""
        return any(one.is_partial for one in self.kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far one search looks: the newest products, their codes, the newest names.

    One lot number makes several codes of each product: `codes_max` counts those.
    """

    products_max: int
    codes_max: int
    names_max: int


def find_all(connection: Connection, log: int, actor: Actor, text: str, bounds: Bounds) -> FoundAll:
    """Return everything that a typed text may mean."""
    told = tell(text)
    if hides(told) or any(reading.code.is_personal for reading in told.readings):
        return FoundAll(is_person=True)
    uris = [reading.code.uri for reading in told.readings if reading.code.uri]
    uris += [*read_loosely(text).uris, *_uri(text)]
    things = _known(connection, log, actor, uris)
    if len(text) <= _NUMBER_CHARS_MAX and " " not in text:
        numbered = _numbered(connection, text, bounds)
        things += _known(connection, log, actor, numbered)
    things = list(dict.fromkeys(things))
    wanted = Wanted(
        words=text,
        numbers=frozenset({text, text.upper()}),
        uris=frozenset(name for uri in uris for name in register_uris(uri)),
        own=scope_of(actor),
        regions=regions_meant(text),
        rows_max=_ROWS_MAX,
        compared_max=bounds.names_max,
    )
    return FoundAll(
        things=Hits(
            cards=tuple(_things(connection, things[:_ROWS_MAX])),
            has_more=len(things) > _ROWS_MAX,
        ),
        products=search_products(connection, wanted),
        parties=search_parties(connection, wanted),
        sites=search_sites(connection, wanted),
        papers=_papers(connection, search_papers(connection, wanted)),
    )


def _papers(connection: Connection, found: Hits[CertificateCard]) -> Hits[Paper]:
    holders = parties_by_id(connection, {one.party_id for one in found.cards})
    ids = {one.product_id for one in found.cards if one.product_id is not None}
    products = products_by_id(connection, ids)
    papers = tuple(
        Paper(
            card=one,
            holder=holders.get(one.party_id),
            product=None if one.product_id is None else products.get(one.product_id),
        )
        for one in found.cards
    )
    return Hits(cards=papers, has_more=found.has_more)


def _uri(text: str) -> tuple[str, ...]:
    try:
        return (uri_of_text(text),)
    except AppError:
        return ()


def _known(connection: Connection, log: int, actor: Actor, uris: Iterable[str]) -> list[str]:
    # Places have pages of their own: what happened there, and not what happened to them.
    goods = [uri for uri in dict.fromkeys(uris) if not uri.startswith(_PLACES)]
    found = find_ids(connection, log, goods)
    return list(known_to(connection, log, found, actor, most=_ROWS_MAX + 1))


def _numbered(connection: Connection, number: str, bounds: Bounds) -> Sequence[str]:
    """Return the codes that a lot or serial number makes with the products of the register.

    Codes are looked up whole, by their key: to look for the end of a text, every one would be read.
    """
    statement = select(PRODUCT.c.uri).order_by(PRODUCT.c.id.desc()).limit(bounds.products_max)
    stems = [uri for uri in connection.execute(statement).scalars() if _GTIN in uri]
    # Letters of a lot are printed large and mostly typed small.
    spellings = dict.fromkeys(percent_encode(one) for one in (number, number.upper()))
    codes = (
        f"{stem}/{key}/{written}" for stem in stems for key in ("10", "21") for written in spellings
    )
    return list(islice(codes, bounds.codes_max))


def _things(connection: Connection, uris: Sequence[str]) -> list[Thing]:
    cards = products_by_uri(connection, {register_uris(uri)[-1] for uri in uris})
    return [thing_of(uri, cards.get(register_uris(uri)[-1]), None) for uri in uris]
