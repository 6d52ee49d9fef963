"""A maker, a wholesaler and pharmacies with packs of one medicine, and what a counter asks."""

from datetime import datetime, timedelta
from trace.drugs.acts import Done, Operation, operate
from trace.drugs.model import State
from trace.drugs.pack_codes import PackCode, read_pack_code
from trace.drugs.verification import Checked, Pharmacy, verify
from typing import Any

from base.db import transaction
from parties.drafts import ProductDraft
from parties.register import register_product
from tests.instances import NOW, Installation, observation, serial
from tests.parties.samples import gs1
from tests.trace_room.story import packing

GTIN = "06901234567892"
LOT, EXPIRES = "L1", "2027-01-31"
CASE = "https://id.gs1.org/00/" + gs1("06901234500000001")
PALLET = "https://id.gs1.org/00/" + gs1("06901234500000002")
PACKS = tuple(serial(number) for number in range(1, 6))
TRACE_CODES = ("81234567890123456789", "81234567890123456790")


def told(minute: int, *, day: int = 0) -> str:
    """Return the time of a minute after 8 o'clock (Greenwich) of the day before the clock's."""
    at = NOW - timedelta(days=1, hours=4) + timedelta(days=day, minutes=minute)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seen(minute: int, *uris: str, **words: Any) -> dict[str, Any]:
    return observation("", eventTime=told(minute), epcList=list(uris), **words)


def to(shop: Installation, name: str) -> dict[str, Any]:
    place = shop.site_of(name)
    return {"destinationList": [{"type": "possessing_party", "destination": place}]}


def own_medicine(shop: Installation) -> None:
    """Register the medicine for its maker."""
    party_id = shop.party("maker").party_id
    assert party_id is not None
    draft = ProductDraft(
        party_id=party_id,
        uri=f"https://id.gs1.org/01/{GTIN}",
        name_zh="感冒灵颗粒",
        spec_zh="10克×9袋",
    )
    with transaction(shop.engine) as connection:
        register_product(connection, draft, now=shop.clock.now())
    shop.desk.owners.forget(f"https://id.gs1.org/01/{GTIN}")


def make(shop: Installation, *uris: str, name: str = "maker", **ilmd: str) -> None:
    facts = {"cbvmda:lotNumber": LOT, "cbvmda:itemExpirationDate": EXPIRES, **ilmd}
    words = {"action": "ADD", "bizStep": "commissioning", "disposition": "active"}
    shop.capture(name, seen(0, *uris, ilmd=facts, **words))


def ship(shop: Installation, minute: int, giver: str, taker: str, *uris: str) -> None:
    words = {"bizStep": "shipping", "disposition": "in_transit", **to(shop, taker)}
    shop.capture(giver, seen(minute, *uris, **words))


def receive(shop: Installation, minute: int, taker: str, *uris: str) -> None:
    words = {"bizStep": "receiving", "disposition": "in_progress"}
    shop.capture(taker, seen(minute, *uris, **words))


def pack(shop: Installation, minute: int, name: str, parent: str, *children: str) -> None:
    shop.capture(name, {**packing(0, parent, *children), "eventTime": told(minute)})


def unpack(shop: Installation, minute: int, name: str, parent: str, *children: str) -> None:
    event = packing(0, parent, *children, action="DELETE")
    shop.capture(name, {**event, "eventTime": told(minute)})


def deliver(shop: Installation, *uris: str, name: str = "pharmacy") -> None:
    """Make packs and bring them into a pharmacy."""
    make(shop, *uris)
    ship(shop, 1, "maker", name, *uris)
    receive(shop, 2, name, *uris)


def at_counter(shop: Installation, packs_max: int = 500) -> Pharmacy:
    return Pharmacy(engine=shop.engine, log=shop.log, clock=shop.clock, packs_max=packs_max)


def read(shop: Installation, *texts: str) -> list[PackCode]:
    return [read_pack_code(text, today=shop.clock.now().date()) for text in texts]


def look(shop: Installation, *texts: str) -> list[Checked]:
    return verify(at_counter(shop), read(shop, *texts))


def codes_of(shop: Installation, *texts: str) -> list[str]:
    return [one.code for one in look(shop, *texts)]


def do(
    shop: Installation,
    name: str,
    state: State,
    *texts: str,
    site: str = "",
    at: datetime | None = None,
    key: str | None = None,
    still_here: bool = False,
    undoes: State | None = None,
) -> list[Done]:
    operation = Operation(
        codes=read(shop, *texts),
        state=state,
        site=site or shop.site_of(name),
        happened_at=at,
        undoes=undoes,
        key=key,
        is_still_here=still_here,
    )
    return operate(at_counter(shop), shop.desk, shop.party(name), operation)


def refusals(done: list[Done]) -> list[str | None]:
    return [None if one.refusal is None else one.refusal.value for one in done]
