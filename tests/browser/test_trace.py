"""A regulator signs in, searches a lot, sees where it went, opens an event; by keyboard and eye."""

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from tests.browser.looking import AXE, breaches, overhang
from tests.browser.test_alerts import enter
from tests.web.house import House, open_house
from tests.web.trace_world import MIXED, YOGHURT, World, lot_of, milk, tell_dairy

pytestmark = pytest.mark.browser


@pytest.fixture
def dairy(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[World, House, str]]:
    """Give a house with the story of a dairy, and the address under which it is served."""
    house = open_house(sqlite_url, tmp_path / "data")
    world = tell_dairy(house, farms=14, cups=24, per_carton=6)
    server = make_server("127.0.0.1", 0, house.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield world, house, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    house.services.engine.dispose()


def test_a_regulator_searches_a_lot_sees_its_graph_and_opens_an_event(
    page: Page, dairy: tuple[World, House, str]
) -> None:
    _, house, url = dairy
    enter(page, url, house, "authority", "/work")

    page.get_by_label("追溯码、批号、产品、单位或地点").fill("MIX1")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name="混合奶 · 批次 MIX1").click()

    graph = page.locator(".trace-flow")
    expect(graph).to_contain_text("生鲜乳 ×14")
    expect(graph).to_contain_text("原味酸奶 ×24")
    graph.locator("svg a", has_text="加工制成").last.click()
    expect(page.locator("h1")).to_have_text("加工制成")
    expect(page.get_by_role("link", name="证明文件")).to_be_visible()


def pages_of(world: World) -> list[str]:
    lots = (milk(1), lot_of(MIXED, "MIX1"), lot_of(YOGHURT, "Y20260221"))
    party = world.actors["Dairy"].party_id
    return [
        "/work/search?q=Y20260221",
        *(f"/work/trace?code={quote(one, safe='')}" for one in lots),
        f"/work/trace?party={party}&since=2026-02-01&until=2026-03-01",
        "/work/entries/8",
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_a_trace_is_wider_than_its_screen(
    page: Page, dairy: tuple[World, House, str], lang: str, width: int
) -> None:
    world, house, url = dairy
    page.set_viewport_size({"width": width, "height": 800})
    enter(page, url, house, "authority", "/work")

    too_wide = []
    for path in pages_of(world):
        page.goto(f"{url}{path}{'&' if '?' in path else '?'}lang={lang}")
        if overhang(page) > 0:
            too_wide.append(path)

    assert too_wide == []


def test_the_pages_of_a_trace_pass_the_rules_of_accessibility(
    page: Page, dairy: tuple[World, House, str]
) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `make setup`")
    world, house, url = dairy
    enter(page, url, house, "authority", "/work")

    found = []
    for path in pages_of(world):
        page.goto(url + path)
        found += [f"{path}: {one}" for one in breaches(page)]

    assert not found, "\n".join(found)
