import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codes.canonical import (
    Level,
    canonical_uri,
    epc_urn,
    gtin_uri,
    is_instance,
    level_of,
    lot_uri,
    parts_of,
    uri_of_text,
)
from codes.gs1.check_digit import mod10_check_digit
from codes.model import Category, CodeError
from tests.vectors import vectors_dir

SERIALS = st.text(
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz",
    min_size=1,
    max_size=20,
)


def strings_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings_in(inner)
    elif isinstance(value, str):
        yield value


def identifiers_of_valid_events() -> set[str]:
    found: set[str] = set()
    for path in sorted((vectors_dir() / "epcis" / "valid").glob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        found |= {text for text in strings_in(document) if re.match(r"urn:|https?://", text)}
    assert len(found) > 150
    return found


def test_every_identifier_of_valid_events_has_one_canonical_form() -> None:
    for uri in identifiers_of_valid_events():
        canonical = canonical_uri(uri)

        assert canonical_uri(canonical) == canonical
        if uri.startswith("urn:epc:"):
            assert canonical.startswith("https://id.gs1.org/")


def test_every_epc_of_valid_events_comes_back_from_its_canonical_form() -> None:
    for uri in identifiers_of_valid_events():
        if uri.startswith("urn:epc:"):
            prefix = uri.split(":", 4)[4].split(".")[0]

            assert epc_urn(canonical_uri(uri), len(prefix)) == uri


def test_canonical_forms_are_those_of_the_event_hash_vectors() -> None:
    folder = vectors_dir() / "event-hash"
    prehash = json.loads((folder / "reference_vectors.json").read_text("utf-8"))
    hashed = " ".join(one["prehash"] for one in prehash)
    seen = 0

    for path in sorted(folder.glob("*.jsonld")):
        for uri in strings_in(json.loads(path.read_text("utf-8"))):
            if uri.startswith(("urn:epc:", "https://id.gs1")):
                seen += 1
                assert canonical_uri(uri) in hashed, uri

    assert seen >= 10


@pytest.mark.parametrize(
    ("uri", "canonical"),
    [
        ("https://x.cn/p/01/06901234567892?17=261231#a", "https://id.gs1.org/01/06901234567892"),
        (
            "https://x.cn/01/06901234567892/22/V/10/LOT/21/S%2f1",
            "https://id.gs1.org/01/06901234567892/21/S%2F1",
        ),
        (
            "https://x.cn/01/06901234567892/22/V/10/LOT",
            "https://id.gs1.org/01/06901234567892/10/LOT",
        ),
        (
            "https://x.cn/01/06901234567892/22/V",
            "https://id.gs1.org/01/06901234567892/22/V",
        ),
        ("HTTP://x.cn/00/106141412345678977", "https://id.gs1.org/00/106141412345678977"),
        ("https://x.cn/414/9521101530001/254/0", "https://id.gs1.org/414/9521101530001"),
        (
            "https://x.cn/414/9521101530001/254/A+B",
            "https://id.gs1.org/414/9521101530001/254/A%2BB",
        ),
        ("https://x.cn/00/1/01/06901234567892", "https://id.gs1.org/01/06901234567892"),
        ("urn:epc:id:sgln:123456789012..0", "https://id.gs1.org/414/1234567890128"),
        (
            "urn:epc:id:sgtin:6901234.056789.a:b*c",
            "https://id.gs1.org/01/06901234567892/21/a%3Ab%2Ac",
        ),
    ],
)
def test_two_spellings_of_one_thing_meet(uri: str, canonical: str) -> None:
    assert canonical_uri(uri) == canonical


@pytest.mark.parametrize(
    "uri",
    [
        "http://www.w3.org/2000/01/rdf-schema#",
        "https://example.com/2024/01/15",
        "https://example.com/room/401/desk",
        "https://example.com/8003/030013450007718765",
        "https://example.com/01/06901234567892/photo.jpg",
        "https://example.com/01/06901234567892/about/us",
        "https://ref.gs1.org/cbv/BizStep-departing",
        "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
        "urn:epc:id:gid:1.2.3",
        "mailto:a@example.com",
        "https://example.com",
    ],
)
def test_an_identifier_without_a_gs1_key_stays_as_it_is(uri: str) -> None:
    assert canonical_uri(uri) == uri
    assert level_of(uri) is Level.UNKNOWN


@pytest.mark.parametrize(
    ("uri", "rule"),
    [
        ("https://x.cn/01/06901234567893", "check_digit"),
        ("https://x.cn/00/106141412345678978", "check_digit"),
        ("https://x.cn/01/6901234567892", "length"),
        ("https://id.gs1.org/01/690123456789", "length"),
        ("https://x.cn/01/06901234567892/", "trailing_slash"),
        ("https://x.cn/01/06901234567892/21/A/10/B", "qualifiers"),
        ("https://x.cn/01/06901234567892/89/A", "qualifiers"),
        ("https://x.cn/01/06901234567892/10/", "empty"),
        ("https://x.cn/01/06901234567892/10/%E6%89%B9", "charset"),
        ("HtTp://x.cn/01/06901234567892", "uri_scheme"),
        ("https://id.gs1.org/gtin/06901234567892", "alpha_key"),
        ("https://id.gs1.org/10/ABC", "no_key"),
        ("urn:epc:id:sgtin:6901234.05678.1", "length"),
        ("urn:epc:id:sgtin:6901234.056789.123456789012345678901", "length"),
        ("urn:epc:id:sgtin:6901234.056789.%zz", "charset"),
        ("urn:epc:id:sgtin:6901234.056789.%24", "charset"),
        ("urn:epc:id:sgtin:６９０１２３４.056789.1", "company_prefix"),
        ("urn:epc:id:giai:4012345.ABC345§", "charset"),
        ("urn:epc:id:cpi:0614141.abc.12345", "charset"),
        ("urn:epc:id:cpi:0614141.12345.abf", "charset"),
        ("urn:epc:id:sgcn:0614141.55555.7755339999999", "charset"),
        ("urn:epc:id:itip:4012345.011111.1.2.987", "piece_of_total"),
        ("urn:epc:id:pgln:4000001.00000.0", "epc_shape"),
        ("urn:epc:idpat:sgtin:6901234.056789.1", "epc_pattern"),
        ("urn:epc:ginc:0614141.xyz47%2F11", "epc_shape"),
        ("urn:epc:id:unheard:1.2", "epc_scheme"),
        ("URN:EPC:id:sgtin:6901234.056789.1", "urn_case"),
        ("urn:suxin:uscc:91350100M000100Y44", "check_digit"),
        ("urn:suxin:uscc:91350100m000100y43", "own_name"),
        ("urn:suxin:unheard:1", "own_name"),
        ("urn:suxin:", "own_name"),
        ("6901234567892", "uri"),
        ("", "uri"),
        ("https://x.cn/a b", "uri"),
        ("urn:x:a\nb", "uri"),
        ("urn:x:" + "a" * 3_000, "too_long"),
    ],
)
def test_a_wrong_identifier_is_refused_by_its_rule(uri: str, rule: str) -> None:
    with pytest.raises(CodeError) as refusal:
        canonical_uri(uri)

    assert refusal.value.rule == rule


@pytest.mark.parametrize(
    ("canonical", "level"),
    [
        ("https://id.gs1.org/01/06901234567892", Level.CLASS),
        ("https://id.gs1.org/01/06901234567892/22/V", Level.CLASS),
        ("https://id.gs1.org/01/06901234567892/10/L", Level.LOT),
        ("https://id.gs1.org/01/06901234567892/21/S", Level.INSTANCE),
        ("https://id.gs1.org/01/06901234567892/235/T", Level.INSTANCE),
        ("https://id.gs1.org/00/106141412345678977", Level.INSTANCE),
        ("https://id.gs1.org/8003/04012345555554", Level.CLASS),
        ("https://id.gs1.org/8003/04012345555554987", Level.INSTANCE),
        ("https://id.gs1.org/8004/4012345ABC", Level.INSTANCE),
        ("https://id.gs1.org/8006/040123451234560102", Level.CLASS),
        ("https://id.gs1.org/8006/040123451234560102/10/L", Level.LOT),
        ("https://id.gs1.org/8010/4012345ABC", Level.CLASS),
        ("https://id.gs1.org/8010/4012345ABC/8011/1", Level.INSTANCE),
        ("https://id.gs1.org/8013/1987654Ad4X4bL5ttr2310c2K", Level.CLASS),
        ("https://id.gs1.org/253/4012345000054", Level.CLASS),
        ("https://id.gs1.org/253/4012345000054987", Level.INSTANCE),
        ("https://id.gs1.org/417/4012345002256", Level.INSTANCE),
        ("urn:suxin:pesticide:10929272001483920175566201948371", Level.INSTANCE),
    ],
)
def test_the_level_says_how_much_an_identifier_names(canonical: str, level: Level) -> None:
    assert canonical_uri(canonical) == canonical
    assert level_of(canonical) is level
    assert is_instance(canonical) is (level is Level.INSTANCE)


def test_parts_are_decoded_and_in_order() -> None:
    parts = parts_of("https://id.gs1.org/01/06901234567892/21/A%2FB%2B1")

    assert list(parts.items()) == [("01", "06901234567892"), ("21", "A/B+1")]
    assert parts_of("urn:uuid:1") == {}


def test_lots_and_classes_are_named_by_their_parts() -> None:
    assert lot_uri("06901234567892", "A/1") == "https://id.gs1.org/01/06901234567892/10/A%2F1"
    assert gtin_uri("06901234567892") == "https://id.gs1.org/01/06901234567892"
    for gtin, lot in (("06901234567893", "A"), ("06901234567892", ""), ("06901234567892", "批")):
        with pytest.raises(CodeError):
            lot_uri(gtin, lot)


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("6901234567892", "https://id.gs1.org/01/06901234567892"),
        ("６９０１２３４５６７８９２", "https://id.gs1.org/01/06901234567892"),
        (" 06901234567892\r\n", "https://id.gs1.org/01/06901234567892"),
        ("96385074", "https://id.gs1.org/01/00000096385074"),
        ("106141412345678977", "https://id.gs1.org/00/106141412345678977"),
        ("(01)06901234567892(10)A(21)B", "https://id.gs1.org/01/06901234567892/21/B"),
        ("\x1d010690123456789210A\x1d21B", "https://id.gs1.org/01/06901234567892/21/B"),
        ("]Q3010690123456789210A", "https://id.gs1.org/01/06901234567892/10/A"),
        ("010690123456789210A", "https://id.gs1.org/01/06901234567892/10/A"),
        ("https://x.cn/01/06901234567892/10/A", "https://id.gs1.org/01/06901234567892/10/A"),
        ("urn:epc:class:lgtin:6901234.056789.A", "https://id.gs1.org/01/06901234567892/10/A"),
        ("91350100M000100Y43", "urn:suxin:uscc:91350100M000100Y43"),
        ("urn:suxin:uscc:91350100M000100Y43", "urn:suxin:uscc:91350100M000100Y43"),
        (
            "10929272001483920175566201948371",
            "urn:suxin:pesticide:10929272001483920175566201948371",
        ),
        ("urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",) * 2,
    ],
)
def test_any_written_form_leads_to_the_canonical_uri(text: str, uri: str) -> None:
    assert uri_of_text(text) == uri


def test_a_category_turns_thirteen_digits_into_a_place() -> None:
    assert uri_of_text("6901234000016") == "https://id.gs1.org/01/06901234000016"
    assert uri_of_text("6901234000016", Category.PLACE) == "https://id.gs1.org/414/6901234000016"


def test_a_text_that_two_schemes_read_alike_is_ambiguous() -> None:
    # The digits satisfy the check of an SSCC and that of a social credit code at once.
    with pytest.raises(CodeError) as refusal:
        uri_of_text("121301000000010977")

    assert refusal.value.rule == "ambiguous"
    assert uri_of_text("121301000000010977", Category.PARTY).startswith("urn:suxin:uscc:")


@pytest.mark.parametrize("text", ["hello", "6901234567893", "", "x" * 5_000])
def test_a_text_that_nothing_reads_is_refused(text: str) -> None:
    with pytest.raises(CodeError):
        uri_of_text(text)


@settings(deadline=None)
@given(
    body=st.from_regex(r"[0-9]{13}", fullmatch=True),
    serial=SERIALS,
    length=st.integers(6, 12),
)
def test_any_serial_goes_to_a_link_and_back(body: str, serial: str, length: int) -> None:
    gtin = body + mod10_check_digit(body)
    uri = canonical_uri(epc_urn(lot_uri(gtin, serial), length))

    assert uri == lot_uri(gtin, serial)
    assert parts_of(uri) == {"01": gtin, "10": serial}


@settings(deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"urn:epc:(id|idpat|class):[a-z]{3,5}:.{0,40}"))
def test_canonicalising_twice_is_canonicalising_once(text: str) -> None:
    try:
        once = canonical_uri(text)
    except CodeError:
        return
    assert canonical_uri(once) == once


@settings(deadline=None)
@given(
    scheme=st.sampled_from(["giai", "ginc", "cpi", "sgtin", "sgln", "grai", "gdti", "upui"]),
    prefix=st.from_regex(r"[0-9]{6,12}", fullmatch=True),
    rest=st.from_regex(r"[0-9A-Z.%F2]{0,20}", fullmatch=True),
)
def test_what_an_epc_becomes_is_itself_accepted(scheme: str, prefix: str, rest: str) -> None:
    try:
        once = canonical_uri(f"urn:epc:id:{scheme}:{prefix}.{rest}")
    except CodeError:
        return
    assert canonical_uri(once) == once
