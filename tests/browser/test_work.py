"""From signing in to a sheet of labels in a real browser, and what the labels lead to."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests import asking
from tests.browser import looking
from tests.browser.looking import AXE, breaches, follow, overhang
from tests.browser.test_scan_view import unfold
from tests.codes.labels.samples import raster, read_all
from tests.live import LiveServer
from tests.parties.samples import gln_uri, gtin_uri, uscc_of

pytestmark = pytest.mark.browser

CLICKS_MAX = 6
LOT = "M20260301"
# Of this file alone: the installation is shared with other tests.
NUMBER = 90_417


@dataclass(frozen=True, slots=True, kw_only=True)
class Dairy:
    """A running installation with one producer, which has a product and a site."""

    live: LiveServer
    key: str
    operator: str
    product: str

    @property
    def url(self) -> str:
        return self.live.url


def post(url: str, key: str, path: str, **body: object) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}"}
    answer = asking.post(f"{url}/api/v1/{path}", json=body, headers=headers, timeout=30)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    made: dict[str, Any] = answer.json()
    return made


def open_dairy(live: LiveServer) -> Dairy:
    operator = live.manage("key", "grant", "--role", "operator", "--label", "duty").strip()
    party = post(
        live.url, operator, "parties", uscc=uscc_of(NUMBER), name_zh="太行牧场", kind="plant"
    )["id"]
    product = post(
        live.url,
        operator,
        "products",
        party_id=party,
        uri=gtin_uri(NUMBER),
        name_zh="太行牧场原味酸奶",
        name_en="Yoghurt",
        spec_zh="200克",
        spec_en="200 g",
    )["id"]
    post(live.url, operator, "sites", party_id=party, uri=gln_uri(NUMBER), name_zh="一号车间")
    key = post(live.url, operator, "keys", label="plant", role="producer", party_id=party)["key"]
    return Dairy(live=live, key=key, operator=operator, product=product)


@pytest.fixture(scope="module")
def dairy(live_server: LiveServer) -> Dairy:
    return open_dairy(live_server)


class Clicks:
    """Presses buttons and links by their names, and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def press(self, name: str, role: Any = "button") -> None:
        self.count += 1
        self.page.get_by_role(role, name=name).first.click()


def enter(page: Page, dairy: Dairy, path: str = "/work", *, key: str | None = None) -> None:
    """Sign in and go on where one wanted to go."""
    looking.enter(page, f"{dairy.url}{path}", key or dairy.key)


def test_a_producer_is_a_minute_from_signing_in_to_labels_that_lead_to_product_and_lot(
    dairy: Dairy, page: Page, tmp_path: Path
) -> None:
    clicks = Clicks(page)
    page.goto(f"{dairy.url}/work")
    page.get_by_label("接口密钥").fill(dairy.key)
    clicks.press("用密钥登录")
    clicks.press("领码", role="link")
    expect(page.get_by_label("数量")).to_have_value("24")
    clicks.press("领取")
    expect(page.locator(".label-picture")).to_be_visible()
    with page.expect_download() as awaited:
        clicks.press("生成标签")
    file = tmp_path / "labels.pdf"
    awaited.value.save_as(file)

    (sheet,) = raster(file.read_bytes(), tmp_path)
    addresses = {read.text for read in read_all(sheet)}

    assert clicks.count <= CLICKS_MAX
    assert len(addresses) == 24
    assert all(re.match(re.escape(dairy.url), one, re.IGNORECASE) for one in addresses)

    page.get_by_label("批号").fill(LOT)
    page.get_by_role("button", name="激活").click()
    expect(page.locator(".notice-title").first).to_have_text("已激活")
    expect(page.locator(".bar")).to_have_attribute("aria-label", "未启用 0，已激活 24，作废 0")

    page.goto(min(addresses))

    expect(page.get_by_role("heading", level=1)).to_contain_text("太行牧场原味酸奶")
    expect(page.locator("main")).to_contain_text(LOT)


def test_long_work_is_done_while_one_looks_on(dairy: Dairy, page: Page, tmp_path: Path) -> None:
    enter(page, dairy, f"/work/codes?product={dairy.product}")
    page.get_by_label("数量").fill("3000")
    page.get_by_role("button", name="领取").click()
    page.get_by_label("做成什么").select_option("csv")
    page.get_by_role("button", name="生成标签").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("标签 1–3000")
    link = page.get_by_role("link", name="下载")
    expect(link).to_be_visible(timeout=60_000)
    with page.expect_download() as awaited:
        link.click()

    file = tmp_path / "list.csv"
    awaited.value.save_as(file)
    assert len(file.read_text(encoding="utf-8-sig").splitlines()) == 3001


def test_the_picture_of_the_label_follows_the_form(dairy: Dairy, page: Page) -> None:
    block = new_block(dairy)
    enter(page, dairy, f"/work/blocks/{block}")
    picture = page.locator(".label-preview")
    expect(picture).to_contain_text("70 × 37 毫米")
    expect(page.get_by_role("button", name="预览")).to_be_hidden()

    page.get_by_label("标签标题").fill("冷藏酸奶")
    expect(picture).to_contain_text("冷藏酸奶")
    page.get_by_label("做成什么").select_option("zpl")
    expect(picture).to_contain_text("50 × 30 毫米")
    page.get_by_label("做成什么").select_option("csv")
    expect(picture).to_contain_text("没有预览")
    expect(page.get_by_label("标签标题")).to_be_hidden()


def test_everything_is_done_without_script(dairy: Dairy, browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    enter(page, dairy)
    page.get_by_role("link", name="领码").first.click()
    page.get_by_label("数量").fill("3")
    page.get_by_role("button", name="领取").click()
    page.get_by_label("标签标题").fill("无脚本")

    page.get_by_role("button", name="预览").click()
    expect(page.locator(".label-preview")).to_contain_text("无脚本")
    with page.expect_download() as awaited:
        page.get_by_role("button", name="生成标签").click()
    awaited.value.save_as(tmp_path / "labels.pdf")
    page.get_by_label("批号").fill(LOT)
    page.get_by_role("button", name="激活").click()
    page.locator("#void summary").click()
    void = page.locator("#void")
    for label, value in (("起始号码", "1"), ("结束号码", "2"), ("原因", "印错")):
        void.get_by_label(label).fill(value)
    void.get_by_label("我确认").check()
    void.get_by_role("button", name="作废").click()

    expect(page.locator(".bar")).to_have_attribute("aria-label", "未启用 0，已激活 1，作废 2")
    assert (tmp_path / "labels.pdf").read_bytes().startswith(b"%PDF-")
    page.get_by_role("button", name="退出").click()
    page.goto(f"{dairy.url}/work")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    context.close()


def test_codes_are_got_with_the_keyboard_alone(dairy: Dairy, page: Page) -> None:
    page.goto(f"{dairy.url}/work/codes?product={dairy.product}")
    page.locator("#key").focus()
    page.keyboard.type(dairy.key)
    page.keyboard.press("Enter")
    expect(page.get_by_label("数量")).to_be_visible()
    page.get_by_label("数量").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("太行牧场原味酸奶")

    page.get_by_label("批号").focus()
    page.keyboard.insert_text("批号")
    page.keyboard.press("Enter")

    lot = page.get_by_label("批号")
    expect(lot).to_be_focused()
    expect(lot).to_have_value("批号")
    expect(lot).to_have_attribute("aria-invalid", "true")


def test_an_operator_confirms_a_prefix_and_a_producer_numbers_pallets(
    dairy: Dairy, browser: Browser
) -> None:
    producer, operator = (browser.new_context(locale="zh-CN").new_page() for _ in range(2))
    enter(producer, dairy, "/work/prefixes")
    producer.get_by_role("textbox", name="厂商识别代码").fill("69212345")
    producer.get_by_role("button", name="申报").click()
    enter(operator, dairy, key=dairy.operator)
    operator.get_by_role("link", name="查看申请").click()
    operator.get_by_role("button", name="确认", exact=False).first.click()
    expect(operator.locator("main")).to_contain_text("没有待确认的申请")

    producer.reload()
    producer.get_by_role("link", name="编码").first.click()
    producer.get_by_role("button", name="领取").click()

    expect(producer.get_by_role("heading", level=1)).to_have_text("系列货运包装箱代码 SSCC")
    producer.context.close()
    operator.context.close()


def new_block(dairy: Dairy, count: int = 24) -> str:
    made = post(
        dairy.url,
        dairy.key,
        "code-blocks",
        kind="gs1_serial",
        count=count,
        product_id=dairy.product,
    )
    return str(made["id"])


def pages_of(dairy: Dairy) -> list[str]:
    block = new_block(dairy)
    codes = asking.get(
        f"{dairy.url}/api/v1/code-blocks/{block}/codes",
        headers={"Authorization": f"Bearer {dairy.key}"},
        timeout=30,
    ).json()["items"]
    product = codes[0]["uri"].partition("/21/")[0]
    post(
        dairy.url,
        dairy.key,
        "links",
        uri=product,
        link_type="gs1:recipeInfo",
        href=f"https://www.example.com/recipes-of-a-long-name/{block}",
        title="酸奶的六种吃法",
        is_default=True,
    )
    return [
        "/work",
        "/work/codes",
        f"/work/codes?product={dairy.product}",
        "/work/blocks",
        f"/work/blocks/{block}",
        f"/work/activate?code={codes[0]['uri']}",
        "/work/activate?code=!!",
        "/work/links",
        f"/work/links?code={product}",
        "/work/prefixes",
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_scrolls_sideways(dairy: Dairy, page: Page, width: int, lang: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    enter(page, dairy)

    for path in pages_of(dairy):
        page.goto(f"{dairy.url}{path}{'&' if '?' in path else '?'}lang={lang}")
        assert overhang(page) <= 0, path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_on_a_telephone_the_header_is_one_row_and_the_table_is_whole(
    dairy: Dairy, page: Page, lang: str
) -> None:
    block = new_block(dairy)
    void = {"first": 20, "last": 24, "reason": "打印错误"}
    asking.post(
        f"{dairy.url}/api/v1/code-blocks/{block}/voids",
        headers={"Authorization": f"Bearer {dairy.key}"},
        json=void,
        timeout=30,
    ).raise_for_status()
    page.set_viewport_size({"width": 360, "height": 800})
    enter(page, dairy)

    page.goto(f"{dairy.url}/work/blocks/{block}?lang={lang}")

    header = page.locator(".site-header").bounding_box()
    assert header is not None
    assert header["height"] < 70
    cut = page.locator(".table-frame").evaluate("one => one.scrollWidth - one.clientWidth")
    assert cut <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nobody_is_shut_out(dairy: Dairy, browser: Browser, scheme: Any, lang: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `make setup`")
    context = browser.new_context(color_scheme=scheme, viewport={"width": 360, "height": 800})
    page = context.new_page()
    found: list[str] = []

    def look(path: str) -> None:
        found.extend(f"{path}: {one}" for one in breaches(page))

    page.goto(f"{dairy.url}/sign-in?lang={lang}")
    look("/sign-in")
    enter(page, dairy)
    for path in pages_of(dairy):
        page.goto(f"{dairy.url}{path}")
        unfold(page, "details")
        look(path)
    page.locator("input[name=prefix]").fill("1")
    follow(page.locator("main button[type=submit]").last)
    look("/work/prefixes refused")

    assert found == []
    context.close()


def test_no_script_or_style_is_refused_by_the_policy(dairy: Dairy, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    enter(page, dairy)

    for path in pages_of(dairy):
        page.goto(f"{dairy.url}{path}")
        page.wait_for_load_state("networkidle")

    assert said == []
