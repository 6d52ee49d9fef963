import json

import pytest

from codes.canonical import canonical_uri
from codes.model import CodeError
from tests.vectors import vectors_dir


def epc_vectors(*, valid: bool) -> list[dict[str, object]]:
    rows = json.loads((vectors_dir() / "codes" / "code_vectors.json").read_text("utf-8"))
    return [row for row in rows if row["scheme"] == "epc_uri" and row["valid"] is valid]


def test_every_valid_epc_uri_of_the_vectors_becomes_its_digital_link() -> None:
    for row in epc_vectors(valid=True):
        fields = row["fields"]
        assert isinstance(fields, dict)

        canonical = canonical_uri(str(row["code"]))

        for ai, value in fields.items():
            if ai.isdigit() and value is not None:
                assert f"/{ai}/{value.replace('/', '%2F')}" in canonical
        assert ("254" in fields and fields["254"] is None) <= ("/254/" not in canonical)


def test_every_invalid_epc_uri_of_the_vectors_is_refused() -> None:
    for row in epc_vectors(valid=False):
        with pytest.raises(CodeError) as refusal:
            canonical_uri(str(row["code"]))

        assert refusal.value.norm
        assert refusal.value.rule


@pytest.mark.parametrize(
    ("urn", "path"),
    [
        ("urn:epc:id:pgln:4012345.00225", "417/4012345002256"),
        ("urn:epc:id:grai:4012345.55555.987", "8003/04012345555554987"),
        ("urn:epc:id:giai:4012345.ABC", "8004/4012345ABC"),
        ("urn:epc:id:gsrn:0614141.0000010253", "8018/061414100000102534"),
        ("urn:epc:id:gdti:0614141.12345.400", "253/0614141123452400"),
        ("urn:epc:id:cpi:4012345.ABC.123", "8010/4012345ABC/8011/123"),
        ("urn:epc:id:sgcn:4012345.99999.44", "255/401234599999044"),
        ("urn:epc:id:gsin:4012345.999987654", "402/40123459999876541"),
        ("urn:epc:id:ginc:4012345.333", "401/4012345333"),
        ("urn:epc:id:upui:4012345.012345.AB12", "01/04012345123456/235/AB12"),
        ("urn:epc:id:itip:4012345.012345.01.02.999", "8006/040123451234560102/21/999"),
        ("urn:epc:idpat:itip:4012345.012345.01.02.*", "8006/040123451234560102"),
        ("urn:epc:idpat:grai:4012345.66666.*", "8003/04012345666663"),
        ("urn:epc:idpat:cpi:4012345.ABC.*", "8010/4012345ABC"),
    ],
)
def test_each_epc_scheme_becomes_its_key(urn: str, path: str) -> None:
    assert canonical_uri(urn) == f"https://id.gs1.org/{path}"


def test_a_pattern_wider_than_one_class_has_no_canonical_form() -> None:
    for urn in ("urn:epc:idpat:sgtin:4012345.*.*", "urn:epc:idpat:sgtin:*.*.*"):
        with pytest.raises(CodeError):
            canonical_uri(urn)


def test_an_epc_without_a_gs1_key_keeps_its_urn() -> None:
    assert canonical_uri("urn:epc:id:gid:1.2.3") == "urn:epc:id:gid:1.2.3"
