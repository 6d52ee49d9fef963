"""What scanners send before the data: the mark of the symbology (ISO/IEC 15424)."""

import pytest

from codes import registry
from codes.canonical import uri_of_text
from codes.model import CodeError
from codes.text import GS1_SYMBOLOGIES, clean

GTIN = "6901234567892"
ITEM = "https://id.gs1.org/01/06901234567892"
ELEMENTS = f"010{GTIN}10A1"
LINK = f"https://trace.example/01/0{GTIN}/10/A1"
DRUG = "83857930000879766660"

# What was read, the mark, the data, what it is.
LEFT_OUT = [
    ("EAN-13", "]E0", GTIN, ITEM),
    ("EAN-8", "]E4", "96385074", "https://id.gs1.org/01/00000096385074"),
    ("ITF-14", "]I1", f"0{GTIN}", ITEM),
    ("Interleaved 2 of 5", "]I0", f"0{GTIN}", ITEM),
    ("Code 128", "]C0", DRUG, f"urn:suxin:drug-trace:{DRUG}"),
    ("Code 39", "]A0", "PD20092927", "urn:suxin:pesticide-registration:PD20092927"),
    ("Code 39 with its check", "]A3", "PD20092927", "urn:suxin:pesticide-registration:PD20092927"),
    ("Code 93", "]G0", "PD20092927", "urn:suxin:pesticide-registration:PD20092927"),
    ("PDF417", "]L2", f"(01)0{GTIN}", ITEM),
    ("QR code", "]Q1", LINK, f"{ITEM}/10/A1"),
    ("QR code, model 1", "]Q0", LINK, f"{ITEM}/10/A1"),
    ("QR code with ECI", "]Q2", DRUG, f"urn:suxin:drug-trace:{DRUG}"),
    ("Data Matrix", "]d1", DRUG, f"urn:suxin:drug-trace:{DRUG}"),
    ("Aztec", "]z0", LINK, f"{ITEM}/10/A1"),
    ("Han Xin", "]h0", DRUG, f"urn:suxin:drug-trace:{DRUG}"),
    ("DotCode", "]J0", DRUG, f"urn:suxin:drug-trace:{DRUG}"),
    ("typed", "]Z1", GTIN, ITEM),
    (
        "an address that carries a code",
        "]Q1",
        f"https://any.example/q?code={DRUG}",
        f"urn:suxin:drug-trace:{DRUG}",
    ),
]


@pytest.mark.parametrize(("mark", "data", "uri"), [row[1:] for row in LEFT_OUT])
def test_the_mark_of_a_symbology_is_left_out_with_a_warning(mark: str, data: str, uri: str) -> None:
    plain, marked = registry.detect(data), registry.detect(mark + data)

    assert [one.code.uri for one in marked] == [one.code.uri for one in plain]
    assert marked[0].code.uri == uri_of_text(mark + data) == uri
    for reading in marked:
        (warning,) = [one for one in reading.code.warnings if one.code == "symbology"]
        assert (warning.position, mark in warning.message) == (0, True)


@pytest.mark.parametrize("mark", GS1_SYMBOLOGIES)
def test_the_marks_of_gs1_say_that_element_strings_follow(mark: str) -> None:
    (reading,) = registry.detect(mark + ELEMENTS)

    assert clean(mark + ELEMENTS).text == mark + ELEMENTS
    assert reading.scheme.name == "gs1_element_string"
    assert reading.code.uri == f"{ITEM}/10/A1"
    assert reading.code.warnings == ()


@pytest.mark.parametrize("text", ["]", "]]", "]E", "]E0", "] E0690", "]é0x", "]-06901234567892"])
def test_what_is_no_mark_or_only_one_is_no_code(text: str) -> None:
    assert registry.detect(text) == ()
    assert registry.why_refused(text).norm


def test_a_mark_alone_is_an_empty_code() -> None:
    with pytest.raises(CodeError) as refusal:
        clean("  ]Q1 ")

    assert (refusal.value.rule, refusal.value.position) == ("empty", 5)


@pytest.mark.parametrize("mark", ["]E1", "]E2", "]E3"])
def test_digits_with_an_add_on_are_not_taken_for_another_code(mark: str) -> None:
    for data in ("12", "52495", f"{GTIN}12", "977167436200203", f"{GTIN}52495"):
        assert registry.detect(mark + data) == ()


def test_a_refusal_names_the_place_in_the_text_that_was_sent() -> None:
    refusal = registry.why_refused(f" ]E0{GTIN[:-1]}3")

    assert (refusal.rule, refusal.position) == ("check_digit", 16)


def test_a_mark_in_full_width_is_one_too() -> None:
    (first, *_) = registry.detect("］Ｅ０" + GTIN)

    assert first.code.uri == ITEM
    assert {one.code for one in first.code.warnings} == {"full_width", "symbology"}


def test_only_one_mark_is_left_out() -> None:
    assert registry.detect(f"]E0]E0{GTIN}") == ()
