from hashlib import sha256
from random import Random
from trace.events.hashed_values import hashed_number, hashed_text
from trace.events.hashing import HashVersion, event_hash, prehash
from trace.events.times import hashed_instant

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.strict_json import JsonObject, JsonValue
from tests.events.samples import NAMESPACES, object_event

GTIN = "https://id.gs1.org/01/04012345111118"


def text(**changes: JsonValue) -> str:
    return prehash(object_event(**changes), NAMESPACES)


def text_2_1(**changes: JsonValue) -> str:
    return prehash(object_event(**changes), NAMESPACES, version=HashVersion.CBV_2_1)


def test_an_event_is_written_in_the_order_of_the_standard() -> None:
    assert text() == (
        "eventType=ObjectEvent"
        "eventTime=2026-07-21T22:45:00.000Z"
        "eventTimeZoneOffset=+08:00"
        f"epcListepc={GTIN}/21/9876"
        f"quantityListquantityElementepcClass={GTIN}/10/L1quantity=2.5uom=KGM"
        "action=ADD"
        "bizStep=https://ref.gs1.org/cbv/BizStep-commissioning"
        "disposition=https://ref.gs1.org/cbv/Disp-active"
        "readPointid=https://id.gs1.org/414/4012345000115/254/987"
        "bizLocationid=https://id.gs1.org/414/4012345000115"
        "bizTransactionListtype=https://ref.gs1.org/cbv/BTT-po"
        "bizTransaction=https://id.gs1.org/253/4012345111118123"
        "sourceListtype=https://ref.gs1.org/cbv/SDT-owning_party"
        "source=https://id.gs1.org/417/4012345000009"
        "ilmd{urn:epcglobal:cbv:mda}lotNumber=L1"
        "{https://ns.example.com/}grade=A"
    )


def test_the_hash_is_that_of_the_text_in_an_ni_uri() -> None:
    digest = sha256(text().encode()).hexdigest()

    assert event_hash(object_event(), NAMESPACES) == f"ni:///sha-256;{digest}?ver=CBV2.0"


@given(st.randoms())
def test_the_order_of_fields_and_lists_does_not_matter(random: Random) -> None:
    epcs = [f"urn:epc:id:sgtin:4012345.011111.{i}" for i in range(5)]
    extension: JsonValue = {"example:a": ["3", "1"], "example:b": "2"}
    sent = object_event(epcList=list(epcs), **{"example:x": extension})
    names = list(sent)
    random.shuffle(names)
    random.shuffle(epcs)

    shuffled = {name: sent[name] for name in names} | {"epcList": list(epcs)}

    assert prehash(shuffled, NAMESPACES) == prehash(sent, NAMESPACES)


@pytest.mark.parametrize(
    "changes",
    [
        {"eventTime": "2026-07-21T22:45:00.0Z"},
        {"eventTime": "2026-07-21T23:45:00.000400+01:00"},
        {"epcList": [f"{GTIN}/21/9876"]},
        {"epcList": [f"{GTIN}/10/L1/21/9876?17=261231"]},
        {"epcList": ["https://shop.example/01/04012345111118/21/9876"]},
        {"bizStep": "cbv:BizStep-commissioning"},
        {"bizStep": "https://ref.gs1.org/cbv/BizStep-commissioning"},
        {"readPoint": {"id": "https://id.gs1.org/414/4012345000115/254/987"}},
        {"quantityList": [{"uom": "KGM", "quantity": 2.50, "epcClass": f"{GTIN}/10/L1"}]},
        {"eventID": None},
        {"recordTime": "2026-07-22T00:00:00Z"},
        {"errorDeclaration": {"declarationTime": "2026-07-22T00:00:00Z"}},
        {"certificationInfo": "https://a.example/1"},
        {"@context": {"unused": "https://b.example/"}},
        {"rdfs:comment": "seen at the gate"},
        {"epcList": [" urn:epc:id:sgtin:4012345.011111.9876 "]},
    ],
)
def test_another_spelling_or_record_of_the_same_happening_hashes_alike(changes: JsonObject) -> None:
    assert text(**changes) == text()


@pytest.mark.parametrize(
    "changes",
    [
        {"eventTime": "2026-07-22T06:45:00.001+08:00"},
        {"eventTimeZoneOffset": "+09:00"},
        {"action": "OBSERVE"},
        {"epcList": ["urn:epc:id:sgtin:4012345.011111.9877"]},
        {"bizStep": "packing"},
        {"bizStep": None},
        {"disposition": "inactive"},
        {"ilmd": {"cbvmda:lotNumber": "L01"}},
        {"example:grade": "B"},
        {"example:grade": None},
        {"quantityList": [{"epcClass": f"{GTIN}/10/L1", "quantity": 2.51, "uom": "KGM"}]},
        {"type": "TransactionEvent"},
    ],
)
def test_another_happening_hashes_otherwise(changes: JsonObject) -> None:
    assert text(**changes) != text()


def test_the_name_of_a_prefix_does_not_matter() -> None:
    renamed = object_event(**{"example:grade": None, "own:grade": "A"})

    assert prehash(renamed, NAMESPACES | {"own": "https://ns.example.com/"}) == text()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (12.10, "12.1"),
        (1e3, "1000"),
        (0.10, "0.1"),
        (200.0, "200"),
        (200, "200"),
        (0, "0"),
        (-0.0, "0"),
        (-477979.89, "-477979.89"),
        (1e22, "10000000000000000000000"),
        (1e-7, "0.0000001"),
        (1.5e-9, "0.0000000015"),
    ],
)
def test_a_number_is_an_exact_decimal(value: float, written: str) -> None:
    assert hashed_number(value) == written


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("23.0", "23"),
        ("23.50", "23.5"),
        ("-0.10", "-0.1"),
        ("20", "20"),
        ("0012", "0012"),
        ("1.2.3", "1.2.3"),
        ("1e3", "1e3"),
        ("  A ", "A"),
        ("urn:epcglobal:cbv:disp:active", "https://ref.gs1.org/cbv/Disp-active"),
        ("urn:epcglobal:cbv:bt:0614141073467:1152", "urn:epcglobal:cbv:bt:0614141073467:1152"),
        ("gs1:Temperature", "https://ref.gs1.org/voc/Temperature"),
        ("urn:epc:id:giai:4012345.ABC", "https://id.gs1.org/8004/4012345ABC"),
        ("urn:epc:id:nonsense", "urn:epc:id:nonsense"),
    ],
)
def test_a_text_of_the_senders_own_is_written_canonically(sent: str, written: str) -> None:
    assert hashed_text(sent) == written


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("2026-07-22T06:45:00+08:00", "2026-07-21T22:45:00.000Z"),
        ("2023-01-18T11:04:03.1415Z", "2023-01-18T11:04:03.142Z"),
        ("2023-01-18T11:04:03.1414999Z", "2023-01-18T11:04:03.141Z"),
        ("2023-12-31T23:59:59.9995Z", "2024-01-01T00:00:00.000Z"),
    ],
)
def test_an_instant_has_three_decimals_rounded_at_the_fourth(sent: str, written: str) -> None:
    assert hashed_instant(sent) == written


def test_nested_extensions_are_sorted_and_keep_names_without_a_namespace() -> None:
    nested: JsonValue = {"more": {"tag2": 2, "tag1": True}, "example:list": [{"b": "x"}, "1", None]}

    assert text(**{"example:grade": nested}).endswith(
        "{https://ns.example.com/}grade"
        "moretag1=truetag2=2"
        "{https://ns.example.com/}list"
        "{https://ns.example.com/}list=1"
        "{https://ns.example.com/}listb=x"
    )


def test_a_name_that_is_a_full_uri_is_split_at_its_namespace() -> None:
    assert "{https://a.example/ns#}size=9{https://" in text(**{"https://a.example/ns#size": "9"})


def test_what_is_added_to_a_field_goes_last_in_2_0_and_stays_in_2_1() -> None:
    place: JsonValue = {"id": "urn:epc:id:sgln:4012345.00011.0", "example:gate": "7"}
    added = "{https://ns.example.com/}gate=7"

    assert text(readPoint=place).endswith(
        "ilmd{urn:epcglobal:cbv:mda}lotNumber=L1"
        f"readPoint{added}"
        "{https://ns.example.com/}grade=A"
    )
    assert f"readPointid=https://id.gs1.org/414/4012345000115{added}bizLocationid" in text_2_1(
        readPoint=place
    )


def test_sensor_elements_are_written_with_their_reports_sorted() -> None:
    elements: JsonValue = [
        {
            "sensorMetadata": {"time": "2026-07-22T06:00:00+08:00", "example:m": "1"},
            "sensorReport": [
                {"type": "gs1:Temperature", "value": 26.0, "uom": "CEL", "booleanValue": False},
                {"type": "Length", "component": "x", "exception": "ALARM_CONDITION"},
            ],
            "example:e": "2",
        }
    ]
    reports = (
        "sensorReporttype=https://ref.gs1.org/voc/Length"
        "exception=https://ref.gs1.org/voc/ALARM_CONDITION"
        "component=https://ref.gs1.org/cbv/Comp-x"
        "sensorReporttype=https://ref.gs1.org/voc/Temperaturevalue=26booleanValue=falseuom=CEL"
    )
    own = "{https://ns.example.com/}"

    old, new = text(sensorElementList=elements), text_2_1(sensorElementList=elements)

    assert f"sensorElementsensorMetadatatime=2026-07-21T22:00:00.000Z{reports}" in old
    assert f"sensorElementsensorMetadata{own}m=1{own}e=2" in old
    assert "sensorElementList" not in old
    assert (
        f"sensorElementListsensorElementsensorMetadatatime=2026-07-21T22:00:00.000Z{own}m=1"
        f"{reports}{own}e=2"
    ) in new


def test_lasting_dispositions_are_sorted_within_set_and_unset() -> None:
    lasting: JsonValue = {"unset": ["conformant"], "set": ["damaged", "available"]}
    stem = "https://ref.gs1.org/cbv/Disp-"

    assert (
        f"persistentDispositionset={stem}availableset={stem}damagedunset={stem}conformantreadPoint"
    ) in text(persistentDisposition=lasting)


def test_an_empty_list_leaves_no_trace() -> None:
    assert text(sensorElementList=[], destinationList=[]) == text()
