"""A yoghurt with lots and serials in an open house, and what a test of the resolver asks of it."""

import json
from datetime import timedelta
from trace.capture import Submission, submit
from typing import Any
from uuid import UUID

import orjson
from werkzeug.test import TestResponse

from parties.actors import Role, actor_of_key
from parties.ids import new_id
from parties.keys import KeyRequest, grant
from schemas.epcis import read_document
from tests.parties.samples import NOW, gs1, new_party
from tests.web.house import ANONYMOUS, House
from web.held_pages import HELD_S

GTIN = gs1("0690123400042")
OTHER_GTIN = gs1("0690123400077")
PRODUCT = f"https://id.gs1.org/01/{GTIN}"
LOT, SERIAL = f"{PRODUCT}/10/L1", f"{PRODUCT}/21/S1"
AT_PRODUCT, AT_LOT, AT_SERIAL = f"/01/{GTIN}", f"/01/{GTIN}/10/L1", f"/01/{GTIN}/21/S1"
AT_ALL = f"/01/{GTIN}/10/L1/21/S1"

ROOT = "http://127.0.0.1:8000"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LINKSET = "application/linkset+json"
VOC = "https://ref.gs1.org/voc/"


def register(house: House, gtin: str = GTIN, party_id: UUID | None = None) -> None:
    """Register a yoghurt of the house's party, or of another."""
    register_uri(house, f"https://id.gs1.org/01/{gtin}", party_id)


def register_uri(house: House, uri: str, party_id: UUID | None = None) -> None:
    """Register a product under any URI."""
    body = {
        "party_id": str(party_id or house.party_id),
        "uri": uri,
        "name_zh": "酸奶",
        "name_en": "Yoghurt",
    }
    assert house.ask("POST", "/api/v1/products", role="operator", json=body).status_code == 201


def record(house: House, *events: dict[str, Any]) -> None:
    """Record events of the house's party."""
    document = {
        "@context": [
            "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            {"sx": "urn:suxin:epcis:"},
        ],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-02-01T08:00:00.000+08:00",
        "epcisBody": {"eventList": list(events)},
    }
    read = read_document(orjson.dumps(document), limits=house.services.document_limits)
    actor = actor_of_key(key_id=new_id(NOW), role=Role.PRODUCER, party_id=house.party_id)
    submit(house.services.desk, Submission(actor=actor, document=read))


def event(uri: str, minute: int, action: str = "OBSERVE", **members: Any) -> dict[str, Any]:
    """Return an event of one lot or serial at a minute of a morning."""
    is_lot = "/10/" in uri
    what = {"quantityList": [{"epcClass": uri}]} if is_lot else {"epcList": [uri]}
    return {
        "type": "ObjectEvent",
        "eventTime": f"2026-02-01T08:{minute:02d}:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "action": action,
        "readPoint": {"id": "https://id.gs1.org/414/" + gs1("690123400042")},
        **what,
        **members,
    }


def make_goods(house: House) -> None:
    """Register the yoghurt and record that its lot and its serial were made."""
    register(house)
    made = {"bizStep": "commissioning", "disposition": "active"}
    record(
        house,
        event(LOT, 1, "ADD", **made),
        event(SERIAL, 2, "ADD", **made, ilmd={"cbvmda:lotNumber": "L1"}),
    )


def keep(house: House, uri: str = PRODUCT, **members: Any) -> dict[str, Any]:
    """Keep a link of the house's party and return it."""
    body = {
        "uri": uri,
        "link_type": "gs1:pip",
        "href": "https://maker.example/yoghurt",
        "title": "酸奶",
        **members,
    }
    response = house.ask("POST", "/api/v1/links", role="producer", json=body)
    assert response.status_code in (200, 201), response.text
    house.clock.instant += timedelta(seconds=HELD_S)
    kept: dict[str, Any] = json.loads(response.get_data())
    return kept


def ask(house: House, path: str, *, accept: str | None = None, **headers: str) -> TestResponse:
    """Ask the resolver as somebody without a key; `accept_language` is a header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if accept is not None:
        named["Accept"] = accept
    return house.ask("GET", path, headers=named)


def linkset_of(house: House, path: str) -> list[dict[str, Any]]:
    """Return the context objects of the linkset at a path."""
    response = ask(house, path, accept=LINKSET)
    assert response.status_code == 200, response.text
    members: list[dict[str, Any]] = json.loads(response.get_data())["linkset"]
    return members


def links_of(response: TestResponse) -> dict[str, str]:
    """Return the targets of the `Link` headers by relation."""
    return {
        value.partition('rel="')[2].partition('"')[0]: value.partition("<")[2].partition(">")[0]
        for value in response.headers.getlist("Link")
    }


def key_of_another(house: House) -> str:
    """Return the text of a key of another producer."""
    party_id = new_party(house.services.engine, 2)
    request = KeyRequest(label="other", role=Role.PRODUCER, party_id=party_id)
    return grant(house.services.engine, request, now=NOW, record=lambda *_: None).text or ANONYMOUS
