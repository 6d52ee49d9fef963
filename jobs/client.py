"""A small client of the HTTP interface: the demonstration and the capture command use it.

The rule that must stay true: whatever the server refuses is raised as the same kind of `AppError`
with the server's own words and field paths, and a key is never part of a message.
"""

import ipaddress
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import httpx
import orjson

from base.errors import (
    AppError,
    Busy,
    Conflict,
    Forbidden,
    InputTooLarge,
    InvalidInput,
    NotFound,
    Problem,
    Unauthenticated,
)
from base.strict_json import JsonObject, JsonValue, loads

ATTEMPTS_MAX: Final = 6
"""How often one request is sent when the server says that it is busy."""

PAUSE_MAX_S: Final = 10
"""The longest pause between two attempts, whatever Retry-After asks for."""

JOB_WAIT_MAX_S: Final = 600
"""How long a capture job is waited for."""

ANSWER_BYTES_MAX: Final = 16 << 20
"""The largest answer that is read as one."""

_ANSWER_DEPTH_MAX: Final = 32
_TIMEOUT: Final = httpx.Timeout(60.0, connect=5.0)
_POLL_FIRST_S: Final = 0.1
_POLL_MAX_S: Final = 2.0

_ERRORS: Final[Mapping[int, type[AppError]]] = {
    400: InvalidInput,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: InputTooLarge,
    415: InvalidInput,
}


class Unreachable(AppError):
    """No server answers at the address."""

    code = "unreachable"


class BadAnswer(AppError):
    """The server failed, or answers as no server of this kind does."""

    code = "bad_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureJob:
    """What became of one document: `recorded` events are in `log` from `first_seq` on.

    `refused` and `already_recorded` name events by their path in the document; `advice` is of
    recorded ones and refuses nothing. `raw` is the job as the server wrote it.
    """

    id: str
    is_success: bool
    events: int
    recorded: int
    log: int | None
    first_seq: int | None
    refused: tuple[Problem, ...]
    already_recorded: tuple[Problem, ...]
    advice: tuple[Problem, ...]
    advice_count: int
    raw: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Talks to one server as the holder of one key; use it as a context manager.

    `url` has no slash at the end. `pause` waits for some seconds, `ticks` tells them; a test gives
    its own.
    """

    url: str
    key: str
    http: httpx.Client
    pause: Callable[[float], None] = time.sleep
    ticks: Callable[[], float] = time.monotonic

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection, those of `acting_as` too."""
        self.http.close()

    def acting_as(self, key: str) -> "Client":
        """Return a client of the same server, over the same connections, with another key."""
        return replace(self, key=checked_key(key))

    def get(self, path: str) -> JsonObject:
        """Return the JSON object at a path."""
        return self._send("GET", path, None, {})

    def post(self, path: str, values: JsonObject, *, idempotency_key: str = "") -> JsonObject:
        """Post a JSON object and return the answer; under a key it is done once."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return self._send("POST", path, orjson.dumps(values), headers)

    def capture(
        self, body: bytes, *, idempotency_key: str, may_proceed: bool = False
    ) -> CaptureJob:
        """Send one EPCIS document and return its job when that has ended.

        Raises what the server refuses the document for; with `may_proceed`, wrong events are left
        out and named in the job. Raises `Busy` where the job has not ended in `JOB_WAIT_MAX_S`.
        """
        behaviour = "proceed" if may_proceed else "rollback"
        headers = {"Idempotency-Key": idempotency_key, "GS1-Capture-Error-Behaviour": behaviour}
        job = self._send("POST", "/epcis/capture", body, headers)
        until, pause_s = self.ticks() + JOB_WAIT_MAX_S, _POLL_FIRST_S
        while job.get("running") is True:
            path = f"/epcis/capture/{_text(job, 'captureID')}"
            if self.ticks() >= until:
                message = f"The capture job has not ended yet; its state is at {self.url}{path}"
                raise Busy(message, retry_after_s=PAUSE_MAX_S)
            self.pause(pause_s)
            pause_s = min(_POLL_MAX_S, pause_s * 2)
            job = self.get(path)
        return _job_of(job)

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> JsonObject:
        for _ in range(ATTEMPTS_MAX - 1):
            try:
                return self._send_once(method, path, body, headers)
            except Busy as busy:
                self.pause(min(PAUSE_MAX_S, max(1, busy.retry_after_s)))
        return self._send_once(method, path, body, headers)

    def _send_once(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> JsonObject:
        sent = {**headers, "Accept": "application/json"}
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            answer = self.http.request(method, self.url + path, content=body, headers=sent)
        except httpx.TimeoutException:
            raise Unreachable(f"{self.url} did not answer in time.") from None
        except httpx.TransportError as error:
            message = f"{self.url} cannot be reached ({type(error).__name__}): is the server up?"
            raise Unreachable(message) from None
        value = _json_of(answer)
        if answer.is_success and isinstance(value, dict):
            return value
        raise _refusal(answer, value if isinstance(value, dict) else {})


def connect(url: str, key: str) -> Client:
    """Return a client of the server at `url`; raises `InvalidInput` for a wrong address or key."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise InvalidInput("The address of the server is written http://host:port.")
    # A proxy of the environment is for other machines: it could not reach this one.
    http = httpx.Client(timeout=_TIMEOUT, trust_env=not _is_loopback(parts.hostname))
    return Client(url=url.rstrip("/"), key=checked_key(key), http=http)


def checked_key(key: str) -> str:
    """Return a key that can stand in a header; raises `Unauthenticated` without showing it."""
    stripped = key.strip()
    if not stripped.isascii() or not stripped.isprintable() or " " in stripped:
        raise Unauthenticated("This is not a valid API key.")
    return stripped


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _json_of(answer: httpx.Response) -> JsonValue:
    try:
        return loads(answer.content, bytes_max=ANSWER_BYTES_MAX, depth_max=_ANSWER_DEPTH_MAX)
    except (InvalidInput, InputTooLarge):
        return None


def _refusal(answer: httpx.Response, problem: JsonObject) -> AppError:
    detail = problem.get("detail") or problem.get("title")
    if not isinstance(detail, str):
        message = f"The answer (HTTP {answer.status_code}) is not one of this kind of server."
        return BadAnswer(message)
    listed = problem.get("errors")
    problems = _problems(listed if isinstance(listed, list) else [], "message")
    if answer.status_code in (429, 503):
        return Busy(detail, retry_after_s=_seconds(answer.headers.get("Retry-After", "")))
    return _ERRORS.get(answer.status_code, BadAnswer)(detail, problems=problems)


def _seconds(text: str) -> int:
    """Read Retry-After in seconds; its other form, a date, counts as the least pause."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _problems(listed: list[JsonValue], message: str) -> tuple[Problem, ...]:
    return tuple(
        Problem(path=_text(row, "path"), code=_text(row, "code"), message=_text(row, message))
        for row in listed
        if isinstance(row, dict)
    )


def _job_of(job: JsonObject) -> CaptureJob:
    receipt, refused, known = job.get("receipt"), job.get("errors"), job.get("alreadyRecorded")
    advice, counts = job.get("advice"), job.get("problemCounts")
    advice_rows = _problems(advice if isinstance(advice, list) else [], "title")
    counted = _count(counts, "advice") if isinstance(counts, dict) else None
    if not isinstance(receipt, dict) or not isinstance(job.get("success"), bool):
        raise BadAnswer("The capture job has no receipt: this is another kind of server.")
    return CaptureJob(
        id=_text(job, "captureID"),
        is_success=job["success"] is True,
        events=_count(job, "eventCount") or 0,
        recorded=_count(receipt, "count") or 0,
        log=_count(receipt, "log"),
        first_seq=_count(receipt, "firstSeq"),
        refused=_problems(refused if isinstance(refused, list) else [], "title"),
        already_recorded=_problems(known if isinstance(known, list) else [], "title"),
        advice=advice_rows,
        advice_count=len(advice_rows) if counted is None else counted,
        raw=job,
    )


def _text(values: JsonObject, name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _count(values: JsonObject, name: str) -> int | None:
    value = values.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
