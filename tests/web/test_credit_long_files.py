"""Long files that are pushed for a worker: kept as they come in, bounded, and no more than once."""

import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from credit.intake.files import FOLDER
from tests.credit.samples import csv_of, penalty
from tests.web.house import House, open_house

PATH = "/api/v1/credit/feeds/penalty/batches"
BYTES_MAX = 24 << 20


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[House]:
    opened = open_house(sqlite_url, tmp_path, credit_bytes_max=BYTES_MAX)
    yield opened
    opened.services.engine.dispose()


def _push(
    house: House, body: bytes, *, is_announced: bool = True, path: str = PATH
) -> TestResponse:
    unannounced: dict[str, Any] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    return house.client.post(
        path,
        input_stream=BytesIO(body),
        headers={
            "Authorization": f"Bearer {house.keys['authority']}",
            "Content-Type": "text/csv",
            "Prefer": "respond-async",
        },
        environ_overrides={"CONTENT_LENGTH": str(len(body))} if is_announced else unannounced,
    )


def _kept(house: House) -> list[int]:
    folder = house.services.settings.effective_files_dir / FOLDER
    return [one.stat().st_size for one in folder.iterdir()] if folder.is_dir() else []


@pytest.mark.parametrize("is_announced", [True, False], ids=["announced", "unannounced"])
def test_a_body_that_is_too_long_is_refused_and_nothing_of_it_is_left(
    house: House, is_announced: bool
) -> None:
    answer = _push(house, bytes(BYTES_MAX + 1), is_announced=is_announced)

    assert (answer.status_code, _kept(house)) == (413, [])


def test_an_empty_body_and_one_of_no_feed_are_refused_and_not_kept(house: House) -> None:
    empty = _push(house, b"", is_announced=False)
    nowhere = _push(house, b"x", path="/api/v1/credit/feeds/gossip/batches")

    assert (empty.status_code, nowhere.status_code, _kept(house)) == (400, 404, [])


def test_a_long_file_is_never_held_in_memory_whole(house: House) -> None:
    body = csv_of([penalty(1)]) + b"\r\n" * (BYTES_MAX // 4)
    _push(house, csv_of([penalty(2)]))
    tracemalloc.start()
    answer = _push(house, body, is_announced=False)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert answer.status_code == 202, answer.get_data(as_text=True)
    assert most < len(body) // 2
    assert len(body) in _kept(house)


def test_the_same_long_file_again_is_the_same_batch_and_is_kept_once(house: House) -> None:
    body = csv_of([penalty(1), penalty(2)])

    answers = [_push(house, body, is_announced=one) for one in (True, False)]

    assert [one.status_code for one in answers] == [202, 202]
    assert len({one.headers["Location"] for one in answers}) == 1
    assert _kept(house) == [len(body)]
