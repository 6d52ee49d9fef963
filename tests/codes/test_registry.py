import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codes import registry
from codes.gs1.check_digit import mod10_check_digit
from codes.model import Category, Code, CodeError
from codes.schemes.cn_uscc import uscc_check
from codes.schemes.suxin_serial import serial_of_number
from codes.text import TEXT_CHARS_MAX

NUMBERS = {"gtin8": 8, "gtin12": 12, "gtin13": 13, "gtin14": 14, "gln": 13, "sscc": 18}


def checked_numbers() -> st.SearchStrategy[tuple[str, str]]:
    def of(name: str) -> st.SearchStrategy[tuple[str, str]]:
        body = st.from_regex(rf"[0-9]{{{NUMBERS[name] - 1}}}", fullmatch=True)
        return body.map(lambda digits: (name, digits + mod10_check_digit(digits)))

    return st.sampled_from(sorted(NUMBERS)).flatmap(of)


def credit_codes() -> st.SearchStrategy[tuple[str, str]]:
    body = st.from_regex(r"[1-9ANY][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}", fullmatch=True)
    return body.filter(lambda text: len(set(text[2:])) > 1).map(
        lambda text: ("cn_uscc", text + uscc_check(text))
    )


def serials() -> st.SearchStrategy[tuple[str, str]]:
    return st.integers(0, (1 << 60) - 1).map(
        lambda number: ("suxin_serial", serial_of_number(number))
    )


@settings(deadline=None)
@given(checked_numbers() | credit_codes() | serials())
def test_what_is_formatted_is_what_was_parsed(case: tuple[str, str]) -> None:
    name, text = case

    code = registry.parse(name, text)

    assert registry.get(name).format(code) == text
    assert registry.parse(name, registry.get(name).format(code)) == code


@settings(deadline=None)
@given(checked_numbers() | credit_codes(), st.data())
def test_one_wrong_character_is_always_refused(case: tuple[str, str], data: st.DataObject) -> None:
    name, text = case
    position = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from([c for c in "0123456789" if c != text[position]]))

    with pytest.raises(CodeError):
        registry.parse(name, text[:position] + other + text[position + 1 :])


@settings(deadline=None)
@given(st.sampled_from(sorted(registry.SCHEMES)), st.text(max_size=80))
def test_no_text_raises_anything_but_a_code_error(name: str, text: str) -> None:
    for candidate in (
        text,
        "(01)" + text,
        "https://a/01/" + text,
        "urn:epc:id:" + text,
        "SX" + text,
    ):
        registry.detect(candidate)
        try:
            code = registry.parse(name, candidate)
        except CodeError as refusal:
            assert refusal.rule  # noqa: PT017 - the refusal is one of two allowed outcomes
        else:
            assert isinstance(code, Code)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["(01)", "(10)", "(21)", "09521234543213", "A", "\x1d", "\\", "(", "%", "/"]
        ),
        max_size=8,
    )
)
def test_an_element_string_that_is_read_is_read_again_from_its_text(parts: list[str]) -> None:
    try:
        code = registry.parse("gs1_element_string", "".join(parts))
    except CodeError:
        return
    again = registry.parse("gs1_element_string", code.text)

    assert again.fields == code.fields
    assert again.uri == code.uri


def test_a_megabyte_is_refused_by_its_length() -> None:
    text = "9" * 1_000_000

    assert registry.detect(text) == ()
    with pytest.raises(CodeError) as refusal:
        registry.parse("gtin13", text)
    assert refusal.value.rule == "too_long"
    assert registry.detect("9" * (TEXT_CHARS_MAX + 1)) == ()


def test_full_width_digits_are_read_with_a_warning() -> None:
    code = registry.parse("gtin13", " ６９０1234567892")

    assert code.text == "6901234567892"
    assert [(one.code, one.position) for one in code.warnings] == [("full_width", 1)]


@pytest.mark.parametrize(
    "text", ["69012345678٩2", "6901234567８92①", "6901234567²92", "\x006901234"]
)
def test_other_digits_are_not_read_as_digits(text: str) -> None:
    assert registry.detect(text) == ()


def test_the_position_of_a_fault_is_that_in_the_text_as_given() -> None:
    with pytest.raises(CodeError) as refusal:
        registry.parse("gtin13", "  69012345678X2")

    assert refusal.value.position == 13
    assert "  69012345678X2"[13] == "X"


def test_the_refusal_carries_one_problem_for_the_answer() -> None:
    with pytest.raises(CodeError) as refusal:
        registry.parse("gtin13", "6901234567893")

    assert [(one.path, one.code) for one in refusal.value.problems] == [("", "check_digit")]
    assert refusal.value.norm.startswith("GS1 General Specifications")


def test_readings_come_with_the_likeliest_first() -> None:
    names = [candidate.scheme.name for candidate in registry.detect("6901234567892")]
    ranks = [candidate.rank for candidate in registry.detect("6901234567892")]

    assert names == ["gtin13", "gln"]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("category", "names"),
    [
        (Category.FOOD, ["gtin13"]),
        (Category.PLACE, ["gln"]),
        (Category.PARTY, ["gln"]),
        (Category.LOGISTIC_UNIT, []),
        (Category.ANY, ["gtin13", "gln"]),
    ],
)
def test_a_category_keeps_only_what_may_name_it(category: Category, names: list[str]) -> None:
    found = registry.detect("6901234567892", category)

    assert [candidate.scheme.name for candidate in found] == names


def test_two_schemes_of_one_name_are_refused() -> None:
    scheme = registry.get("gln")

    with pytest.raises(ValueError, match="gln"):
        registry.build_table([scheme, scheme])


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(CodeError):
        registry.get("unheard")


# codes.md: keys under an enterprise's own prefix, serials of its trade items as they are written,
# unit codes on its behalf, our own serials. Everything else is issued by others and only read.
ISSUED = {
    "gtin13", "gln", "sscc", "gs1_element_string", "gs1_digital_link", "cn_pesticide_unit32",
    "cn_seed_unit_code", "suxin_serial",
}  # fmt: skip
CATEGORIES = {
    Category.TRADE_ITEM: {"gtin8", "gtin12", "gtin13", "gtin14", "gbt33993", "itip", "cpid", "gmn"},
    Category.PLACE: {"gln", "cn_region_gb2260"},
    Category.LOGISTIC_UNIT: {"sscc", "gsin", "ginc", "grai", "giai"},
    Category.PARTY: {"pgln", "gsrn", "gsrnp", "cn_uscc", "cn_org_code", "cn_id_number",
                     "cn_agri_subject_code"},
    Category.DRUG: {"cn_drug_trace20", "cn_drug_standard_code"},
    Category.AGRI_INPUT: {"cn_pesticide_unit32", "cn_vetdrug_trace24", "cn_seed_unit_code",
                          "cn_seed_qr_text"},
    Category.AGRI_PRODUCT: {"cn_agri_trace_long", "cn_agri_trace_short", "cn_agri_oid_legacy",
                            "cn_mofcom_veg_batch16", "cn_mofcom_trace20", "cn_ear_tag15"},
    Category.CERTIFICATE: {"gdti", "gcn", "cn_drug_approval_no", "cn_pesticide_reg_no",
                           "cn_fertilizer_reg_no", "cn_organic17", "cn_green_food_gf",
                           "cn_green_food_lb", "cn_sc_licence"},
    Category.ANY: {"gs1_element_string", "gs1_digital_link", "gs1_compressed_link", "epc_uri",
                   "ma_idcode", "oid", "ecode", "suxin_serial"},
}  # fmt: skip


def test_what_may_be_issued_is_what_the_design_says() -> None:
    assert {name for name, one in registry.SCHEMES.items() if one.may_issue} == ISSUED


def test_every_scheme_is_of_the_category_of_what_it_names() -> None:
    found: dict[Category, set[str]] = {}
    for name, scheme in registry.SCHEMES.items():
        found.setdefault(scheme.category, set()).add(name)

    assert found == CATEGORIES


def test_a_licence_and_a_credit_code_say_what_they_stand_for() -> None:
    assert registry.parse("cn_sc_licence", "SC11513042800065").fields["class_name"] == "酒类"
    assert registry.parse("cn_sc_licence", "SC20113010200014").fields["class_name"] == "食品添加剂"
    kinds = {
        "92210200MF0000128A": "个体工商户",
        "93210200MF00001287": "农民专业合作社",
        "N2210200MF0000128W": "村级集体经济组织",
        "A1210200MF0000128C": "军队事业单位",
    }
    for text, kind in kinds.items():
        assert registry.parse("cn_uscc", text).fields["kind"] == kind


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("http://x.cn\r\n10929272001483920175566201948371", "cn_pesticide_unit32"),
        ("单元识别代码：10929272001483920175566201948371", "cn_pesticide_unit32"),
        ("202611010012345678901234,某兽药,某公司", "cn_vetdrug_trace24"),
    ],
)
def test_a_long_run_of_digits_in_a_text_is_a_code(text: str, scheme: str) -> None:
    (reading,) = registry.detect(text)

    assert reading.scheme.name == scheme
    assert reading.code.warnings[-1].code in {"from_text", "from_address"}


def test_every_scheme_has_its_titles_and_norm() -> None:
    for scheme in registry.SCHEMES.values():
        assert scheme.title_zh
        assert scheme.title_en
        assert scheme.norm


def test_a_link_that_is_not_encrypted_is_a_warning() -> None:
    code = registry.parse("gs1_digital_link", "http://x.cn/01/06901234567892?a=b#c")

    assert code.text == "http://x.cn/01/06901234567892"
    assert [warning.code for warning in code.warnings] == ["http"]


def test_old_pesticide_registration_numbers_are_read() -> None:
    for text in ("PD85104", "PD85104-3", "PD20-87", "PDN1-88", "PD20070001F050001"):
        assert registry.parse("cn_pesticide_reg_no", text).text == text
