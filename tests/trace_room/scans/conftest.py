"""A recorder on either database."""

from collections.abc import Iterator

import pytest

from base.db import DatabaseLimits, open_engine
from tests.instances import Installation
from tests.trace_room.scans.desk import ScanDesk


@pytest.fixture
def desk(installation: Installation) -> Iterator[ScanDesk]:
    """Give a recorder with an engine of its own, which waits for no lock longer than a moment."""
    url = installation.settings.effective_database_url
    engine = open_engine(url, pool_size=4, limits=DatabaseLimits(lock_wait_ms=100))
    yield ScanDesk(place=installation, engine=engine)
    engine.dispose()
