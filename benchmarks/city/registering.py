"""Enters the city into the register: parties, places, products, prefixes, certificates.

One rule: everything goes through the register's own doors, at the instant before the first story.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from base.db import transaction
from benchmarks.city.lines import BY_CODE
from benchmarks.city.people import FAR, City, Person
from benchmarks.city.templates import BEGINNING
from parties.drafts import CertificateDraft, PartyDraft, ProductDraft, SiteDraft
from parties.issuing.prefixes import claim_prefix, confirm_prefix
from parties.register import (
    register_certificate,
    register_party,
    register_product,
    register_site,
)
from parties.tables import PartyKind
from web.services import Services

LICENCE_KIND: Final = "JY"
_LAST_YEAR: Final = BEGINNING.date() - timedelta(days=400)
_YESTERDAY: Final = BEGINNING.date() - timedelta(days=1)
_IN_THREE_YEARS: Final = BEGINNING.date() + timedelta(days=1095)
_WORDS: Final = {
    PartyKind.FARM: "农场",
    PartyKind.PLANT: "工厂",
    PartyKind.CARRIER: "运输",
    PartyKind.SHOP: "商店",
}


def register_city(services: Services, city: City) -> Mapping[int, UUID]:
    """Register everybody; return the party of each by its number in the city."""
    now = services.clock.now()
    with transaction(services.engine) as connection:
        parties = {one.at: _register(connection, one, now) for one in city.people}
        claims = [
            _claim(connection, one, parties[one.at], now)
            for one in city.people
            if one.kind is PartyKind.PLANT
        ]
    record = services.recorder("system")
    for claim in claims:
        confirm_prefix(services.engine, claim, now=now, record=record)
    return parties


def _register(connection: Connection, one: Person, now: datetime) -> UUID:
    party = PartyDraft(
        uscc=one.uscc,
        name_zh=f"{_WORDS[one.kind]}{one.at:03}",
        name_en=f"{one.kind.value} {one.at:03}",
        kind=one.kind,
        licence_kind=LICENCE_KIND,
        licence_no=f"JY{one.at:012}",
        region="130102",
    )
    party_id = register_party(connection, party, now=now).id
    site = SiteDraft(
        party_id=party_id,
        uri=one.place,
        name_zh=f"{party.name_zh}场所",
        latitude=one.latitude,
        longitude=one.longitude,
    )
    register_site(connection, site, now=now)
    if one.kind is PartyKind.SHOP:
        far = SiteDraft(
            party_id=party_id,
            uri=one.far_place,
            name_zh=f"{party.name_zh}分店",
            latitude=FAR[0],
            longitude=FAR[1],
        )
        register_site(connection, far, now=now)
    _register_goods(connection, one, party_id, now)
    _register_papers(connection, one, party_id, now)
    return party_id


def _register_goods(connection: Connection, one: Person, party_id: UUID, now: datetime) -> None:
    if not one.goods:
        return
    for name, uri in one.products.items():
        product = ProductDraft(
            party_id=party_id,
            uri=uri,
            name_zh=f"{one.goods} {name} {one.at:03}",
            spec_zh=f"{BY_CODE[one.goods].piece_kg} kg",
            class_code=one.goods,
        )
        register_product(connection, product, now=now)


def _register_papers(connection: Connection, one: Person, party_id: UUID, now: datetime) -> None:
    until = _YESTERDAY if one.role == "expired_licence" else _IN_THREE_YEARS
    draft = CertificateDraft(
        party_id=party_id,
        kind="licence",
        number=f"JY{one.at:012}",
        issuer="市场监督管理局",
        from_on=_LAST_YEAR,
        until_on=until,
    )
    register_certificate(connection, draft, now=now)


def _claim(connection: Connection, one: Person, party_id: UUID, now: datetime) -> UUID:
    return claim_prefix(connection, party_id, one.prefix, evidence="证书", claims_max=4, now=now).id
