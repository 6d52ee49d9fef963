"""A producer's morning in a real browser: in with a password, three steps, a sheet of labels."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete
from werkzeug.serving import make_server

from base.clock import SystemClock
from base.db import transaction
from parties.accounts import AccountRequest, add_account
from parties.actors import Role
from parties.tables import PAGE_SESSION
from tests.browser.looking import follow, is_fit, overhang
from tests.codes.labels.samples import raster, read_all
from tests.parties.samples import gtin_uri
from tests.web.house import House, open_house
from tests.web.issuing_world import new_product, new_site

pytestmark = pytest.mark.browser

PASSWORD = "春天的麦田 in the morning"
MILK = gtin_uri(2) + "/10/M1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A running house whose producer has an account."""

    house: House
    url: str


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    folder = tmp_path_factory.mktemp("plant")
    # The browser tells the day of the machine; a key of another one may have ended by then.
    house = open_house(f"sqlite:///{folder / 'suxin.db'}", folder, now=SystemClock().now())
    new_product(house)
    new_site(house)
    request = AccountRequest(
        login="wang.fang",
        name="王芳",
        role=Role.PRODUCER,
        party_id=house.party_id,
        must_change=False,
    )
    parts = house.services
    add_account(
        parts.engine,
        parts.sign_ins.passwords,
        request,
        PASSWORD,
        now=house.clock.now(),
        record=house.acts.recorder("console"),
    )
    httpd = make_server("127.0.0.1", 0, house.app, threaded=True)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield Plant(house=house, url=f"http://127.0.0.1:{httpd.server_port}")
    httpd.shutdown()
    thread.join()
    httpd.server_close()
    parts.engine.dispose()


def phone(browser: Browser, width: int = 360) -> Page:
    return browser.new_context(
        locale="zh-CN", viewport={"width": width, "height": 800}, accept_downloads=True
    ).new_page()


def sign_in(page: Page, plant: Plant, path: str = "/work") -> None:
    page.goto(f"{plant.url}{path}")
    page.get_by_label("登录名", exact=True).fill("wang.fang")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    follow(page.get_by_role("button", name="登录", exact=True))


def scan(page: Page, plant: Plant, text: str) -> None:
    """Type a code where one begins to record, as a hand-held scanner does."""
    page.goto(f"{plant.url}/work")
    page.get_by_role("link", name="记一笔").click()
    page.get_by_label("编码", exact=True).fill(text)
    page.keyboard.press("Enter")


def record(page: Page) -> None:
    page.get_by_role("button", name="下一步：核对").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("请核对")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已记录")


def test_three_steps_and_a_sheet_of_labels(plant: Plant, browser: Browser, tmp_path: Path) -> None:
    page = phone(browser)
    sign_in(page, plant)
    expect(page.get_by_role("heading", level=1)).to_have_text("第1农场")

    scan(page, plant, MILK)
    page.get_by_role("link", name="收货").click()
    page.get_by_label("数量").fill("120.5")
    page.get_by_label("单位").select_option("KGM")
    record(page)

    page.get_by_role("link", name="这批货的下一步").click()
    page.get_by_role("link", name="加工").click()
    expect(page.get_by_label("数量").first).to_have_value("120.5")
    page.get_by_label("产品").select_option(label="原味酸奶")
    page.get_by_label("批号").fill("Y1")
    page.get_by_label("数量").last.fill("500")
    record(page)
    expect(page.get_by_text("(10)Y1")).to_be_visible()

    page.get_by_role("link", name="这批货的下一步").click()
    page.get_by_role("link", name="发货").click()
    expect(page.get_by_label("编码", exact=True)).to_have_value(re.compile(r"\(10\)Y1$"))
    record(page)

    page.get_by_role("link", name="打印标签").click()
    page.get_by_role("button", name="领取").click()
    with page.expect_download() as awaited:
        page.get_by_role("button", name="生成标签").click()
    file = tmp_path / "labels.pdf"
    awaited.value.save_as(file)
    (sheet,) = raster(file.read_bytes(), tmp_path)
    assert len(read_all(sheet)) == 24


def test_the_first_wrong_field_has_the_cursor_and_says_why(plant: Plant, browser: Browser) -> None:
    page = phone(browser)
    sign_in(page, plant, f"/work/event/new?code={MILK}&step=any/receive/main")
    page.get_by_label("数量").fill("many")

    page.get_by_role("button", name="下一步：核对").last.click()

    amount = page.get_by_label("数量")
    expect(amount).to_be_focused()
    expect(amount).to_have_value("many")
    expect(amount).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("width", [360, 1280])
def test_what_was_typed_outlives_the_session(plant: Plant, browser: Browser, width: int) -> None:
    page = phone(browser, width)
    sign_in(page, plant, f"/work/event/new?code={MILK}&step=any/receive/main")
    page.get_by_label("数量").fill(f"{width}.5")
    page.get_by_label("单位").select_option("KGM")
    with transaction(plant.house.services.engine) as connection:
        connection.execute(delete(PAGE_SESSION))

    page.get_by_role("button", name="下一步：核对").last.click()
    expect(page.get_by_text("您填写的内容没有丢失")).to_be_visible()
    assert overhang(page) <= 0
    page.get_by_label("登录名", exact=True).fill("wang.fang")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("button", name="回到我的表单").click()

    expect(page.get_by_label("数量")).to_have_value(f"{width}.5")
    expect(page.get_by_text("您重新登录过")).to_be_visible()
    record(page)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "path",
    [
        "/work/account",
        f"/work/event/new?code={MILK}",
        "/work/event/new?step=any/make/main",
        "/work/event/new?step=dairy/process/main",
    ],
    ids=["account", "steps", "make", "profile"],
)
def test_nothing_is_cut_off_and_everything_has_a_name(
    plant: Plant, browser: Browser, path: str, width: int
) -> None:
    page = phone(browser, width)
    sign_in(page, plant, path)

    is_fit(page)
