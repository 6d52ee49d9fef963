"""A fresh ledger on either database."""

from collections.abc import Iterator

import pytest

from tests.instances import Installation, open_installation


@pytest.fixture
def place(database_url: str) -> Iterator[Installation]:
    opened = open_installation(database_url)
    yield opened
    opened.engine.dispose()
