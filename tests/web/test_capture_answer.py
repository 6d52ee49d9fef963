"""The answer to a capture, written without reading the job back, says what the job says."""

import re
from typing import Any

import orjson

from benchmarks.data import EventSource
from tests.parties.samples import NOW
from tests.web.house import House


def _capture(house: House, body: bytes) -> dict[str, Any]:
    answer = house.ask(
        "POST", "/epcis/capture", role="producer", data=body, content_type="application/json"
    )
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = orjson.loads(answer.data)
    assert answer.headers["Location"] == f"/epcis/capture/{job['captureID']}"
    return job


def _document(count: int) -> bytes:
    text = EventSource("answer").document(count).decode()
    return re.sub("2026-0[0-9]-[0-9]{2}T", f"{NOW.year - 1}-03-01T", text).encode()


def test_a_new_document_is_answered_with_the_very_job_that_is_stored(house: House) -> None:
    answered = _capture(house, _document(3))

    stored = house.ask("GET", f"/epcis/capture/{answered['captureID']}", role="producer")
    assert orjson.loads(stored.data) == answered
    assert (answered["eventCount"], answered["receipt"]["count"]) == (3, 3)


def test_a_document_with_an_event_recorded_before_is_answered_from_its_row(house: House) -> None:
    _capture(house, _document(2))

    again = _capture(house, _document(3))

    assert [problem["path"] for problem in again["alreadyRecorded"]] == [
        "epcisBody.eventList[0]",
        "epcisBody.eventList[1]",
    ]
    stored = house.ask("GET", f"/epcis/capture/{again['captureID']}", role="producer")
    assert orjson.loads(stored.data) == again
