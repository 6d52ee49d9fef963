import json

import pytest

from schemas import cbv
from tests.vectors import vectors_dir


@pytest.mark.parametrize(
    "spelling",
    [
        "shipping",
        "cbv:BizStep-shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "urn:epcglobal:cbv:bizstep:shipping",
    ],
)
def test_every_spelling_of_a_standard_word_is_one_word(spelling: str) -> None:
    assert cbv.BIZ_STEP.bare(spelling) == "shipping"
    assert cbv.full_uri(cbv.BIZ_STEP, spelling, {}) == "https://ref.gs1.org/cbv/BizStep-shipping"


@pytest.mark.parametrize("text", ["Shipping", "shippin", "", "cbv:Disp-shipping", "shipping "])
def test_a_text_that_is_not_listed_is_no_word(text: str) -> None:
    assert cbv.BIZ_STEP.bare(text) is None


def test_a_word_of_ones_own_is_expanded_by_its_declared_prefix() -> None:
    namespaces = {"ext": "https://ns.example.com/"}

    assert cbv.canonical_word(cbv.BIZ_STEP, "ext:drying", namespaces) == (
        "https://ns.example.com/drying"
    )
    assert cbv.canonical_word(cbv.BIZ_STEP, "https://a.example/x", namespaces) == (
        "https://a.example/x"
    )


def test_a_mistyped_word_has_a_neighbour_and_nonsense_has_none() -> None:
    assert cbv.BIZ_STEP.nearest("shiping") == "shipping"
    assert cbv.DISPOSITION.nearest("in_transport") == "in_transit"
    assert cbv.BIZ_STEP.nearest("zzzz") is None


@pytest.mark.parametrize(
    ("name", "vocabulary"),
    [
        ("bizStep", cbv.BIZ_STEP),
        ("disposition", cbv.DISPOSITION),
        ("bizTransaction-type", cbv.BIZ_TRANSACTION_TYPE),
        ("source-dest-type", cbv.SOURCE_DEST_TYPE),
        ("error-reason", cbv.ERROR_REASON),
        ("component", cbv.COMPONENT),
        ("measurementType", cbv.MEASUREMENT_TYPE),
        ("sensorAlertType", cbv.ALERT_TYPE),
    ],
)
def test_each_list_is_the_one_of_the_standard(name: str, vocabulary: cbv.Vocabulary) -> None:
    openapi = json.loads((vectors_dir() / "epcis" / "openapi-epcis-2.0.0.json").read_bytes())

    (listed,) = (
        choice["enum"]
        for choice in openapi["components"]["schemas"][name]["anyOf"]
        if "enum" in choice
    )

    assert vocabulary.words == set(listed)


def test_the_two_long_lists_have_the_sizes_of_the_standard() -> None:
    assert len(cbv.BIZ_STEP.words) == 41
    assert len(cbv.DISPOSITION.words) == 33
