"""Pages of credit over HTTP: each says what to ask for next, and no word of a query is let go."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest

from tests.credit.samples import serious, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House, open_house
from tests.web.issuing_world import errors_of, made, send

REPORTS: Final = "/api/v1/credit/reports"
SNAPSHOTS: Final = "/api/v1/credit/lists/serious_violation/snapshots"
PAGES: Final = {
    "reports": (REPORTS, "number"),
    "snapshots": (SNAPSHOTS, "number"),
    "accesses": ("/api/v1/credit/accesses", "number"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Three reports and three snapshots, of which a page holds two."""
    folder: Path = tmp_path_factory.mktemp("pages")
    house = open_house(f"sqlite:///{folder / 'suxin.db'}", folder, page_size_max=2)
    house.clock.instant = datetime(2026, 6, 1, 1, tzinfo=UTC)
    hand_in(house, "serious_listing", serious(1))
    body = {"uscc": uscc(1), "issued_to": "政务服务中心", "purpose": "资质审查"}
    for _ in range(3):
        house.clock.instant += timedelta(minutes=1)
        made(send(house, "POST", REPORTS, body, role="authority"))
        made(send(house, "POST", SNAPSHOTS, {}, role="authority"))
    yield house
    house.services.engine.dispose()


def get(house: House, path: str) -> Any:
    return json.loads(send(house, "GET", path, role="authority").data)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_before_what_the_next_one_begins(world: House, name: str) -> None:
    path, key = PAGES[name]

    first = get(world, path)
    last = get(world, f"{path}?before={quote(str(first['next_before']))}")

    told = [one[key] for page in (first, last) for one in page[name]]
    assert (len(first[name]), len(last[name]), last["next_before"]) == (2, 1, None)
    assert len(set(told)) == 3


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("batches?feed=penalties", "feed"),
        ("warnings?severity=grave", "severity"),
        ("batches?state=foo", "state"),
        ("warnings?state=foo", "state"),
    ],
)
def test_a_word_that_nothing_is_called_is_refused_and_not_answered_by_nothing(
    world: House, path: str, field: str
) -> None:
    answer = send(world, "GET", f"/api/v1/credit/{path}", role="authority")

    assert (answer.status_code, errors_of(answer)) == (400, [field])
