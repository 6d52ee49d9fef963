"""Files that are larger than a document of events: taken where their own limit says so."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.credit.samples import csv_of, penalty
from tests.web.credit_world import run_waiting
from tests.web.house import House, open_house
from tests.web.signed_in import Visitor, sign_in
from tests.web.work_world import text_of

DOCUMENT_MAX, PUSH_MAX, BATCH_MAX = 1 << 12, 1 << 16, 1 << 18
AT, PAGE = "/api/v1/credit/feeds/penalty/batches", "/work/credit/feeds/penalty"
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose documents are small, whose batches larger, and a worker's the largest."""
    folder: Path = tmp_path_factory.mktemp("large")
    limits: dict[str, Any] = {
        "capture_bytes_max": DOCUMENT_MAX,
        "sheet_bytes_max": DOCUMENT_MAX,
        "credit_push_bytes_max": PUSH_MAX,
        "credit_bytes_max": BATCH_MAX,
    }
    yield (house := open_house(f"sqlite:///{folder / 'suxin.db'}", folder, **limits))
    house.services.engine.dispose()


def _file(first: int, rows: int) -> bytes:
    return csv_of(penalty(first + at) for at in range(rows))


def _push(house: House, body: bytes, **headers: str) -> Any:
    told = {"Content-Type": "text/csv", **headers}
    return house.ask("POST", AT, role="authority", data=body, headers=told)


def test_a_batch_may_be_larger_than_a_document(small: House) -> None:
    body = _file(1, 60)

    answer = _push(small, body)

    assert DOCUMENT_MAX < len(body) < PUSH_MAX
    assert (answer.status_code, json.loads(answer.get_data())["received"]) == (201, 60)


def test_a_worker_takes_what_no_request_may_wait_for(small: House) -> None:
    body = _file(1001, 400)

    refused, handed = _push(small, body), _push(small, body, **ASYNC)
    done = run_waiting(small)

    assert PUSH_MAX < len(body) < BATCH_MAX
    assert refused.status_code == 413
    assert str(PUSH_MAX) in json.loads(refused.get_data())["detail"]
    assert (handed.status_code, done) == (202, "done")
    where = small.ask("GET", handed.headers["Location"], role="authority")
    assert json.loads(where.get_data())["received"] == 400


def test_more_than_a_worker_takes_is_refused_with_the_limit(small: House) -> None:
    answer = _push(small, _file(5001, 1600), **ASYNC)

    assert answer.status_code == 413
    assert str(BATCH_MAX) in json.loads(answer.get_data())["detail"]


def test_a_page_takes_as_much_as_a_push_and_leads_back_from_more(small: House) -> None:
    authority = sign_in(small, "authority")
    fits, large = _file(9001, 60), _file(9001, 1600)

    tried = authority.post(PAGE, page=PAGE, file=(BytesIO(fits), "批次.csv"))
    refused = _post_too_much(authority, large, f"http://localhost{PAGE}")

    assert tried.status_code == 200
    assert 'name="sha256"' in text_of(tried)
    assert refused.status_code == 413
    assert f'<a href="{PAGE}">' in text_of(refused)


@pytest.mark.parametrize(
    "before", [f"http://elsewhere.example{PAGE}", "http://localhost//elsewhere"]
)
def test_nobody_is_led_back_to_another_host(small: House, before: str) -> None:
    refused = _post_too_much(sign_in(small, "authority"), _file(9001, 1600), before)

    assert refused.status_code == 413
    assert "elsewhere" not in text_of(refused)


def _post_too_much(person: Visitor, body: bytes, before: str) -> TestResponse:
    return person.client.post(
        PAGE,
        data={"file": (BytesIO(body), "批次.csv")},
        headers={"Accept": "text/html", "Referer": before},
    )
