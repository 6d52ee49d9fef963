"""A dairy in a house: farms, a plant, cartons and pallets, shops; as few or many as asked.

Everything goes through the door of capture, each event by the party whose it is.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from trace.capture import Submission, submit
from typing import Any, Final
from uuid import UUID

from base.db import transaction
from parties.actors import Actor, Role, actor_of_key
from parties.drafts import PartyDraft, ProductDraft, SiteDraft
from parties.register import register_party, register_product, register_site
from parties.tables import PartyKind
from tests.instances import document
from tests.parties.samples import NOW, gln_uri, gs1, gtin_uri, uscc_of
from tests.web.house import House

START: Final = datetime(2026, 2, 20, 22, tzinfo=UTC)
YOGHURT, CULTURE, MIXED = gtin_uri(502), gtin_uri(503), gtin_uri(504)
TANKER: Final = "https://id.gs1.org/8003/06901234567878T1"
_COORDINATES: Final = (
    ("38.14", "114.57"), ("38.31", "114.38"), ("37.90", "114.83"), ("38.03", "114.52"),
    ("39.90", "116.40"), ("38.87", "115.46"), ("36.62", "114.49"), ("39.08", "117.20"),
)  # fmt: skip
Event = dict[str, Any]


@dataclass(slots=True)
class World:
    """A house whose parties are called by their English names."""

    house: House
    actors: dict[str, Actor] = field(default_factory=dict)
    sites: dict[str, str] = field(default_factory=dict)
    minute: int = 0

    def party(self, name: str, name_zh: str, kind: PartyKind) -> str:
        """Register a party with a site; return the code of the site."""
        number = 600 + len(self.actors)
        draft = PartyDraft(uscc=uscc_of(number), name_zh=name_zh, name_en=name, kind=kind)
        latitude, longitude = _COORDINATES[len(self.actors) % len(_COORDINATES)]
        shift = Decimal(len(self.actors) // len(_COORDINATES)) / 20
        with transaction(self.house.services.engine) as connection:
            party_id = register_party(connection, draft, now=NOW).id
            site = SiteDraft(
                party_id=party_id,
                uri=gln_uri(number),
                name_zh=f"{name_zh}场地",
                name_en=f"{name}, site",
                latitude=Decimal(latitude) + shift,
                longitude=Decimal(longitude) + shift,
            )
            register_site(connection, site, now=NOW)
        self.actors[name] = actor_of_key(
            key_id=UUID(int=number), role=Role.PRODUCER, party_id=party_id
        )
        self.sites[name] = gln_uri(number)
        return gln_uri(number)

    def product(self, owner: str, uri: str, name_zh: str, name_en: str, class_code: str) -> None:
        draft = ProductDraft(
            party_id=self.actors[owner].party_id or UUID(int=0),
            uri=uri,
            name_zh=name_zh,
            name_en=name_en,
            class_code=class_code,
        )
        with transaction(self.house.services.engine) as connection:
            register_product(connection, draft, now=NOW)

    def tell(self, who: str, event: Event, *, to: str = "") -> None:
        """Capture an event of a party, at its site, ten minutes after the one before."""
        self.minute += 10
        at = START + timedelta(minutes=self.minute)
        told = {
            "eventTime": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "eventTimeZoneOffset": "+08:00",
            "bizLocation": {"id": self.sites[who]},
            **event,
        }
        if to:
            told["destinationList"] = [{"type": "possessing_party", "destination": self.sites[to]}]
        submission = Submission(actor=self.actors[who], document=document([told]))
        submit(self.house.services.desk, submission)


def milk(number: int) -> str:
    """Return the lot of milk of a farm, which has a product of its own."""
    return lot_of(gtin_uri(510 + number), f"M{number:03d}")


def lot_of(product: str, name: str) -> str:
    return f"{product}/10/{name}"


def cup(number: int) -> str:
    return f"{YOGHURT}/21/C{number:04d}"


def sscc(number: int) -> str:
    return "https://id.gs1.org/00/" + gs1(f"0690123450{number:07d}")


def some(uri: str, quantity: float, uom: str = "KGM") -> dict[str, Any]:
    return {"epcClass": uri, "quantity": quantity, "uom": uom}


def seen(step: str, *classes: dict[str, Any], things: tuple[str, ...] = ()) -> Event:
    event: Event = {"type": "ObjectEvent", "action": "OBSERVE", "bizStep": step}
    if classes:
        event["quantityList"] = list(classes)
    if things:
        event["epcList"] = list(things)
    return event


def packed(parent: str, *things: str, action: str = "ADD", step: str = "packing") -> Event:
    return {
        "type": "AggregationEvent",
        "action": action,
        "parentID": parent,
        "bizStep": step,
        "childEPCs": list(things),
    }


def made(
    inputs: list[dict[str, Any]], *, classes: tuple[dict[str, Any], ...] = (), **more: Any
) -> Event:
    event: Event = {
        "type": "TransformationEvent",
        "bizStep": "commissioning",
        "inputQuantityList": inputs,
        **more,
    }
    if classes:
        event["outputQuantityList"] = list(classes)
    return event


def tell_dairy(
    house: House, *, farms: int = 3, cups: int = 6, per_carton: int = 3, shops: int = 2
) -> World:
    """Tell how the milk of farms became cups of yoghurt that shops sold."""
    world = World(house=house)
    for number in range(1, farms + 1):
        world.party(f"Farm {number}", f"第{number}牧场", PartyKind.FARM)
        world.product(f"Farm {number}", gtin_uri(510 + number), "生鲜乳", "Raw milk", "milk")
    world.party("Dairy", "冀中乳业", PartyKind.PLANT)
    world.party("Carrier", "顺达冷链", PartyKind.CARRIER)
    for number in range(shops):
        world.party(f"Shop {number + 1}", f"惠民超市{number + 1}店", PartyKind.SHOP)
    world.product("Dairy", MIXED, "混合奶", "Mixed milk", "milk")
    world.product("Dairy", YOGHURT, "原味酸奶", "Plain yoghurt", "yoghurt")
    world.product("Dairy", CULTURE, "发酵菌种", "Culture", "culture")
    inputs = [some(milk(number), 100 + number * 20) for number in range(1, farms + 1)]
    for number, told in enumerate(inputs, start=1):
        world.tell(f"Farm {number}", {**seen("commissioning", told), "action": "ADD"})
        world.tell(f"Farm {number}", seen("shipping", told), to="Dairy")
    world.tell("Dairy", seen("receiving", *inputs))
    mixed = lot_of(MIXED, "MIX1")
    world.tell("Dairy", made(inputs, classes=(some(mixed, 300),)))
    yoghurt = lot_of(YOGHURT, "Y20260221")
    _tell_plant(world, mixed, yoghurt, cups)
    _tell_trade(world, cups, per_carton, shops)
    return world


def _tell_plant(world: World, mixed: str, yoghurt: str, cups: int) -> None:
    culture = lot_of(CULTURE, "S7")
    world.tell("Dairy", seen("receiving", some(culture, 1)))
    things = [cup(number) for number in range(cups)]
    lot = {"cbvmda:lotNumber": "Y20260221"}
    event = made([some(mixed, 250), some(culture, 1)], outputEPCList=things, ilmd=lot)
    world.tell("Dairy", event)
    world.tell("Dairy", seen("inspecting", some(yoghurt, 250)))


def _tell_trade(world: World, cups: int, per_carton: int, shops: int) -> None:
    cartons = []
    for first in range(0, cups, per_carton):
        carton = sscc(first // per_carton + 1)
        cartons.append(carton)
        inside = [cup(number) for number in range(first, min(first + per_carton, cups))]
        world.tell("Dairy", packed(carton, *inside))
    for number in range(shops):
        shop, pallet = f"Shop {number + 1}", sscc(9000 + number)
        share = cartons[number::shops]
        if not share:
            continue
        world.tell("Dairy", packed(pallet, *share))
        world.tell("Dairy", seen("shipping", things=(pallet,)), to="Carrier")
        world.tell("Carrier", seen("transporting", things=(pallet,)), to=shop)
        world.tell(shop, seen("receiving", things=(pallet,)))
        world.tell(shop, packed(pallet, *share, action="DELETE", step="unpacking"))
    world.tell("Shop 1", packed(cartons[0], *[cup(n) for n in range(per_carton)], action="DELETE"))
    world.tell("Shop 1", seen("retail_selling", things=(cup(0),)))
