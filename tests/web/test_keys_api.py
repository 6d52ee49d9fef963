"""Keys over HTTP."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from base.db import reading
from parties.keys import DAYS_DEFAULT
from parties.tables import API_KEY
from tests.parties.samples import NOW
from tests.web.house import House

AUDITOR = {"label": "audit", "role": "auditor"}


def grant(house: House, body: dict[str, Any], **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return house.ask("POST", "/api/v1/keys", role="operator", json=body, headers=named)


def me(house: House, key: str) -> Any:
    headers = {"Authorization": f"Bearer {key}"}
    return house.client.get("/api/v1/me", headers=headers)


def test_a_granted_key_opens_at_once_and_is_kept_by_no_cache(house: House) -> None:
    response = grant(house, AUDITOR)
    granted = json.loads(response.get_data())

    found = me(house, granted["key"])

    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    assert found.status_code == 200
    assert json.loads(found.get_data())["key_id"] == granted["id"]


def test_me_says_who_and_what(house: House) -> None:
    answer = json.loads(me(house, house.keys["producer"]).get_data())

    assert answer["actor"] == f"party:{house.party_id.hex[-16:]}"
    assert (answer["role"], answer["party_id"]) == ("producer", str(house.party_id))
    assert "capture" in answer["rights"]
    assert "register" not in answer["rights"]


def test_a_revoked_key_is_refused_from_the_next_request_on(house: House) -> None:
    granted = json.loads(grant(house, AUDITOR).get_data())
    assert me(house, granted["key"]).status_code == 200

    revoked = house.ask("DELETE", f"/api/v1/keys/{granted['id']}", role="operator")

    assert revoked.status_code == 200
    assert me(house, granted["key"]).status_code == 401


def test_grants_and_revocations_are_told_to_the_ledger_with_their_actor(house: House) -> None:
    granted = json.loads(grant(house, AUDITOR).get_data())
    house.ask("DELETE", f"/api/v1/keys/{granted['id']}", role="operator")
    operator = json.loads(me(house, house.keys["operator"]).get_data())["actor"]

    assert [(actor, kind) for actor, kind, _ in house.acts.told] == [
        (operator, "key_granted"),
        (operator, "key_revoked"),
    ]
    assert granted["key"] not in repr(house.acts.told)


def test_the_same_grant_again_shows_no_secret_twice(house: House) -> None:
    first = json.loads(grant(house, AUDITOR, Idempotency_Key="k").get_data())
    again = grant(house, AUDITOR, Idempotency_Key="k")

    assert again.status_code == 200
    assert json.loads(again.get_data()) == {**first, "key": None}
    assert len(house.acts.told) == 1


def test_the_same_idempotency_key_for_another_grant_is_409(house: House) -> None:
    grant(house, AUDITOR, Idempotency_Key="k")

    assert grant(house, {**AUDITOR, "label": "x"}, Idempotency_Key="k").status_code == 409


def test_a_producers_key_without_a_party_names_the_field(house: House) -> None:
    refused = grant(house, {"label": "x", "role": "producer"})

    assert refused.status_code == 400
    assert [item["path"] for item in json.loads(refused.get_data())["errors"]] == ["party_id"]


def test_days_are_a_whole_number(house: House) -> None:
    for days in ("7", 7.0, True, 0, 731):
        assert grant(house, {**AUDITOR, "days": days}).status_code == 400


def test_a_key_ends_after_its_days(house: House) -> None:
    granted = json.loads(grant(house, AUDITOR).get_data())

    house.clock.instant = NOW + timedelta(days=DAYS_DEFAULT)

    assert me(house, granted["key"]).status_code == 401


def test_an_act_that_the_ledger_cannot_record_does_not_happen(house: House) -> None:
    house.acts.is_away = True

    response = grant(house, AUDITOR)

    with reading(house.services.engine) as connection:
        labels = connection.execute(select(API_KEY.c.label)).scalars().all()
    assert response.status_code == 503
    assert "audit" not in labels


def test_the_operator_lists_keys_page_by_page_without_what_opens(house: House) -> None:
    granted = json.loads(grant(house, AUDITOR).get_data())

    labels: list[str] = []
    path = "/api/v1/keys?limit=2"
    while path:
        response = house.ask("GET", path, role="operator")
        page = json.loads(response.get_data())
        labels += [row["label"] for row in page["items"]]
        assert granted["key"].rsplit("_", 1)[1] not in response.get_data(as_text=True)
        assert all("hash" not in row for row in page["items"])
        path = f"/api/v1/keys?limit=2&after={page['next']}" if page["next"] else ""

    assert sorted(labels) == sorted([*house.keys, "audit"])
    assert house.ask("GET", "/api/v1/keys", role="auditor").status_code == 403
