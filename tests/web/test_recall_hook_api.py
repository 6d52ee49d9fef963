"""A party's own address for notices of recalls, kept over HTTP."""

import pytest

from tests.web.house import House
from tests.web.issuing_world import errors_of, send, stranger

HOOK = "/api/v1/recall-hook"


def test_an_address_is_kept_replaced_and_dropped(house: House) -> None:
    first = send(house, "PUT", HOOK, {"url": "https://erp.example.cn/recalls"})
    again = send(house, "PUT", HOOK, {"url": "https://erp.example.cn:8443/r?x=1"})
    read = send(house, "GET", HOOK)
    other = send(house, "GET", HOOK, key=stranger(house))
    dropped = send(house, "DELETE", HOOK)

    assert (first.status_code, again.status_code, dropped.status_code) == (200, 200, 204)
    assert read.get_json()["url"] == "https://erp.example.cn:8443/r?x=1"
    assert read.get_json()["key"] == first.get_json()["key"]
    assert len(bytes.fromhex(read.get_json()["key"])) == 32
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
    ],
)
def test_what_is_no_address_is_refused(sqlite_house: House, url: str) -> None:
    answer = send(sqlite_house, "PUT", HOOK, {"url": url})

    assert (answer.status_code, errors_of(answer)) == (400, ["url"])
