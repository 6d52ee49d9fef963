"""A house whose producer has a product, a site and a confirmed prefix; requests as JSON."""

import json
from typing import Any

from werkzeug.test import TestResponse

from tests.parties.samples import gln_uri, gtin_uri
from tests.web.epcis_world import new_key, readable
from tests.web.house import House

PREFIX = "69212345"
BLOCKS = "/api/v1/code-blocks"


def send(
    house: House,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    *,
    role: str = "producer",
    key: str | None = None,
    once: str | None = None,
) -> TestResponse:
    """Send JSON as a role's key holder, or with another key; `once` is the idempotency key."""
    headers = {"Authorization": f"Bearer {key or house.keys[role]}"}
    if once is not None:
        headers["Idempotency-Key"] = once
    options: dict[str, Any] = {}
    if body is not None:
        # The application writes no number of more than 64 bits; a hostile sender does.
        options = {"data": json.dumps(body).encode(), "content_type": "application/json"}
    return readable(house.client.open(path, method=method, headers=headers, **options))


def made(answer: TestResponse) -> dict[str, Any]:
    """Return what was made; the answer says that it was."""
    assert answer.status_code == 201, answer.get_data(as_text=True)
    found: dict[str, Any] = json.loads(answer.get_data())
    return found


def errors_of(answer: TestResponse) -> list[str]:
    """Return the paths that a refusal names."""
    return [problem["path"] for problem in json.loads(answer.get_data())["errors"]]


def register(house: House, what: str, **values: Any) -> str:
    body = {"party_id": str(house.party_id), **values}
    return str(made(send(house, "POST", f"/api/v1/{what}", body, role="operator"))["id"])


def new_product(house: House, uri: str = gtin_uri(1), name: str = "原味酸奶") -> str:
    return register(house, "products", uri=uri, name_zh=name, name_en="Yoghurt", spec_zh="200克")


def new_site(house: House, number: int = 1, *, name: str = "一号车间") -> str:
    register(house, "sites", uri=gln_uri(number), name_zh=name, name_en=f"Plant {number}")
    return gln_uri(number)


def new_block(house: House, **values: Any) -> dict[str, Any]:
    if "prefix" not in values and "product_id" not in values:
        values["product_id"] = new_product(house)
    body = {"kind": "gs1_serial", "count": 10, **values}
    return made(send(house, "POST", "/api/v1/code-blocks", body))


def activation(at_site: str, first: int = 1, last: int = 3, **changed: Any) -> dict[str, Any]:
    return {"first": first, "last": last, "lot": "L1", "site": at_site} | changed


def confirmed_prefix(house: House, prefix: str = PREFIX) -> str:
    claim = made(send(house, "POST", "/api/v1/prefixes", {"prefix": prefix}))
    path = f"/api/v1/prefixes/{claim['id']}/confirm"
    assert send(house, "POST", path, role="operator").status_code == 200
    return prefix


def stranger(house: House) -> str:
    """Return the key of another producer."""
    return new_key(house, 77)[0]


def at(block: dict[str, Any], tail: str = "") -> str:
    return f"{BLOCKS}/{block['id']}{tail}"


def codes_of(house: House, block: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    answer = send(house, "GET", at(block, f"/codes{query}"))
    found: list[dict[str, Any]] = json.loads(answer.get_data())["items"]
    return found


def counts_of(house: House, block: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = json.loads(send(house, "GET", at(block)).get_data())["counts"]
    return found
