"""One field that finds codes, lots, parties and sites.

The rule that must stay true: a code is found where an event names it that its reader may see, and a
producer finds no party and no site but its own. What is not looked through is said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from trace.identifiers import find_ids
from trace.sieves import known_to
from typing import Final

from sqlalchemy import Connection, select

from base.errors import AppError
from codes.canonical import uri_of_text
from codes.gs1.charset import percent_encode
from codes.gs1.digital_link import CANONICAL_STEM
from codes.telling import tell
from parties.actors import Actor
from parties.directory import (
    PartyCard,
    SiteCard,
    parties_by_id,
    products_by_uri,
    register_uris,
)
from parties.finding import Search, find_anybodys_sites, find_parties, find_sites
from parties.tables import PRODUCT
from web.pages.tracing.things import Thing, thing_of
from web.pages.typed import read_loosely
from web.pages.unknown import hides
from web.tracing import scope_of

_ROWS_MAX: Final = 20
_NUMBER_CHARS_MAX: Final = 20
_GTIN: Final = "/01/"
_PLACES: Final = (f"{CANONICAL_STEM}/414/", f"{CANONICAL_STEM}/417/")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAll:
    """What a text found. `is_person` where it is the ID number of a person and was not looked up.

    `has_more` where a list does not show everything.
    """

    things: tuple[Thing, ...] = ()
    parties: tuple[PartyCard, ...] = ()
    sites: tuple[SiteCard, ...] = ()
    is_person: bool = False
    has_more: bool = False

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was found."""
        return not (self.things or self.parties or self.sites)


def find_all(
    connection: Connection, log: int, actor: Actor, text: str, products_max: int
) -> FoundAll:
    """Return everything that a typed text may mean; lots of at most `products_max` products."""
    told = tell(text)
    if hides(told) or any(reading.code.is_personal for reading in told.readings):
        return FoundAll(is_person=True)
    uris = [reading.code.uri for reading in told.readings if reading.code.uri]
    uris += [*read_loosely(text).uris, *_uri(text)]
    things = _known(connection, log, actor, uris)
    if len(text) <= _NUMBER_CHARS_MAX and " " not in text:
        numbered = _numbered(connection, text, products_max)
        things += _known(connection, log, actor, numbered)
    things = list(dict.fromkeys(things))
    own = scope_of(actor)
    search = Search(words=text, rows_max=_ROWS_MAX)
    if own is None:
        parties, sites = find_parties(connection, search), find_anybodys_sites(connection, search)
        cards = parties.cards
        has_more = parties.next_before is not None or sites.next_before is not None
    else:
        sites = find_sites(connection, own, search)
        cards = tuple(parties_by_id(connection, [own]).values())
        cards = tuple(card for card in cards if _is_meant(card, text))
        has_more = sites.next_before is not None
    return FoundAll(
        things=tuple(_things(connection, things[:_ROWS_MAX])),
        parties=cards,
        sites=sites.cards,
        has_more=has_more or len(things) > _ROWS_MAX,
    )


def _uri(text: str) -> tuple[str, ...]:
    try:
        return (uri_of_text(text),)
    except AppError:
        return ()


def _known(connection: Connection, log: int, actor: Actor, uris: Iterable[str]) -> list[str]:
    # Places have pages of their own: what happened there, and not what happened to them.
    goods = [uri for uri in dict.fromkeys(uris) if not uri.startswith(_PLACES)]
    found = find_ids(connection, log, goods)
    return list(known_to(connection, log, found, actor))


def _numbered(connection: Connection, number: str, products_max: int) -> Sequence[str]:
    """Return the codes that a lot or serial number makes with the products of the register.

    Codes are looked up whole, by their key: to look for the end of a text, every one would be read.
    """
    statement = select(PRODUCT.c.uri).order_by(PRODUCT.c.id.desc()).limit(products_max)
    stems = [uri for uri in connection.execute(statement).scalars() if _GTIN in uri]
    # Letters of a lot are printed large and mostly typed small.
    spellings = dict.fromkeys(percent_encode(one) for one in (number, number.upper()))
    return [
        f"{stem}/{key}/{written}" for stem in stems for key in ("10", "21") for written in spellings
    ]


def _is_meant(card: PartyCard, text: str) -> bool:
    names = (card.name_zh, card.name_en.lower(), (card.uscc or "").lower())
    return any(text.lower() in name for name in names)


def _things(connection: Connection, uris: Sequence[str]) -> list[Thing]:
    cards = products_by_uri(connection, {register_uris(uri)[-1] for uri in uris})
    return [thing_of(uri, cards.get(register_uris(uri)[-1]), None) for uri in uris]
