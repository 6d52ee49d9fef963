"""Every error is a problem document for programs and a readable page for people."""

import gzip
import json
from typing import Any

import pytest
from flask import Response
from jinja2 import DictLoader
from sqlalchemy.exc import OperationalError

from base.errors import (
    AppError,
    Busy,
    ConfigurationError,
    Conflict,
    Forbidden,
    InputTooLarge,
    InvalidInput,
    LedgerCorrupt,
    NotFound,
    Problem,
    Unauthenticated,
)
from tests.web.house import House
from web.answers import CONTENT_SECURITY_POLICY
from web.errors import STATUS_OF_ERROR, TITLES, answer_of, problem_type

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "errors"}
PARTIES = "/api/v1/parties"


def problem_of(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    document: dict[str, Any] = json.loads(response.get_data())
    assert set(document) == MEMBERS
    assert document["status"] == status
    return document


def all_app_errors(cls: type[AppError] = AppError) -> set[type[AppError]]:
    below = {found for sub in cls.__subclasses__() for found in all_app_errors(sub)}
    # The command line is a door of its own: its errors never become an answer.
    return {found for found in below | {cls} if not found.__module__.startswith("jobs.")}


def test_every_expected_error_has_a_status_of_its_own_or_of_its_parent() -> None:
    unknown = [
        cls.__name__
        for cls in all_app_errors() - {AppError}
        if not any(parent in STATUS_OF_ERROR for parent in cls.__mro__)
    ]

    assert unknown == []
    assert set(STATUS_OF_ERROR.values()) <= TITLES.keys()


@pytest.mark.parametrize(
    ("error", "status", "epcis"),
    [
        (InvalidInput("x"), 400, "ValidationException"),
        (Unauthenticated("x"), 401, "SecurityException"),
        (Forbidden("x"), 403, "SecurityException"),
        (NotFound("x"), 404, "NoSuchResourceException"),
        (Conflict("x"), 409, "ResourceAlreadyExistsException"),
        (InputTooLarge("x"), 413, "CaptureLimitExceededException"),
        (Busy("x", retry_after_s=3), 503, "ImplementationException"),
    ],
)
def test_each_refusal_has_its_status_and_its_epcis_exception(
    error: AppError, status: int, epcis: str
) -> None:
    answer = answer_of(error)

    assert (answer.status, answer.detail, answer.code) == (status, "x", error.code)
    assert problem_type(answer, "/epcis/events") == f"epcisException:{epcis}"
    assert problem_type(answer, "/api/v1/x") == f"urn:suxin:problem:{error.code}"


def test_a_query_that_is_too_large_is_named_by_its_own_word() -> None:
    class QueryTooLarge(InputTooLarge):
        code = "query_too_large"

    answer = answer_of(QueryTooLarge("x"))

    assert answer.status == 413
    assert problem_type(answer, "/epcis/events") == "epcisException:QueryTooLargeException"


def test_a_busy_service_says_when_to_come_back() -> None:
    assert ("Retry-After", "3") in answer_of(Busy("x", retry_after_s=3)).headers


def test_a_lost_database_is_busy_and_no_fault_of_the_caller() -> None:
    lost = OperationalError("SELECT secret_column", {}, Exception("no route to 10.0.0.1"))

    answer = answer_of(lost)

    assert answer.status == 503
    assert "secret" not in answer.detail
    assert "10.0.0.1" not in answer.detail


@pytest.mark.parametrize(
    "error",
    [RuntimeError("password=hunter2"), LedgerCorrupt("hunter2"), ConfigurationError("hunter2")],
)
def test_an_unexpected_error_tells_nothing_but_its_number(
    sqlite_house: House, error: Exception
) -> None:
    def fail() -> Response:
        raise error

    sqlite_house.app.add_url_rule("/api/fail", view_func=fail)

    response = sqlite_house.ask("GET", "/api/fail")

    problem = problem_of(response, 500)
    assert problem["code"] == "internal"
    assert b"hunter2" not in response.get_data()
    assert problem["instance"].endswith(response.headers["X-Request-Id"])


def test_an_unknown_address_is_404(sqlite_house: House) -> None:
    assert problem_of(sqlite_house.ask("GET", "/api/v1/nope"), 404)["code"] == "not_found"


def test_a_wrong_method_is_405_and_names_the_right_ones(sqlite_house: House) -> None:
    response = sqlite_house.ask("PUT", PARTIES)

    problem_of(response, 405)
    assert {word.strip() for word in response.headers["Allow"].split(",")} == {
        "GET",
        "HEAD",
        "OPTIONS",
        "POST",
    }


def test_a_missing_key_is_401_with_a_challenge(sqlite_house: House) -> None:
    response = sqlite_house.ask("GET", "/api/v1/me")

    problem_of(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header", ["", "Basic eDp5", "Bearer", "Bearer ", "Bearer x y", "Bearer " + "a" * 5_000]
)
def test_a_bad_authorization_header_is_401_and_is_not_echoed(
    sqlite_house: House, header: str
) -> None:
    response = sqlite_house.ask("GET", "/healthz", headers={"Authorization": header})

    problem = problem_of(response, 401)
    assert "eDp5" not in json.dumps(problem)


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        (b"", "json_syntax", ""),
        (b"{", "json_syntax", ""),
        (b'{"name_zh":"a","name_zh":"b","kind":"farm"}', "json_duplicate_key", "name_zh"),
        (b'{"name_zh":NaN}', "json_syntax", ""),
        (b'\xef\xbb\xbf{"name_zh":"a"}', "json_encoding", ""),
        (b'{"a":' * 9 + b"1" + b"}" * 9, "json_depth", ""),
        (b'{"name_zh":"a","kind":"farm","nope":1}', "unknown_field", "nope"),
        (b'{"kind":"farm"}', "required", "name_zh"),
        (b'{"name_zh":null,"kind":"farm"}', "null", "name_zh"),
        (b'{"name_zh":7,"kind":"farm"}', "invalid", "name_zh"),
        (b'{"name_zh":"a\\u0000b","kind":"farm"}', "invalid", "name_zh"),
        (b'{"name_zh":"a","kind":"pirate"}', "invalid", "kind"),
        (b'{"name_zh":"a","kind":[]}', "invalid", "kind"),
        (b"[]", "type", ""),
        (b'"x"', "type", ""),
        (b"null", "type", ""),
    ],
)
def test_a_body_that_is_not_strict_is_refused_by_field(
    sqlite_house: House, body: bytes, code: str, path: str
) -> None:
    response = sqlite_house.ask(
        "POST", PARTIES, role="operator", data=body, content_type="application/json"
    )

    problem = problem_of(response, 400)
    assert [(item["code"], item["path"]) for item in problem["errors"]] == [(code, path)]


def test_a_body_of_another_type_is_415(sqlite_house: House) -> None:
    response = sqlite_house.ask(
        "POST", PARTIES, role="operator", data=b"{}", content_type="text/plain"
    )

    problem_of(response, 415)


def test_a_body_over_the_limit_is_413_before_it_is_read(sqlite_house: House) -> None:
    response = sqlite_house.ask(
        "POST",
        PARTIES,
        role="operator",
        data=b" " * 70_000,
        content_type="application/json",
    )

    problem_of(response, 413)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("limit=1&limit=2", "limit"),
        ("nope=1", "nope"),
        ("limit=0", "limit"),
        ("limit=+5", "limit"),
        ("limit=%D9%A1", "limit"),
        ("after=x", "after"),
        ("after=0195A2B0-1C00-7ABC-8123-456789ABCDEF", "after"),
        ("uscc=a%00b", "uscc"),
    ],
)
def test_a_query_that_is_not_strict_is_refused_by_parameter(
    sqlite_house: House, query: str, path: str
) -> None:
    response = sqlite_house.ask("GET", f"{PARTIES}?{query}", role="auditor")

    problem = problem_of(response, 400)
    assert [item["path"] for item in problem["errors"]] == [path]


def test_a_person_with_a_browser_gets_a_page(sqlite_house: House) -> None:
    html = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
    response = sqlite_house.ask("GET", "/<script>", headers={"Accept": html})

    assert response.status_code == 404
    assert response.content_type == "text/html; charset=utf-8"
    assert "没有找到" in response.text
    assert "/<script>" not in response.text


def test_an_error_page_that_cannot_be_made_is_plain(sqlite_house: House) -> None:
    sqlite_house.app.jinja_loader = DictLoader({"error.html": "{{ nothing.at.all }}"})

    response = sqlite_house.ask("GET", "/x", headers={"Accept": "text/html"})

    assert response.status_code == 404
    assert "没有找到" in response.text


def test_a_program_gets_a_problem_whatever_it_accepts(sqlite_house: House) -> None:
    problem_of(sqlite_house.ask("GET", "/api/x", headers={"Accept": "text/html"}), 404)
    problem_of(sqlite_house.ask("GET", "/x"), 404)


def test_every_answer_carries_the_safe_headers(sqlite_house: House) -> None:
    for path in ("/healthz", "/nope", "/api/docs", "/api/v1/me"):
        headers = sqlite_house.ask("GET", path).headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Request-Id"]
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [("abcdef-123456", True), ("x", False), ("a" * 65, False), ("a b c d e f", False)],
)
def test_a_callers_request_number_is_kept_only_where_it_is_harmless(
    sqlite_house: House, given: str, is_kept: bool
) -> None:
    response = sqlite_house.ask("GET", "/healthz", headers={"X-Request-Id": given})

    assert (response.headers["X-Request-Id"] == given) is is_kept


def test_an_unchanged_answer_is_304_and_a_long_one_is_compressed(sqlite_house: House) -> None:
    plain = sqlite_house.ask("GET", "/api/openapi.json")
    packed = sqlite_house.ask("GET", "/api/openapi.json", headers={"Accept-Encoding": "gzip"})
    again = sqlite_house.ask(
        "GET", "/api/openapi.json", headers={"If-None-Match": plain.headers["ETag"]}
    )

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert (again.status_code, again.get_data()) == (304, b"")


def test_an_answer_to_a_key_holder_is_not_kept_by_others(sqlite_house: House) -> None:
    response = sqlite_house.ask("GET", PARTIES, role="auditor")

    assert "private" in response.headers["Cache-Control"]
    assert "Authorization" in ", ".join(response.headers.getlist("Vary"))


def test_a_problem_carries_the_field_of_each_refusal() -> None:
    problems = (Problem(path="a[0]", code="c", message="m"),)

    assert answer_of(InvalidInput("x", problems=problems)).problems == problems


@pytest.mark.parametrize("path", ["/epcis/capture", "/epcis/events", "/api/v1/parties"])
def test_a_compressed_body_is_415_with_what_to_send(sqlite_house: House, path: str) -> None:
    role = "operator" if path.startswith("/api") else "producer"

    response = sqlite_house.ask(
        "POST",
        path,
        role=role,
        data=gzip.compress(b"{}"),
        headers={"Content-Encoding": "gzip"},
        content_type="application/json",
    )

    assert "Content-Encoding" in problem_of(response, 415)["detail"]
