"""A code that got another owner leads where that one wants, and nothing of the former is served."""

import json
from datetime import timedelta
from typing import Any, Final

import pytest
from werkzeug.test import TestResponse

from parties.directory import UNKNOWN_S
from parties.links import LINKS_S
from tests.parties.samples import gs1
from tests.web.house import House
from tests.web.issuing_world import PREFIX, confirmed_prefix, made, send, stranger
from tests.web.resolver_world import BROWSER, ask, linkset_of

GTIN: Final = gs1(f"0{PREFIX}0001")
AT_LOT: Final = f"/01/{GTIN}/10/L1"
HTML: Final = BROWSER["Accept"]
FORMER, PRESENT = "https://former.example/", "https://present.example/"


def post(house: House, href: str, key: str | None = None, **members: Any) -> dict[str, Any]:
    body = {"uri": GTIN, "link_type": "gs1:pip", "href": href, "title": "酸奶", **members}
    return made(send(house, "POST", "/api/v1/links", body, key=key))


def change(
    house: House, method: str, link: dict[str, Any], *, key: str | None = None, default: bool = True
) -> TestResponse:
    body = {"is_default": default} if method == "PATCH" else None
    return send(house, method, f"/api/v1/links/{link['id']}", body, key=key)


def pass_a_moment(house: House) -> None:
    house.clock.instant += timedelta(seconds=max(LINKS_S, UNKNOWN_S))


def end_prefix(house: House) -> None:
    (claim,) = send(house, "GET", "/api/v1/prefixes").get_json()["items"]
    assert send(house, "POST", f"/api/v1/prefixes/{claim['id']}/end").status_code == 200
    pass_a_moment(house)


@pytest.fixture
def former(house: House) -> dict[str, Any]:
    """Give the default link of a code that was the house's, and whose prefix it gave up."""
    confirmed_prefix(house)
    kept = post(house, FORMER, is_default=True)
    assert ask(house, AT_LOT).headers["Location"] == FORMER
    end_prefix(house)
    return kept


@pytest.fixture
def key(house: House, former: dict[str, Any]) -> str:
    """Give the key of the present owner, for whom the prefix was confirmed."""
    text = stranger(house)
    claim = made(send(house, "POST", "/api/v1/prefixes", {"prefix": PREFIX}, key=text))
    path = f"/api/v1/prefixes/{claim['id']}/confirm"
    assert send(house, "POST", path, role="operator").status_code == 200
    pass_a_moment(house)
    return text


def test_a_code_that_is_nobodys_leads_nowhere(house: House, former: dict[str, Any]) -> None:
    for query in ("", "?linkType=linkset", "?linkType=gs1:pip"):
        assert ask(house, AT_LOT + query, accept=HTML).status_code == 404

    assert change(house, "DELETE", former).status_code == 200


@pytest.mark.usefixtures("key")
def test_the_links_of_a_former_owner_are_served_no_more(house: House) -> None:
    for query in ("", "?linkType=linkset", "?linkType=gs1:pip"):
        page = ask(house, AT_LOT + query, accept=HTML)

        assert page.status_code == 404
        assert FORMER not in page.text


def test_the_present_owners_link_takes_the_place_of_the_formers(house: House, key: str) -> None:
    post(house, PRESENT, key, is_default=True)
    pass_a_moment(house)

    assert ask(house, AT_LOT).headers["Location"] == PRESENT
    assert FORMER not in json.dumps(linkset_of(house, AT_LOT))


def test_the_very_same_link_is_kept_anew_for_the_present_owner(
    house: House, former: dict[str, Any], key: str
) -> None:
    again = post(house, FORMER, key, is_default=True)
    pass_a_moment(house)

    assert again["id"] != former["id"]
    assert ask(house, AT_LOT).headers["Location"] == FORMER


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_former_owner_changes_its_link_no_more(
    house: House, former: dict[str, Any], key: str, method: str
) -> None:
    kept = post(house, PRESENT, key, is_default=True)

    refused = [change(house, method, link) for link in (former, kept)]

    assert [answer.status_code for answer in refused] == [403, 403]
    pass_a_moment(house)
    assert ask(house, AT_LOT).headers["Location"] == PRESENT


def test_the_present_owner_ends_the_links_of_the_former(
    house: House, former: dict[str, Any], key: str
) -> None:
    ended = change(house, "DELETE", former, key=key)

    assert ended.status_code == 200
    assert ended.get_json()["ended_at"] is not None


def test_the_present_owner_makes_no_default_of_a_link_that_is_not_served(
    house: House, former: dict[str, Any], key: str
) -> None:
    mine = post(house, PRESENT, key, is_default=True)

    refused = change(house, "PATCH", former, key=key)
    cleared = change(house, "PATCH", former, key=key, default=False)
    pass_a_moment(house)

    assert (refused.status_code, cleared.status_code) == (409, 200)
    assert ask(house, AT_LOT).headers["Location"] == mine["href"]
