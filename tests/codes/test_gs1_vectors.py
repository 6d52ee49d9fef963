import json

import pytest

from codes.gs1 import digital_link, element_string
from codes.gs1.ais import AIS
from codes.gs1.element_string import FNC1, Strictness
from codes.model import CodeError
from tests.codes.vector_rows import rows_of
from tests.vectors import vectors_dir


def with_fnc1(text: object) -> str:
    return str(text).replace("^", FNC1)


def test_bracketed_element_strings_become_their_raw_form() -> None:
    for row in rows_of("gs1_element_string.bracketed", valid=True):
        elements = element_string.parse_bracketed(row.code, strictness=Strictness.CONTENT)

        assert element_string.raw(elements) == with_fnc1(row.fields["unbracketed_fnc1_as_caret"])


def test_wrong_bracketed_element_strings_are_refused() -> None:
    for row in rows_of("gs1_element_string.bracketed", valid=False):
        with pytest.raises(CodeError):
            element_string.parse_bracketed(row.code, strictness=Strictness.CONTENT)


def test_raw_element_strings_are_read_and_written_back() -> None:
    for row in rows_of("gs1_element_string.raw", valid=True):
        text = with_fnc1(row.code)

        elements = element_string.parse_raw(text, strictness=Strictness.CONTENT)

        assert element_string.raw(elements) == text.rstrip(FNC1)


def test_wrong_raw_element_strings_are_refused() -> None:
    for row in rows_of("gs1_element_string.raw", valid=False):
        with pytest.raises(CodeError):
            element_string.parse_raw(with_fnc1(row.code), strictness=Strictness.CONTENT)


def test_link_syntax_is_read_to_the_elements_of_the_vectors() -> None:
    for row in rows_of("gs1_digital_link_uri.syntax", valid=True):
        link = digital_link.parse(row.code, strictness=Strictness.STRUCTURE)

        assert element_string.raw(link.elements) == with_fnc1(
            row.fields["element_string_fnc1_as_caret"]
        )


def test_wrong_link_syntax_is_refused() -> None:
    for row in rows_of("gs1_digital_link_uri.syntax", valid=False):
        with pytest.raises(CodeError):
            digital_link.parse(row.code, strictness=Strictness.STRUCTURE)


def test_elements_are_built_into_the_link_of_the_vectors() -> None:
    for row in rows_of("gs1_digital_link_uri.generate", valid=True):
        elements = element_string.parse_bracketed(row.code, strictness=Strictness.STRUCTURE)

        assert digital_link.build(elements, stem=str(row.fields["stem"])) == row.fields["uri"]


def test_elements_without_a_place_in_a_link_are_refused() -> None:
    for row in rows_of("gs1_digital_link_uri.generate", valid=False):
        elements = element_string.parse_bracketed(row.code, strictness=Strictness.STRUCTURE)

        with pytest.raises(CodeError):
            digital_link.build(elements, stem=str(row.fields["stem"]))


def test_the_canonical_link_of_the_standard_is_that_of_the_vectors() -> None:
    for row in rows_of("gs1_digital_link", valid=True):
        link = digital_link.parse(row.code)

        assert digital_link.canonical(link) == row.fields.get(
            "canonical", digital_link.canonical(link)
        )
        assert link.stem == row.fields.get("stem", link.stem)


def test_links_of_the_parse_vectors_are_read_or_refused_as_their_options_say() -> None:
    cases = json.loads((vectors_dir() / "gs1" / "digital_link_parse.json").read_text("utf-8"))

    for case in cases:
        try:
            link = digital_link.parse(
                case["uri"],
                strictness=Strictness.CONTENT,
                zero_suppressed_gtin=case["permitZeroSuppressedGTIN"],
                alphas=case["permitConvenienceAlphas"],
            )
        except CodeError:
            assert not case["ok"], case
        else:
            assert case["ok"], case
            assert element_string.raw(link.elements) == with_fnc1(case["elements"])
    assert len(cases) > 60


def test_an_identifier_is_known_by_its_first_two_digits() -> None:
    lengths: dict[str, set[int]] = {}
    for ai in AIS:
        lengths.setdefault(ai[:2], set()).add(len(ai))

    assert {start: len(found) for start, found in lengths.items() if len(found) > 1} == {}
