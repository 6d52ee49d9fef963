"""The register over HTTP."""

import json
from typing import Any

import pytest

from tests.parties.samples import gln_uri, gtin_uri, uscc_of
from tests.web.house import House


def party(number: int = 2) -> dict[str, Any]:
    return {"uscc": uscc_of(number), "name_zh": "乳业", "name_en": "Dairy", "kind": "plant"}


def post(house: House, path: str, body: dict[str, Any], **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return house.ask("POST", f"/api/v1/{path}", role="operator", json=body, headers=named)


def test_a_registered_party_is_found_again(house: House) -> None:
    created = post(house, "parties", party())
    found = house.ask("GET", created.headers["Location"], role="producer")

    assert created.status_code == 201
    assert found.status_code == 200
    assert found.get_data() == created.get_data()


def test_the_same_post_again_is_the_same_row(house: House) -> None:
    first = post(house, "parties", party(), Idempotency_Key="k-1")
    again = post(house, "parties", party(), Idempotency_Key="k-1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_data() == again.get_data()


def test_the_same_idempotency_key_for_another_request_is_409_and_writes_nothing(
    house: House,
) -> None:
    post(house, "parties", party(2), Idempotency_Key="k-1")

    refused = post(house, "parties", party(3), Idempotency_Key="k-1")

    listed = house.ask("GET", f"/api/v1/parties?uscc={uscc_of(3)}", role="auditor")
    assert refused.status_code == 409
    assert json_of(listed)["items"] == []


def test_another_party_under_a_taken_code_is_409(house: House) -> None:
    post(house, "parties", party())

    refused = post(house, "parties", {**party(), "name_en": "Other"})

    assert refused.status_code == 409
    assert [item["path"] for item in json_of(refused)["errors"]] == ["uscc", "name_en"]


def test_a_bad_idempotency_key_is_refused(house: House) -> None:
    assert post(house, "parties", party(), Idempotency_Key="a b").status_code == 400
    assert post(house, "parties", party(), Idempotency_Key="x" * 256).status_code == 400


def test_a_site_keeps_its_degrees_as_they_were_written(house: House) -> None:
    body = {
        "party_id": str(house.party_id),
        "uri": gln_uri(1),
        "name_zh": "棚",
        "region": "130123",
        "latitude": "38.042300",
        "longitude": "-0.5",
    }

    created = json_of(post(house, "sites", body))

    assert (created["latitude"], created["longitude"]) == ("38.042300", "-0.500000")


def test_what_is_missing_or_unknown_is_told_in_the_words_of_every_other_refusal(
    sqlite_house: House,
) -> None:
    refused = post(sqlite_house, "sites", {"uri": gln_uri(1), "name_zh": "棚", "colour": None})

    said = {item["path"]: (item["code"], item["message"]) for item in json_of(refused)["errors"]}
    assert said == {
        "party_id": ("required", "is required"),
        "colour": ("unknown_field", "is no field of this request"),
    }


@pytest.mark.parametrize("latitude", ["+1", "01", "1.", ".5", "1e1", " 1", "1.1234567", "١"])
def test_degrees_have_one_spelling(sqlite_house: House, latitude: str) -> None:
    body = {
        "party_id": str(sqlite_house.party_id),
        "uri": gln_uri(1),
        "name_zh": "棚",
        "latitude": latitude,
        "longitude": "1",
    }

    refused = post(sqlite_house, "sites", body)

    assert refused.status_code == 400
    assert [item["path"] for item in json_of(refused)["errors"]] == ["latitude"]


def test_a_new_site_is_known_to_the_capture_path_at_once(house: House) -> None:
    owners = house.services.owners
    assert owners.owners_of([gln_uri(1)]) == {gln_uri(1): None}

    body = {"party_id": str(house.party_id), "uri": gln_uri(1), "name_zh": "棚"}
    post(house, "sites", body)

    assert owners.owners_of([gln_uri(1)]) == {gln_uri(1): house.party_id}


def test_a_product_and_its_certificate_are_registered(house: House) -> None:
    product = {"party_id": str(house.party_id), "uri": gtin_uri(1), "name_zh": "小米"}
    product_id = json_of(post(house, "products", product))["id"]
    certificate = {
        "party_id": str(house.party_id),
        "product_id": product_id,
        "lot": "L1",
        "kind": "organic",
        "number": "123",
        "issuer": "某中心",
        "from_on": "2026-01-01",
        "until_on": None,
    }

    created = post(house, "certificates", certificate)

    assert created.status_code == 201
    assert (json_of(created)["until_on"], json_of(created)["lot"]) == (None, "L1")
    path = f"/api/v1/certificates?product_id={product_id}&lot=L1"
    listed = house.ask("GET", path, role="authority")
    assert [row["number"] for row in json_of(listed)["items"]] == ["123"]


@pytest.mark.parametrize("day", ["2026-1-1", "20260101", "2026-W01-1", "2026-02-30"])
def test_a_day_has_one_spelling(sqlite_house: House, day: str) -> None:
    body = {
        "party_id": str(sqlite_house.party_id),
        "kind": "k",
        "number": "1",
        "issuer": "x",
        "from_on": day,
    }

    assert post(sqlite_house, "certificates", body).status_code == 400


def test_pages_are_linked(house: House) -> None:
    for number in range(2, 5):
        post(house, "parties", party(number))

    first = house.ask("GET", "/api/v1/parties?limit=3", role="auditor")
    after = json_of(first)["next"]
    second = house.ask("GET", f"/api/v1/parties?limit=3&after={after}", role="auditor")

    assert len(json_of(first)["items"]) == 3
    assert first.headers["Link"] == f'</api/v1/parties?limit=3&after={after}>; rel="next"'
    assert len(json_of(second)["items"]) == 1
    assert json_of(second)["next"] is None
    assert "Link" not in second.headers


def test_a_row_that_is_not_there_is_404(house: House) -> None:
    path = "/api/v1/sites/0195a2b0-1c00-7abc-8123-456789abcdef"

    assert house.ask("GET", path, role="operator").status_code == 404


def test_nothing_is_registered_for_an_unknown_party(house: House) -> None:
    body = {
        "party_id": "0195a2b0-1c00-7abc-8123-456789abcdef",
        "uri": gln_uri(1),
        "name_zh": "棚",
    }

    assert post(house, "sites", body).status_code == 404


def json_of(response: Any) -> Any:
    return json.loads(response.get_data())
