"""A party's own address for notices of recalls, kept over HTTP."""

from trace.recall.hook_tables import RECALL_DELIVERY
from uuid import UUID

import pytest

from base.db import transaction
from tests.web.house import House
from tests.web.issuing_world import errors_of, send, stranger
from tests.web.recall_world import RAW, open_world
from tests.web.signed_in import sign_in
from tests.web.work_world import text_of

HOOK = "/api/v1/recall-hook"


def test_an_address_is_kept_replaced_and_dropped(house: House) -> None:
    first = send(house, "PUT", HOOK, {"url": "https://erp.example.cn/recalls"})
    again = send(house, "PUT", HOOK, {"url": "https://erp.example.cn:8443/r?x=1"})
    read = send(house, "GET", HOOK)
    other = send(house, "GET", HOOK, key=stranger(house))
    dropped = send(house, "DELETE", HOOK)

    assert (first.status_code, again.status_code, dropped.status_code) == (200, 200, 204)
    assert read.get_json()["url"] == "https://erp.example.cn:8443/r?x=1"
    assert again.get_json()["key"] == first.get_json()["key"]
    assert len(bytes.fromhex(first.get_json()["key"])) == 32
    assert "key" not in read.get_json()
    assert read.get_json()["deliveries"] == []
    assert other.status_code == 404
    assert send(house, "GET", HOOK).status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "ftp://erp.example.cn/",
        "erp.example.cn",
        "https:///x",
        "https://user:word@erp.example.cn/",
        "https://erp.example.cn:99999/",
        "https://erp.example.cn/#x",
        "https://例.cn/",
        "javascript:alert(1)",
        "http://erp.example.cn/",
        "https://127.0.0.1/",
        "https://localhost:8443/x",
        "https://[::ffff:10.0.0.1]/",
    ],
)
def test_what_is_no_address_is_refused(sqlite_house: House, url: str) -> None:
    answer = send(sqlite_house, "PUT", HOOK, {"url": url})

    assert (answer.status_code, errors_of(answer)) == (400, ["url"])


def test_a_program_that_took_no_notice_is_seen_by_whoever_runs_the_recall(
    sqlite_house: House,
) -> None:
    world = open_world(sqlite_house)
    recall = world.recall(RAW)
    (first, *_) = world.get(f"/{recall['id']}/notices")["items"]
    row = {
        "notice_id": UUID(first["id"]),
        "party_id": UUID(first["party_id"]),
        "attempts": 10,
        "outcome": "HTTP 503",
    }
    with transaction(sqlite_house.services.engine) as connection:
        connection.execute(RECALL_DELIVERY.insert().values(row))

    told = world.get(f"/{recall['id']}/notices")["items"][0]["delivery"]
    page = text_of(sign_in(sqlite_house, role="authority").get(f"/work/recalls/{recall['id']}"))

    assert (told["attempts"], told["outcome"], told["next_at"]) == (10, "HTTP 503", None)
    assert "始终没有收到通知（HTTP 503）" in page
