import pytest

from codes.gs1.ais import AIS, require_value
from codes.gs1.check_digit import check_pair, has_valid_check_digit, mod10_check_digit
from codes.gs1.element_string import parse_bracketed
from codes.gs1.meaning import explain, read_date
from codes.model import CodeError

GOOD = [
    ("8013", "1987654Ad4X4bL5ttr2310c2K"),
    ("8007", "GB82WEST12345698765432"),
    ("4309", "18000000003600000000"),
    ("4324", "2601002359"),
    ("4330", "001234-"),
    ("7041", "PAE"),
    ("7240", "A"),
    ("7241", "80"),
    ("7258", "1/3"),
    ("7252", "9"),
    ("8001", "00010000100100"),
    ("8110", "106141416543213150110120"),
    ("8112", "001234561234560123456"),
    ("8011", "0"),
    ("3910", "1561"),
    ("7030", "999A"),
    ("7040", "1ABC"),
]
BAD = [
    ("8013", "1987654Ad4X4bL5ttr2310c2L", "check_digit"),
    ("8007", "GB82WEST12345698765433", "check_digit"),
    ("4309", "18000000013600000000", "range"),
    ("4324", "2601002460", "time"),
    ("4330", "001234+", "list"),
    ("7041", "ZZZ", "list"),
    ("7241", "11", "list"),
    ("7258", "3/1", "sequence"),
    ("7252", "3", "list"),
    ("8001", "00000000100100", "zero"),
    ("8110", "1061414165432131501101209", "coupon"),
    ("8112", "201234561234560123456", "coupon"),
    ("8011", "01", "leading_zero"),
    ("3910", "0001", "list"),
    ("422", "999", "list"),
    ("8006", "095212345432130302", "piece_of_total"),
    ("4307", "XX", "list"),
]


@pytest.mark.parametrize(("ai", "value"), GOOD)
def test_a_component_of_right_content_is_accepted_and_explained(ai: str, value: str) -> None:
    assert explain(ai, value, year=2026)


@pytest.mark.parametrize(("ai", "value", "rule"), BAD)
def test_a_component_of_wrong_content_is_refused_by_its_rule(
    ai: str, value: str, rule: str
) -> None:
    with pytest.raises(CodeError) as refusal:
        require_value(AIS[ai], value)

    assert refusal.value.rule == rule
    assert f"({ai})" in refusal.value.message


def test_the_check_digit_is_the_one_that_makes_the_weighted_sum_a_multiple_of_ten() -> None:
    for length in range(1, 19):
        body = "73910264857391026485"[:length]
        digits = [int(character) for character in reversed(body + mod10_check_digit(body))]

        weighted = sum(digits[0::2]) + 3 * sum(digits[1::2])

        assert weighted % 10 == 0
        assert has_valid_check_digit(body + mod10_check_digit(body))


def test_the_check_pair_is_that_of_the_general_specifications() -> None:
    assert check_pair("1987654Ad4X4bL5ttr2310c") == "2K"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("(10)ABC", "missing_ai"),
        ("(01)09521234543213(02)09521234543213(37)1", "excluded_ai"),
        ("(01)09521234543213(3100)000001(3101)000001", "excluded_ai"),
        ("(01)09521234543213(3103)000195(3922)0299", ""),
        ("(01)09521234543213(3922)0299", "missing_ai"),
        ("(01)09521234543213(250)A", "missing_ai"),
        ("(01)09521234543213(21)1(250)A", ""),
        ("(01)09521234543213(10)A(10)B", "repeated_ai"),
        ("(01)09521234543213(10)A(10)A", ""),
        ("(01)09521234543213(10)A\\(B", ""),
        ("(01)09521234543213(10)A\\B", "charset"),
        ("(01)09521234543213(10)A(B", "brackets"),
        ("(01)09521234543213(79)A", "unknown_ai"),
        ("(415)9521101530001", "missing_ai"),
        ("(415)9521101530001(8020)A", ""),
    ],
)
def test_elements_need_their_partners_and_shun_the_excluded(text: str, rule: str) -> None:
    found = ""
    try:
        parse_bracketed(text)
    except CodeError as refusal:
        found = refusal.rule

    assert found == rule


@pytest.mark.parametrize(
    ("text", "year", "iso"),
    [
        ("261231", 2026, "2026-12-31"),
        ("261100", 2026, "2026-11-30"),
        ("240200", 2026, "2024-02-29"),
        ("760101", 2026, "2076-01-01"),
        ("770101", 2026, "1977-01-01"),
        ("010101", 2099, "2101-01-01"),
        ("990101", 2001, "1999-01-01"),
    ],
)
def test_the_century_of_a_date_is_the_nearest(text: str, year: int, iso: str) -> None:
    assert read_date(text, year=year).isoformat() == iso


def test_a_leap_day_that_a_century_lacks_is_refused() -> None:
    with pytest.raises(CodeError):
        read_date("000229", year=2099)


@pytest.mark.parametrize(
    ("ai", "value", "meaning"),
    [
        ("17", "261231", "2026-12-31"),
        ("3103", "000500", "0.500 kg"),
        ("3922", "0299", "2.99"),
        ("3932", "1560299", "2.99 (ISO 4217 156)"),
        ("7007", "261201261215", "2026-12-01/2026-12-15"),
        ("8008", "2612011230", "2026-12-01 12:30"),
        ("3370", "000012", "12 kg/m²"),
        ("10", "L2026-11", "L2026-11"),
    ],
)
def test_a_value_is_explained_exactly(ai: str, value: str, meaning: str) -> None:
    assert explain(ai, value, year=2026) == meaning
