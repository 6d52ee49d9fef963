"""Who is who in a real browser: a name that waits, its candidates, what is said and taken back."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.browser.looking import enter, follow, is_fit
from tests.credit.naming_world import registered
from tests.credit.samples import uscc
from tests.web.credit_world import hand_in, penalty
from tests.web.house import House, open_house

pytestmark = pytest.mark.browser

NAMES, CHECK = "/work/credit/names", "/work/credit/check"
TOLD, MEANT, ALIKE = "青島市海藍食品公司", "青岛海蓝食品有限公司", "青岛海兰食品有限公司"


@pytest.fixture
def served(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[House, str]]:
    """Give a house with a penalty that names its party in characters alone, and its address."""
    house = open_house(sqlite_url, tmp_path / "data")
    house.clock.instant = datetime(2026, 11, 25, 1, tzinfo=UTC)
    hand_in(house, "registration", registered(1, MEANT), registered(2, ALIKE))
    hand_in(house, "penalty", penalty(1, cf_xdr_mc=TOLD, cf_xdr_shxym=""))
    server = make_server("127.0.0.1", 0, house.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield house, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    house.services.engine.dispose()


def _enter(browser: Browser, served: tuple[House, str], path: str, *, width: int) -> Page:
    house, url = served
    context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": 900})
    page = context.new_page()
    enter(page, url + path, house.keys["authority"])
    return page


def test_a_name_that_waits_is_said_to_be_a_party_and_that_is_taken_back(
    browser: Browser, served: tuple[House, str]
) -> None:
    page = _enter(browser, served, NAMES, width=360)
    is_fit(page)
    expect(page.locator("main")).to_contain_text(f"最可能：{MEANT}")
    follow(page.get_by_role("link", name=TOLD))
    is_fit(page)
    first, second = page.locator(".name-candidate").all()
    expect(first).to_contain_text(f"{MEANT} 各部分一致")
    expect(second).to_contain_text("相近：差一个字")
    expect(page.locator(".facts")).to_contain_text("这些记录不在任何名单")

    first.get_by_label("原因").fill("核对营业执照，住所与法定代表人一致")
    follow(first.get_by_role("button", name="就是这个主体"))

    expect(page.get_by_role("status")).to_contain_text("已记入账本")
    expect(page.locator(".facts")).to_contain_text(MEANT)
    expect(page.get_by_role("button", name="就是这个主体")).to_have_count(0)
    is_fit(page)

    page.locator(".name-undo summary").click()
    page.get_by_label("为什么不成立").fill("看错了登记号")
    follow(page.locator(".name-undo form button"))

    expect(page.get_by_role("status")).to_contain_text("已撤销并记入账本")
    expect(page.locator(".facts")).to_contain_text("这些记录不在任何名单")
    follow(page.get_by_role("link", name="主体认定"))
    expect(page.get_by_role("link", name=TOLD)).to_be_visible()
    page.goto(f"{served[1]}{NAMES}/said")
    expect(page.locator("main")).to_contain_text("看错了登记号")
    is_fit(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_name_at_the_counter_is_shown_with_what_agrees_and_chosen_by_a_person(
    browser: Browser, served: tuple[House, str], width: int
) -> None:
    page = _enter(browser, served, CHECK, width=width)

    page.locator("#check-q").fill("青島市海藍食品（有限公司）")
    follow(page.get_by_role("button", name="查询"))

    rows = page.locator("section[aria-labelledby=which] li")
    expect(rows.first).to_contain_text(re.compile(f"{MEANT}.*{uscc(1)}.*一致：字号", re.DOTALL))
    expect(rows.nth(1)).to_contain_text(re.compile(f"{ALIKE}.*字号：相近：差一个字", re.DOTALL))
    expect(page.locator(".credit-verdict")).to_have_count(0)
    is_fit(page)

    follow(page.get_by_role("link", name=re.compile(f"是这一个.*{MEANT}")))
    expect(page.locator(".credit-verdict")).to_contain_text(MEANT)
