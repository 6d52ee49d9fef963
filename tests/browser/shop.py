"""The shop window, running, and how a test opens the cup in it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Page
from werkzeug.serving import make_server

from ledger.bundle import dump
from tests.web import yoghurt, yoghurt_log
from tests.web.shop_window import Window, make_app, make_window

CUP = yoghurt.ITEM.removeprefix("https://id.gs1.org")
VALID = dump(yoghurt_log.bundle())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A running shop window."""

    url: str
    window: Window


@contextmanager
def running_shop() -> Iterator[Shop]:
    """Serve a shop window on a free port of the loopback address."""
    window = make_window()
    httpd = make_server("127.0.0.1", 0, make_app(window), threaded=True)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield Shop(url=f"http://127.0.0.1:{httpd.server_port}", window=window)
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def clear(shop: Shop) -> Shop:
    """Put the cup of yoghurt and its valid proof back into the window."""
    fresh = make_window()
    shop.window.history, shop.window.directory = fresh.history, fresh.directory
    shop.window.bundle, shop.window.vkey = lambda: VALID, yoghurt_log.VKEY
    return shop


def open_cup(page: Page, shop: Shop, *, lang: str = "en", width: int = 1280) -> None:
    """Open the page of the cup."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{shop.url}{CUP}?lang={lang}")
