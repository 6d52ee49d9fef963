"""Copied codes in a real browser: telling a place, being warned, and explaining a warning."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Geolocation, Page, Request, expect
from werkzeug.serving import make_server

from tests.browser import looking
from tests.browser.looking import AXE, breaches, overhang
from tests.instances import serial
from tests.web.house import House, open_house
from tests.web.scan_world import ITEM, log_of, phone, put_alert, record, written
from web.held_pages import HELD_S

pytestmark = pytest.mark.browser

PATH = ITEM.removeprefix("https://id.gs1.org")
SHIJIAZHUANG: Geolocation = {"latitude": 38.0428, "longitude": 114.5149}


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[House, str]]:
    """Give a house with items on record, and the address under which it is served."""
    house = open_house(sqlite_url, tmp_path / "data")
    record(house)
    server = make_server("127.0.0.1", 0, house.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield house, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    house.services.engine.dispose()


def enter(page: Page, url: str, house: House, role: str, path: str) -> None:
    looking.enter(page, url + path, house.keys[role])


def test_a_visitor_tells_a_place_that_his_device_has_rounded(
    browser: Browser, shop: tuple[House, str]
) -> None:
    house, url = shop
    context = browser.new_context(
        locale="zh-CN", geolocation=SHIJIAZHUANG, permissions=["geolocation"]
    )
    page = context.new_page()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.goto(url + PATH)

    page.get_by_role("button", name="告诉大概位置").click()

    expect(page.locator("[data-place-result]")).to_contain_text("约十公里")
    context.close()
    (asked,) = sent
    assert json.loads(asked.post_data or "") == {
        "code": ITEM,
        "lat_tenths": 380,
        "lon_tenths": 1145,
    }
    (row,) = written(house)
    assert (row.lat_tenths, row.lon_tenths) == (380, 1145)


def test_a_visitor_who_does_not_wish_to_tells_nothing(
    browser: Browser, shop: tuple[House, str]
) -> None:
    house, url = shop
    context = browser.new_context(locale="en", permissions=[])
    page = context.new_page()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.goto(url + PATH)

    page.get_by_role("button", name="Tell roughly where I am").click()

    expect(page.locator("[data-place-result]")).to_contain_text("Nothing was sent")
    context.close()
    assert sent == []
    assert [row.lat_tenths for row in written(house)] == [None]


def test_without_script_everything_but_the_place_is_said(
    browser: Browser, shop: tuple[House, str]
) -> None:
    house, url = shop
    phone(house, 7).open(ITEM)
    log_of(house).recorder.flush()
    put_alert(house)
    context = browser.new_context(locale="zh-CN", java_script_enabled=False)
    page = context.new_page()

    page.goto(url + PATH)

    expect(page.locator(".notice-warn .notice-title")).to_have_text(
        "警示：此码已被扫 2 次，首次是 2026-03-01"
    )
    expect(page.locator("[data-place]")).to_be_hidden()
    context.close()


def test_an_owner_finds_a_warning_explains_it_and_the_page_of_the_code_is_calm_again(
    page: Page, shop: tuple[House, str]
) -> None:
    house, url = shop
    phone(house, 7).open(ITEM)
    log_of(house).recorder.flush()
    put_alert(house, party_id=house.party_id)
    page.goto(url + PATH)
    expect(page.locator(".notice-warn")).to_be_visible()

    enter(page, url, house, "producer", "/work/alerts")
    page.get_by_role("link", name="扫码设备过多").click()
    page.get_by_label("一句话说明").fill("展会上展示过")
    page.get_by_role("button", name="提交说明").click()
    expect(page.locator(".notice-title").first).to_have_text("已记下")

    # What a page says beside the ledger may be two seconds old, and this house's clock stands.
    house.clock.instant += timedelta(seconds=HELD_S + 1)
    page.get_by_role("link", name="(21)S1").click()
    expect(page.locator("main")).to_contain_text("生产者说明这是有原因的")
    expect(page.locator(".notice-warn")).to_have_count(0)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_screen(
    page: Page, shop: tuple[House, str], lang: str, width: int
) -> None:
    house, url = shop
    page.set_viewport_size({"width": width, "height": 800})
    paths = _pages(house)
    enter(page, url, house, "authority", "/work/alerts")

    too_wide = []
    for path in paths:
        page.goto(f"{url}{path}{'&' if '?' in path else '?'}lang={lang}")
        if overhang(page) > 0:
            too_wide.append(path)

    assert too_wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_pass_the_rules_of_accessibility(
    browser: Browser, shop: tuple[House, str], scheme: str
) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `make setup`")
    house, url = shop
    paths = _pages(house)
    context = browser.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]  # one of its two words
        viewport={"width": 360, "height": 800},
        locale="zh-CN",
    )
    page = context.new_page()
    enter(page, url, house, "authority", "/work/alerts")

    found = []
    for path in paths:
        page.goto(url + path)
        found += [f"{path}: {one}" for one in breaches(page)]

    context.close()
    assert found == []


def _pages(house: House) -> list[str]:
    """Return every page of copied codes, with something on each of them."""
    for number in range(12):
        visitor = phone(house, number)
        visitor.open(ITEM)
        house.client.post(
            "/api/v1/scans/place",
            json={"code": ITEM, "lat_tenths": 380 + number % 2, "lon_tenths": 1145},
            headers={"User-Agent": visitor.browser, "Accept-Language": visitor.lang},
            environ_base={"REMOTE_ADDR": visitor.address},
        )
    for number in range(25):
        phone(house, 99).open(f"/01/06901234567892/21/GUESS{number}")
    log_of(house).recorder.flush()
    alert = put_alert(house)
    put_alert(house, serial(2), state="confirmed", rule="impossible_travel")
    return ["/work/alerts", f"/work/alerts/{alert}", "/work/heat", "/work/bursts", PATH]
