"""A fresh ledger on either database."""

from collections.abc import Iterator

import pytest

from tests.instances import Installation, open_installation
from tests.ledger.acts import batch, open_journal


@pytest.fixture
def installation(database_url: str) -> Iterator[Installation]:
    """Give an open ledger; the test that used it ends with a check of every byte of it."""
    opened = open_installation(database_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def filled(installation: Installation) -> Installation:
    """Give 600 entries under four checkpoints."""
    journal = open_journal(installation.engine, installation.clock)
    installation.seal()
    for count in (256, 143, 200):
        journal.append(batch(*map(str, range(count))))
        installation.seal()
    return installation
