"""A recall in a real browser: a regulator opens it, a holder answers, a consumer is warned."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.browser.looking import enter, follow, is_fit
from tests.web.house import open_house
from tests.web.recall_world import RAW, YOGHURT, RecallWorld, open_world

pytestmark = pytest.mark.browser

PATH = YOGHURT.removeprefix("https://id.gs1.org")
WARNING = "已召回"


@pytest.fixture
def served(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[RecallWorld, str]]:
    """Give the world of recalls, and the address under which it is served."""
    house = open_house(sqlite_url, tmp_path / "data")
    world = open_world(house)
    server = make_server("127.0.0.1", 0, house.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield world, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    house.services.engine.dispose()


def _enter(browser: Browser, url: str, key: str, path: str, *, width: int = 1280) -> Page:
    context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": 900})
    page = context.new_page()
    enter(page, url + path, key)
    return page


def test_a_regulator_recalls_a_lot_a_holder_answers_and_the_page_warns(
    browser: Browser, served: tuple[RecallWorld, str], page: Page
) -> None:
    world, url = served
    page.goto(url + PATH)
    expect(page.locator("main")).not_to_contain_text(WARNING)

    desk = _enter(browser, url, world.house.keys["authority"], "/work/recalls")
    desk.get_by_role("link", name="启动召回").click()
    desk.locator("#open-codes").fill(RAW)
    desk.locator("#open-reason").fill("检出单增李斯特菌")
    desk.get_by_role("button", name="先试算范围").click()
    expect(desk.locator("#found-title")).to_be_visible()
    is_fit(desk)
    desk.get_by_role("button", name="启动召回").click()
    expect(desk.get_by_role("status")).to_contain_text("召回已启动")
    is_fit(desk)

    shop = _enter(browser, url, world.shop.key, "/work/recalls", width=360)
    is_fit(shop)
    follow(shop.get_by_role("link", name="答复通知"))
    is_fit(shop)
    shop.get_by_role("button", name="我们已阅知").click()
    expect(shop.get_by_role("status")).to_contain_text("已记入账本")
    shop.locator("#answer-found-0").fill("270")
    shop.locator("#answer-destroyed-0").fill("270")
    shop.locator("#answer-sold-0").fill("30")
    shop.get_by_role("button", name="提交答复").click()
    expect(shop.locator("main")).to_contain_text("查到 270")

    desk.reload()
    expect(desk.locator("main")).to_contain_text("已清点")
    page.goto(url + PATH)
    expect(page.locator("main")).to_contain_text(WARNING)
    page.get_by_role("link", name="召回 R").click()
    expect(page.locator("main")).to_contain_text("检出单增李斯特菌")
    for one in (desk, shop):
        one.context.close()
