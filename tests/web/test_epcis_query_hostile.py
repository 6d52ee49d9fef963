"""Whatever a query says, the answer is events or a refusal, on either database."""

import json
from pathlib import Path
from trace.query import PARAMETERS
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.instances import at, lot, observation, serial
from tests.web.epcis_world import check, get, new_key, post_document, things
from tests.web.house import House, open_house

_WORDS = (
    "shipping",
    "ADD",
    "ObjectEvent",
    "2024-05-01T08:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2024-05-01T08:00:60Z",
    serial(1),
    lot("A"),
    "urn:epc:id:sgtin:6901234.056789.1",
    "https://id.gs1.org/414/6901234567892",
)
# Lone surrogates and unassigned code points too.
_CHARACTER = st.characters(exclude_categories=())
_VALUE = st.one_of(
    st.sampled_from(_WORDS),
    st.text(_CHARACTER, max_size=40),
    st.lists(st.one_of(st.sampled_from(_WORDS), st.text(_CHARACTER, max_size=8)), max_size=4).map(
        "|".join
    ),
    st.builds(
        lambda word, extra, place: word[:place] + extra + word[place:],
        st.sampled_from(_WORDS),
        _CHARACTER,
        st.integers(0, 20),
    ),
)
_NAME = st.one_of(
    st.sampled_from([*PARAMETERS, "perPage", "nextPageToken"]), st.text(_CHARACTER, max_size=20)
)


def _written(asked: dict[str, str]) -> str:
    # A lone surrogate has no UTF-8; its three octets are sent all the same.
    pairs = ((text.encode("utf-8", "surrogatepass") for text in pair) for pair in asked.items())
    return "&".join("=".join(map(quote, pair)) for pair in pairs)


def _octets(name: str, octets: bytes) -> str:
    return f"{name}={quote(octets)}"


_QUERY = st.one_of(
    st.dictionaries(_NAME, _VALUE, max_size=4).map(_written),
    st.builds(_octets, st.sampled_from(list(PARAMETERS)), st.binary(max_size=20)),
)


@pytest.fixture
def told(house: House) -> House:
    post_document(house, *(observation(serial(n), eventTime=at(n)) for n in range(3)))
    return house


@given(query=_QUERY)
@example(query="EQ_bizStep=urn:x:%00")
@example(query="MATCH_anyEPC=%00")
@example(query="EQ_readPoint=urn:x:%ED%A0%80")
@example(query="GE_eventTime=0001-01-01T00:00:00%2B14:00")
@example(query="LT_recordTime=9999-12-31T23:59:59-14:00")
@example(query="nextPageToken=%00")
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_query_is_a_fault_of_the_service(told: House, query: str) -> None:
    answer = told.ask("GET", f"/epcis/events?{query}", role="auditor")

    assert answer.status_code in (200, 400), (query, answer.get_data(as_text=True))
    body = json.loads(answer.get_data())
    assert ("epcisBody" in body) is (answer.status_code == 200)


@pytest.mark.parametrize("name", sorted(PARAMETERS))
@pytest.mark.parametrize("character", ["\0", "\n", "\x1b", "\x7f", "\x85"])
def test_a_control_character_is_refused_by_its_parameter(
    house: House, name: str, character: str
) -> None:
    asked = urlencode({name: f"urn:x:{character}"})

    answer = get(house, f"/epcis/events?{asked}")

    assert answer.status_code == 400
    assert [one["path"] for one in answer.get_json()["errors"]] == [name]


@pytest.mark.parametrize("event_id", ["%00", "urn:x:%00", "ni:%00", "%ED%A0%80", "a" * 3000])
def test_an_event_id_that_is_none_is_not_found(house: House, event_id: str) -> None:
    assert get(house, f"/epcis/events/{event_id}").status_code == 404


def _jobs(house: House, path: str, **options: Any) -> tuple[list[str], str]:
    answer = get(house, path, **options)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    link = answer.headers.get("Link", "")
    return [job["captureID"] for job in answer.get_json()], link[1 : link.find(">")]


def test_the_list_of_jobs_goes_on_page_by_page_newest_first(house: House) -> None:
    other, _ = new_key(house, 2)
    # All of them in one instant of the house's clock, which stands still.
    made = [post_document(house, *things(1, first=n)).get_json()["captureID"] for n in range(7)]
    post_document(house, *things(1, first=90), key=other)
    seen: list[str] = []
    path = "/epcis/capture?perPage=3"
    sizes = []

    while path:
        page, path = _jobs(house, path)
        sizes.append(len(page))
        seen += page
        # What is recorded between two pages moves nothing.
        post_document(house, *things(1, first=100 + len(seen)), key=other)

    assert sizes == [3, 3, 1]
    assert sorted(seen) == sorted(made)
    assert seen == sorted(made, reverse=True)
    assert _jobs(house, "/epcis/capture?perPage=7") == (seen, "")
    check(house)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("perPage=0", "perPage"),
        ("perPage=x", "perPage"),
        ("before=2024", "before"),
        ("nextPageToken=AAAA", "nextPageToken"),
        ("nextPageToken=%00", "nextPageToken"),
        # A time that no calendar has.
        ("nextPageToken=f" + "_" * 31, "nextPageToken"),
        ("perPage=1&perPage=2", "perPage"),
    ],
)
def test_a_wrong_parameter_of_the_list_of_jobs_is_refused(
    house: House, query: str, path: str
) -> None:
    answer = get(house, f"/epcis/capture?{query}")

    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["path"] == path


def test_the_limits_of_a_query_and_of_a_body_are_settings(
    database_url: str, tmp_path: Path
) -> None:
    opened = open_house(
        database_url, tmp_path, query_values_max=2, body_bytes_max=1024, body_depth_max=2
    )
    body = {"data": b" " * 2000, "content_type": "application/json"}
    deep = {"data": b'{"a":{"b":{}}}', "content_type": "application/json"}

    answers = [
        opened.ask("GET", "/epcis/events?EQ_action=ADD|ADD", role="auditor").status_code,
        opened.ask("GET", "/epcis/events?EQ_action=ADD|ADD|ADD", role="auditor").status_code,
        opened.ask("POST", "/api/v1/parties", role="operator", **body).status_code,
    ]
    too_deep = opened.ask("POST", "/api/v1/parties", role="operator", **deep)
    opened.services.engine.dispose()

    assert answers == [200, 400, 413]
    assert b"json_depth" in too_deep.get_data()
