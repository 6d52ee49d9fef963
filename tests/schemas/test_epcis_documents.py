import json

import pytest

from base.errors import InputTooLarge, InvalidInput
from base.strict_json import JsonObject, JsonValue
from schemas.epcis import (
    DocumentKind,
    DocumentLimits,
    event_namespaces,
    read_document,
    read_event,
    shape_problems,
)

LIMITS = DocumentLimits()
EVENT: JsonObject = {
    "type": "ObjectEvent",
    "eventTime": "2026-07-22T06:45:00+08:00",
    "eventTimeZoneOffset": "+08:00",
    "action": "OBSERVE",
    "epcList": ["urn:epc:id:sgtin:4012345.011111.9876"],
}
ENVELOPE: JsonObject = {
    "@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-07-22T10:30:00Z",
    "epcisBody": {"eventList": [EVENT]},
}


def encoded(**changes: JsonValue) -> bytes:
    merged = ENVELOPE | changes
    return json.dumps({k: v for k, v in merged.items() if v is not None}).encode()


def refused(data: bytes, limits: DocumentLimits = LIMITS) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        read_document(data, limits=limits)
    return [(problem.path, problem.code) for problem in caught.value.problems]


def test_events_stay_exactly_as_they_were_sent() -> None:
    document = read_document(encoded(), limits=LIMITS)

    assert document.kind is DocumentKind.CAPTURE
    assert document.events == (EVENT,)
    assert document.event_path(0) == ("epcisBody", "eventList", 0)


def test_a_document_without_events_is_a_document() -> None:
    assert read_document(encoded(epcisBody={"eventList": []}), limits=LIMITS).events == ()


def test_the_envelope_says_who_sent_it() -> None:
    header: JsonObject = {"epcisMasterData": {"vocabularyList": []}}
    data = encoded(sender="S", receiver="R", instanceIdentifier="1", epcisHeader=header)

    document = read_document(data, limits=LIMITS)

    assert (document.sender, document.receiver, document.instance_id) == ("S", "R", "1")
    assert document.header == header


def test_a_query_result_is_read_too() -> None:
    body: JsonObject = {
        "queryResults": {"queryName": "q", "resultsBody": {"eventList": [EVENT, EVENT]}}
    }

    document = read_document(encoded(type="EPCISQueryDocument", epcisBody=body), limits=LIMITS)

    assert document.kind is DocumentKind.QUERY_RESULT
    assert len(document.events) == 2
    assert document.event_path(1)[-2:] == ("eventList", 1)


def test_a_bare_event_needs_no_envelope() -> None:
    sent = EVENT | {"@context": {"ext": "https://ns.example.com/"}}

    document = read_event(json.dumps(sent).encode(), limits=LIMITS)

    assert document.kind is DocumentKind.EVENT
    assert document.events == (sent,)
    assert document.event_path(0) == ()
    assert document.namespaces["ext"] == "https://ns.example.com/"


@pytest.mark.parametrize("name", ["@context", "type", "schemaVersion", "creationDate", "epcisBody"])
def test_each_required_field_of_the_envelope_is_missed(name: str) -> None:
    assert name in {path for path, _ in refused(encoded(**{name: None}))}


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"schemaVersion": "1.2"}, "schemaVersion", "schema_version"),
        ({"schemaVersion": 2.0}, "schemaVersion", "type"),
        ({"creationDate": "2026-07-22T10:30:00"}, "creationDate", "time"),
        ({"creationDate": "yesterday"}, "creationDate", "time"),
        ({"type": "ObjectEvent"}, "type", "document_type"),
        ({"type": None}, "type", "document_type"),
        ({"comment": "x"}, "comment", "unknown_field"),
        ({"epcisBody": {"event": EVENT}}, "epcisBody.eventList", "required"),
        ({"epcisBody": {"eventList": EVENT}}, "epcisBody.eventList", "type"),
        ({"epcisBody": {"eventList": [EVENT, 7]}}, "epcisBody.eventList[1]", "type"),
        ({"@context": [7]}, "@context[0]", "context"),
        ({"@context": ["no uri"]}, "@context[0]", "context"),
        ({"@context": [{"http": "https://a.example/"}]}, "@context[0].http", "context"),
        ({"@context": [{"ext": "not a uri"}]}, "@context[0].ext", "context"),
        ({"@context": [{"ext": "https://a.example/{x}"}]}, "@context[0].ext", "context"),
        ({"@context": [{"a b": "https://a.example/"}]}, "@context[0].a b", "context"),
    ],
)
def test_a_wrong_envelope_is_refused_with_its_path(
    changes: JsonObject, path: str, code: str
) -> None:
    assert (path, code) in refused(encoded(**changes))


def test_the_context_declares_prefixes_in_three_ways() -> None:
    context: JsonValue = [
        "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
        {"one": "https://one.example/", "two": {"@id": "https://two.example/"}, "@version": 1.1},
        {"mda": "urn:epcglobal:cbv:mda:"},
    ]

    namespaces = read_document(encoded(**{"@context": context}), limits=LIMITS).namespaces

    assert namespaces["one"] == "https://one.example/"
    assert namespaces["two"] == "https://two.example/"
    assert namespaces["mda"] == namespaces["cbvmda"] == "urn:epcglobal:cbv:mda"


def test_a_document_cannot_change_what_a_standard_prefix_means() -> None:
    context: JsonValue = {"gs1": "https://gs1.org/voc/"}

    document = read_document(encoded(**{"@context": context}), limits=LIMITS)

    assert document.namespaces["gs1"] == "https://ref.gs1.org/voc/"


def test_an_event_may_declare_prefixes_of_its_own() -> None:
    event = EVENT | {"@context": {"own": "https://own.example/"}}
    document = read_document(encoded(epcisBody={"eventList": [event, EVENT]}), limits=LIMITS)

    first, second = (event_namespaces(e, document.namespaces) for e in document.events)

    assert first["own"] == "https://own.example/"
    assert "own" not in second


def test_ten_thousand_events_pass_and_one_more_does_not() -> None:
    small: JsonObject = {"type": "ObjectEvent"}

    assert (
        len(read_document(encoded(epcisBody={"eventList": [small] * 10_000}), limits=LIMITS).events)
        == 10_000
    )
    with pytest.raises(InputTooLarge, match="10001"):
        read_document(encoded(epcisBody={"eventList": [small] * 10_001}), limits=LIMITS)


def test_the_body_may_be_as_large_as_announced_and_no_larger() -> None:
    data = encoded()

    read_document(data, limits=DocumentLimits(bytes_max=len(data)))
    with pytest.raises(InputTooLarge):
        read_document(data + b" ", limits=DocumentLimits(bytes_max=len(data)))


def test_a_document_is_read_strictly() -> None:
    twice = encoded().replace(b'"type": "EPCISDocument"', b'"type": "x", "type": "EPCISDocument"')
    nan = encoded().replace(b'"+08:00"', b"NaN")

    assert refused(twice) == [("type", "json_duplicate_key")]
    assert refused(nan)[0][1] == "json_syntax"
    assert refused(b"[" * 1_000_000)[0][1] == "json_depth"
    assert refused(b"[]") == [("", "type")]
    assert refused(encoded(sender="a\x00b")) == [("", "nul")]


def test_a_deep_extension_is_refused() -> None:
    deep: JsonValue = "x"
    for _ in range(40):
        deep = {"a": deep}

    assert refused(encoded(epcisBody={"eventList": [EVENT | {"ext:deep": deep}]})) == [
        ("", "json_depth")
    ]


def test_an_unknown_event_type_is_told_the_five() -> None:
    (problem,) = shape_problems({"type": "ObservationEvent"}, path=("eventList", 3))

    assert problem.path == "eventList[3].type"
    assert "TransformationEvent" in problem.message


@pytest.mark.parametrize("kind", [None, 7, ["ObjectEvent"], {}])
def test_a_type_that_is_no_word_is_refused(kind: JsonValue) -> None:
    assert [p.code for p in shape_problems(EVENT | {"type": kind})] == ["choice"]


def test_a_mistyped_field_is_told_its_neighbour() -> None:
    (problem,) = shape_problems(EVENT | {"bizstep": "shipping"})

    assert problem.path == "bizstep"
    assert "bizStep" in problem.message


def test_one_event_lists_no_more_problems_than_asked_for() -> None:
    wrong: JsonObject = {f"field{i}": i for i in range(100)}

    assert len(shape_problems(EVENT | wrong, problems_max=20)) == 20
    assert len(shape_problems(EVENT | {"epcList": list(range(100))}, problems_max=20)) == 20
