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

# Fields of the file that speak about a code and are no part of it.
REMARKS = {"note", "raw", "error", "canonical", "stem"}
KEYS = {"k1": b"test-key-do-not-use"}


def by_registry(scheme: str) -> Reader:
    def read(text: str, expected: Fields) -> Fields:
        code = registry.parse(scheme, text)
        assert registry.parse(scheme, code.text).text == code.text
        return dict(code.fields)

    return read


def carrier(scheme: str) -> Reader:
    def read(text: str, expected: Fields) -> Fields:
        fields: Fields = dict(registry.parse(scheme, text).fields)
        for name, value in expected.items():
            if name.isdigit() and value is not None and str(value) != fields[name]:
                fields[name] = explain(name, str(fields[name]), year=2026)
        return fields

    return read


def prefix_length(text: str, expected: Fields) -> Fields:
    return {**registry.parse("gtin13", text).fields, "gcp_length": company_prefix_length(text)}


def gtin13(text: str, expected: Fields) -> Fields:
    fields = dict(registry.parse("gtin13", text).fields)
    if "GS1" in str(expected.get("prefix", "")):
        fields["prefix"] += " GS1 China"
    return dict(fields)


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
    return {"uri": digital_link.build(elements, stem=str(expected["stem"]))}


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


def test_every_valid_vector_parses_to_its_fields() -> None:
    wrong = [fault for row in all_rows() if row["valid"] for fault in disagreements(row)]

    assert wrong == []


def test_every_invalid_vector_is_refused_with_its_rule_and_norm() -> None:
    rows = [row for row in all_rows() if not row["valid"]]
    assert len(rows) > 150

    for row in rows:
        fields = row["fields"] if isinstance(row["fields"], dict) else {}
        if row["scheme"] == "cn_sc_licence" and "check_digit" in str(fields["error"]):
            # The check of real labels fails too: the design says a warning and no refusal.
            code = registry.parse("cn_sc_licence", str(row["code"]))
            assert "check_digit" in [warning.code for warning in code.warnings]
            continue
        with pytest.raises(CodeError) as refusal:
            reader_of(str(row["scheme"]))(str(row["code"]), fields)
        assert refusal.value.rule, row
        assert refusal.value.norm, row


def test_every_valid_code_of_a_detectable_scheme_is_detected() -> None:
    for row in all_rows():
        scheme = registry.SCHEMES.get(str(row["scheme"]))
        if not row["valid"] or scheme is None or scheme.lengths == frozenset():
            continue
        if scheme.name == "gbt33993" and str(row["code"]).startswith("("):
            continue
        category = scheme.category if scheme.only_in_category else None
        found = registry.detect(str(row["code"]), category)
        assert scheme.name in [one.scheme.name for one in found], row
