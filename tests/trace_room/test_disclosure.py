"""The split of an event by who may see it: nothing is lost, and nothing hidden is public."""

from trace.disclosure import split_event
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.parts import Leaves, Part, merge
from schemas.epcis import event_namespaces, read_document
from tests.events.samples import LIMITS, epcis_bytes, epcis_files
from tests.instances import at, lot

NAMESPACES = {"sx": "urn:suxin:epcis:", "cbvmda": "urn:epcglobal:cbv:mda", "own": "urn:own:"}


# Members that no public part may ever hold, wherever they stand.
_HIDDEN = {
    "quantity",
    "epcList",
    "childEPCs",
    "inputEPCList",
    "outputEPCList",
    "parentID",
    "bizTransactionList",
    "sourceList",
    "destinationList",
    "transformationID",
    "eventID",
    "eventHash",
    "capture",
    "correctiveEventIDs",
    "deviceID",
    "sx:driverName",
    "sx:operatorName",
    "sx:phone",
    "sx:idNumber",
    "sx:vehiclePlate",
    "sx:inspectionNote",
    "sx:unitPrice",
    "own:secret",
}


_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


_leaf = _text | st.integers(-(2**40), 2**40) | st.booleans() | st.none()


_value = st.recursive(
    _leaf,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(_text | st.sampled_from(sorted(_HIDDEN)), inner, max_size=3)
    ),
    max_leaves=6,
)


_secret = st.text("0123456789ABCDEF", min_size=12, max_size=12).map("SECRET-{}".format)


@st.composite
def _events(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an event with secrets in every hidden place, and anything at all beside them."""
    lots = [
        {"epcClass": lot("L1"), "quantity": draw(_secret), "uom": "KGM", "own:x": draw(_secret)}
    ]
    report = {"type": draw(st.sampled_from(["gs1:Temperature", "gs1:Mass", "Volume"]))}
    event: dict[str, Any] = {
        "type": "ObjectEvent",
        "eventTime": at(1),
        "eventTimeZoneOffset": "+08:00",
        "readPoint": {"id": "urn:example:place", "own:x": draw(_secret)},
        "quantityList": lots,
        "inputQuantityList": lots,
        "epcList": [draw(_secret)],
        "parentID": draw(_secret),
        "bizTransactionList": [{"type": "po", "bizTransaction": draw(_secret)}],
        "sourceList": [{"type": "location", "source": draw(_secret)}],
        "destinationList": [{"type": "location", "destination": draw(_secret)}],
        "sensorElementList": [
            {
                "sensorMetadata": {"time": at(1), "deviceID": draw(_secret)},
                "sensorReport": [{**report, "value": 4.5, "deviceID": draw(_secret)}],
            }
        ],
        "ilmd": {
            "sx:productionDate": "2026-11-02",
            "sx:driverName": draw(_secret),
            "own:secret": {"sx:phone": draw(_secret), "deeper": [draw(_secret)]},
        },
        "sx:vehiclePlate": draw(_secret),
        "sx:testResult": {"sx:inspectorName": draw(_secret), "word": "PASS"},
        "errorDeclaration": {
            "declarationTime": at(2),
            "reason": "incorrect_data",
            "correctiveEventIDs": [draw(_secret)],
            "own:x": draw(_secret),
        },
    }
    event.update(draw(st.dictionaries(_text.map("own:{}".format), _value, max_size=3)))
    left_out = draw(st.sets(st.sampled_from(sorted(event)), max_size=6)) - {"type"}
    return {name: value for name, value in event.items() if name not in left_out}


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(_events())
def test_the_parts_give_the_event_back_and_the_public_one_holds_no_secret(
    event: dict[str, Any],
) -> None:
    parts = split_event(event, NAMESPACES)

    together = merge(parts.values())
    assert together.get("event") == event
    # What the EPCIS context binds for everybody is not said again.
    assert together["namespaces"] == {name: NAMESPACES[name] for name in ("sx", "own")}
    assert not any("SECRET" in str(leaf) for leaf in parts[Part.PUBLIC].values())
    assert _members(merge([parts[Part.PUBLIC]])).isdisjoint(_HIDDEN)
    _no_path_twice(parts)


def _no_path_twice(parts: dict[Part, Leaves]) -> None:
    paths = [path for leaves in parts.values() for path in leaves]
    assert len(paths) == len(set(paths))


def _members(value: object) -> set[str]:
    """Return the names of every member at any depth; a quantity is one of a class alone."""
    if isinstance(value, dict):
        return set(value).union(*map(_members, value.values()))
    return set().union(*map(_members, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("name", epcis_files("valid"))
def test_every_valid_document_survives_the_split(name: str) -> None:
    document = read_document(epcis_bytes("valid", name), limits=LIMITS)

    for event in document.events:
        namespaces = event_namespaces(event, document.namespaces)
        parts = split_event(event, namespaces)
        assert merge(parts.values())["event"] == event
        assert _members(merge([parts[Part.PUBLIC]])).isdisjoint(_HIDDEN)


@pytest.mark.parametrize(
    ("term", "part"),
    [
        ("sx:productionDate", Part.PUBLIC),
        ("cbvmda:lotNumber", Part.PUBLIC),
        ("sx:plotNumber", Part.CHAIN),
        ("sx:unitPrice", Part.AUTHORITY),
        ("own:anything", Part.CHAIN),
        ("sx:vehiclePlate", Part.AUTHORITY),
        ("sx:driverName", Part.PERSONAL),
    ],
)
@pytest.mark.parametrize("place", ["top", "ilmd", "readPoint", "quantityList"])
def test_a_term_goes_to_its_part_wherever_it_stands(term: str, part: Part, place: str) -> None:
    inner = {term: "here"}
    places: dict[str, dict[str, Any]] = {
        "top": inner,
        "ilmd": {"ilmd": inner},
        "readPoint": {"readPoint": inner},
        "quantityList": {"quantityList": [inner]},
    }

    parts = split_event(places[place], NAMESPACES)

    assert [found for found, leaves in parts.items() if "here" in leaves.values()] == [part]


def test_a_prefix_bound_elsewhere_does_not_make_a_term_public() -> None:
    parts = split_event({"sx:productionDate": "here"}, {"sx": "urn:somebody:else:"})

    assert "here" in parts[Part.CHAIN].values()
