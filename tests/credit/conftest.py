"""A fresh ledger on either database, and the desk that takes batches."""

from collections.abc import Iterator
from trace.sheets.grid import GridLimits

import pytest

from credit.index import open_credit_journal
from credit.intake.taking import IntakeDesk
from tests.instances import Installation, open_installation


@pytest.fixture
def installation(database_url: str) -> Iterator[Installation]:
    opened = open_installation(database_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def intake(installation: Installation) -> IntakeDesk:
    return _intake_of(installation)


@pytest.fixture
def sqlite_world_parts(sqlite_url: str) -> Iterator[tuple[Installation, IntakeDesk]]:
    """A fresh ledger and its desk on one database, where its SQL makes no difference."""
    opened = open_installation(sqlite_url)
    yield opened, _intake_of(opened)
    opened.engine.dispose()


@pytest.fixture
def postgres_world_parts(postgres_url: str) -> Iterator[tuple[Installation, IntakeDesk]]:
    """A fresh ledger and its desk, where more than one writes at a time."""
    opened = open_installation(postgres_url)
    yield opened, _intake_of(opened)
    opened.engine.dispose()


def _intake_of(installation: Installation) -> IntakeDesk:
    return IntakeDesk(
        journal=open_credit_journal(installation.settings, installation.engine, installation.clock),
        clock=installation.clock,
        secret=installation.secret,
        limits=GridLimits(rows_max=10_000, bytes_max=1 << 24, unzipped_bytes_max=1 << 26),
    )
