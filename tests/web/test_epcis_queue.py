"""Documents that are left to a worker: kept, captured once, or refused on the record."""

from collections.abc import Iterator
from pathlib import Path
from trace.captures import waiting_uploads
from uuid import UUID

import pytest

import jobs.instance
from base.db import reading
from jobs.capture import capture_queued, sweep_captures
from jobs.instance import Instance
from parties.keys import revoke
from tests.web.epcis_world import (
    check,
    get,
    new_key,
    post_document,
    things,
)
from tests.web.house import House, open_house


@pytest.fixture
def queueing(database_url: str, tmp_path: Path) -> Iterator[House]:
    """Give a house that leaves documents of more than ten events to a worker."""
    opened = open_house(database_url, tmp_path, capture_direct_events_max=10)
    parts = opened.services
    jobs.instance._OPEN[:] = [
        Instance(
            settings=parts.settings,
            engine=parts.engine,
            clock=parts.clock,
            key_ring=parts.key_ring,
            desk=parts.desk,
            secret=parts.secret,
        )
    ]
    yield opened
    jobs.instance._OPEN.clear()
    parts.engine.dispose()


def _waiting(house: House) -> list[UUID]:
    with reading(house.services.engine) as connection:
        return waiting_uploads(connection, house.services.log)


def test_a_large_document_waits_for_a_worker(queueing: House) -> None:
    answer = post_document(queueing, *things(11))
    job = answer.get_json()
    assert (answer.status_code, job["running"], job["receipt"]["count"]) == (202, True, 0)
    assert _waiting(queueing) == [UUID(job["captureID"])]
    assert check(queueing) == 1

    capture_queued(job["captureID"])

    done = get(queueing, answer.headers["Location"]).get_json()
    assert (done["running"], done["success"], done["receipt"]["count"]) == (False, True, 11)
    assert done["finishedAt"] is not None
    assert _waiting(queueing) == []
    capture_queued(job["captureID"])
    assert check(queueing) == 12


def test_a_document_whose_job_was_lost_is_swept_up(queueing: House) -> None:
    for first in (0, 100):
        post_document(queueing, *things(11, first=first))

    sweep_captures()

    assert _waiting(queueing) == []
    assert check(queueing) == 23


def test_a_large_document_twice_under_one_key_is_one_job(queueing: House) -> None:
    first = post_document(queueing, *things(11), Idempotency_Key="k")

    again = post_document(queueing, *things(11), Idempotency_Key="k")

    assert again.headers["Location"] == first.headers["Location"]
    assert len(_waiting(queueing)) == 1
    other = post_document(queueing, *things(12), Idempotency_Key="k")
    assert other.status_code == 409
    sweep_captures()
    late = post_document(queueing, *things(11), Idempotency_Key="k").get_json()
    assert (late["running"], late["receipt"]["count"]) == (False, 11)
    assert check(queueing) == 12


def test_a_document_whose_key_was_revoked_meanwhile_is_refused_on_the_record(
    queueing: House,
) -> None:
    key, key_id = new_key(queueing, 2)
    job = post_document(queueing, *things(11), key=key).get_json()
    revoke(queueing.services.engine, key_id, now=queueing.clock.now(), record=lambda *_: None)
    queueing.services.key_ring.forget(key_id)

    capture_queued(job["captureID"])

    done = get(queueing, f"/epcis/capture/{job['captureID']}", role="auditor").get_json()
    assert (done["running"], done["success"], done["receipt"]["count"]) == (False, False, 0)
    assert [one["code"] for one in done["errors"]] == ["unauthenticated"]
    assert _waiting(queueing) == []
    assert check(queueing) == 1


def test_a_large_document_with_a_wrong_event_ends_in_a_refusal(queueing: House) -> None:
    events = things(11)
    events[4]["bizStep"] = "flying"
    job = post_document(queueing, *events).get_json()

    capture_queued(job["captureID"])

    done = get(queueing, f"/epcis/capture/{job['captureID']}").get_json()
    assert (done["success"], [one["path"] for one in done["errors"]]) == (
        False,
        ["epcisBody.eventList[4].bizStep"],
    )
    assert check(queueing) == 1
