import json
import time
from collections.abc import Callable
from trace.events.check import check_events
from trace.events.rules import RULES

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.strict_json import JsonObject, JsonValue
from schemas.epcis import EVENT_TYPES, read_event
from tests.events.samples import (
    FUTURE_MAX,
    LIMITS,
    NOW,
    aggregation_event,
    all_problems,
    document,
    epcis_bytes,
    findings,
    object_event,
    read,
    transformation_event,
    troubles,
)

SERIAL = "urn:epc:id:sgtin:4012345.011111.9876"
LINK = "https://id.gs1.org/01/04012345111118/21/9876"


@pytest.mark.parametrize("make", [object_event, aggregation_event, transformation_event])
def test_the_samples_are_right(make: Callable[[], JsonObject]) -> None:
    assert troubles(make()) == []


@pytest.mark.parametrize("name", ["type", "eventTime", "eventTimeZoneOffset", "action"])
def test_each_required_field_of_an_event_is_missed(name: str) -> None:
    found = troubles(object_event(**{name: None}))

    assert [path for _, path in found] == [name]


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"eventTime": "2026-07-22T06:45:00"}, "time", "eventTime"),
        ({"eventTime": "2026-07-22 06:45:00Z"}, "time", "eventTime"),
        ({"eventTime": "2026-07-22T06:45Z"}, "time", "eventTime"),
        ({"eventTime": "2026-02-30T06:45:00Z"}, "time", "eventTime"),
        ({"eventTime": "2026-07-22T24:00:00Z"}, "time", "eventTime"),
        ({"eventTime": "2026-07-22T06:45:60Z"}, "time", "eventTime"),
        ({"eventTime": "２026-07-22T06:45:00Z"}, "time", "eventTime"),
        ({"eventTime": "0001-01-01T00:00:00+08:00"}, "time", "eventTime"),
        ({"eventTime": 20260722}, "type", "eventTime"),
        ({"eventTime": "2026-11-22T12:10:01Z"}, "time_in_future", "eventTime"),
        (
            {"readPoint": {"id": "https://id.gs1.org/01/04012345111118"}},
            "place_is_product",
            "readPoint.id",
        ),
        (
            {"bizLocation": {"id": "urn:epc:idpat:sgtin:4012345.011111.*"}},
            "place_is_product",
            "bizLocation.id",
        ),
        ({"eventTimeZoneOffset": "+8:00"}, "time_zone_offset", "eventTimeZoneOffset"),
        ({"eventTimeZoneOffset": "+14:01"}, "time_zone_offset", "eventTimeZoneOffset"),
        ({"eventTimeZoneOffset": "08:00"}, "time_zone_offset", "eventTimeZoneOffset"),
        ({"eventTimeZoneOffset": "Z"}, "time_zone_offset", "eventTimeZoneOffset"),
        ({"recordTime": "2026-13-01T00:00:00Z"}, "time", "recordTime"),
        ({"eventID": "no uri"}, "uri", "eventID"),
        ({"eventID": "溯源:1"}, "uri", "eventID"),
        ({"action": "REMOVE"}, "choice", "action"),
        ({"bizStep": "comissioning"}, "word", "bizStep"),
        ({"bizStep": "Commissioning"}, "word", "bizStep"),
        ({"bizStep": "cbv:BizStep-harvesting"}, "word", "bizStep"),
        ({"bizStep": "urn:epcglobal:cbv:bizstep:shipping"}, "word", "bizStep"),
        ({"bizStep": "other1:harvesting"}, "word", "bizStep"),
        ({"bizStep": "https://a.example/a b"}, "word", "bizStep"),
        ({"bizStep": ""}, "empty", "bizStep"),
        ({"bizStep": 7}, "type", "bizStep"),
        ({"disposition": "shipping"}, "word", "disposition"),
        ({"epcList": SERIAL}, "type", "epcList"),
        ({"epcList": [SERIAL, 7]}, "type", "epcList[1]"),
        ({"epcList": ["9876"]}, "uri", "epcList[0]"),
        ({"epcList": [SERIAL, SERIAL]}, "duplicate", "epcList"),
        ({"epcList": ["urn:epc:id:sgtin:4012345.01111.9876"]}, "identifier", "epcList[0]"),
        ({"epcList": ["urn:epc:id:sgtin:4012345.011111.98 76"]}, "uri", "epcList[0]"),
        ({"epcList": [LINK.replace("118/", "119/")]}, "identifier", "epcList[0]"),
        ({"parentID": SERIAL}, "unknown_field", "parentID"),
        ({"colour": "red"}, "unknown_field", "colour"),
        ({"other1:colour": "red"}, "prefix", "other1:colour"),
        ({"example:a": [{"other1:b": 1}]}, "prefix", "example:a[0].other1:b"),
        ({"readPoint": "urn:epc:id:sgln:4012345.00011.987"}, "type", "readPoint"),
        ({"readPoint": {}}, "required", "readPoint.id"),
        ({"readPoint": {"id": "urn:epc:id:sgln:1.2.3"}}, "identifier", "readPoint.id"),
        ({"readPoint": {"id": LINK, "name": "x"}}, "unknown_field", "readPoint.name"),
        ({"readPoint": {"id": LINK, "other1:n": "x"}}, "prefix", "readPoint.other1:n"),
        ({"ilmd": {"lotNumber": "L1"}}, "ilmd_name", "ilmd.lotNumber"),
        ({"ilmd": {"other1:lot": "L1"}}, "prefix", "ilmd.other1:lot"),
        ({"ilmd": []}, "type", "ilmd"),
        ({"action": "OBSERVE"}, "ilmd_place", "ilmd"),
        ({"action": "DELETE"}, "ilmd_place", "ilmd"),
        ({"certificationInfo": "none"}, "uri", "certificationInfo"),
        ({"certificationInfo": ["none"]}, "uri", "certificationInfo[0]"),
        ({"certificationInfo": {"a": 1}}, "type", "certificationInfo"),
        ({"errorDeclaration": {}}, "required", "errorDeclaration.declarationTime"),
        ({"@context": [{"http": "https://a.example/"}]}, "context", "@context[0].http"),
    ],
)
def test_one_wrong_field_is_refused_by_its_path(changes: JsonObject, code: str, path: str) -> None:
    assert (code, path) in troubles(object_event(**changes))


def declared(**changes: JsonValue) -> JsonObject:
    declaration: JsonObject = {"declarationTime": "2026-07-23T00:00:00Z"}
    return object_event(errorDeclaration=declaration | changes)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"declarationTime": "2026-07-23"}, "time", "declarationTime"),
        ({"declarationTime": "2027-01-01T00:00:00Z"}, "time_in_future", "declarationTime"),
        ({"reason": "mistake"}, "word", "reason"),
        ({"correctiveEventIDs": "urn:uuid:1"}, "type", "correctiveEventIDs"),
        ({"correctiveEventIDs": ["x"]}, "uri", "correctiveEventIDs[0]"),
        ({"comment": "x"}, "unknown_field", "comment"),
        ({"other1:x": "x"}, "prefix", "other1:x"),
    ],
)
def test_a_wrong_error_declaration_is_refused(changes: JsonObject, code: str, field: str) -> None:
    assert troubles(declared()) == []
    assert troubles(declared(**changes)) == [(code, f"errorDeclaration.{field}")]


@pytest.mark.parametrize(
    ("element", "code", "field"),
    [
        ({"quantity": 1}, "required", "epcClass"),
        ({"epcClass": LINK, "weight": 5}, "unknown_field", "weight"),
        ({"epcClass": LINK, "quantity": "5"}, "type", "quantity"),
        ({"epcClass": LINK, "quantity": True}, "type", "quantity"),
        ({"epcClass": LINK, "quantity": -1, "uom": "KGM"}, "range", "quantity"),
        ({"epcClass": LINK, "quantity": 2.5}, "quantity", "quantity"),
        ({"epcClass": LINK, "uom": "KGM"}, "quantity", "uom"),
        ({"epcClass": LINK, "quantity": 1, "uom": "kg"}, "uom", "uom"),
        ({"epcClass": "urn:epc:class:lgtin:4012345.1.L"}, "identifier", "epcClass"),
    ],
)
def test_a_wrong_quantity_is_refused(element: JsonObject, code: str, field: str) -> None:
    path = f"quantityList[0].{field}"

    assert (code, path) in troubles(object_event(quantityList=[element]))


@pytest.mark.parametrize("quantity", [0, 5, 5.0, 10**15])
def test_a_whole_number_of_pieces_needs_no_unit(quantity: JsonValue) -> None:
    element: JsonObject = {"epcClass": "urn:epc:idpat:sgtin:4012345.098765.*", "quantity": quantity}

    assert troubles(object_event(quantityList=[element])) == []


def sensed(metadata: JsonObject, report: JsonObject) -> JsonObject:
    element: JsonObject = {"sensorMetadata": metadata, "sensorReport": [report]}
    return object_event(sensorElementList=[element])


@pytest.mark.parametrize(
    ("metadata", "report", "code", "field"),
    [
        ({}, {"value": 1}, "required", "sensorReport[0].type"),
        ({}, {"type": "Warmth"}, "word", "sensorReport[0].type"),
        ({}, {"type": "https://gs1.org/voc/Temperature"}, "word", "sensorReport[0].type"),
        ({}, {"type": "Temperature", "value": "26"}, "type", "sensorReport[0].value"),
        ({}, {"type": "Temperature", "exception": "ALARM"}, "word", "sensorReport[0].exception"),
        ({}, {"type": "Length", "component": "w"}, "word", "sensorReport[0].component"),
        ({}, {"type": "Temperature", "time": "noon"}, "time", "sensorReport[0].time"),
        (
            {},
            {"type": "Temperature", "hexBinaryValue": "xy"},
            "hex",
            "sensorReport[0].hexBinaryValue",
        ),
        ({"time": "2026-02-30T00:00:00Z"}, {"type": "Temperature"}, "time", "sensorMetadata.time"),
        (
            {"startTime": "2026-07-02T00:00:00Z", "endTime": "2026-07-01T00:00:00Z"},
            {"type": "Temperature"},
            "sensor_window",
            "sensorMetadata.endTime",
        ),
        ({"depth": 1}, {"type": "Temperature"}, "unknown_field", "sensorMetadata.depth"),
        ({"other1:x": 1}, {"type": "Temperature"}, "prefix", "sensorMetadata.other1:x"),
        ({}, {"type": "Temperature", "other1:x": 1}, "prefix", "sensorReport[0].other1:x"),
    ],
)
def test_a_wrong_sensor_element_is_refused(
    metadata: JsonObject, report: JsonObject, code: str, field: str
) -> None:
    assert troubles(sensed(metadata, report)) == [(code, f"sensorElementList[0].{field}")]


def test_a_sensor_element_without_a_report_is_refused() -> None:
    assert troubles(object_event(sensorElementList=[{"sensorReport": []}])) == [
        ("too_few", "sensorElementList[0].sensorReport")
    ]


@pytest.mark.parametrize(
    "word",
    [
        "shipping",
        "cbv:BizStep-shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "https://example.com/bizStep/drying",
        "urn:gs1:epcisapp:rail:drying",
        "example:drying",
    ],
)
def test_a_business_step_is_a_standard_word_or_a_full_uri(word: str) -> None:
    assert troubles(object_event(bizStep=word)) == []


def test_a_refusal_names_the_nearest_word_and_not_the_whole_list() -> None:
    ((_, problem),) = findings(document(object_event(bizStep="comissioning")))

    assert "commissioning" in problem.message
    assert len(problem.message) < 200


@pytest.mark.parametrize(
    ("event", "code", "path"),
    [
        (object_event(epcList=None, quantityList=None), "nothing_named", "epcList"),
        (object_event(epcList=[], quantityList=[]), "nothing_named", "epcList"),
        (aggregation_event(parentID=None), "parent_required", "parentID"),
        (aggregation_event(parentID=None, action="DELETE"), "parent_required", "parentID"),
        (aggregation_event(childEPCs=None), "nothing_named", "childEPCs"),
        (aggregation_event(childEPCs=[]), "nothing_named", "childEPCs"),
        (aggregation_event(ilmd={"cbvmda:lotNumber": "L"}), "unknown_field", "ilmd"),
        (aggregation_event(type="AssociationEvent", parentID=None), "required", "parentID"),
        (transformation_event(action="ADD"), "unknown_field", "action"),
        (transformation_event(inputQuantityList=None), "transformation", "inputEPCList"),
        (transformation_event(outputEPCList=None), "transformation", "outputEPCList"),
        (transformation_event(outputEPCList=[]), "transformation", "outputEPCList"),
        (
            transformation_event(
                inputQuantityList=None, outputEPCList=None, transformationID="urn:x:1"
            ),
            "transformation",
            "inputEPCList",
        ),
    ],
)
def test_an_event_that_names_nothing_is_refused(event: JsonObject, code: str, path: str) -> None:
    assert (code, path) in troubles(event)


@pytest.mark.parametrize(
    "event",
    [
        aggregation_event(parentID=None, action="OBSERVE"),
        aggregation_event(childEPCs=None, action="DELETE"),
        transformation_event(outputEPCList=None, transformationID="urn:x:1", ilmd=None),
        object_event(
            epcList=None,
            quantityList=None,
            sensorElementList=[{"sensorReport": [{"type": "Temperature"}]}],
        ),
    ],
)
def test_what_the_standard_lets_an_event_leave_out_may_be_left_out(event: JsonObject) -> None:
    assert troubles(event) == []


def transaction(**changes: JsonValue) -> JsonObject:
    return object_event(type="TransactionEvent", ilmd=None, **changes)


def test_a_transaction_links_documents_to_objects() -> None:
    assert troubles(transaction()) == []
    assert troubles(transaction(bizTransactionList=None)) == [("required", "bizTransactionList")]
    assert troubles(transaction(epcList=[], quantityList=None)) == [("nothing_named", "epcList")]
    assert troubles(transaction(epcList=[], quantityList=None, action="DELETE")) == []


def test_a_disposition_cannot_be_set_and_unset_at_once() -> None:
    both: JsonObject = {"set": ["conformant"], "unset": ["conformant"]}

    assert troubles(object_event(persistentDisposition=both)) == [
        ("disposition_conflict", "persistentDisposition.set[0]")
    ]
    assert troubles(object_event(persistentDisposition={})) == [
        ("too_few", "persistentDisposition")
    ]


def test_a_web_address_that_only_looks_like_a_digital_link_is_a_plain_uri() -> None:
    assert troubles(object_event(epcList=["https://shop.example/01/123/21/x"])) == []


def test_the_same_thing_spelled_twice_is_not_the_same_entry_twice() -> None:
    assert troubles(object_event(epcList=[SERIAL, LINK])) == []


def test_an_event_just_inside_the_clock_tolerance_passes() -> None:
    assert troubles(object_event(eventTime="2026-11-22T12:10:00Z")) == []
    assert troubles(object_event(eventTime="2026-11-22T20:10:00+08:00")) == []


def test_a_prefix_declared_by_an_event_holds_for_that_event_alone() -> None:
    context: JsonValue = {"own": "https://own.example/"}
    declaring = object_event(**{"@context": context, "own:a": 1})
    borrowing = object_event(**{"own:a": 1})

    found = findings(document(declaring, borrowing))

    assert [(index, problem.code) for index, problem in found] == [(1, "prefix")]


def test_each_wrong_event_is_known_however_many_there_are() -> None:
    events: list[JsonValue] = [object_event(bizStep="x" if i % 2 else "packing") for i in range(90)]

    found = findings(document(*events))

    assert {index for index, _ in found} == {i for i in range(90) if i % 2}


def test_a_bare_event_has_paths_without_an_envelope() -> None:
    context: JsonValue = {"example": "https://ns.example.com/"}
    sent = object_event(bizStep="x", **{"@context": context})
    bare = read_event(json.dumps(sent).encode(), limits=LIMITS)

    ((index, problem),) = check_events(bare, now=NOW, future_max=FUTURE_MAX)

    assert (index, problem.path) == (0, "bizStep")


def test_ten_thousand_wrong_events_are_checked_in_seconds() -> None:
    events: list[JsonValue] = [object_event(bizStep="comissioning")] * 10_000
    whole = read(document(*events))
    started = time.process_time()

    found = check_events(whole, now=NOW, future_max=FUTURE_MAX)

    assert len(found) == 10_000
    assert time.process_time() - started < 20


def test_each_rule_has_its_own_code() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "x", "a:b", "2026-07-22T06:45:00Z", "urn:epc:id:sgtin:1.2.3", LINK])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "example:x", "epcClass", "y"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
NAMES = st.sampled_from(sorted(object_event() | aggregation_event() | transformation_event()))


@given(st.sampled_from(EVENT_TYPES), st.dictionaries(NAMES, VALUES, max_size=3))
def test_whatever_is_sent_is_passed_or_refused_and_never_crashes(
    kind: str, changes: JsonObject
) -> None:
    for make in (object_event, aggregation_event, transformation_event):
        event = make(type=kind) | changes
        for problem in all_problems(json.dumps(document(event)).encode()):
            assert problem.code
            assert problem.message


@pytest.mark.parametrize(
    "name", ["ObjectEvent_all_possible_fields.json", "TransformationEvent_all_possible_fields.json"]
)
def test_no_field_of_a_full_document_may_have_another_type(name: str) -> None:
    whole = json.loads(epcis_bytes("valid", name))
    event = whole["epcisBody"]["eventList"][0]
    own = [field for field in event if ":" in field]

    for field in event:
        broken = event | {field: 7 if not isinstance(event[field], int) else "x"}
        sole = whole | {"epcisBody": {"eventList": [broken]}}
        problems = all_problems(json.dumps(sole).encode())
        assert bool(problems) is (field not in own), field
