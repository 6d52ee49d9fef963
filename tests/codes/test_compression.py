import json
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from codes import registry
from codes.canonical import canonical_uri, uri_of_text, uris_of_text
from codes.gs1 import digital_link
from codes.gs1.ais import AIS, require_value
from codes.gs1.bits import ALPHABET
from codes.gs1.check_digit import mod10_check_digit
from codes.gs1.compression import compress, decompress
from codes.gs1.compression_table import LAYOUTS, SEQUENCES
from codes.gs1.identity import identity_of_elements
from codes.gs1.packing import pack, unpack
from codes.gs1.value_bits import digits_width, length_width
from codes.model import CodeError
from tests.codes.made_elements import linkable, value_of
from tests.vectors import vectors_dir


def vectors(name: str) -> list[dict[str, str]]:
    text = (vectors_dir() / "gs1" / "digital_link_compress.json").read_text("utf-8")
    rows: list[dict[str, str]] = json.loads(text)[name]
    assert rows
    return rows


def in_canonical_order(uri: str) -> str:
    return digital_link.canonical(digital_link.parse(uri))


def test_the_vectors_compress_to_the_same_characters_and_back() -> None:
    for row in vectors("roundtrip_ok"):
        assert compress(row["uri"]) == row["compressed_opt"]
        assert compress(row["uri"], optimise=False) == row["compressed_noopt"]
        assert decompress(row["compressed_opt"]) == row["roundtrip"]
        assert decompress(row["compressed_noopt"]) == row["roundtrip"]
        assert decompress(row["partial"]) == row["roundtrip"]


def test_what_others_lost_comes_back_whole() -> None:
    for row in vectors("toolkit_roundtrip_fails"):
        for optimise in (True, False):
            back = decompress(compress(row["uri"], optimise=optimise))

            assert back == in_canonical_order(row["uri"])


def test_zeros_on_the_left_of_a_price_are_kept() -> None:
    row = next(row for row in vectors("toolkit_roundtrip_fails") if "3922=0299" in row["uri"])

    assert compress(row["uri"]) == row["compressed_opt"]
    assert "3922=0299" in decompress(row["compressed_opt"])


@st.composite
def elements_of_right_shape(draw: st.DrawFn) -> dict[str, str]:
    ais = draw(st.lists(st.sampled_from(sorted(AIS)), min_size=1, max_size=8, unique=True))
    return {ai: draw(st.from_regex(AIS[ai].shape, fullmatch=True)) for ai in ais}


NAMES = st.from_regex(r"[A-Za-z_\-][A-Za-z0-9_\-]{0,30}", fullmatch=True)
PAIRS = st.lists(st.tuples(NAMES, st.text(st.characters(max_codepoint=127), max_size=127)))


@settings(deadline=None)
@given(elements_of_right_shape(), PAIRS, st.booleans())
@example({"3922": "0299", "01": "09520123456788"}, [("a", "")], True)
def test_every_combination_of_identifiers_is_packed_without_loss(
    elements: dict[str, str], pairs: list[tuple[str, str]], optimise: bool
) -> None:
    found, own = unpack(pack(elements, tuple(pairs), optimise=optimise))

    assert found == elements
    assert own == tuple(pairs)


@pytest.mark.parametrize("ai", sorted(AIS))
def test_the_longest_and_shortest_value_of_every_identifier_is_packed(ai: str) -> None:
    layout = LAYOUTS[ai]
    longest = "".join(("9" if part.is_number else "z") * part.length for part in layout)
    zeros = "0" * sum(part.length for part in layout)

    for value in (longest, zeros):
        assert unpack(pack({ai: value}))[0] == {ai: value}


@st.composite
def links(draw: st.DrawFn) -> str:
    body = draw(st.from_regex(r"0[0-9]{12}", fullmatch=True))
    uri = f"https://x.cn/a/01/{body}{mod10_check_digit(body)}"
    text = st.text("AZaz09-._%2F".replace("%2F", ""), min_size=1, max_size=20)
    for ai in ("22", "10", "21"):
        if draw(st.booleans()):
            uri += f"/{ai}/{draw(text)}"
    query = []
    if draw(st.booleans()):
        query.append(f"3103={draw(st.from_regex(r'[0-9]{6}', fullmatch=True))}")
        query.append(
            f"392{draw(st.integers(0, 9))}={draw(st.from_regex('[0-9]{1,15}', fullmatch=True))}"
        )
    if draw(st.booleans()):
        query.append(f"17=2612{draw(st.integers(10, 28))}")
    query += [f"91={draw(text)}"] if draw(st.booleans()) else []
    query += [f"lang={draw(text)}"] if draw(st.booleans()) else []
    return uri + ("?" + "&".join(query) if query else "")


@settings(deadline=None)
@given(linkable(), st.booleans(), st.booleans())
def test_any_right_link_comes_back_whole_from_its_compressed_form(
    elements: dict[str, str], optimise: bool, keep_key: bool
) -> None:
    uri = digital_link.build(elements, stem="https://x.cn/a")

    compressed = compress(uri, optimise=optimise, keep_key=keep_key)

    # Elements, key and identity; the order of the query has no meaning and becomes the canonical.
    link = digital_link.parse(uri)
    back = decompress(compressed) if compressed != uri else uri
    assert digital_link.parse(back) == replace(link, attributes=tuple(sorted(link.attributes)))
    assert uri_of_text(compressed) == uri_of_text(uri) == identity_of_elements(elements)


@settings(deadline=None)
@given(st.sampled_from(sorted(AIS)), st.data())
def test_any_right_value_of_any_identifier_is_packed_without_loss(
    ai: str, data: st.DataObject
) -> None:
    value = data.draw(value_of(AIS[ai]))

    require_value(AIS[ai], value)
    assert unpack(pack({ai: value}))[0] == {ai: value}


@pytest.mark.parametrize(
    "alphabet", ["0123456789", "0123456789abcdef", "0123456789ABCDEF", "AZaz09-_", "AZaz09./%"]
)
@settings(deadline=None)
@given(st.data())
def test_texts_of_every_alphabet_and_length_are_packed_without_loss(
    alphabet: str, data: st.DataObject
) -> None:
    lot = data.draw(st.text(alphabet, min_size=1, max_size=20))
    own = data.draw(st.text(alphabet, max_size=127))

    elements, pairs = unpack(pack({"10": lot}, (("n", own),)))

    assert elements == {"10": lot}
    assert pairs == (("n", own),)


@settings(deadline=None)
@given(links(), st.booleans(), st.booleans())
def test_a_compressed_link_gives_back_its_elements_and_its_identity(
    uri: str, optimise: bool, keep_key: bool
) -> None:
    compressed = compress(uri, optimise=optimise, keep_key=keep_key)
    if compressed.partition("?")[0] == uri.partition("?")[0]:
        return

    back = decompress(compressed)

    assert digital_link.parse(back).elements == digital_link.parse(uri).elements
    assert digital_link.parse(back).stem == "https://x.cn/a"
    assert sorted(back.partition("?")[2].split("&")) == sorted(uri.partition("?")[2].split("&"))
    assert registry.parse("gs1_compressed_link", compressed).uri == canonical_uri(uri)


def test_pairs_of_the_site_come_back_and_what_no_bits_can_hold_stays() -> None:
    uri = "https://id.gs1.org/01/09520123456788?17=261231&lang=zh&q=a%20b%26c&w=%E8%AF%8D&flag"

    compressed = compress(uri)

    assert compressed.endswith("?w=%E8%AF%8D&flag")
    assert decompress(compressed) == (
        "https://id.gs1.org/01/09520123456788?17=261231&lang=zh&q=a%20b%26c&w=%E8%AF%8D&flag"
    )


def test_the_key_that_leads_a_link_of_several_keys_leads_again() -> None:
    uri = "https://a/8004/9520614141234567?01=09521234543213"

    assert decompress(compress(uri)) == uri
    assert decompress(compress(uri, keep_key=True)) == uri


def test_a_readable_key_before_the_compressed_rest_is_read() -> None:
    uri = "https://id.gs1.org/01/09520123456788/10/ABC123"

    partly = compress(uri, keep_key=True)

    assert partly.startswith("https://id.gs1.org/01/09520123456788/")
    assert decompress(partly) == uri
    assert canonical_uri(partly) == uri
    assert compress("https://id.gs1.org/01/09520123456788", keep_key=True) == (
        "https://id.gs1.org/01/09520123456788"
    )


def test_a_stem_that_ends_like_a_key_is_refused_and_not_misread() -> None:
    with pytest.raises(CodeError) as refusal:
        compress("https://a/00/006141411234567890/01/09520123456788")

    assert refusal.value.rule == "stem"


@pytest.mark.parametrize(
    ("segment", "rule"),
    [
        ("ARFRJydaKB", "filling"),
        ("ARFRJydaK", "truncated"),
        ("ARFRJydaKAA", "truncated"),
        ("ARFRJydaKQ", "filling"),
        ("ARFRJyda+A", "charset"),
        ("Af________", "range"),
        ("______________", "truncated"),
    ],
)
def test_a_broken_segment_is_refused(segment: str, rule: str) -> None:
    with pytest.raises(CodeError) as refusal:
        decompress(f"https://id.gs1.org/{segment}")

    assert refusal.value.norm
    assert refusal.value.rule == rule


@settings(deadline=None)
@given(st.text(ALPHABET, max_size=60))
def test_any_segment_is_read_exactly_or_refused(segment: str) -> None:
    try:
        elements, pairs = unpack(segment)
    except CodeError:
        return
    again = unpack(pack(elements, pairs, lead=next(iter(elements), "")))

    assert again == (elements, pairs)


ADDRESSES = st.builds(
    "{}://{}/{}{}{}".format,
    st.sampled_from(["http", "https", "HTTPS", "hTtp", "ftp"]),
    st.sampled_from(["x.cn", "id.gs1.org", "a:1", "", "a_b"]),
    st.sampled_from(["", "01/06901234567892/", "a/01/", "00/", "414/9520123456788/254/"]),
    st.text("AZaz09-_/%=?&#.", max_size=40) | st.text(ALPHABET, max_size=40),
    st.sampled_from(["", "?17=261231", "?99=%zz", "?9=9", "#a"]),
)


@settings(deadline=None)
@given(ADDRESSES | st.text(max_size=40))
def test_no_address_raises_anything_but_a_code_error(text: str) -> None:
    for work in (
        compress,
        decompress,
        digital_link.parse,
        canonical_uri,
        uri_of_text,
        uris_of_text,
    ):
        try:
            work(text)
        except CodeError as refusal:
            assert refusal.rule  # noqa: PT017 - the refusal is one of two allowed outcomes
            assert refusal.norm  # noqa: PT017 - every refusal names its clause


def test_widths_are_those_of_the_standard() -> None:
    assert [digits_width(n) for n in (0, 1, 2, 6, 13, 14, 17, 18)] == [1, 4, 7, 20, 44, 47, 57, 60]
    assert [length_width(n) for n in (1, 4, 8, 15, 16, 20, 30, 90)] == [1, 3, 4, 4, 5, 5, 5, 7]


def test_no_two_sequences_hold_the_same_identifiers() -> None:
    assert len(set(SEQUENCES.values())) == len(SEQUENCES) > 40


@pytest.mark.parametrize("host", ["https://id.gs1.org", "https://brand.example/x"])
def test_a_compressed_link_of_any_host_leads_to_the_canonical_uri(host: str) -> None:
    uri = f"{host}/01/09520123456788/10/ABC1/21/12345?17=180426"

    assert uri_of_text(compress(uri)) == "https://id.gs1.org/01/09520123456788/21/12345"


def test_an_event_keeps_the_addresses_of_other_hosts_as_they_are() -> None:
    other = "https://brand.example/GhFRJydaKIlXglgZQKMDk"

    assert canonical_uri(other) == other
    assert canonical_uri("https://id.gs1.org/GhFRJydaKIlXglgZQKMDk") == (
        "https://id.gs1.org/01/09520123456788/21/12345"
    )
