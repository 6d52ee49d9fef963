"""The demonstration is told on any day: every rule takes it that will hold by then."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from jobs.client import Client
from jobs.demo.post import grant_keys, post_story, register_world, story_at
from tests.web.house import open_house


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 12, 31, 16, 5, tzinfo=UTC),  # The first minutes of a year in China.
        datetime(2027, 8, 1, 3, tzinfo=UTC),  # Lots have to come with all that is known of them.
        datetime(2028, 2, 29, 15, 59, tzinfo=UTC),
    ],
    ids=lambda now: str(now.date()),
)
def test_the_whole_demonstration_is_taken(now: datetime, sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, now=now)
    http = httpx.Client(transport=httpx.WSGITransport(app=house.app))

    with Client(url="http://localhost", key=house.keys["operator"], http=http) as operator:
        ids, at = register_world(operator, lambda: None)
        keys = grant_keys(operator, ids, tmp_path, lambda: None)
        story = story_at(1, at)
        told = post_story(operator, story=story, ids=ids, keys=keys, step=lambda: None)

    house.services.engine.dispose()
    assert at == now
    assert told.entries is not None
    assert told.entries[1] - told.entries[0] + 1 >= told.events
