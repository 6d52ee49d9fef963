"""The browser of the tests is there, reads Chinese and has the font for it."""

import pytest
from playwright.sync_api import Page


@pytest.mark.browser
def test_a_page_is_drawn_and_measured_in_chinese(page: Page) -> None:
    page.set_content("<p id=a style='font-size:40px;display:inline-block'>溯信</p>")

    box = page.locator("#a").bounding_box()

    assert page.evaluate("navigator.language") == "zh-CN"
    assert box is not None
    assert box["width"] == pytest.approx(80, abs=1)
