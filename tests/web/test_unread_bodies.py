"""A body that an answer does not need is read all the same, so that its sender reads the answer."""

from io import BytesIO

import pytest

from tests.web.house import House
from web.bodies import LEFT_BYTES_MAX

BATCHES = "/api/v1/credit/feeds/penalty/batches"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (BATCHES, {}, 401),
        ("/api/v1/nowhere", {}, 404),
        ("/api/v1/credit/warnings", {}, 405),
        ("/api/v1/credit/check", {"Content-Encoding": "gzip"}, 405),
    ],
)
def test_a_refusal_leaves_nothing_of_a_body_unread(
    sqlite_house: House, path: str, headers: dict[str, str], status: int
) -> None:
    body = BytesIO(b"x" * 200_000)

    answer = sqlite_house.client.post(
        path, input_stream=body, content_length=200_000, headers=headers
    )

    assert answer.status_code == status
    assert body.tell() == 200_000


def test_whoever_asks_too_often_with_a_body_is_told_so(sqlite_house: House) -> None:
    bodies, answers = [], []
    for _ in range(40):
        body = BytesIO(b"x" * 50_000)
        path = "/api/v1/credit/snapshots/2026-1/comparison"
        answers.append(
            sqlite_house.client.post(path, input_stream=body, content_length=50_000).status_code
        )
        bodies.append(body.tell())

    assert 429 in answers
    assert set(bodies) == {50_000}


def test_of_a_large_body_no_more_is_read_than_is_worth_it(sqlite_house: House) -> None:
    size = 3 * LEFT_BYTES_MAX
    body = BytesIO(b"x" * size)

    answer = sqlite_house.client.post(BATCHES, input_stream=body, content_length=size)

    assert answer.status_code == 401
    assert body.tell() == LEFT_BYTES_MAX


def test_a_body_that_breaks_off_gets_its_answer(sqlite_house: House) -> None:
    answer = sqlite_house.client.post(BATCHES, input_stream=BytesIO(b"x"), content_length=9)

    assert answer.status_code == 401
