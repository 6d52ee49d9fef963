"""The capture door over HTTP: what it answers, and that a refusal leaves the ledger as it was."""

import json
from uuid import UUID

import pytest

from tests.instances import document_bytes, observation, serial
from tests.web.epcis_world import (
    check,
    get,
    new_key,
    post,
    post_document,
    post_event,
    seal_now,
    things,
)
from tests.web.house import House


def test_a_capture_is_accepted_with_its_job(house: House) -> None:
    answer = post_document(house, *things(3))

    job = answer.get_json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/epcis/capture/{job['captureID']}"
    assert (job["running"], job["success"], job["eventCount"]) == (False, True, 3)
    assert job["receipt"] == {"log": 1, "firstSeq": 1, "count": 3, "published": False}
    assert (job["errors"], job["alreadyRecorded"]) == ([], [])
    assert check(house) == 4


def test_a_job_tells_when_its_events_are_published(house: House) -> None:
    location = post_document(house, *things(3)).headers["Location"]
    seal_now(house)

    job = get(house, location).get_json()

    assert job["receipt"]["published"]
    check(house)


def test_every_answer_announces_versions_and_limits(house: House) -> None:
    for answer in (post_document(house, *things(1)), get(house, "/epcis/events")):
        assert answer.headers["GS1-EPCIS-Version"] == "2.0.0"
        assert answer.headers["GS1-CBV-Version"] == "2.0.0"
        assert answer.headers["GS1-EPCIS-Capture-Limit"] == "10000"
        assert answer.headers["GS1-EPCIS-Capture-File-Size-Limit"] == str(10 << 20)
        assert answer.headers["GS1-Capture-Error-Behaviour"] == "rollback"
    check(house)


def test_a_wrong_event_rolls_the_document_back_and_is_named(house: House) -> None:
    events = things(6)
    events[4]["bizStep"] = "flying"

    answer = post_document(house, *events)

    problem = answer.get_json()
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert problem["type"] == "epcisException:ValidationException"
    assert [one["path"] for one in problem["errors"]] == ["epcisBody.eventList[4].bizStep"]
    assert check(house) == 1


def test_proceeding_keeps_the_right_events(house: House) -> None:
    events = things(6)
    events[4]["bizStep"] = "flying"

    job = post_document(house, *events, GS1_Capture_Error_Behaviour="proceed").get_json()

    assert (job["success"], job["receipt"]["count"]) == (False, 5)
    assert job["captureErrorBehaviour"] == "proceed"
    assert [one["path"] for one in job["errors"]] == ["epcisBody.eventList[4].bizStep"]
    assert check(house) == 6


def test_an_unknown_error_behaviour_is_refused(house: House) -> None:
    answer = post_document(house, *things(1), GS1_Capture_Error_Behaviour="hope")

    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["path"] == "GS1-Capture-Error-Behaviour"
    assert check(house) == 1


def test_a_document_sent_again_says_what_is_recorded(house: House) -> None:
    post_document(house, *things(2))

    job = post_document(house, *things(3)).get_json()

    assert (job["success"], job["receipt"]["firstSeq"], job["receipt"]["count"]) == (True, 3, 1)
    assert [one["status"] for one in job["alreadyRecorded"]] == [409, 409]
    assert [one["path"] for one in job["alreadyRecorded"]] == [
        "epcisBody.eventList[0]",
        "epcisBody.eventList[1]",
    ]
    assert check(house) == 4


def test_a_single_event_is_created_with_its_place(house: House) -> None:
    answer = post_event(house, observation(serial(1)))

    event = answer.get_json()
    assert answer.status_code == 201
    assert event["epcList"] == [serial(1)]
    assert event["sx:proof"].endswith("/ledger/proof/1/1")
    assert event["eventID"].startswith("ni:///sha-256;")
    found = get(house, answer.headers["Location"])
    (again,) = found.get_json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert again["eventID"] == event["eventID"]
    assert check(house) == 2


def test_a_single_event_is_told_what_it_lacks_and_does_not_keep_it(house: House) -> None:
    body, key = observation(serial(1)), {"Idempotency-Key": "single-1"}

    answers = [post_event(house, body, **key), post_event(house, body, **key)]

    for answer in answers:
        (advice,) = answer.get_json()["sx:advice"]
        assert (advice["path"], advice["code"]) == ("", "advice_no_profile")
    assert "sx:advice" not in get(house, answers[0].headers["Location"]).get_data(as_text=True)
    assert check(house) == 2


def test_a_single_event_that_is_recorded_is_a_conflict(house: House) -> None:
    post_event(house, observation(serial(1)))

    answer = post_event(house, observation(serial(1)))

    assert answer.status_code == 409
    assert answer.get_json()["type"] == "epcisException:ResourceAlreadyExistsException"
    assert check(house) == 2


def test_an_error_declaration_is_no_conflict(house: House) -> None:
    event = observation(serial(1))
    post_event(house, event)
    error = {"declarationTime": "2024-05-02T08:00:00Z", "reason": "did_not_occur"}

    assert post_event(house, {**event, "errorDeclaration": error}).status_code == 201

    assert check(house) == 3


@pytest.mark.parametrize("path", ["/epcis/capture", "/epcis/events"])
def test_a_retry_under_its_key_has_the_same_answer(house: House, path: str) -> None:
    one = json.dumps(observation(serial(1))).encode()
    body = one if path.endswith("events") else document_bytes(things(2))
    first = post(house, path, body, Idempotency_Key="k-1")

    again = post(house, path, body, Idempotency_Key="k-1")

    assert again.status_code == first.status_code
    assert again.headers["Location"] == first.headers["Location"]
    assert again.get_json() == first.get_json()
    other = body.replace(b"inspecting", b"storing")
    assert post(house, path, other, Idempotency_Key="k-1").status_code == 409
    check(house)


def test_another_producer_may_use_the_same_key(house: House) -> None:
    key, _ = new_key(house, 2)
    post_document(house, *things(1), Idempotency_Key="k")

    answer = post_document(house, *things(1, first=5), key=key, Idempotency_Key="k")

    assert answer.get_json()["receipt"]["firstSeq"] == 2
    assert check(house) == 3


def test_jobs_of_others_are_not_there(house: House) -> None:
    key, _ = new_key(house, 2)
    location = post_document(house, *things(1)).headers["Location"]

    assert get(house, location).status_code == 200
    assert get(house, location, key=key).status_code == 404
    assert get(house, location, role="auditor").status_code == 200
    assert get(house, f"/epcis/capture/{UUID(int=1)}").status_code == 404
    assert get(house, "/epcis/capture/not-a-uuid").status_code == 404
    assert [len(get(house, "/epcis/capture", key=one).get_json()) for one in (None, key)] == [1, 0]
    assert len(get(house, "/epcis/capture", role="auditor").get_json()) == 1
    check(house)
