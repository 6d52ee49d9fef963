import pytest
from hypothesis import given
from hypothesis import strategies as st

from codes.model import Category
from codes.telling import reading_json, refusal_json, tell

PERSON = "130102199003077774"
FNC1 = "\x1d"


def schemes_of(text: str, category: Category | None = None) -> list[str]:
    return [reading.scheme.name for reading in tell(text, category).readings]


def test_a_bar_code_number_is_told_the_likeliest_first() -> None:
    told = tell("6901234567892")

    assert [reading.scheme.name for reading in told.readings] == ["gtin13", "gln"]
    assert [reading.scheme.name for reading in told.likeliest] == ["gtin13"]
    assert not told.is_ambiguous
    assert told.refusal is None


def test_twenty_digits_are_a_question() -> None:
    told = tell("81234567890123456789")

    assert told.is_ambiguous
    assert [one.scheme.name for one in told.likeliest] == ["cn_drug_trace20", "cn_mofcom_trace20"]


def test_a_category_answers_the_question() -> None:
    told = tell("81234567890123456789", Category.DRUG)

    assert [reading.scheme.name for reading in told.readings] == ["cn_drug_trace20"]
    assert not told.is_ambiguous


@pytest.mark.parametrize("category", [None, Category.AGRI_PRODUCT, Category.PARTY, Category.DRUG])
def test_no_reading_shows_the_number_of_a_person(category: Category | None) -> None:
    told = tell(PERSON, category)

    shown = repr([reading_json(reading) for reading in told.readings])
    assert PERSON not in shown
    assert PERSON[6:14] not in shown
    assert "agri-short" not in shown


@pytest.mark.parametrize("prefix", ["]d2", "]C1", "]Q3", "]e0", FNC1])
def test_what_a_scanner_sends_before_element_strings_is_read(prefix: str) -> None:
    told = tell(f"{prefix}010690123456789210ABC{FNC1}21S1")

    (reading,) = told.readings
    assert reading.code.text == "(01)06901234567892(10)ABC(21)S1"
    assert reading.code.warnings == ()


def test_a_refusal_says_rule_norm_and_place() -> None:
    told = tell("6901234567893")

    assert told.refusal is not None
    assert refusal_json(told.refusal) == {
        "rule": "check_digit",
        "message": "the check digit of a GTIN-13 should be 2",
        "message_zh": "校验位不符：有一位读错、印错或抄错了。",
        "norm": "GS1 General Specifications 2.1, GB 12904-2008",
        "position": 12,
    }


def test_a_code_of_another_category_is_no_unknown_code() -> None:
    told = tell("6901234567892", Category.LOGISTIC_UNIT)

    assert told.readings == ()
    assert told.refusal is not None
    assert told.refusal.rule == "other_category"


def test_a_reading_is_told_to_programs_with_all_that_is_known() -> None:
    (reading,) = tell(" 06901234567892").readings

    told = reading_json(reading)

    assert told["scheme"] == "gtin14"
    assert told["title"] == {"zh": "商品条码 GTIN-14", "en": "GTIN-14"}
    assert told["text"] == "06901234567892"
    assert told["uri"] == "https://id.gs1.org/01/06901234567892"
    assert told["is_personal"] is False


@given(st.text(max_size=200), st.sampled_from([None, *Category]))
def test_every_text_has_readings_or_a_refusal(text: str, category: Category | None) -> None:
    told = tell(text, category)

    assert bool(told.readings) is (told.refusal is None)
