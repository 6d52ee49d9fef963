"""A whole installation on either database: posted to over HTTP, killed, checked."""

import re
from collections.abc import Callable

import httpx
import pytest

from tests import asking
from tests.live import LiveServer
from tests.marked import marked_pids
from tests.waiting import PATIENCE_S, wait_until

WAIT_S = PATIENCE_S


@pytest.mark.crash
def test_what_was_posted_survives_a_killed_web_server(
    new_live_server: Callable[..., LiveServer], database_url: str
) -> None:
    live = new_live_server(database_url=database_url)
    said = live.manage("demo", "--post", live.url)
    path = re.search(r"/01/\d{14}/21/\w+", said)
    assert path is not None

    live.services["serve"].kill()
    live.services["serve"].wait()
    live.start("serve")
    live.wait_until_healthy()

    assert asking.get(live.url + path[0]).status_code == httpx.codes.OK
    live.manage("fsck")
    live.stop()
    wait_until(lambda: not marked_pids(live.mark), WAIT_S, "the end of every process")
