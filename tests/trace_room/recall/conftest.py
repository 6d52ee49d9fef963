"""A fresh ledger with the story of yoghurt in it."""

import pytest

from tests.instances import Installation
from tests.trace_room.story import tell_yoghurt


@pytest.fixture
def told(installation: Installation) -> Installation:
    tell_yoghurt(installation)
    return installation
