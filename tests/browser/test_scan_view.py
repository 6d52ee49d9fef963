"""The consumer page in a real browser: who can use it, and on what."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import AXE, breaches, overhang
from tests.browser.shop import CUP, Shop, open_cup
from tests.web import yoghurt

pytestmark = pytest.mark.browser


def unfold(page: Page, what: str) -> None:
    folded = page.locator(f"{what}:not([open]) > summary")
    while folded.count():
        folded.first.click()


def test_everything_is_there_without_script(browser: Browser, shop: Shop) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{shop.url}{CUP}")

    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("太行牧场原味酸奶")
    expect(page.locator("[data-step]")).to_have_count(18)
    expect(page.get_by_role("link", name="下载证明")).to_be_visible()
    unfold(page, ".stage-fold")
    for step in page.locator("[data-step]").all():
        expect(step).to_be_visible()
    page.locator("[data-verify] summary").click()
    expect(page.locator("pre.command")).to_contain_text("python -m ledger.verify")
    context.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_page_scrolls_sideways(page: Page, shop: Shop, width: int, lang: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in (CUP, "/", "/t/!!", "/nowhere"):
        page.goto(f"{shop.url}{path}?lang={lang}")
        assert overhang(page) <= 0, path


def test_the_proof_can_be_checked_with_the_keyboard_alone(page: Page, shop: Shop) -> None:
    open_cup(page, shop)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()

    button = page.get_by_role("button", name="Verify now")
    for _ in range(12):
        if button.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator(".verdict")).to_have_text("Verified on your device")
    expect(page.get_by_role("button", name="Verify again")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nobody_is_shut_out(browser: Browser, shop: Shop, scheme: Any, lang: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `make setup`")
    last = shop.window.history.steps[-1]
    recall = replace(last, seq=4320, event={**last.event, "disposition": "recalled"})
    whole = yoghurt.with_step(shop.window.history, 4122, is_damaged=True)
    shop.window.history = replace(whole, steps=(*whole.steps, recall))
    context = browser.new_context(color_scheme=scheme, viewport={"width": 360, "height": 800})
    page = context.new_page()
    found: list[str] = []
    for path in (CUP, "/", "/t/!!", "/nowhere"):
        page.goto(f"{shop.url}{path}?lang={lang}")
        if path == CUP:
            page.locator("[data-verify-button]").click()
            expect(page.locator(".verdict")).to_be_visible()
            unfold(page, "details")
        found += [f"{path}: {one}" for one in breaches(page)]
    context.close()
    assert found == []


def test_a_print_leaves_out_what_paper_cannot_do(page: Page, shop: Shop) -> None:
    open_cup(page, shop)
    page.emulate_media(media="print")

    assert page.locator(".buttons").count() > 0
    expect(page.locator(".buttons:visible")).to_have_count(0)
    expect(page.locator("nav")).to_be_hidden()
    expect(page.locator("[data-step]").first).to_be_visible()
