"""The query door over HTTP: each filter, paging, tokens, and who finds what."""

import base64
import json
from trace.query import PARAMETERS
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.instances import at, lot, observation, serial
from tests.parties.samples import gs1
from tests.web.epcis_world import check, get, new_key, post_document, post_event, things
from tests.web.house import House

PALLET = "https://id.gs1.org/00/" + gs1("06901234500000002")
PLACE = "https://id.gs1.org/414/6901234567892"

OBJECT = observation(
    serial(1),
    eventTime=at(1),
    action="ADD",
    bizStep="commissioning",
    disposition="active",
    readPoint={"id": PLACE},
    bizLocation={"id": PLACE},
)
CLASSES = observation(
    "", epcList=None, eventTime=at(2), quantityList=[{"epcClass": lot("A"), "quantity": 4}]
)
PACKING = {
    "type": "AggregationEvent",
    "eventTime": at(3),
    "eventTimeZoneOffset": "+08:00",
    "action": "ADD",
    "parentID": PALLET,
    "childEPCs": [serial(2)],
}
MAKING = {
    "type": "TransformationEvent",
    "eventTime": at(4),
    "eventTimeZoneOffset": "+08:00",
    "inputEPCList": [serial(3)],
    "inputQuantityList": [{"epcClass": lot("IN"), "quantity": 1}],
    "outputEPCList": [serial(4)],
    "outputQuantityList": [{"epcClass": lot("OUT"), "quantity": 1}],
}
ALL = {1, 2, 3, 4}


def _answered(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    document = answer.get_json()
    assert document["type"] == "EPCISQueryDocument"
    events: list[dict[str, Any]] = document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return events


def _minutes(house: House, **asked: str) -> set[int]:
    events = _answered(get(house, f"/epcis/events?{urlencode(asked)}"))
    return {int(event["eventTime"][14:16]) for event in events}


@pytest.fixture
def told(house: House) -> House:
    answer = post_document(house, OBJECT, CLASSES, PACKING, MAKING)
    assert answer.status_code == 202, answer.get_data(as_text=True)
    return house


FILTERS: dict[str, list[tuple[str, set[int]]]] = {
    "eventType": [("ObjectEvent", {1, 2}), ("AggregationEvent|TransformationEvent", {3, 4})],
    "GE_eventTime": [(at(3), {3, 4}), ("2024-05-01T08:03:00+08:00", {3, 4}), (at(9), set())],
    "LT_eventTime": [(at(3), {1, 2}), (at(1), set())],
    "GE_recordTime": [("2026-03-01T08:00:00Z", ALL), ("2026-03-02T00:00:00Z", set())],
    "LT_recordTime": [("2026-03-01T08:00:00Z", set()), ("2026-03-02T00:00:00Z", ALL)],
    "EQ_action": [("ADD", {1, 3}), ("OBSERVE", {2}), ("DELETE", set()), ("ADD|OBSERVE", {1, 2, 3})],
    "EQ_bizStep": [
        ("commissioning", {1}),
        ("https://ref.gs1.org/cbv/BizStep-commissioning", {1}),
        ("urn:epcglobal:cbv:bizstep:inspecting", {2}),
        ("shipping", set()),
    ],
    "EQ_disposition": [("active", {1}), ("recalled", set())],
    "EQ_readPoint": [(PLACE, {1}), ("urn:example:nowhere", set())],
    "EQ_bizLocation": [(PLACE, {1})],
    "MATCH_epc": [(serial(1), {1}), (serial(2), {3}), (serial(3), set()), (PALLET, set())],
    "MATCH_parentID": [(PALLET, {3}), (serial(2), set())],
    "MATCH_inputEPC": [(serial(3), {4}), (serial(4), set())],
    "MATCH_outputEPC": [(serial(4), {4}), (serial(3), set())],
    "MATCH_anyEPC": [(serial(n), {minute}) for n, minute in ((1, 1), (2, 3), (3, 4), (4, 4))],
    "MATCH_epcClass": [(lot("A"), {2}), (lot("IN"), set())],
    "MATCH_inputEPCClass": [(lot("IN"), {4}), (lot("OUT"), set())],
    "MATCH_outputEPCClass": [(lot("OUT"), {4}), (lot("A"), set())],
    "MATCH_anyEPCClass": [(f"{lot('A')}|{lot('OUT')}", {2, 4}), (lot("X"), set())],
}


def test_every_filter_has_a_row() -> None:
    assert FILTERS.keys() == PARAMETERS.keys()


def test_each_filter_finds_its_events_and_no_others(told: House) -> None:
    for name, rows in FILTERS.items():
        for value, expected in rows:
            assert _minutes(told, **{name: value}) == expected, (name, value)
    assert _minutes(told) == ALL
    check(told)


def test_filters_together_must_all_fit(told: House) -> None:
    assert _minutes(told, eventType="ObjectEvent", EQ_action="ADD") == {1}
    assert _minutes(told, MATCH_epc=serial(1), EQ_action="OBSERVE") == set()
    check(told)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("EQ_colour=red", "EQ_colour"),
        ("eventType=PartyEvent", "eventType"),
        ("EQ_action=add", "EQ_action"),
        ("GE_eventTime=2024-05-01", "GE_eventTime"),
        ("GE_eventTime=2024-05-01T08:00:00", "GE_eventTime"),
        ("MATCH_epc=", "MATCH_epc"),
        ("MATCH_epc=a||b", "MATCH_epc"),
        ("MATCH_epc=https://id.gs1.org/01/06901234567899/21/1", "MATCH_epc"),
        ("perPage=0", "perPage"),
        ("perPage=-1", "perPage"),
        ("perPage=+5", "perPage"),
        ("perPage=1e3", "perPage"),
        ("perPage=5&perPage=6", "perPage"),
        ("nextPageToken=", "nextPageToken"),
        ("nextPageToken=AAAA", "nextPageToken"),
        ("nextPageToken=" + "A" * 300, "nextPageToken"),
        ("nextPageToken=%C3%BC", "nextPageToken"),
        ("EQ_action=" + "|".join(["ADD"] * 101), "EQ_action"),
    ],
)
def test_a_wrong_parameter_is_refused_by_its_name(
    sqlite_house: House, query: str, path: str
) -> None:
    answer = get(sqlite_house, f"/epcis/events?{query}")

    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["path"] == path


def test_pages_hold_every_event_once_newest_first(house: House) -> None:
    # Several events of one time, so that the page's edge falls between equals.
    post_document(house, *(observation(serial(n), eventTime=at(n // 5)) for n in range(23)))
    seen: list[str] = []
    path = "/epcis/events?perPage=4&eventType=ObjectEvent"

    while path:
        answer = get(house, path)
        page = _answered(answer)
        assert 1 <= len(page) <= 4
        seen += [event["epcList"][0] for event in page]
        link = answer.headers.get("Link", "")
        path = link[1 : link.index(">")] if link else ""

    assert seen == [serial(n) for n in reversed(range(23))]
    check(house)


def test_events_recorded_between_two_pages_move_nothing(house: House) -> None:
    post_document(house, *(observation(serial(n), eventTime=at(n)) for n in range(6)))
    link = get(house, "/epcis/events?perPage=3").headers["Link"]
    post_document(house, observation(serial(50), eventTime=at(50)))

    page = _answered(get(house, link[1 : link.index(">")]))

    assert [event["epcList"][0] for event in page] == [serial(2), serial(1), serial(0)]
    check(house)


def _token(house: House, query: str) -> str:
    link = get(house, f"/epcis/events?{query}").headers["Link"]
    return link.rpartition("nextPageToken=")[2].partition(">")[0]


def test_a_token_belongs_to_its_query(house: House) -> None:
    post_document(house, *things(4))
    token = _token(house, "perPage=2&EQ_action=OBSERVE")

    assert get(house, f"/epcis/events?EQ_action=OBSERVE&nextPageToken={token}").status_code == 200
    for query in ("", "EQ_action=ADD&", "EQ_action=OBSERVE&eventType=ObjectEvent&"):
        answer = get(house, f"/epcis/events?{query}nextPageToken={token}")
        assert answer.status_code == 400
        assert "other parameters" in answer.get_json()["detail"]
    check(house)


def test_a_forged_token_finds_no_more_than_its_query(house: House) -> None:
    post_document(house, *things(4))
    packed = base64.urlsafe_b64decode(_token(house, "perPage=2").replace("%3D", "="))

    for time, seq in ((b"\x7f" + b"\xff" * 7, b"\xff" * 8), (b"\x80" + bytes(7), bytes(8))):
        forged = base64.urlsafe_b64encode(packed[:8] + time + seq).decode()
        answer = get(house, f"/epcis/events?nextPageToken={quote(forged)}")
        assert answer.status_code in (200, 400)
    for wrong in (packed[:23], packed + b"\0", bytes(24)):
        text = quote(base64.urlsafe_b64encode(wrong).decode())
        assert get(house, f"/epcis/events?nextPageToken={text}").status_code == 400
    check(house)


def test_an_event_is_found_by_its_id_only_by_who_may_see_the_id(house: House) -> None:
    key, _ = new_key(house, 2)
    event_id = "urn:uuid:7e5b0a4e-0000-4000-8000-000000000001"
    post_event(house, observation(serial(1), eventID=event_id))
    location = f"/epcis/events/{quote(event_id, safe='')}"

    assert len(_answered(get(house, location))) == 1
    assert len(_answered(get(house, location, role="auditor"))) == 1
    assert len(_answered(get(house, location, role="authority"))) == 1
    assert get(house, location, key=key).status_code == 404
    assert get(house, location, role="operator").status_code == 403
    assert house.ask("GET", location).status_code == 401
    assert get(house, "/epcis/events/urn:uuid:none").status_code == 404
    check(house)


def test_an_event_without_an_id_is_found_by_its_hash_escaped_or_not(house: House) -> None:
    answer = post_event(house, observation(serial(1)))
    event_id = answer.get_json()["eventID"]

    for written in (quote(event_id, safe=""), quote(event_id, safe="/;?=:"), event_id):
        (event,) = _answered(get(house, f"/epcis/events/{written}"))
        assert event["eventID"] == event_id
    check(house)


def test_an_event_comes_with_its_declarations(house: House) -> None:
    event = observation(serial(1), eventID="urn:uuid:7e5b0a4e-0000-4000-8000-000000000001")
    error = {"declarationTime": "2024-05-02T08:00:00Z", "reason": "did_not_occur"}
    post_event(house, event)
    post_event(house, {**event, "errorDeclaration": error})

    found = _answered(get(house, f"/epcis/events/{event['eventID']}"))

    assert ["errorDeclaration" in one for one in found] == [False, True]
    check(house)


def test_a_strangers_query_shows_the_public_parts_alone(house: House) -> None:
    key, _ = new_key(house, 2)
    post_document(house, {**CLASSES, "sx:driverName": "WANG", "sx:vehiclePlate": "JI-A"})

    by_lot = f"/epcis/events?MATCH_anyEPCClass={quote(lot('A'), safe='')}"
    own, other = (_answered(get(house, by_lot, key=one)) for one in (None, key))
    assert _answered(get(house, "/epcis/events", key=key)) == []
    by_authority = _answered(get(house, "/epcis/events", role="authority"))

    assert own[0]["quantityList"] == CLASSES["quantityList"]
    assert other[0]["quantityList"] == [{"epcClass": lot("A")}]
    assert "eventID" not in other[0]
    assert by_authority[0]["sx:vehiclePlate"] == "JI-A"
    assert "WANG" not in json.dumps([own, other, by_authority])
    assert "JI-A" not in json.dumps([own, other])
    check(house)
