"""Issued codes over HTTP: blocks and their codes, prefixes, keys of signed serials."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from codes.canonical import uri_of_text
from tests.parties.samples import NOW, gtin_uri
from tests.web.epcis_world import check
from tests.web.house import House, open_house
from tests.web.issuing_world import (
    BLOCKS,
    PREFIX,
    activation,
    at,
    codes_of,
    confirmed_prefix,
    counts_of,
    errors_of,
    made,
    new_block,
    new_product,
    new_site,
    register,
    send,
    stranger,
)


def test_a_producer_gets_serials_of_its_product(house: House) -> None:
    product = new_product(house)

    answer = send(house, "POST", BLOCKS, {"kind": "gs1_serial", "count": 24, "product_id": product})

    block = made(answer)
    assert answer.headers["Location"] == at(block)
    assert (block["count"], block["product_id"], block["scope"]) == (24, product, gtin_uri(1)[-14:])
    codes = codes_of(house, block)
    assert len({one["code"] for one in codes}) == 24
    assert [one["uri"] for one in codes] == [uri_of_text(one["address"]) for one in codes]
    assert codes[0]["elements"] == {"01": block["scope"], "21": codes[0]["code"]}
    check(house)


def test_the_same_request_again_is_the_same_block(house: House) -> None:
    body = {"kind": "suxin_serial", "count": 5, "product_id": new_product(house)}

    first = made(send(house, "POST", BLOCKS, body, once="k"))
    again = made(send(house, "POST", BLOCKS, body, once="k"))
    other = send(house, "POST", BLOCKS, {**body, "count": 6}, once="k")

    assert again == first
    assert other.status_code == 409
    assert len(json.loads(send(house, "GET", BLOCKS).get_data())["items"]) == 1


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"kind": "isbn"}, "kind"),
        ({"count": 0}, "count"),
        ({"count": 1_000_001}, "count"),
        ({"count": "10"}, "count"),
        ({"count": 10**30}, "count"),
        ({"product_id": None}, "product_id"),
        ({"is_signed": "yes"}, "is_signed"),
        ({"first": 10**18}, "first"),
        ({"first": 5}, "first"),
        ({"kind": "sscc", "product_id": None, "prefix": "6921234"}, "prefix"),
        ({"kind": "pesticide_unit", "registration": "PD1"}, "registration"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_request_names_its_field(
    sqlite_house: House, changed: dict[str, Any], path: str
) -> None:
    body = {"kind": "gs1_serial", "count": 5, "product_id": new_product(sqlite_house), **changed}

    refused = send(sqlite_house, "POST", BLOCKS, body)

    assert refused.status_code == 400
    assert errors_of(refused) == [path]


def test_keys_are_counted_under_a_confirmed_prefix(sqlite_house: House) -> None:
    house = sqlite_house
    body = {"kind": "sscc", "count": 3, "prefix": PREFIX, "first": 41}
    unclaimed = send(house, "POST", BLOCKS, body)
    confirmed_prefix(house)

    block = made(send(house, "POST", BLOCKS, body))

    assert errors_of(unclaimed) == ["prefix"]
    codes = codes_of(house, block)
    references = [one["code"][1 + len(PREFIX) : 17] for one in codes]
    assert [int(reference) for reference in references] == [41, 42, 43]
    assert codes[0]["address"].endswith(f"/00/{codes[0]['code']}")


def test_a_signed_serial_carries_its_tag(sqlite_house: House) -> None:
    house = sqlite_house
    product = new_product(house)
    body = {"kind": "gs1_serial", "count": 1, "product_id": product, "is_signed": True}
    without_a_key = send(house, "POST", BLOCKS, body)
    key = made(send(house, "POST", "/api/v1/tag-keys", {}, role="operator"))

    block = made(send(house, "POST", BLOCKS, body))

    assert without_a_key.status_code == 409
    (code,) = codes_of(house, block)
    assert block["tag_key"] == key["id"]
    assert code["elements"]["98"].startswith(key["id"])
    assert f"?98={code['elements']['98']}" in code["address"]


def test_a_block_of_somebody_else_is_not_there(sqlite_house: House) -> None:
    house = sqlite_house
    block, site = new_block(house), new_site(house)
    other = stranger(house)
    asked = [
        send(house, "GET", at(block), key=other),
        send(house, "GET", at(block, "/codes"), key=other),
        send(house, "GET", at(block, "/codes.csv"), key=other),
        send(house, "POST", at(block, "/labels"), {}, key=other),
        send(house, "POST", at(block, "/activations"), activation(site), key=other),
        send(house, "POST", at(block, "/voids"), {"first": 1, "last": 1, "reason": "x"}, key=other),
    ]

    assert [answer.status_code for answer in asked[:4]] == [404] * 4
    assert [answer.status_code for answer in asked[4:]] == [400, 404]
    assert json.loads(send(house, "GET", BLOCKS, key=other).get_data())["items"] == []
    product = {"kind": "gs1_serial", "count": 1, "product_id": block["product_id"]}
    assert send(house, "POST", BLOCKS, product, key=other).status_code == 404
    assert counts_of(house, block) == {"free": 10, "activated": 0, "void": 0}


@pytest.mark.parametrize("role", ["authority", "auditor"])
def test_supervision_reads_every_block_and_issues_none(sqlite_house: House, role: str) -> None:
    house = sqlite_house
    block = new_block(house)

    assert send(house, "GET", at(block), role=role).status_code == 200
    listed = json.loads(send(house, "GET", BLOCKS, role=role).get_data())["items"]
    assert [one["id"] for one in listed] == [block["id"]]
    nobody = send(house, "GET", f"{BLOCKS}?party_id={block['id']}", role=role)
    assert json.loads(nobody.get_data())["items"] == []


def test_blocks_are_listed_newest_first_page_by_page(sqlite_house: House) -> None:
    house = sqlite_house
    product = new_product(house)
    made_ids = [new_block(house, product_id=product)["id"] for _ in range(5)]

    listed: list[str] = []
    path = f"{BLOCKS}?limit=2"
    while path:
        answer = send(house, "GET", path)
        page = json.loads(answer.get_data())
        listed += [one["id"] for one in page["items"]]
        path = f"{BLOCKS}?limit=2&after={page['next']}" if page["next"] else ""
        assert ("Link" in answer.headers) is bool(path)

    assert listed == made_ids[::-1]


def test_codes_come_in_pages_and_as_a_list_for_a_print_house(sqlite_house: House) -> None:
    house = sqlite_house
    block = new_block(house, count=7)

    first = json.loads(send(house, "GET", at(block, "/codes?first=3&count=2")).get_data())
    last = json.loads(send(house, "GET", at(block, "/codes?first=6&count=9")).get_data())
    answer = send(house, "GET", at(block, "/codes.csv?first=2&last=7"))

    assert ([one["number"] for one in first["items"]], first["next"]) == ([3, 4], 5)
    assert ([one["number"] for one in last["items"]], last["next"]) == ([6, 7], None)
    assert send(house, "GET", at(block, "/codes?first=8")).status_code == 400
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    every = codes_of(house, block)
    assert [row["serial"] for row in rows] == [one["code"] for one in every[1:]]
    assert [row["url"] for row in rows] == [one["address"] for one in every[1:]]
    assert rows[0]["element_string"] == f"(01){block['scope']}(21){every[1]['code']}"


def test_a_long_list_is_no_answer_and_the_refusal_names_the_task(
    sqlite_url: str, tmp_path: Path
) -> None:
    house = open_house(sqlite_url, tmp_path, codes_direct_max=3)
    block = new_block(house, count=7)

    refused = send(house, "GET", at(block, "/codes.csv"))
    short = send(house, "GET", at(block, "/codes.csv?first=5"))

    assert refused.status_code == 400
    (problem,) = refused.get_json()["errors"]
    assert (problem["path"], problem["code"]) == ("last", "too_many_at_once")
    assert f'POST {at(block, "/labels")} with "format": "csv"' in problem["message"]
    assert short.status_code == 200
    house.services.engine.dispose()


def test_the_state_of_a_code_is_for_its_owner_and_for_supervision(sqlite_house: House) -> None:
    house = sqlite_house
    block = new_block(house, kind="suxin_serial")
    code = codes_of(house, block)[0]["code"]
    path = f"/api/v1/codes/state?code={code}"

    assert send(house, "GET", path).get_json()["block_id"] == block["id"]
    assert send(house, "GET", path, role="authority").status_code == 200
    assert send(house, "GET", path, key=stranger(house)).status_code == 404
    assert send(house, "GET", f"/api/v1/codes/state?code={gtin_uri(1)}/21/OWN").status_code == 404
    assert send(house, "GET", "/api/v1/codes/state?code=%20").status_code == 400


def test_prefixes_are_claimed_confirmed_and_ended(house: House) -> None:
    path = "/api/v1/prefixes"
    body = {"prefix": PREFIX, "evidence": "证书 2026-1"}

    claim = made(send(house, "POST", path, body, once="k"))
    again = send(house, "POST", path, body, once="k")
    reused = send(house, "POST", path, {"prefix": "69299999"}, once="k")
    waiting = json.loads(send(house, "GET", path, role="operator").get_data())["items"]
    confirmed = send(house, "POST", f"{path}/{claim['id']}/confirm", role="operator").get_json()
    hidden = send(house, "POST", f"{path}/{claim['id']}/end", key=stranger(house))
    ended = send(house, "POST", f"{path}/{claim['id']}/end").get_json()

    assert (again.status_code, again.get_json()) == (200, claim)
    assert reused.status_code == 409
    assert [one["id"] for one in waiting] == [claim["id"]]
    assert (claim["state"], confirmed["state"], ended["state"]) == ("waiting", "confirmed", "ended")
    assert hidden.status_code == 404
    assert [kind for _, kind, _ in house.acts.told] == ["prefix_confirmed", "prefix_ended"]
    assert json.loads(send(house, "GET", path, role="operator").get_data())["items"] == []


def test_claims_come_in_pages(sqlite_house: House) -> None:
    made_ids = [
        made(send(sqlite_house, "POST", "/api/v1/prefixes", {"prefix": f"6921234{number}"}))["id"]
        for number in range(5)
    ]
    listed, path = [], "/api/v1/prefixes?limit=2"

    while path:
        answer = send(sqlite_house, "GET", path)
        page = json.loads(answer.get_data())
        listed += [one["id"] for one in page["items"]]
        path = f"/api/v1/prefixes?limit=2&after={page['next']}" if page["next"] else ""
        assert (f"<{path}>" in answer.headers.get("Link", "")) is bool(path)

    assert listed == sorted(made_ids)


def test_a_prefix_of_the_wrong_length_names_its_field(sqlite_house: House) -> None:
    refused = send(sqlite_house, "POST", "/api/v1/prefixes", {"prefix": "692123"})

    assert errors_of(refused) == ["prefix"]


def test_tag_keys_rotate_once_for_each_request(house: House) -> None:
    path = "/api/v1/tag-keys"
    first = send(house, "POST", path, {}, role="operator", once="k")
    again = send(house, "POST", path, {}, role="operator", once="k")
    house.clock.instant = NOW + timedelta(seconds=1)
    second = made(send(house, "POST", path, {}, role="operator"))

    send(house, "DELETE", f"{path}/{second['id']}", role="operator")

    assert (again.status_code, again.get_json()) == (200, first.get_json())
    listed = json.loads(send(house, "GET", path, role="operator").get_data())["items"]
    assert [(one["id"], one["state"]) for one in listed] == [
        (second["id"], "revoked"),
        (first.get_json()["id"], "retired"),
    ]
    assert send(house, "DELETE", f"{path}/ZZZ", role="operator").status_code == 404


def test_a_pesticide_code_needs_a_registration_that_is_valid(sqlite_house: House) -> None:
    house = sqlite_house
    product = new_product(house, uri="urn:example:pesticide:1", name="吡虫啉")
    body = {
        "kind": "pesticide_unit",
        "count": 2,
        "product_id": product,
        "registration": "PD20092927",
        "spec": "001",
    }
    unknown = send(house, "POST", BLOCKS, body)
    register(
        house,
        "certificates",
        kind="pesticide_registration",
        number="PD20092927",
        issuer="农业农村部",
        from_on="2020-01-01",
    )

    block = made(send(house, "POST", BLOCKS, body))

    assert errors_of(unknown) == ["registration"]
    codes = codes_of(house, block)
    assert all(one["code"].startswith("10929271001") and len(one["code"]) == 32 for one in codes)
