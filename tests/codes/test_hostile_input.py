"""What people and attackers type: refusals that say why, notes that say what was put right."""

import json

import pytest

from codes import registry
from codes.canonical import uri_of_text
from codes.cn.persons import may_be_id_number
from codes.cn.regions import every_region, find_region
from codes.model import Category, CodeError
from codes.schemes.cn_org_code import parse_org_code
from tests.vectors import vectors_dir

DRUG = "83857930000879766660"


def names(text: str, category: Category | None = None) -> list[tuple[str, int]]:
    return [(one.scheme.name, one.rank) for one in registry.detect(text, category)]


def identifiers() -> dict[str, object]:
    text = (vectors_dir() / "identifiers" / "cn_identifiers.json").read_text("utf-8")
    data: dict[str, object] = json.loads(text)
    return data


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        (DRUG, [("cn_drug_trace20", 1), ("cn_mofcom_trace20", 2)]),
        (
            "13263654012312345678",
            [("cn_drug_trace20", 1), ("cn_agri_trace_short", 1), ("cn_mofcom_trace20", 1)],
        ),
        ("86900483000019", [("gtin14", 1), ("cn_drug_standard_code", 1)]),
        ("202611010012345678901234", [("cn_vetdrug_trace24", 1)]),
        ("10929272001483920175566201948371", [("cn_pesticide_unit32", 1)]),
        ("16901234567899", [("gtin14", 1), ("cn_agri_trace_short", 2)]),
        ("113012300000001", [("cn_ear_tag15", 1), ("cn_agri_trace_short", 2)]),
    ],
)
def test_lengths_that_clash_come_back_ranked(text: str, readings: list[tuple[str, int]]) -> None:
    assert names(text) == readings


def test_a_category_settles_what_the_digits_cannot() -> None:
    text = "86900483000019"

    with pytest.raises(CodeError) as refusal:
        uri_of_text(text)
    assert refusal.value.rule == "ambiguous"
    assert names(text, Category.FOOD) == [("gtin14", 1)]
    assert names("13263654012312345678", Category.DRUG) == [("cn_drug_trace20", 1)]
    assert names("13010200120261122001", Category.AGRI_INPUT) == [("cn_seed_unit_code", 3)]


@pytest.mark.parametrize(
    "text",
    [
        DRUG,
        "8385793-0000879766660",
        "8385 7930 0008 7976 6660",
        " ８３８５７９３００００８７９７６６６６０\t",
        f"https://trace.example/q?code={DRUG}&from=wx",
        f"http://trace.example/{DRUG}#top",
        f"urn:suxin:drug-trace:{DRUG}",
    ],
)
def test_every_written_form_of_a_drug_code_meets_in_one_uri(text: str) -> None:
    assert uri_of_text(text) == f"urn:suxin:drug-trace:{DRUG}"


@pytest.mark.parametrize(
    "text",
    [
        "6901234567892",
        "06901234567892",
        "(01)06901234567892",
        "]d20106901234567892",
        "https://brand.example/01/06901234567892?17=261231",
        "http://www.example.com/gtin/06901234567892",
        "urn:epc:idpat:sgtin:6901234.056789.*",
    ],
)
def test_every_written_form_of_a_trade_item_meets_in_one_uri(text: str) -> None:
    assert uri_of_text(text) == "https://id.gs1.org/01/06901234567892"


def test_a_code_with_slashes_inside_an_address_is_read_whole() -> None:
    uri = "urn:suxin:ma:MA.156.1301.0001/10.20.30/SN0001"

    assert uri_of_text("https://s.x.cn/MA.156.1301.0001/10.20.30/SN0001?x=1") == uri
    assert uri_of_text("MA.156.1301.0001.10.20.30.SN0001") == uri


def test_what_was_put_right_is_noted() -> None:
    def notes(scheme: str, text: str) -> list[str]:
        return [warning.code for warning in registry.parse(scheme, text).warnings]

    assert notes("cn_drug_trace20", "8385793-0000879766660") == ["separators"]
    assert notes("cn_drug_trace20", "８" + DRUG[1:]) == ["full_width"]
    assert notes("cn_sc_licence", "sc11513042800065") == ["lower_case", "former_region"]
    assert notes("cn_sc_licence", "SC11513010300034")[0] == "former_region"
    found = registry.detect(f"https://any.example/p?id={'1' * 7}1{'0' * 24}")
    assert [one.scheme.name for one in found] == ["cn_pesticide_unit32"]
    assert [warning.code for warning in found[0].code.warnings] == ["from_address"]
    assert "any.example" in found[0].code.warnings[0].message


@pytest.mark.parametrize("scheme", sorted(registry.SCHEMES))
def test_every_scheme_refuses_a_megabyte_and_control_characters(scheme: str) -> None:
    for text in ("9" * 1_000_000, "\x00\x01\x02", "\x1b[31m6901234567892", "", " \t", "\ud800"):
        with pytest.raises(CodeError) as refusal:
            registry.parse(scheme, text)

        assert refusal.value.rule
        assert refusal.value.norm


def test_organisation_codes_of_the_vectors_are_read_and_a_wrong_check_refused() -> None:
    codes = identifiers()["org9"]
    assert isinstance(codes, dict)

    for body, check in codes.items():
        code = parse_org_code(body + check)

        assert code.text == parse_org_code(f"{body}-{check}").text == body + check
        wrong = "X" if check != "X" else "0"
        with pytest.raises(CodeError):
            registry.parse("cn_org_code", body + wrong)


def test_id_numbers_of_the_vectors_are_read_and_masked() -> None:
    data = identifiers()
    valid, bugs = data["ric_valid"], data["stdnum_bugs"]
    assert isinstance(valid, list)
    assert isinstance(bugs, dict)

    for number in [*valid, *(one for one in bugs.values() if one != "N2210200MF0000128W")]:
        code = registry.parse("cn_id_number", number)

        assert code.is_personal
        assert code.text == number
        assert number[1:17] not in f"{code!r}{code.uri}{code.printed}{code.fields}"
        with pytest.raises(CodeError) as refusal:
            uri_of_text(number)
        assert number[6:14] not in refusal.value.message


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("110105194912310021", "check_digit"),
        ("11010519491331002X", "date"),
        ("99010519491231002X", "region"),
        ("11010519491231002", "length"),
        ("1101051949123100AX", "charset"),
    ],
)
def test_a_wrong_id_number_is_refused_without_telling_the_right_one(number: str, rule: str) -> None:
    with pytest.raises(CodeError) as refusal:
        registry.parse("cn_id_number", number)

    assert refusal.value.rule == rule
    assert number not in str(refusal.value)


def test_old_and_mistyped_id_numbers_inside_codes_are_hidden_too() -> None:
    for subject in ("000110105491231002", "110105194912310021"):
        code = registry.parse("cn_agri_subject_code", f"0.{subject}.00000")

        assert may_be_id_number(subject)
        assert code.is_personal
        assert subject[4:16] not in f"{code!r}{code.uri}{code.fields}"
    company = registry.parse("cn_agri_subject_code", "0.000130102000012345.00000")
    assert not company.is_personal


def test_shijiazhuang_today_is_twenty_three_divisions_with_their_days() -> None:
    today = [
        one for one in every_region()
        if one.code.startswith("1301") and not one.is_collective and not one.to_on
        and not one.is_statistical
    ]  # fmt: skip
    former = find_region("130182")
    current = find_region("130109")

    assert len(today) == 23
    assert former is not None
    assert current is not None
    assert former.to_on == current.from_on
    assert former.now == ("130109",)
    assert former.to_on is not None
    assert current.is_valid_on(former.to_on)
    assert not former.is_valid_on(former.to_on)


def test_a_former_region_is_refused_alone_and_a_warning_in_an_old_certificate() -> None:
    with pytest.raises(CodeError) as refusal:
        registry.parse("cn_region_gb2260", "130103")
    licence = registry.parse("cn_green_food_gf", "GF130182100001")

    assert refusal.value.rule == "former_region"
    assert "130102 130104" in refusal.value.message
    assert [warning.code for warning in licence.warnings] == ["former_region"]
