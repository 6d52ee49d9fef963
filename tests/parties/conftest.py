"""An open register on either database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.parties.samples import open_database


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_database(database_url)
    yield opened
    opened.dispose()
