"""An open house on either database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.house import House, open_house


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    opened = open_house(database_url, tmp_path)
    yield opened
    opened.services.engine.dispose()


@pytest.fixture
def sqlite_house(sqlite_url: str, tmp_path: Path) -> Iterator[House]:
    """Give a house where the database makes no difference."""
    opened = open_house(sqlite_url, tmp_path)
    yield opened
    opened.services.engine.dispose()
