"""A house with a second producer, a sealer and events that have happened."""

import json
from typing import Any
from uuid import UUID

from werkzeug.test import TestResponse

from ledger.checkpoint import origin_of_log
from ledger.note import SignerKey, VerifierKey
from ledger.sealing import seal
from parties.actors import Role
from parties.keys import KeyRequest, grant
from tests.checking import check_ledger
from tests.instances import document_bytes, observation, serial
from tests.parties.samples import NOW, new_party
from tests.web.house import House

JSON = "application/json"


def signer_of(house: House) -> SignerKey:
    name = origin_of_log(house.services.settings.origin, house.services.log)
    return SignerKey.from_seed(name, bytes(32))


def vkey_of(house: House) -> VerifierKey:
    return signer_of(house).verifier()


def seal_now(house: House) -> None:
    seal(house.services.engine, house.services.log, signer_of(house), house.clock)


def check(house: House) -> int:
    """Re-verify the whole ledger; return its size."""
    return check_ledger(house.services.engine, house.services.log, [vkey_of(house)])


def new_key(house: House, number: int) -> tuple[str, UUID]:
    """Return the key of another producer, and that key's id."""
    party = new_party(house.services.engine, number)
    request = KeyRequest(label=f"party {number}", role=Role.PRODUCER, party_id=party)
    key = grant(house.services.engine, request, now=NOW, record=lambda *_: None)
    return key.text or "", key.id


def post_document(
    house: House, *events: dict[str, Any], key: str | None = None, **headers: str
) -> TestResponse:
    """Post a capture as the house's producer, or with another key."""
    return post(house, "/epcis/capture", document_bytes(events), key=key, **headers)


def post_event(
    house: House, event: dict[str, Any], *, key: str | None = None, **headers: str
) -> TestResponse:
    body = {"@context": [{"sx": "urn:suxin:epcis:"}], **event}
    return post(house, "/epcis/events", json.dumps(body).encode(), key=key, **headers)


def post(
    house: House, path: str, body: bytes, *, key: str | None = None, **headers: str
) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named["Authorization"] = f"Bearer {key or house.keys['producer']}"
    named.setdefault("Content-Type", JSON)
    return readable(house.client.post(path, data=body, headers=named))


def get(house: House, path: str, *, key: str | None = None, role: str = "producer") -> TestResponse:
    if key is None:
        return readable(house.ask("GET", path, role=role))
    return readable(house.client.get(path, headers={"Authorization": f"Bearer {key}"}))


def readable(answer: TestResponse) -> TestResponse:
    """Let `get_json` read an answer: the application itself reads no JSON that way."""
    answer.json_module = json
    return answer


def things(count: int, *, first: int = 0, **changes: Any) -> list[dict[str, Any]]:
    return [observation(serial(first + n), **changes) for n in range(count)]
