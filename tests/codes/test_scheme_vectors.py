import json

import pytest

from codes import registry
from codes.gs1.checks import CHECKS
from codes.gs1.company_prefix import company_prefix_length
from codes.model import CodeError
from codes.schemes.cn_uscc import org_code_check
from tests.codes.vector_rows import rows_of
from tests.vectors import vectors_dir

SIMPLE = (
    "gtin8", "gtin12", "gtin13", "gtin14", "gln", "sscc", "epc_uri",
    "cn_uscc", "cn_pesticide_unit32", "cn_pesticide_reg_no",
)  # fmt: skip
CARRIERS = ("gs1_element_string", "gs1_digital_link")
NOT_FIELDS = {"note", "raw", "canonical", "stem", "prefix"}


def test_every_valid_code_parses_to_its_fields() -> None:
    for row in rows_of(*SIMPLE, valid=True):
        code = registry.parse(row.scheme, row.code)

        for name, value in row.fields.items():
            if name not in NOT_FIELDS:
                assert code.fields.get(name) == (None if value is None else str(value)), row


def test_every_invalid_code_is_refused_with_a_rule_and_a_norm() -> None:
    for row in rows_of(*SIMPLE, *CARRIERS, valid=False):
        with pytest.raises(CodeError) as refusal:
            registry.parse(row.scheme, row.code)

        assert refusal.value.rule, row
        assert refusal.value.norm, row


def test_the_refusal_of_a_number_names_the_fault_of_the_vector() -> None:
    for row in rows_of("gtin8", "gtin12", "gtin13", "gtin14", "gln", "sscc", valid=False):
        with pytest.raises(CodeError) as refusal:
            registry.parse(row.scheme, row.code)

        assert refusal.value.rule == row.fields["error"], row


def test_every_valid_carrier_parses_to_its_elements() -> None:
    for row in rows_of(*CARRIERS, valid=True):
        code = registry.parse(row.scheme, row.code)

        for name, value in row.fields.items():
            if name.isdigit() and name not in {"11", "17", "3103"}:
                assert code.fields[name] == value, row
        assert set(code.fields) >= {name for name in row.fields if name.isdigit()}


def test_the_gs1_form_of_a_drug_trace_code_is_an_element_string() -> None:
    for row in rows_of("cn_drug_trace_gs1", valid=True):
        code = registry.parse("gs1_element_string", row.code)

        assert {"01", "21"} <= set(code.fields)
        assert code.uri.startswith("https://id.gs1.org/01/06901234567892/21/")


def test_company_prefixes_of_china_have_the_allocated_lengths() -> None:
    for row in rows_of("gs1_gcp_length_cn", valid=True):
        code = registry.parse("gtin13", row.code)

        assert company_prefix_length(row.code) == row.fields["gcp_length"], row
        assert code.fields["prefix"] == row.fields["prefix"]
        assert code.fields.get("gcp") == row.fields.get("gcp")


def test_a_prefix_that_nobody_was_given_is_a_warning() -> None:
    code = registry.parse("gtin13", "6981234567894")

    assert [warning.code for warning in code.warnings] == ["unallocated_prefix"]


@pytest.mark.parametrize("check", ["csum", "yymmd0", "yymmdd", "pcenc"])
def test_a_component_check_passes_what_the_vectors_pass(check: str) -> None:
    rows = rows_of(f"gs1_lint.{check}", valid=True)

    assert [row.code for row in rows if CHECKS[check](row.code) is not None] == []


@pytest.mark.parametrize("check", ["csum", "yymmd0", "yymmdd", "pcenc", "gcppos1"])
def test_a_component_check_refuses_what_the_vectors_refuse(check: str) -> None:
    for row in rows_of(f"gs1_lint.{check}", valid=False):
        with pytest.raises(CodeError):
            CHECKS[check](row.code)


def identifiers() -> dict[str, dict[str, list[str]]]:
    text = (vectors_dir() / "identifiers" / "cn_identifiers.json").read_text("utf-8")
    data: dict[str, dict[str, list[str]]] = json.loads(text)
    return data


def test_every_real_social_credit_code_is_read_without_a_warning() -> None:
    for text in identifiers()["uscc_valid"]:
        code = registry.parse("cn_uscc", text)

        assert code.uri == f"urn:suxin:uscc:{text}"
        assert code.warnings == ()


def test_letters_in_the_first_place_are_departments_like_any_other() -> None:
    for texts in identifiers()["uscc_valid_synthetic"].values():
        for text in texts:
            assert registry.parse("cn_uscc", text).fields["dept"] == text[0]


def test_every_invalid_social_credit_code_is_refused() -> None:
    for text in identifiers()["uscc_invalid"]:
        with pytest.raises(CodeError):
            registry.parse("cn_uscc", text)


def test_organisation_codes_carry_the_check_of_gb_11714() -> None:
    for body, check in identifiers()["org9"].items():
        assert [org_code_check(body)] == list(check)


def test_a_wrong_organisation_code_inside_is_only_a_warning() -> None:
    # GB 32100: the outer check is right, the inner organisation code D2143569 has check X, not 1.
    code = registry.parse("cn_uscc", "91130100D21435691X")

    assert [warning.code for warning in code.warnings] == ["org_check"]


@pytest.mark.parametrize("text", ["0" * 18, "111111111111111110", "910000000000000000"])
def test_fillers_are_no_social_credit_codes(text: str) -> None:
    with pytest.raises(CodeError):
        registry.parse("cn_uscc", text)
