"""One idempotency key means one request, captured at once or left to a worker; room is bounded."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from trace.captures import waiting_uploads
from typing import Any

import pytest
from werkzeug.test import TestResponse

from base.db import reading
from tests.instances import document_bytes
from tests.web.epcis_world import check, new_key, post_document, post_event, readable, things
from tests.web.house import House, open_house
from web.app import create_app

# A house opened with this many events directly leaves everything larger to a worker.
DIRECT_MAX = 3


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    opened = open_house(
        database_url,
        tmp_path,
        capture_direct_events_max=DIRECT_MAX,
        capture_waiting_max=4,
        capture_waiting_party_max=2,
    )
    yield opened
    opened.services.engine.dispose()


def _with_direct_max(house: House, count: int) -> House:
    """Return the same house as another process with another setting would have it."""
    settings = replace(house.services.settings, capture_direct_events_max=count)
    app = create_app(settings, services=replace(house.services, settings=settings))
    return replace(house, app=app, client=app.test_client())


def _waiting_count(house: House) -> int:
    with reading(house.services.engine) as connection:
        return len(waiting_uploads(connection, house.services.log))


@pytest.mark.parametrize("is_queued_first", [True, False], ids=["queued first", "direct first"])
def test_another_body_under_a_key_is_a_conflict_whichever_way_either_goes(
    house: House, is_queued_first: bool
) -> None:
    large, small = things(DIRECT_MAX + 1), things(1)
    first, second = (large, small) if is_queued_first else (small, large)

    answers = [post_document(house, *events, Idempotency_Key="k") for events in (first, second)]

    assert [answer.status_code for answer in answers] == [202, 409]
    assert answers[1].get_json()["errors"][0]["path"] == "Idempotency-Key"
    assert _waiting_count(house) == int(is_queued_first)
    assert check(house) == (1 if is_queued_first else 2)


@pytest.mark.parametrize("is_queued_first", [True, False], ids=["queued first", "direct first"])
def test_the_same_body_under_a_key_is_one_job_whichever_way_either_goes(
    house: House, is_queued_first: bool
) -> None:
    queueing, direct = _with_direct_max(house, 1), _with_direct_max(house, 100)
    doors = (queueing, direct) if is_queued_first else (direct, queueing)
    events = things(5)

    first, again = (post_document(door, *events, Idempotency_Key="k") for door in doors)

    assert (first.status_code, again.status_code) == (202, 202)
    assert again.get_json()["captureID"] == first.get_json()["captureID"]
    assert again.get_json()["running"] is is_queued_first
    assert _waiting_count(house) == int(is_queued_first)
    assert check(house) == (1 if is_queued_first else 6)


def test_a_key_of_a_waiting_document_is_not_for_a_single_event(house: House) -> None:
    post_document(house, *things(DIRECT_MAX + 1), Idempotency_Key="k")

    answer = post_event(house, things(1)[0], Idempotency_Key="k")

    assert answer.status_code == 409
    assert check(house) == 1


def test_a_key_belongs_to_its_sender_whichever_way(house: House) -> None:
    key, _ = new_key(house, 2)
    post_document(house, *things(DIRECT_MAX + 1), Idempotency_Key="k")

    answer = post_document(house, *things(1), key=key, Idempotency_Key="k")

    assert answer.status_code == 202
    assert check(house) == 2


def test_of_two_bodies_at_once_under_one_key_one_is_taken(house: House) -> None:
    def send(number: int) -> TestResponse:
        body = document_bytes(things(1 + (DIRECT_MAX * (number % 2)), first=100 * number))
        headers = {
            "Authorization": f"Bearer {house.keys['producer']}",
            "Idempotency-Key": "k",
            "Content-Type": "application/json",
        }
        return readable(house.app.test_client().post("/epcis/capture", data=body, headers=headers))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))

    taken = [answer.get_json() for answer in answers if answer.status_code == 202]
    assert {answer.status_code for answer in answers} <= {202, 409, 503}
    assert len(taken) == 1
    assert _waiting_count(house) == int(taken[0]["running"])
    assert check(house) == (1 if taken[0]["running"] else 2)


@pytest.mark.parametrize("post", [post_document, post_event], ids=["document", "event"])
def test_a_key_of_the_workers_own_kind_is_refused(
    house: House, post: Callable[..., TestResponse]
) -> None:
    answer = post(house, things(1)[0], Idempotency_Key="capture:0195a2b0")

    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["path"] == "Idempotency-Key"
    assert check(house) == 1


def _send(house: House, number: int, **options: Any) -> TestResponse:
    return post_document(house, *things(DIRECT_MAX + 1, first=100 * number), **options)


def test_one_party_may_not_take_all_the_room_for_waiting_documents(house: House) -> None:
    others = [new_key(house, number)[0] for number in (2, 3)]

    own = [_send(house, number, Idempotency_Key=f"k{number}") for number in range(3)]
    known = _send(house, 0, Idempotency_Key="k0")
    theirs = [_send(house, 10 + number, key=others[number // 2]) for number in range(4)]

    assert [answer.status_code for answer in own] == [202, 202, 503]
    assert int(own[2].headers["Retry-After"]) > 0
    assert "of this party" in json.loads(own[2].get_data())["detail"]
    assert known.get_json()["captureID"] == own[0].get_json()["captureID"]
    assert [answer.status_code for answer in theirs] == [202, 202, 503, 503]
    assert _waiting_count(house) == 4
    assert check(house) == 1


def test_a_refused_document_leaves_its_key_free(house: House) -> None:
    for number in range(2):
        _send(house, number)
    assert _send(house, 2, Idempotency_Key="k").status_code == 503

    answer = post_document(house, *things(1), Idempotency_Key="k")

    assert answer.status_code == 202
    assert _waiting_count(house) == 2
    assert check(house) == 2


def test_the_room_holds_however_many_come_at_once(house: House) -> None:
    bodies = [document_bytes(things(DIRECT_MAX + 1, first=100 * n)) for n in range(8)]
    headers = {
        "Authorization": f"Bearer {house.keys['producer']}",
        "Content-Type": "application/json",
    }

    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda body: house.app.test_client().post(
                    "/epcis/capture", data=body, headers=headers
                ),
                bodies,
            )
        )

    assert sorted(answer.status_code for answer in answers) == [202] * 2 + [503] * 6
    assert _waiting_count(house) == 2
    assert check(house) == 1
