"""The scan page in a real browser: a camera that shows symbols, none, or one that is not lent."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.browser.fake_camera import Symbol, browser_with_camera, picture_of, write_film
from tests.browser.looking import AXE, breaches, overhang
from tests.web.house import open_house

pytestmark = pytest.mark.browser

KIND = zxingcpp.BarcodeFormat
QR = Symbol(text="https://id.gs1.org/01/06901234567892/10/L1", kind=KIND.QRCode)
DATA_MATRIX = Symbol(
    text="(01)06901234567892(17)261231(10)ABC(21)S1", kind=KIND.DataMatrix, is_gs1=True
)
CODE_128 = Symbol(text="81234567890123456789", kind=KIND.Code128)
EAN = Symbol(text="6901234567892", kind=KIND.EAN13)
WRONG = Symbol(text="SC31513042800065", kind=KIND.QRCode)
PERSON = Symbol(text="130102199003077774", kind=KIND.QRCode)

# A film shows each symbol for a second, so a turn of three is seen well within this.
SEEN_MS = 30_000


@dataclass(slots=True)
class Watch:
    """What a page did that it should not: asked another host, broke a policy, failed."""

    own: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Page:
        page.on("request", lambda request: self._asked(request.url))
        page.on("console", lambda message: self._said(message.type, message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def _said(self, kind: str, text: str) -> None:
        # Chromium says there what broke a policy.
        if kind in ("error", "warning"):
            self.errors.append(text)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.own, "data:", "blob:")):
            self.foreign.append(url)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the whole application on an empty ledger."""
    folder = tmp_path_factory.mktemp("site")
    house = open_house(f"sqlite:///{folder / 'suxin.db'}", folder)
    httpd = make_server("127.0.0.1", 0, house.app, threaded=True)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()
    house.services.engine.dispose()


@pytest.fixture(scope="module")
def film_browser(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium whose camera shows a QR code, a Data Matrix and a Code 128, round and round."""
    film = tmp_path_factory.mktemp("film") / "three.y4m"
    write_film(film, (QR, DATA_MATRIX, CODE_128))
    with browser_with_camera(browser, film) as chromium:
        yield chromium


def context_page(browser: Browser, **options: Any) -> Page:
    options = {"locale": "en-GB", "viewport": {"width": 360, "height": 800}, **options}
    return browser.new_context(**options).new_page()


def items(page: Page) -> Any:
    return page.locator("[data-list] > li")


def wait_for_camera(page: Page) -> None:
    # Whoever allowed the camera before need not press anything.
    expect(page.locator("[data-viewfinder]")).to_have_class(re.compile("is-open"))


@pytest.mark.parametrize(
    ("lang", "titles", "choices"),
    [
        (
            "zh",
            ["GS1 数字链接", "GS1 单元数据串", "这是哪一种编码？"],
            ["药品追溯码", "肉菜流通追溯码"],
        ),
        (
            "en",
            ["GS1 Digital Link", "GS1 element string", "Which code is it?"],
            ["Drug trace code", "Market trace code"],
        ),
    ],
)
def test_three_symbols_are_scanned_in_a_row(
    film_browser: Browser, site: str, lang: str, titles: list[str], choices: list[str]
) -> None:
    watch = Watch(own=site)
    page = watch.over(context_page(film_browser))
    page.goto(f"{site}/scan?lang={lang}")
    wait_for_camera(page)

    expect(items(page)).to_have_count(3, timeout=SEEN_MS)

    link, label, digits = (items(page).filter(has_text=title) for title in titles)
    expect(link.locator(".button")).to_have_attribute("href", "/01/06901234567892/10/L1")
    expect(label.locator(".button")).to_have_attribute("href", "/01/06901234567892/21/S1")
    expect(label.locator("dd")).to_have_text(["06901234567892", "2026-12-31", "ABC", "S1"])
    expect(digits.locator("a")).to_have_text(choices)
    expect(digits.locator("a").first).to_have_attribute(
        "href", f"/t/{CODE_128.text}?as=cn_drug_trace20"
    )
    assert watch.foreign == []
    assert watch.errors == []
    page.context.close()


def test_a_symbol_that_comes_back_is_counted_and_stays_one_item(
    film_browser: Browser, site: str
) -> None:
    page = context_page(film_browser)
    page.goto(f"{site}/scan")
    wait_for_camera(page)

    expect(items(page)).to_have_count(3, timeout=SEEN_MS)
    expect(page.locator("[data-count]", has_text="× 2").first).to_be_visible(timeout=SEEN_MS)

    expect(items(page)).to_have_count(3)
    page.context.close()


def test_the_list_is_there_after_a_look_at_a_product(film_browser: Browser, site: str) -> None:
    page = context_page(film_browser)
    page.goto(f"{site}/scan")
    expect(items(page)).to_have_count(3, timeout=SEEN_MS)
    page.get_by_role("button", name="Close the camera").click()
    before = items(page).locator(".scan-code").all_text_contents()

    page.locator('a[href="/01/06901234567892/10/L1"]').click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.go_back()

    expect(items(page)).to_have_count(3)
    assert sorted(items(page).locator(".scan-code").all_text_contents()) == sorted(before)
    page.context.close()


def test_the_list_is_copied_and_cleared(film_browser: Browser, site: str) -> None:
    page = context_page(film_browser, permissions=["camera", "clipboard-read", "clipboard-write"])
    page.goto(f"{site}/scan")
    expect(items(page)).to_have_count(3, timeout=SEEN_MS)
    page.get_by_role("button", name="Close the camera").click()

    page.get_by_role("button", name="Copy the list").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    page.get_by_role("button", name="Clear the list").click()

    assert sorted(copied) == sorted([QR.text, DATA_MATRIX.text, CODE_128.text])
    expect(items(page)).to_have_count(0)
    expect(page.locator("[data-empty]")).to_be_visible()
    expect(page.locator("[data-list-title]")).to_be_focused()
    page.context.close()


def test_closing_gives_the_camera_back(film_browser: Browser, site: str) -> None:
    page = context_page(film_browser)
    page.goto(f"{site}/scan")
    wait_for_camera(page)

    page.get_by_role("button", name="Close the camera").click()

    expect(page.get_by_role("button", name="Open the camera")).to_be_focused()
    assert page.evaluate("document.querySelector('video').srcObject") is None
    page.keyboard.press("Enter")
    wait_for_camera(page)
    page.context.close()


def test_a_service_that_is_away_is_asked_again(film_browser: Browser, site: str) -> None:
    page = context_page(film_browser)
    page.route("**/scan/reading", lambda route: route.abort())
    page.goto(f"{site}/scan")
    expect(items(page)).to_have_count(3, timeout=SEEN_MS)
    page.get_by_role("button", name="Close the camera").click()
    expect(items(page).first).to_contain_text("The service did not answer")

    page.unroute("**/scan/reading")
    for _ in range(3):
        page.get_by_role("button", name="Try again").first.click()
        expect(items(page)).to_have_count(3)

    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    expect(items(page).filter(has_text="GS1 element string")).to_be_visible()
    page.context.close()


def test_a_long_list_is_asked_about_in_pieces(page: Page, site: str) -> None:
    sizes: list[int] = []
    texts = [[f"{number}" + "溯" * 2_900, 1] for number in range(5)]
    page.add_init_script(f"sessionStorage.setItem('suxin.scan', {json.dumps(json.dumps(texts))})")
    page.on("request", lambda request: sizes.append(len(request.post_data_buffer or b"")))
    page.goto(f"{site}/scan?lang=en")

    expect(items(page)).to_have_count(5)

    shown = items(page).locator(".scan-code").all_text_contents()
    assert [text[0] for text in shown] == ["0", "1", "2", "3", "4"]
    assert sum(size > 0 for size in sizes) == 5
    assert max(sizes) < 64 << 10


def test_a_reader_that_does_not_load_is_said(film_browser: Browser, site: str) -> None:
    page = context_page(film_browser)
    page.route("**/zxing_reader.wasm", lambda route: route.abort())
    page.goto(f"{site}/scan")

    expect(page.get_by_text("The reader of codes could not be loaded")).to_be_visible()
    expect(page.get_by_label("Code on the label")).to_be_visible()
    page.context.close()


# No camera


def test_a_camera_that_is_not_lent_leaves_typing_and_photos(browser: Browser, site: str) -> None:
    with browser_with_camera(browser, None, is_allowed=False) as chromium:
        page = context_page(chromium)
        page.goto(f"{site}/scan")

        page.get_by_role("button", name="Open the camera").click()

        expect(page.get_by_role("alert")).to_contain_text("The camera was not allowed")
        expect(page.get_by_label("Code on the label")).to_be_visible()
        expect(page.get_by_label("Photo of the code")).to_be_visible()
        expect(page.get_by_role("button", name="Open the camera")).to_be_visible()


def test_a_device_without_a_camera_is_told_so(browser: Browser, site: str) -> None:
    context = browser.new_context(locale="en-GB", permissions=["camera"])
    page = context.new_page()
    page.goto(f"{site}/scan")

    expect(page.get_by_role("alert")).to_contain_text("No camera was found")
    context.close()


def test_an_address_without_https_is_told_so(browser: Browser, site: str) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    page.goto(f"{site}/scan")

    expect(page.get_by_role("alert")).to_contain_text("The camera needs a secure connection")
    expect(page.get_by_role("button", name="Open the camera")).to_be_hidden()
    context.close()


# Photos and typing


def photo_file(*symbols: Symbol, name: str = "photo.png") -> Any:
    pictures = [picture_of(symbol) for symbol in symbols]
    paper = Image.new("L", (700, sum(picture.height + 40 for picture in pictures) + 40), 220)
    top = 40
    for picture in pictures:
        paper.paste(picture, (40, top))
        top += picture.height + 40
    file = BytesIO()
    paper.save(file, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": file.getvalue()}


def test_a_photo_is_read_on_the_device_and_not_sent(page: Page, site: str) -> None:
    sent: list[str] = []
    watch = Watch(own=site)
    watch.over(page).on("request", lambda request: sent.append(request.url))
    page.goto(f"{site}/scan?lang=en")

    page.get_by_label("Photo of the code").set_input_files(photo_file(DATA_MATRIX, CODE_128))

    expect(items(page)).to_have_count(2)
    expect(items(page).filter(has_text="GS1 element string")).to_be_visible()
    assert f"{site}/scan/photo" not in sent
    assert watch.foreign == []
    assert watch.errors == []


def test_what_the_device_cannot_read_is_sent(page: Page, site: str) -> None:
    page.route("**/zxing_reader.wasm", lambda route: route.abort())
    page.goto(f"{site}/scan?lang=en")

    page.get_by_label("Photo of the code").set_input_files(photo_file(QR))
    page.wait_for_url("**/scan/photo")

    expect(items(page)).to_have_count(1)
    expect(items(page)).to_contain_text("GS1 Digital Link")


def test_a_photo_without_a_code_says_how_to_take_a_better_one(page: Page, site: str) -> None:
    page.goto(f"{site}/scan?lang=en")

    page.get_by_label("Photo of the code").set_input_files(photo_file())

    expect(page.get_by_text("No code was found on the photo")).to_be_visible()


def test_a_photo_and_a_typed_code_need_no_script(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site}/scan")
    expect(page.get_by_role("button", name="打开摄像头")).to_be_hidden()

    page.get_by_label("码的照片").set_input_files(photo_file(EAN, WRONG, PERSON))
    page.get_by_role("button", name="识别照片").click()

    expect(items(page)).to_have_count(3)
    expect(items(page).filter(has_text="商品条码 GTIN-13")).to_be_visible()
    expect(items(page).filter(has_text="不能使用的码")).to_be_visible()
    expect(items(page).filter(has_text="公民身份号码")).not_to_contain_text(PERSON.text)
    page.get_by_label("标签上的编码").fill(EAN.text)
    page.get_by_role("button", name="查询").click()
    expect(page).to_have_url(f"{site}/01/0{EAN.text}")
    context.close()


# Everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_scan_page_shuts_nobody_out(
    browser: Browser, site: str, scheme: Any, lang: str
) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `make setup`")
    page = context_page(browser, color_scheme=scheme, permissions=["camera"])
    page.goto(f"{site}/scan?lang={lang}")
    page.locator("#photo").set_input_files(photo_file(DATA_MATRIX, CODE_128, WRONG, PERSON))
    expect(items(page)).to_have_count(4)

    found = breaches(page)

    page.context.close()
    assert found == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_the_scan_page_does_not_scroll_sideways(
    browser: Browser, site: str, width: int, lang: str
) -> None:
    page = context_page(browser, viewport={"width": width, "height": 800}, permissions=["camera"])
    page.goto(f"{site}/scan?lang={lang}")
    long = Symbol(text="https://example.com/" + "a" * 300, kind=KIND.QRCode)

    page.locator("#photo").set_input_files(photo_file(DATA_MATRIX, CODE_128, long))
    expect(items(page)).to_have_count(3)

    assert overhang(page) <= 0
    page.context.close()
