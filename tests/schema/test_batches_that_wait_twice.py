"""A database in which the same bytes wait twice is migrated: one of them goes on waiting."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from base.db import open_engine, reading, transaction
from credit.tables import CREDIT_BATCH
from jobs.commands.init import MIGRATIONS, upgrade
from ledger.tables import LEDGER_IDEMPOTENCY
from tests.instances import NOW

BEFORE = "0025"


@pytest.fixture
def older(bare_database_url: str) -> Iterator[sa.Engine]:
    """Give a database of the release before."""
    engine = open_engine(bare_database_url, pool_size=2)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with transaction(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
    yield engine
    engine.dispose()


def _batch(number: int, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "log": 1,
        "id": UUID(int=number),
        "feed": "penalty",
        "feed_version": 1,
        "door": "push",
        "actor": "key:1",
        "file_hash": bytes(32),
        "file_bytes": 9,
        "state": "waiting",
        "message": "",
        "received_at": NOW + timedelta(minutes=number),
    }
    counts = dict.fromkeys(("received", "accepted", "quarantined", "duplicates", "ended"), 0)
    return {**row, **counts, **changes}


def test_the_newest_waits_and_one_that_is_an_entry_is_taken(older: sa.Engine) -> None:
    rows = [
        _batch(1),
        _batch(2),
        _batch(3),
        _batch(4, door="retry"),
        _batch(5, feed="permit"),
        _batch(6, state="held"),
    ]
    entry = {
        "log": 1,
        "actor": "key:1",
        "key": f"credit-batch:{UUID(int=2)}",
        "request_hash": bytes(32),
        "subject": "",
        "first_seq": 7,
        "entry_count": 1,
        "recorded_at": NOW,
    }
    with transaction(older) as connection:
        for row in rows:
            connection.execute(CREDIT_BATCH.insert().values(row))
        connection.execute(LEDGER_IDEMPOTENCY.insert().values(entry))

    upgrade(older)

    own = CREDIT_BATCH.c
    with reading(older) as connection:
        found = connection.execute(
            sa.select(own.state, own.seq, own.message != "").order_by(own.received_at)
        )
        assert [tuple(row) for row in found] == [
            ("refused", None, True),
            ("accepted", 7, False),
            ("waiting", None, False),
            ("waiting", None, False),
            ("waiting", None, False),
            ("held", None, False),
        ]
