"""Every vector of the published file, by scheme; a scheme without a reader fails."""

import json
from collections.abc import Callable

import pytest

from codes import registry
from codes.gs1 import digital_link, element_string
from codes.gs1.checks import CHECKS
from codes.gs1.company_prefix import company_prefix_length
from codes.gs1.element_string import FNC1, Strictness
from codes.gs1.meaning import explain
from codes.model import CodeError
from codes.schemes.suxin_serial import require_signature, sign_serial
from tests.vectors import vectors_dir

Fields = dict[str, object]
Reader = Callable[[str, Fields], Fields]

# Fields of the file that speak about a code and are no part of it; `raw`, `canonical` and `stem`
# are what it is built into and are read by the reader of its scheme.
REMARKS = {"note", "error"}
KEYS = {"k1": b"test-key-do-not-use"}


def by_registry(scheme: str) -> Reader:
    def read(text: str, expected: Fields) -> Fields:
        code = registry.parse(scheme, text)
        assert registry.parse(scheme, code.text).text == code.text
        return dict(code.fields)

    return read


def carrier(scheme: str) -> Reader:
    """Read elements; the file has some of them in the words of `explain`: dates, weights."""

    def read(text: str, expected: Fields) -> Fields:
        elements = dict(registry.parse(scheme, text).fields)
        fields: Fields = dict(elements)
        for name, value in expected.items():
            if name.isdigit() and value is not None and str(value) != fields[name]:
                fields[name] = explain(name, elements[name], year=2026)
        if scheme == "gs1_element_string":
            fields["raw"] = element_string.raw(elements).removeprefix(FNC1)
        if scheme == "gs1_digital_link":
            link = digital_link.parse(text)
            fields |= {"canonical": digital_link.canonical(link), "stem": link.stem}
        return fields

    return read


def prefix_length(text: str, expected: Fields) -> Fields:
    return {**registry.parse("gtin13", text).fields, "gcp_length": company_prefix_length(text)}


def gtin13(text: str, expected: Fields) -> Fields:
    """Read a GTIN-13; the file writes who gives out a prefix behind it."""
    fields: Fields = dict(registry.parse("gtin13", text).fields)
    if str(expected.get("prefix", "")).startswith(f"{fields['prefix']} "):
        fields["prefix"] = f"{fields['prefix']} {fields['prefix_of']}"
    return fields


def signed(text: str, expected: Fields) -> Fields:
    elements = registry.parse("gs1_digital_link", text).fields
    key_id = require_signature(elements, KEYS)
    again = sign_serial(elements["01"], elements["21"], key_id=key_id, key=KEYS[key_id])
    assert again == elements["98"]
    return {**elements, "key_id": key_id, "mac": elements["98"].removeprefix(key_id)}


def link_syntax(text: str, expected: Fields) -> Fields:
    link = digital_link.parse(text, strictness=Strictness.STRUCTURE)
    raw = element_string.raw(link.elements).replace(FNC1, "^")
    return {"element_string_fnc1_as_caret": raw}


def link_building(text: str, expected: Fields) -> Fields:
    elements = element_string.parse_bracketed(text, strictness=Strictness.STRUCTURE)
    stem = str(expected["stem"])
    return {"uri": digital_link.build(elements, stem=stem), "stem": stem}


def bracketed(text: str, expected: Fields) -> Fields:
    elements = element_string.parse_bracketed(text, strictness=Strictness.CONTENT)
    return {"unbracketed_fnc1_as_caret": element_string.raw(elements).replace(FNC1, "^")}


def raw(text: str, expected: Fields) -> Fields:
    elements = element_string.parse_raw(text.replace("^", FNC1), strictness=Strictness.CONTENT)
    return dict(elements)


def component(name: str) -> Reader:
    def read(text: str, expected: Fields) -> Fields:
        CHECKS[name](text)
        return {}

    return read


SPECIAL: dict[str, Reader] = {
    "gs1_gcp_length_cn": prefix_length,
    "gtin13": gtin13,
    "gs1_element_string": carrier("gs1_element_string"),
    "gs1_digital_link": carrier("gs1_digital_link"),
    "epc_uri": carrier("epc_uri"),
    "cn_drug_trace_gs1": carrier("gs1_element_string"),
    "signed_digital_link_proposal": signed,
    "gs1_digital_link_uri.syntax": link_syntax,
    "gs1_digital_link_uri.generate": link_building,
    "gs1_element_string.bracketed": bracketed,
    "gs1_element_string.raw": raw,
}


def reader_of(scheme: str) -> Reader:
    if scheme in SPECIAL:
        return SPECIAL[scheme]
    if scheme.startswith("gs1_lint."):
        return component(scheme.removeprefix("gs1_lint."))
    assert scheme in registry.SCHEMES, f"the vectors have a scheme without a reader: {scheme}"
    return by_registry(scheme)


def all_rows() -> list[dict[str, object]]:
    text = (vectors_dir() / "codes" / "code_vectors.json").read_text("utf-8")
    rows: list[dict[str, object]] = json.loads(text)
    return rows


def plain(value: object) -> str:
    """A field as text; a remark in brackets behind it is left out."""
    return str(value).lower() if isinstance(value, bool) else str(value).split(" (")[0]


def disagreements(row: dict[str, object]) -> list[str]:
    expected = row["fields"] if isinstance(row["fields"], dict) else {}
    found = reader_of(str(row["scheme"]))(str(row["code"]), expected)
    wrong = []
    for name, value in expected.items():
        is_remark = name in REMARKS or "left-padded" in str(value)
        if not is_remark and value is None and name in found and found[name] is not None:
            wrong.append(f"{row['scheme']} {row['code']}: {name} should be absent")
        elif not is_remark and value is not None and plain(found.get(name)) != plain(value):
            wrong.append(f"{row['scheme']} {row['code']}: {name} {found.get(name)!r} != {value!r}")
    return wrong


def test_every_scheme_of_the_vectors_has_a_reader() -> None:
    schemes = {str(row["scheme"]) for row in all_rows()}

    assert len(schemes) >= 47
    for scheme in schemes:
        assert callable(reader_of(scheme))


def test_every_group_of_the_vectors_is_that_of_a_scheme() -> None:
    named = {name for one in registry.SCHEMES.values() for name in (one.name, *one.vectors)}
    groups = {str(row["scheme"]) for row in all_rows()}
    groups |= {f"identifiers.{name}" for name in identifiers()}

    assert groups <= named


def identifiers() -> dict[str, object]:
    text = (vectors_dir() / "identifiers" / "cn_identifiers.json").read_text("utf-8")
    data: dict[str, object] = json.loads(text)
    return data


def test_every_valid_vector_parses_to_its_fields() -> None:
    wrong = [fault for row in all_rows() if row["valid"] for fault in disagreements(row)]

    assert wrong == []


def test_every_invalid_vector_is_refused_with_its_rule_and_norm() -> None:
    rows = [row for row in all_rows() if not row["valid"]]
    assert len(rows) > 150

    for row in rows:
        fault = fault_of(row)
        assert fault.rule, row
        assert fault.norm, row


# Rules whose breach real labels show too, so that it is a warning and no refusal (codes.md).
WARNED = {("cn_sc_licence", "check_digit")}


def fault_of(row: dict[str, object]) -> CodeError:
    """Return the refusal of an invalid vector, or the warning that stands for it."""
    scheme, text = str(row["scheme"]), str(row["code"])
    expected = row["fields"] if isinstance(row["fields"], dict) else {}
    reason = str(expected.get("error")).split(" ")[0]
    if (scheme, reason) in WARNED:
        (warning,) = [one for one in registry.parse(scheme, text).warnings if one.code == reason]
        norm = registry.get(scheme).norm
        return CodeError(warning.code, warning.message, position=warning.position, norm=norm)
    with pytest.raises(CodeError) as refusal:
        reader_of(scheme)(text, expected)
    return refusal.value


# What the file calls a fault and what the rule that finds it is called here. Where the file names
# several rules in one breath ("length/charset"), each of them is an answer.
REASONS: tuple[tuple[str, set[str]], ...] = (
    ("GS1_LINTER_INCORRECT_CHECK_DIGIT", {"check_digit"}),
    ("GS1_LINTER_NON_DIGIT_CHARACTER", {"charset"}),
    ("GS1_LINTER_TOO_SHORT_FOR_CHECK_DIGIT", {"length"}),
    ("GS1_LINTER_INVALID_GCP_PREFIX", {"company_prefix"}),
    ("GS1_LINTER_INVALID_PERCENT_SEQUENCE", {"percent_encoding"}),
    ("GS1_LINTER_DATE_TOO", {"length"}),
    ("GS1_LINTER_ILLEGAL", {"date"}),
    ("cannot be rendered", {"attribute", "no_key"}),
    ("GTIN check digit", {"check_digit"}),
    ("check digit", {"check_digit"}),
    ("check_digit", {"check_digit"}),
    ("check (the worked example", {"look_alike"}),
    ("check", {"check_digit"}),
    ("mac", {"signature"}),
    ("charset: hyphen", {"length"}),
    ("length/charset", {"length", "charset"}),
    ("type 1..3 / length / charset", {"type", "length", "charset"}),
    ("length", {"length"}),
    ("longer than", {"length"}),
    ("AI 21 longer", {"length"}),
    ("MD too long", {"length"}),
    ("GTIN must be 14 digits", {"length"}),
    ("digits must total", {"length"}),
    ("company prefix + item digits", {"length"}),
    ("company prefix must be", {"company_prefix"}),
    ("charset", {"charset"}),
    ("character outside CSET 82", {"charset"}),
    ("% not allowed", {"charset"}),
    ('"/" must be %2F', {"charset"}),
    ("letter O not allowed", {"look_alike"}),
    ("month 13", {"date"}),
    ("date month", {"date"}),
    ("no 30 February", {"date"}),
    ("timestamp", {"date", "time"}),
    ("AI 10 requires", {"missing_ai"}),
    ("AI 01 may not be combined", {"excluded_ai"}),
    ("qualifier order", {"qualifiers"}),
    ("235 excludes", {"qualifiers"}),
    ("no primary key", {"no_key"}),
    ("may not end in a slash", {"trailing_slash"}),
    ("scheme", {"uri_scheme"}),
    ("mixed-case scheme", {"uri_scheme"}),
    ("empty serial", {"empty"}),
    ("empty", {"empty"}),
    ("must be digits or digits+letters", {"letters_only"}),
    ("category digit", {"category"}),
    ("country must be 86", {"country"}),
    ("letter missing", {"letter"}),
    ("letter", {"letter"}),
    ("production digit", {"production"}),
    ("prefix/format", {"prefix", "format"}),
    ("prefix", {"prefix"}),
    ("fourth line", {"lines"}),
    ("order (cannot be detected", {"order"}),
    ("01 must come first", {"order"}),
    ("format", {"format", "prefix"}),
    ("species", {"species"}),
    ("county", {"region"}),
    ("region", {"region"}),
    ("grade letter missing", {"length", "format"}),
    ("kind must be", {"kind"}),
    ("type 1..3", {"type"}),
    ("subject must be 18", {"subject"}),
    ("user part missing", {"format"}),
    ("kind 0..3", {"type"}),
    ("root has four nodes", {"root"}),
    ("root", {"root"}),
    ("property", {"property"}),
    ("not in the current list (130103", {"former_region"}),
    ("not in the current list", {"region"}),
    ("first node must be MA", {"root"}),
    ("arc rule", {"arc"}),
    ("host", {"host"}),
    ("version reserved", {"version"}),
    # Two groups of the syntax engine say no more than that they are wrong.
    ("rejected", set()),
)


def test_every_invalid_vector_is_refused_for_the_reason_that_the_file_gives() -> None:
    for row in [row for row in all_rows() if not row["valid"]]:
        expected = row["fields"] if isinstance(row["fields"], dict) else {}
        reason = str(expected["error"])
        rules = next((rules for start, rules in REASONS if reason.startswith(start)), None)

        assert rules is not None, f"a reason that this test does not know: {reason}"
        assert fault_of(row).rule in rules or not rules, row


def test_every_invalid_vector_is_refused_where_its_fault_stands() -> None:
    nowhere = {"no_key", "signature"}

    for row in [row for row in all_rows() if not row["valid"]]:
        fault, text = fault_of(row), str(row["code"])
        # A link is built from elements, which stand in no text.
        is_built = row["scheme"] == "gs1_digital_link_uri.generate"

        assert (fault.position is None) == (fault.rule in nowhere or is_built), row
        if fault.position is not None:
            assert 0 <= fault.position <= len(text), row


def test_every_valid_code_of_a_detectable_scheme_is_detected() -> None:
    for row in all_rows():
        scheme = registry.SCHEMES.get(str(row["scheme"]))
        if not row["valid"] or scheme is None or scheme.lengths == frozenset():
            continue

        found = registry.detect(
            str(row["code"]), scheme.category if scheme.only_in_category else None
        )

        code = registry.parse(scheme.name, str(row["code"]))
        # A commodity code written as an element string is found as that: it names the same thing.
        names = {one.scheme.name for one in found}
        assert scheme.name in names or names == {"gs1_element_string"}, row
        assert code.uri in {one.code.uri for one in found}, row
