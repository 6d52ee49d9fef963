"""The client against a server that is played: what it sends, and what it makes of each answer."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import orjson
import pytest

from base.errors import (
    Busy,
    Conflict,
    Forbidden,
    InputTooLarge,
    InvalidInput,
    NotFound,
    Problem,
    Unauthenticated,
)
from jobs.client import (
    ATTEMPTS_MAX,
    JOB_WAIT_MAX_S,
    PAUSE_MAX_S,
    BadAnswer,
    Client,
    Unreachable,
    connect,
)

URL = "http://suxin.test"
KEY = "sx_key"

Answer = Callable[[httpx.Request], httpx.Response]


class Played:
    """A server that gives its answers in turn and keeps what it was asked; its clock is `now`."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers: Iterator[httpx.Response | Exception] = iter(answers)
        self.asked: list[httpx.Request] = []
        self.pauses: list[float] = []
        self.now = 0.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def client(self) -> Client:
        return Client(
            url=URL,
            key=KEY,
            http=httpx.Client(transport=httpx.MockTransport(self)),
            pause=self.pause,
            ticks=lambda: self.now,
        )


def problem(status: int, detail: str = "no", **headers: str) -> httpx.Response:
    errors = [{"path": "epcisBody.eventList[4].bizStep", "code": "word", "message": "unknown"}]
    document = {"title": "t", "status": status, "detail": detail, "errors": errors}
    kind = {"Content-Type": "application/problem+json"}
    return httpx.Response(status, content=orjson.dumps(document), headers={**kind, **headers})


def job(**members: Any) -> httpx.Response:
    values = {
        "captureID": "c1",
        "running": False,
        "success": True,
        "eventCount": 3,
        "errors": [],
        "alreadyRecorded": [],
        "receipt": {"log": 1, "firstSeq": 7, "count": 3},
        **members,
    }
    return httpx.Response(202, content=orjson.dumps(values))


def test_a_document_is_sent_with_its_key_its_behaviour_and_its_idempotency_key() -> None:
    played = Played(job())

    with played.client() as client:
        done = client.capture(b"{}", idempotency_key="one", may_proceed=True)

    asked = played.asked[0]
    assert (asked.method, str(asked.url)) == ("POST", f"{URL}/epcis/capture")
    assert asked.content == b"{}"
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.headers["Content-Type"] == "application/json"
    assert asked.headers["Idempotency-Key"] == "one"
    assert asked.headers["GS1-Capture-Error-Behaviour"] == "proceed"
    assert (done.recorded, done.log, done.first_seq, done.is_success) == (3, 1, 7, True)


def test_a_document_is_rolled_back_unless_it_may_proceed() -> None:
    played = Played(job())

    with played.client() as client:
        client.capture(b"{}", idempotency_key="one")

    assert played.asked[0].headers["GS1-Capture-Error-Behaviour"] == "rollback"


def test_a_job_that_runs_is_waited_for() -> None:
    played = Played(job(running=True), job(running=True), job())

    with played.client() as client:
        done = client.capture(b"{}", idempotency_key="one")

    assert done.id == "c1"
    assert [request.url.path for request in played.asked[1:]] == ["/epcis/capture/c1"] * 2
    assert len(played.pauses) == 2


def test_a_job_that_never_ends_is_left_after_a_limit_with_its_address() -> None:
    played = Played(*[job(running=True)] * 1000)

    with played.client() as client, pytest.raises(Busy, match="/epcis/capture/c1"):
        client.capture(b"{}", idempotency_key="one")

    assert JOB_WAIT_MAX_S <= played.now < JOB_WAIT_MAX_S + 3


def test_refused_and_known_events_of_a_job_keep_their_paths() -> None:
    row = {"path": "epcisBody.eventList[0]", "code": "word", "title": "unknown", "status": 400}
    known = {**row, "code": "duplicate", "status": 409}
    played = Played(job(success=False, errors=[row], alreadyRecorded=[known]))

    with played.client() as client:
        done = client.capture(b"{}", idempotency_key="one", may_proceed=True)

    assert not done.is_success
    path = "epcisBody.eventList[0]"
    assert done.refused == (Problem(path=path, code="word", message="unknown"),)
    assert done.already_recorded == (Problem(path=path, code="duplicate", message="unknown"),)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, InvalidInput),
        (401, Unauthenticated),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (413, InputTooLarge),
        (415, InvalidInput),
        (500, BadAnswer),
    ],
)
def test_a_problem_is_raised_with_the_servers_words_and_paths(
    status: int, error: type[Exception]
) -> None:
    played = Played(problem(status, "these are its words"))

    with played.client() as client, pytest.raises(error, match="these are its words") as raised:
        client.get("/api/v1/me")

    expected = Problem(path="epcisBody.eventList[4].bizStep", code="word", message="unknown")
    assert getattr(raised.value, "problems", None) == (expected,)


@pytest.mark.parametrize(("asked_s", "waited_s"), [("3", 3), ("9999", PAUSE_MAX_S), ("x", 1)])
def test_a_busy_server_is_asked_again_after_the_pause_it_names(asked_s: str, waited_s: int) -> None:
    played = Played(problem(503, **{"Retry-After": asked_s}), job())

    with played.client() as client:
        client.capture(b"{}", idempotency_key="one")

    assert played.pauses == [waited_s]
    assert {request.headers["Idempotency-Key"] for request in played.asked} == {"one"}


def test_a_server_that_stays_busy_is_left_alone_after_some_attempts() -> None:
    played = Played(*[problem(503, **{"Retry-After": "1"})] * 100)

    with played.client() as client, pytest.raises(Busy):
        client.get("/healthz")

    assert len(played.asked) == ATTEMPTS_MAX


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, content=b"[]"),
        httpx.Response(302, headers={"Location": "http://elsewhere.test"}),
        httpx.Response(502, content=b"Bad Gateway"),
        job(receipt=None),
        job(success=None),
    ],
)
def test_an_answer_of_another_kind_of_server_is_said_to_be_one(answer: httpx.Response) -> None:
    played = Played(answer)

    with played.client() as client, pytest.raises(BadAnswer):
        client.capture(b"{}", idempotency_key="one")

    assert len(played.asked) == 1


@pytest.mark.parametrize("error", [httpx.ConnectError("no"), httpx.ReadTimeout("no")])
def test_a_server_that_does_not_answer_is_unreachable(error: Exception) -> None:
    played = Played(error)

    with played.client() as client, pytest.raises(Unreachable, match=URL):
        client.get("/healthz")


@pytest.mark.parametrize("url", ["suxin.test", "ftp://suxin.test", "http://", "http://a/?b=1"])
def test_a_wrong_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="http://host:port"):
        connect(url, KEY)


@pytest.mark.parametrize("key", ["ключ", "a b", "a\nb"])
def test_a_key_that_cannot_stand_in_a_header_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        connect(URL, key)

    assert key not in str(refused.value)


def test_a_slash_at_the_end_of_the_address_is_dropped() -> None:
    with connect(f"{URL}/", f"{KEY}\n") as client:
        assert (client.url, client.key) == (URL, KEY)


def test_a_client_of_another_key_uses_the_same_connections() -> None:
    played = Played(job(), job())

    with played.client() as client:
        client.acting_as("other").capture(b"{}", idempotency_key="one")
        client.capture(b"{}", idempotency_key="one")

    keys = [request.headers["Authorization"] for request in played.asked]
    assert keys == ["Bearer other", f"Bearer {KEY}"]
