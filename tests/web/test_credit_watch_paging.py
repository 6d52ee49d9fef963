"""Changes read page by page: the same as at once, and each page at its own cost."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from credit.watching import orders
from tests.credit.samples import serious, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import send

WATCHES, CHANGES = "/api/v1/credit/watches", "/api/v1/credit/changes"
MORNING = datetime(2026, 11, 25, 1, tzinfo=UTC)
PARTIES = range(1, 6)


@pytest.fixture(params=[0, 1], ids=["the same day", "a day later"])
def told(house: House, request: pytest.FixtureRequest) -> House:
    """Five parties that are watched and listed since, each by its own entry but the last two."""
    house.clock.instant = MORNING
    body = {"codes": [uscc(number) for number in PARTIES], "purpose": "供应商"}
    assert send(house, "POST", WATCHES, body, role="authority").status_code < 300
    house.clock.instant += timedelta(days=request.param)
    for number in PARTIES[:-2]:
        hand_in(house, "serious_listing", serious(number))
    hand_in(house, "serious_listing", *(serious(number) for number in PARTIES[-2:]))
    return house


def _ask(house: House, after: str, limit: int) -> Any:
    answer = send(house, "GET", f"{CHANGES}?after={after}&limit={limit}", role="authority")
    assert answer.status_code == 200
    return json.loads(answer.get_data())


def _pages(house: House, limit: int) -> Iterator[Any]:
    after, is_last = "", False
    while not is_last:
        page = _ask(house, after, limit)
        after, is_last = page["next_after"], page["is_last"]
        yield page


@pytest.mark.parametrize("places_max", [200_000, 0], ids=["kept", "forgotten"])
def test_page_by_page_the_same_is_told_as_at_once(
    told: House, monkeypatch: pytest.MonkeyPatch, places_max: int
) -> None:
    monkeypatch.setattr(orders, "_PLACES_MAX", places_max)
    whole = _ask(told, "", 1000)["changes"]

    for limit in (1, 3, len(whole) - 1, len(whole)):
        pages = list(_pages(told, limit))

        assert [one for page in pages for one in page["changes"]] == whole
        assert {len(page["changes"]) for page in pages[:-1]} <= {limit}
    assert {one["uscc"] for one in whole} == {uscc(number) for number in PARTIES}


def test_a_page_that_follows_reads_the_facts_of_its_own_parties_alone(told: House) -> None:
    whole = _ask(told, "", 1000)["changes"]
    first = _ask(told, "", len(whole) - 1)
    rows = list[int]()

    def note(*asked: Any) -> None:
        # What was listed says what it says in its body; nothing else of a fact is as long.
        if "credit_fact.body" in asked[2]:
            rows.append(len(asked[3]))

    event.listen(told.services.engine, "before_cursor_execute", note)
    last = _ask(told, first["next_after"], 1000)

    assert last["changes"] == whole[-1:]
    # The log, and the one fact of the one party.
    assert rows == [2]


def test_what_is_no_longer_watched_is_told_on_no_later_page(told: House) -> None:
    whole = _ask(told, "", 1000)["changes"]
    first = _ask(told, "", 1)
    gone = whole[-1]["uscc"]

    assert send(told, "DELETE", f"{WATCHES}/{gone}", role="authority").status_code < 300
    rest = _ask(told, first["next_after"], 1000)

    assert first["changes"] + rest["changes"] == [one for one in whole if one["uscc"] != gone]
    assert rest["is_last"]
