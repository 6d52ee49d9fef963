"""A house that makes a medicine, and a pharmacy with packs of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from base.db import transaction
from parties.actors import Role
from parties.drafts import PartyDraft, ProductDraft, SiteDraft
from parties.keys import KeyRequest, grant
from parties.register import register_party, register_product, register_site
from parties.tables import PRODUCT, PartyKind
from tests.instances import observation, serial
from tests.parties.samples import NOW, gln_uri, uscc_of
from tests.trace_room.story import CARTON, packing
from tests.web.epcis_world import post_document
from tests.web.house import House

GTIN = "06901234567892"
PACKS = tuple(serial(number) for number in range(1, 5))
CASE = CARTON


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A pharmacy: its key, its party and its site."""

    key: str
    party_id: UUID
    site: str


def pharmacy(house: House, number: int = 21, name: str = "同仁大药房") -> Counter:
    with transaction(house.services.engine) as connection:
        draft = PartyDraft(uscc=uscc_of(number), name_zh=name, kind=PartyKind.SHOP)
        party_id = register_party(connection, draft, now=NOW).id
        site = SiteDraft(party_id=party_id, uri=gln_uri(number), name_zh=f"{name}一店")
        register_site(connection, site, now=NOW)
    request = KeyRequest(label=name, role=Role.PRODUCER, party_id=party_id)
    key = grant(house.services.engine, request, now=NOW, record=lambda *_: None)
    return Counter(key=key.text or "", party_id=party_id, site=gln_uri(number))


def classify(house: House, class_code: str) -> None:
    """Give the medicine a class, as if it had been registered with it."""
    with transaction(house.services.engine) as connection:
        connection.execute(update(PRODUCT).values(class_code=class_code))
    house.services.desk.knowledge.classes.forget(f"https://id.gs1.org/01/{GTIN}")


def told(minute: int) -> str:
    at = NOW - timedelta(hours=8) + timedelta(minutes=minute)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seen(minute: int, *uris: str, **words: Any) -> dict[str, Any]:
    return observation("", eventTime=told(minute), epcList=list(uris), **words)


def record(house: House, *events: dict[str, Any], key: str | None = None) -> None:
    answer = post_document(house, *events, key=key)
    assert answer.status_code == 202, answer.get_data(as_text=True)


def deliver(house: House, shop: Counter, *uris: str, in_case: bool = False) -> None:
    """Make packs of a medicine and bring them into a pharmacy."""
    with transaction(house.services.engine) as connection:
        draft = ProductDraft(
            party_id=house.party_id,
            uri=f"https://id.gs1.org/01/{GTIN}",
            name_zh="感冒灵颗粒",
            name_en="Cold granules",
        )
        register_product(connection, draft, now=NOW)
    ilmd = {"cbvmda:lotNumber": "L1", "cbvmda:itemExpirationDate": "2027-01-31"}
    making = {"action": "ADD", "bizStep": "commissioning", "disposition": "active", "ilmd": ilmd}
    record(house, seen(0, *uris, **making))
    moved = (CASE,) if in_case else uris
    if in_case:
        record(house, {**packing(0, CASE, *uris), "eventTime": told(1)})
    to = {"destinationList": [{"type": "possessing_party", "destination": shop.site}]}
    record(house, seen(2, *moved, bizStep="shipping", disposition="in_transit", **to))
    taken = seen(3, *moved, bizStep="receiving", disposition="in_progress")
    record(house, taken, key=shop.key)
