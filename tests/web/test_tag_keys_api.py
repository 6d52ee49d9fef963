"""Keys of signed serials over HTTP: made, retired by the next one, revoked for ever."""

import json
from datetime import timedelta
from typing import Any

from tests.web.house import House
from tests.web.issuing_world import made, send

KEYS = "/api/v1/tag-keys"


def rotate(house: House, *, once: str | None = None) -> dict[str, Any]:
    house.clock.instant += timedelta(seconds=1)
    return made(send(house, "POST", KEYS, {}, role="operator", once=once))


def states(house: House) -> list[tuple[str, str]]:
    found = json.loads(send(house, "GET", KEYS, role="operator").get_data())["items"]
    return [(key["id"], key["state"]) for key in found]


def test_a_new_key_signs_and_the_one_before_it_is_retired(house: House) -> None:
    first, second = rotate(house), rotate(house)

    assert states(house) == [(second["id"], "signing"), (first["id"], "retired")]


def test_a_retry_makes_no_second_key(house: House) -> None:
    first = rotate(house, once="k")

    again = send(house, "POST", KEYS, {}, role="operator", once="k")

    assert (again.status_code, json.loads(again.get_data())) == (200, first)
    assert states(house) == [(first["id"], "signing")]


def test_a_revoked_key_stays_revoked(house: House) -> None:
    first, second = rotate(house), rotate(house)

    for _ in range(2):
        revoked = send(house, "DELETE", f"{KEYS}/{first['id']}", role="operator")
        assert revoked.status_code == 200
        assert json.loads(revoked.get_data())["state"] == "revoked"

    assert states(house) == [(second["id"], "signing"), (first["id"], "revoked")]


def test_a_key_that_does_not_exist_is_404(sqlite_house: House) -> None:
    rotate(sqlite_house)

    assert send(sqlite_house, "DELETE", f"{KEYS}/none", role="operator").status_code == 404
    assert [state for _, state in states(sqlite_house)] == ["signing"]
