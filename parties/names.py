"""The URIs by which events name a party.

One rule: only names that the register gives to one party. EPCIS names a party as a location
(`414`), as a party (`417`, PGLN) or by its unified social credit code.
"""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from codes.gs1.digital_link import CANONICAL_STEM
from parties.directory import products_by_uri, register_uris, sites_by_uri
from parties.issuing.prefixes import prefix_owners
from parties.tables import PARTY, SITE

_PLACE: Final = CANONICAL_STEM + "/414/"
_PARTY: Final = CANONICAL_STEM + "/417/"
_USCC: Final = "urn:suxin:uscc:"


def parties_named(connection: Connection, uris: Iterable[str]) -> dict[str, UUID]:
    """Return the party that each URI stands for, as far as the register knows one."""
    places = {uri: _place_of(uri) for uri in uris}
    sites = sites_by_uri(
        connection, {name for place in places.values() for name in register_uris(place)}
    )
    usccs = {uri[len(_USCC) :]: uri for uri in places if uri.startswith(_USCC)}
    statement = select(PARTY.c.id, PARTY.c.uscc).where(PARTY.c.uscc.in_(list(usccs)))
    found = {usccs[row.uscc]: row.id for row in connection.execute(statement)} if usccs else {}
    for uri, place in places.items():
        site = next((sites[name] for name in register_uris(place) if name in sites), None)
        if site is not None:
            found[uri] = site.party_id
    return found


def owners_of_goods(connection: Connection, uris: Iterable[str]) -> dict[str, UUID]:
    """Return the owner of each lot, serial, product or logistic unit, as far as one is known."""
    names = {uri: register_uris(uri) for uri in uris}
    cards = products_by_uri(connection, {name for one in names.values() for name in one})
    owners = {
        uri: cards[name].party_id for uri, one in names.items() for name in one if name in cards
    }
    # What nobody registered (a pallet, a packaging level) belongs to whoever has its prefix.
    return prefix_owners(connection, names.keys() - owners.keys()) | owners


def _place_of(uri: str) -> str:
    return _PLACE + uri[len(_PARTY) :] if uri.startswith(_PARTY) else uri


def party_uris(connection: Connection, party_id: UUID) -> frozenset[str]:
    """Return every canonical URI that stands for the party: its sites, their PGLNs, its USCC."""
    uris: set[str] = set()
    for uri in connection.execute(select(SITE.c.uri).where(SITE.c.party_id == party_id)).scalars():
        uris.add(uri)
        if uri.startswith(_PLACE):
            uris.add(_PARTY + uri[len(_PLACE) :].partition("/")[0])
    uscc = connection.execute(select(PARTY.c.uscc).where(PARTY.c.id == party_id)).scalar()
    if uscc is not None:
        uris.add(_USCC + uscc)
    return frozenset(uris)
