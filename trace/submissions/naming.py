"""What the codes of events are called in the register, as a submission writes them.

One rule: a code that nobody registered stands for itself; nothing is guessed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from parties.directory import (
    PartyCard,
    ProductCard,
    SiteCard,
    parties_by_id,
    products_by_uri,
    register_uris,
    sites_by_uri,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The cards of the register that some events name."""

    sites: Mapping[str, SiteCard]
    products: Mapping[str, ProductCard]
    parties: Mapping[UUID, PartyCard]

    def place(self, uri: str) -> str:
        """Return the description of a location (21 CFR 1.1310), or the code itself.

        Business name, name of the place, where it is, its code.
        """
        card = next((self.sites[one] for one in register_uris(uri) if one in self.sites), None)
        if card is None:
            return uri
        owner = self.parties.get(card.party_id)
        said = [] if owner is None else [owner.name_en or owner.name_zh]
        name = card.name_en or card.name_zh
        if name not in said:
            said.append(name)
        if card.latitude is not None and card.longitude is not None:
            said.append(f"{card.latitude}, {card.longitude}")
        if card.region is not None:
            said.append(f"CN-{card.region}")
        return "; ".join([*said, uri])

    def product(self, uri: str) -> str:
        """Return the description of a lot's product, or nothing."""
        card = self._product(uri)
        if card is None:
            return ""
        spec = card.spec_en or card.spec_zh
        return f"{card.name_en or card.name_zh}; {spec}" if spec else card.name_en or card.name_zh

    def commodity(self, uri: str) -> str:
        """Return the name of a lot's product alone, or nothing."""
        card = self._product(uri)
        return "" if card is None else card.name_en or card.name_zh

    def party(self, party_id: UUID | None) -> str:
        """Return the name of a party, or nothing."""
        card = None if party_id is None else self.parties.get(party_id)
        return "" if card is None else card.name_en or card.name_zh

    def _product(self, uri: str) -> ProductCard | None:
        return next(
            (self.products[one] for one in register_uris(uri) if one in self.products), None
        )


def read_names(
    connection: Connection,
    *,
    places: Iterable[str],
    goods: Iterable[str],
    parties: Iterable[UUID],
) -> Names:
    """Return the cards of these canonical URIs and parties."""
    sites = sites_by_uri(connection, {one for uri in places for one in register_uris(uri)})
    products = products_by_uri(connection, {one for uri in goods for one in register_uris(uri)})
    owners = {*parties, *(card.party_id for card in sites.values())}
    return Names(sites=sites, products=products, parties=parties_by_id(connection, sorted(owners)))
