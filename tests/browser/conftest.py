"""A shop window that the tests of one file share, with the cup put back before each test."""

from collections.abc import Iterator

import pytest

from tests.browser.shop import Shop, clear, running_shop


@pytest.fixture(scope="module")
def shop_server() -> Iterator[Shop]:
    with running_shop() as shop:
        yield shop


@pytest.fixture
def shop(shop_server: Shop) -> Shop:
    """Give the running shop window with nothing changed in it."""
    return clear(shop_server)
