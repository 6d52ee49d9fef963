"""A house with a farm, a dairy, a shop and its rival: milk that became cups, and recalls of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from werkzeug.test import TestResponse

from parties.actors import Role
from parties.keys import KeyRequest, grant
from tests.instances import lot, observation
from tests.parties.samples import NOW, gln_uri, new_party
from tests.web.epcis_world import post_document
from tests.web.house import House
from tests.web.issuing_world import made, send

MILK, CUPS = "06901234567885", "06901234567892"
RECALLS = "/api/v1/recalls"
RAW, OTHER_RAW = lot("M1", MILK), lot("M2", MILK)
YOGHURT, OTHER_YOGHURT = lot("Y1", CUPS), lot("Y2", CUPS)
CUP = f"https://id.gs1.org/01/{CUPS}/21/S1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """A party with its key and its one site."""

    id: UUID
    key: str
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallWorld:
    """The house with its firms, whose events are told."""

    house: House
    farm: Firm
    dairy: Firm
    shop: Firm
    rival: Firm

    def recall(self, *codes: str, key: str | None = None, **changed: Any) -> dict[str, Any]:
        return made(self.ask_recall(*codes, key=key, **changed))

    def ask_recall(
        self, *codes: str, key: str | None = None, once: str | None = None, **changed: Any
    ) -> TestResponse:
        """Ask to open a recall, as the authority unless a key is given."""
        body = {"domain": "food", "level": 1, "reason": "检出单增李斯特菌", "codes": list(codes)}
        return self.post("", {**body, **changed}, key=key, once=once)

    def post(
        self,
        tail: str,
        body: dict[str, Any],
        *,
        key: str | None = None,
        once: str | None = None,
    ) -> TestResponse:
        return send(
            self.house, "POST", f"{RECALLS}{tail}", body, role="authority", key=key, once=once
        )

    def get(self, tail: str, *, key: str | None = None, role: str = "authority") -> Any:
        answer = send(self.house, "GET", f"{RECALLS}{tail}", role=role, key=key)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def page_of(self, code: str) -> str:
        path = code.removeprefix("https://id.gs1.org")
        answer = self.house.client.get(path, headers={"Accept-Language": "en"})
        return answer.get_data(as_text=True)


def count_of(uri: str, quantity: int, uom: str | None = None) -> dict[str, Any]:
    return {"epcClass": uri, "quantity": quantity} | ({"uom": uom} if uom else {})


def lots_event(minute: int, step: str, *quantities: dict[str, Any], **more: Any) -> dict[str, Any]:
    told = f"2024-05-01T{minute // 60:02d}:{minute % 60:02d}:00.000Z"
    return observation(
        "", eventTime=told, bizStep=step, epcList=None, quantityList=list(quantities), **more
    )


def open_world(house: House) -> RecallWorld:
    """Tell the story: two lots of milk, a lot of yoghurt from each, both to the shop."""
    firms = [_firm(house, number) for number in (50, 51, 52, 53)]
    farm, dairy, shop, rival = firms
    _own(house, farm, MILK, "生鲜乳")
    _own(house, dairy, CUPS, "原味酸奶")
    for number, (raw, yoghurt) in enumerate(((RAW, YOGHURT), (OTHER_RAW, OTHER_YOGHURT))):
        _tell(house, farm, dairy, shop, raw, yoghurt, start=60 * number)
    serials = {
        "type": "ObjectEvent",
        "eventTime": "2024-05-01T00:21:00.000Z",
        "eventTimeZoneOffset": "+08:00",
        "action": "ADD",
        "bizStep": "commissioning",
        "epcList": [CUP],
        "ilmd": {"cbvmda:lotNumber": "Y1"},
    }
    assert post_document(house, serials, key=dairy.key).status_code == 202
    return RecallWorld(house=house, farm=farm, dairy=dairy, shop=shop, rival=rival)


def _tell(
    house: House, farm: Firm, dairy: Firm, shop: Firm, raw: str, yoghurt: str, *, start: int
) -> None:
    milk, cups = count_of(raw, 100, "KGM"), count_of(yoghurt, 400)
    to_dairy, to_shop = _to(dairy), _to(shop)
    making = {
        "type": "TransformationEvent",
        "eventTime": f"2024-05-01T{start // 60:02d}:20:00.000Z",
        "eventTimeZoneOffset": "+08:00",
        "bizStep": "commissioning",
        "inputQuantityList": [milk],
        "outputQuantityList": [cups],
        "bizLocation": {"id": dairy.site},
    }
    at_dairy = {"bizLocation": {"id": dairy.site}}
    told = (
        (farm, lots_event(start, "commissioning", milk, action="ADD")),
        (farm, lots_event(start + 5, "shipping", milk, **to_dairy)),
        (dairy, lots_event(start + 10, "receiving", milk, **at_dairy)),
        (dairy, making),
        (dairy, lots_event(start + 30, "shipping", count_of(yoghurt, 300), **to_shop)),
        (shop, lots_event(start + 40, "receiving", count_of(yoghurt, 300))),
        (shop, lots_event(start + 50, "retail_selling", count_of(yoghurt, 20))),
    )
    for firm, event in told:
        assert post_document(house, event, key=firm.key).status_code == 202


def _to(firm: Firm) -> dict[str, Any]:
    return {"destinationList": [{"type": "possessing_party", "destination": firm.site}]}


def _firm(house: House, number: int) -> Firm:
    party = new_party(house.services.engine, number)
    request = KeyRequest(label=f"party {number}", role=Role.PRODUCER, party_id=party)
    key = grant(house.services.engine, request, now=NOW, record=lambda *_: None)
    body = {"party_id": str(party), "uri": gln_uri(number), "name_zh": f"{number}号场所"}
    made(send(house, "POST", "/api/v1/sites", body, role="operator"))
    return Firm(id=party, key=key.text or "", site=gln_uri(number))


def _own(house: House, firm: Firm, gtin: str, name: str) -> None:
    uri = f"https://id.gs1.org/01/{gtin}"
    body = {"party_id": str(firm.id), "uri": uri, "name_zh": name, "name_en": "Goods"}
    made(send(house, "POST", "/api/v1/products", body, role="operator"))
