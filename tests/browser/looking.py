"""How a test looks at a whole page: that nothing is wider than the screen, that nobody is shut out.

A click that leads to another page only starts the way there; whoever measures at once measures the
page that is going, or one with nothing in it yet. So clicks that lead away go through `follow`,
and whatever is measured waits for a whole page first.
"""

from pathlib import Path
from typing import Final

from playwright.sync_api import Locator, Page

AXE: Final = Path(__file__).resolve().parents[2] / "web/assets/node_modules/axe-core/axe.min.js"
AXE_RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def follow(link: Locator) -> None:
    """Click on a link or a button and wait until the page it leads to is whole."""
    with link.page.expect_navigation():
        link.click()


def enter(page: Page, address: str, key: str) -> None:
    """Go to a page of the desk, sign in on the way there with a key, and arrive.

    To wait for the address instead would be over at once: the sign-in's own address ends with it.
    """
    page.goto(address)
    page.locator("#key").fill(key)
    follow(page.locator("form:has(#key) button[type=submit]"))


def overhang(page: Page) -> int:
    """Return by how many CSS pixels the page is wider than its screen; not above 0 if it fits."""
    page.wait_for_load_state("load")
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def breaches(page: Page) -> list[str]:
    """Return what breaks a rule of accessibility on the page; `AXE` must have been installed."""
    page.wait_for_load_state("load")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    outcome = page.evaluate("rules => axe.run({runOnly: rules})", list(AXE_RULES))
    return [
        f"{violation['id']} {node['target']}: {node['failureSummary']}"
        for violation in outcome["violations"]
        for node in violation["nodes"]
    ]


def is_fit(page: Page) -> None:
    """Say that nothing is wider than the screen and that no rule of accessibility is broken."""
    assert overhang(page) <= 0
    if AXE.is_file():  # `make setup` installs it; the rest of a story is told without it.
        assert breaches(page) == []
