"""Each extension term lands in its part, however it is spelled and wherever it stands."""

from hashlib import sha256
from trace.disclosure import split_event
from typing import Any

import pytest

from ledger.parts import Part
from schemas.visibility import DEFAULT_TABLE, SUXIN_NAMESPACE
from schemas.visible_terms import term_parts

PUBLISHED = "990c8af746c9825116c419217ec1fe2f26f048ac52a34199061463b0bad7843f"
_SPELLINGS = {
    "sx:{}": {"sx": f"{SUXIN_NAMESPACE}:"},
    "other:{}": {"other": f"{SUXIN_NAMESPACE}:"},
    "bare:{}": {"bare": SUXIN_NAMESPACE},
    "half:epcis:{}": {"half": "urn:suxin:"},
    "urn:suxin:epcis:{}": {},
}
_NAMES = sorted(
    {
        term.removeprefix(f"{SUXIN_NAMESPACE}:")
        for term in term_parts()
        if term.startswith(f"{SUXIN_NAMESPACE}:")
    }
)


def _part_of(event: dict[str, Any], namespaces: dict[str, str], value: str) -> Part:
    found = [
        part for part, leaves in split_event(event, namespaces).items() if value in leaves.values()
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("spelling", _SPELLINGS)
def test_every_spelling_of_a_term_is_the_same_term(spelling: str) -> None:
    said = {
        name: _part_of(
            {"type": "ObjectEvent", spelling.format(name): "a value"},
            _SPELLINGS[spelling],
            "a value",
        )
        for name in _NAMES
    }

    table = term_parts()
    assert len(said) > 500
    assert {name: part.name.lower() for name, part in said.items()} == {
        name: table[f"{SUXIN_NAMESPACE}:{name}"] for name in _NAMES
    }


def test_the_published_table_is_the_one_that_was_published() -> None:
    rows = "".join(f"{term} {part}\n" for term, part in sorted(term_parts().items()))

    # Entries name the table that they were split by: another split is another version.
    assert DEFAULT_TABLE == "default@2"
    assert sha256(rows.encode()).hexdigest() == PUBLISHED


def test_a_persons_name_inside_a_public_or_a_chain_term_stays_personal() -> None:
    for outer in ("sx:testResult", "sx:unitPrice", "other:thing"):
        event = {outer: [{"sx:inspectorName": "WANG"}]}

        part = _part_of(event, {"sx": f"{SUXIN_NAMESPACE}:", "other": "urn:x:"}, "WANG")

        assert part is Part.PERSONAL


def test_what_stands_below_a_public_term_without_a_row_is_not_public() -> None:
    event = {"sx:testResult": {"analyst": "WANG", "price": "9.99", "sx:testItem": "lead"}}
    namespaces = {"sx": f"{SUXIN_NAMESPACE}:"}

    assert _part_of(event, namespaces, "WANG") is Part.CHAIN
    assert _part_of(event, namespaces, "9.99") is Part.CHAIN
    assert _part_of(event, namespaces, "lead") is Part.PUBLIC


def test_an_alarm_of_a_thermometer_is_public_and_a_scale_is_not() -> None:
    for kind, part in (
        ({"type": "Temperature"}, Part.PUBLIC),
        ({"type": "gs1:Temperature"}, Part.PUBLIC),
        ({}, Part.PUBLIC),
        ({"type": "Mass"}, Part.CHAIN),
        ({"type": "https://example.com/Temperature"}, Part.CHAIN),
    ):
        report = {**kind, "exception": "ALARM_CONDITION"}
        event = {"sensorElementList": [{"sensorReport": [report]}]}

        assert _part_of(event, {}, "ALARM_CONDITION") is part
