"""Random draws on public pages: what was fixed, what decided, how to draw again; no names."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.credit.samples import uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import send
from tests.web.signed_in import visitor
from tests.web.work_world import text_of

DRAWS = "/api/v1/credit/draws"
BEACON = "双色球 2026136期"
ASKED = {
    "title": "2026年第四季度双随机",
    "plan": "food",
    "region": "3702",
    "inspectors": ["37020001", "37020002", "37020003"],
    "beacon": BEACON,
    "due_on": "2026-12-31",
}


def _post(house: House, path: str, body: Any) -> Any:
    answer = send(house, "POST", path, body, role="authority")
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    return json.loads(answer.get_data())


@pytest.fixture
def committed(sqlite_house: House) -> tuple[House, Any]:
    house = sqlite_house
    house.clock.instant += timedelta(days=265)
    rows = [
        {
            "name": f"青岛第{number}食品有限公司",
            "uscc": uscc(number),
            "kind": "02",
            "region": "370202",
            "industry": "1411",
            "established_on": "2015-01-05",
            "status": "存续",
            "authority": "青岛市市场监督管理局",
        }
        for number in range(1, 12)
    ]
    hand_in(house, "registration", *rows)
    return house, _post(house, DRAWS, ASKED)


def _page(house: House, path: str, lang: str = "zh") -> str:
    answer = visitor(house).get(path, lang=lang)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return text_of(answer)


def test_before_the_value_is_known_a_page_shows_both_hashes_and_no_seed(
    committed: tuple[House, Any],
) -> None:
    house, draw = committed

    page = _page(house, f"/credit/draws/{draw['id']}")

    assert draw["seed_hash"] in page
    assert draw["pool_hash"] in page
    assert "抽中的代号" not in page
    assert BEACON in page
    assert 'href="/credit/draws"' in _page(house, "/credit/lists")
    assert draw["id"] in _page(house, "/credit/draws")


def test_a_draw_that_was_made_shows_seed_value_and_marks_and_names_nobody(
    committed: tuple[House, Any],
) -> None:
    house, draw = committed
    made = _post(house, f"{DRAWS}/{draw['id']}/draw", {"value": "03 07 12"})
    told = json.loads(house.ask("GET", f"/api/v1/credit/open/draws/{draw['id']}").get_data())

    page = _page(house, f"/credit/draws/{draw['id']}")
    found = _page(house, f"/credit/draws/{draw['id']}?mark={told['marks'][0]}")
    other = _page(house, f"/credit/draws/{draw['id']}?mark={'0' * 32}", "en")

    assert made["seed"] in page
    assert "03 07 12" in page
    assert all(mark in page for mark in told["marks"])
    assert "已抽中，排在第 1 位" in found
    assert "This mark was not drawn." in other
    assert not any(name in page for name in ("食品有限公司", uscc(1)[:12], "3702000"))
    assert f"/api/v1/credit/open/draws/{draw['id']}/pool" in page


def test_a_draw_that_there_is_not_and_a_page_of_no_list_are_not_found(
    sqlite_house: House,
) -> None:
    person = visitor(sqlite_house)

    for path in (f"/credit/draws/{sqlite_house.party_id}", "/credit/draws?after=x"):
        assert person.get(path).status_code == 404
