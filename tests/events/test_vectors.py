import json
from trace.events import model
from trace.events.hashing import HashVersion, event_hash, prehash

import pytest

from schemas.epcis import event_namespaces, read_document
from tests.events.samples import LIMITS, all_problems, epcis_bytes, epcis_files
from tests.vectors import vectors_dir

EVENTS = "epcisBody.eventList"
PATHS = {
    "Combination_of_events_with_missing_mandatory_fields.json": {
        (f"{EVENTS}[0].action", "required"),
        (f"{EVENTS}[1].eventTimeZoneOffset", "required"),
        (f"{EVENTS}[1].action", "required"),
    },
    "Combination_of_non_standard_bizStep_and_disposition.json": {
        (f"{EVENTS}[0].bizStep", "word"),
        (f"{EVENTS}[1].disposition", "word"),
    },
    "ObjectEvent_with_ilmd_field_without_namespace.json": {
        (f"{EVENTS}[0].ilmd.materialType", "ilmd_name")
    },
    "ObjectEvent_with_invalid_certificationInfo.json": {
        (f"{EVENTS}[0].certificationInfo[0]", "type"),
        (f"{EVENTS}[0].certificationInfo[1]", "type"),
    },
    "ObjectEvent_with_non_standard_bizStep.json": {(f"{EVENTS}[0].bizStep", "word")},
    "ObjectEvent_with_non_standard_disposition.json": {(f"{EVENTS}[0].disposition", "word")},
    "ObjectEvent_with_unknown_field_in_quantityList.json": {
        (f"{EVENTS}[0].quantityList[0].weight", "unknown_field")
    },
    "ObjectEvent_without_identifier_list.json": {(f"{EVENTS}[0].epcList", "nothing_named")},
}


def test_every_valid_document_passes_and_can_be_read_and_hashed() -> None:
    names = epcis_files("valid")

    for name in names:
        data = epcis_bytes("valid", name)
        assert all_problems(data) == [], name
        document = read_document(data, limits=LIMITS)
        for event in document.events:
            namespaces = event_namespaces(event, document.namespaces)
            assert model.read(event, namespaces).items, name
            assert event_hash(event, namespaces).startswith("ni:///sha-256;")

    assert len(names) >= 35


def test_every_invalid_document_is_refused_where_it_is_wrong() -> None:
    names = epcis_files("invalid")

    for name in names:
        found = {(p.path, p.code) for p in all_problems(epcis_bytes("invalid", name))}
        assert found, name
        if name in PATHS:
            assert found == PATHS[name]

    assert set(PATHS) <= set(names)


def test_the_published_event_hashes_come_out() -> None:
    folder = vectors_dir() / "event-hash"
    vectors = json.loads((folder / "reference_vectors.json").read_bytes())

    for vector in vectors:
        data = (folder / f"{vector['name']}.jsonld").read_bytes()
        document = read_document(data, limits=LIMITS)
        version = HashVersion(vector["cbv"])
        for event in document.events:
            text = prehash(event, document.namespaces, version=version)
            assert text == vector["prehash"]
            assert event_hash(event, document.namespaces, version=version) == vector["hash"]

    assert vectors


def test_only_the_retold_events_of_the_examples_share_a_hash() -> None:
    found: dict[str, list[str]] = {}
    for name in epcis_files("valid"):
        document = read_document(epcis_bytes("valid", name), limits=LIMITS)
        for index, event in enumerate(document.events):
            namespaces = event_namespaces(event, document.namespaces)
            stem = name.removesuffix(".json")
            found.setdefault(event_hash(event, namespaces), []).append(f"{stem}[{index}]")

    shared = {tuple(names) for names in found.values() if len(names) > 1}

    assert shared >= {
        ("AssociationEvent[1]", "AssociationEvent_with_sensorData[0]"),
        ("TransformationEvent[0]", "TransformationEvent_with_digitalLink[0]"),
        *(
            (
                f"ObjectEvent[{i}]",
                f"ObjectEvent_with_comment[{i}]",
                f"ObjectEvent_with_error_declaration[{i}]",
            )
            for i in (0, 1)
        ),
    }


@pytest.mark.parametrize("name", ["ObjectEvent.json", "TransformationEvent.json"])
def test_a_bare_event_of_a_document_passes_too(name: str) -> None:
    document = json.loads(epcis_bytes("valid", name))

    for event in document["epcisBody"]["eventList"]:
        sole = document | {"epcisBody": {"eventList": [event]}}
        assert all_problems(json.dumps(sole).encode()) == []
