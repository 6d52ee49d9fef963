import subprocess
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from qrcode.util import BIT_LIMIT_TABLE

from codes import qr
from codes.gs1.ais import AIS
from codes.labels.model import LabelError, SymbolKind
from codes.labels.symbols import BULK_MASK, Encoder, make_symbol
from tests.codes.labels.samples import (
    GTIN,
    LINK,
    SEED_TEXT,
    encoded_text,
    kind_of,
    picture_of,
    read_all,
)
from tests.live import ROOT

# Printable ASCII and Chinese with the line ends of seed labels, as often long as short.
_CHARACTERS = st.one_of(
    st.characters(min_codepoint=0x20, max_codepoint=0x7E),
    st.sampled_from("\n\r"),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
)
PLAIN = st.integers(1, 330).flatmap(lambda size: st.text(_CHARACTERS, min_size=size, max_size=size))
CSET82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def bracketed(value: str) -> str:
    return value.replace("(", "\\(")


@st.composite
def element_strings(draw: st.DrawFn) -> str:
    """Return an element string with values of all 82 characters, in any order after the key."""
    parts = {
        ai: draw(st.text(st.sampled_from(CSET82), min_size=1, max_size=AIS[ai].length_max))
        for ai in draw(st.sets(st.sampled_from(("10", "21", "22", "240", "91", "99"))))
    }
    parts |= {"17": "270630"} if draw(st.booleans()) else {}
    rest = draw(st.permutations(sorted(parts.items())))
    return f"(01){GTIN}" + "".join(f"({ai}){bracketed(value)}" for ai, value in rest)


@SLOW
@given(payload=PLAIN, level=st.sampled_from("LMQH"))
@example(payload=SEED_TEXT, level="M")
@example(payload="生产日期", level="Q")
@example(payload="_1\\1~d029{}", level="M")
def test_text_drawn_by_the_one_library_is_read_by_the_other(payload: str, level: str) -> None:
    symbol = make_symbol(SymbolKind.QR, payload, level=level, encoder=Encoder.QRCODE)

    (found,) = read_all(picture_of(symbol))

    assert found.text == payload
    assert kind_of(found.identifier) is SymbolKind.QR


@SLOW
@given(payload=PLAIN, level=st.sampled_from("LMQH"), mask=st.sampled_from([None, *range(8)]))
@example(payload="山田", level="M", mask=None)
def test_text_drawn_by_the_fastest_is_read(payload: str, level: str, mask: int | None) -> None:
    symbol = make_symbol(SymbolKind.QR, payload, level=level, mask_pattern=mask)

    (found,) = read_all(picture_of(symbol))

    assert (found.text, kind_of(found.identifier)) == (payload, SymbolKind.QR)


@SLOW
@given(payload=PLAIN)
@example(payload="é")
@example(payload="_1\\1~d029[)>")
def test_a_data_matrix_is_square_and_is_read(payload: str) -> None:
    symbol = make_symbol(SymbolKind.DATA_MATRIX, payload)

    (found,) = read_all(picture_of(symbol))

    assert found.text == payload
    assert kind_of(found.identifier) is SymbolKind.DATA_MATRIX
    assert symbol.width == symbol.height


@SLOW
@given(payload=element_strings(), kind=st.sampled_from([k for k in SymbolKind if k.is_gs1]))
@example(payload=f"(01){GTIN}(21)[]", kind=SymbolKind.GS1_QR).xfail(raises=LabelError)
def test_an_element_string_is_read_as_one_with_its_separators(
    payload: str, kind: SymbolKind
) -> None:
    symbol = make_symbol(kind, payload)

    (found,) = read_all(picture_of(symbol))

    assert kind_of(found.identifier) is kind
    assert found.text == encoded_text(kind, payload)


def test_a_scanners_own_form_of_an_element_string_gives_the_same_symbol() -> None:
    raw = f"\x1d01{GTIN}10L1\x1d21ABC"

    symbol = make_symbol(SymbolKind.GS1_DATA_MATRIX, raw)

    assert symbol == make_symbol(SymbolKind.GS1_DATA_MATRIX, f"(01){GTIN}(10)L1(21)ABC")
    assert encoded_text(SymbolKind.GS1_DATA_MATRIX, raw) == raw[1:]


def bytes_of_version(version: int, level: str) -> int:
    """Return how many bytes fill a version (ISO/IEC 18004 table 7)."""
    bits = BIT_LIMIT_TABLE[qr.LEVELS[level]][version] - 4 - (8 if version < 10 else 16)
    return int(bits // 8)


@pytest.mark.parametrize("version", [v for v in range(1, 41) if bytes_of_version(v, "M") <= 1050])
@pytest.mark.parametrize("encoder", [Encoder.QRCODE, Encoder.ZXING])
def test_a_full_symbol_of_every_version_up_to_a_kilobyte_is_read(
    version: int, encoder: Encoder
) -> None:
    payload = ("https://e.cn/~" * 100)[: bytes_of_version(version, "M")]

    symbol = make_symbol(SymbolKind.QR, payload, encoder=encoder)

    assert symbol.width == 17 + 4 * version
    assert [one.text for one in read_all(picture_of(symbol))] == [payload]


@pytest.mark.parametrize("payload", [LINK.lower(), "0123456789" * 7, "HTTPS://E.CN/01/069", "a"])
@pytest.mark.parametrize("level", "LMQH")
@pytest.mark.parametrize("mask", range(8))
def test_both_libraries_draw_the_same_modules(payload: str, level: str, mask: int) -> None:
    kind = SymbolKind.QR

    one = make_symbol(kind, payload, level=level, encoder=Encoder.QRCODE, mask_pattern=mask)
    other = make_symbol(kind, payload, level=level, encoder=Encoder.ZXING, mask_pattern=mask)

    assert one.width == other.width
    if not any(character.isdigit() for character in payload) or payload.isdigit():
        assert one == other


def test_chinese_is_bare_utf_8_whichever_library_is_asked_for() -> None:
    drawn = {make_symbol(SymbolKind.QR, "山田 大米", encoder=one) for one in Encoder}

    assert len(drawn) == 1


def test_the_bulk_mask_is_one_of_the_eight() -> None:
    assert make_symbol(SymbolKind.QR, LINK, mask_pattern=BULK_MASK) in {
        make_symbol(SymbolKind.QR, LINK, mask_pattern=mask) for mask in range(8)
    }


@pytest.mark.parametrize(
    ("kind", "payload", "level", "rule"),
    [
        (SymbolKind.QR, "", "M", "empty"),
        (SymbolKind.DATA_MATRIX, "", "M", "empty"),
        (SymbolKind.QR, "a" * 3_000, "M", "too_long"),
        (SymbolKind.DATA_MATRIX, "a" * 3_000, "M", "too_long"),
        (SymbolKind.QR, "a", "X", "qr_level"),
        (SymbolKind.GS1_QR, f"(01){GTIN}(21)A", "X", "qr_level"),
        (SymbolKind.GS1_QR, LINK, "M", "brackets"),
        (SymbolKind.GS1_DATA_MATRIX, "(01)06901234567891", "M", "check_digit"),
        (SymbolKind.GS1_DATA_MATRIX, f"(01){GTIN}(37)5", "M", "excluded_ai"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_field(
    kind: SymbolKind, payload: str, level: str, rule: str
) -> None:
    with pytest.raises(LabelError) as refusal:
        make_symbol(kind, payload, level=level, path="labels[7].payload")

    assert refusal.value.path == "labels[7].payload"
    assert refusal.value.norm
    assert refusal.value.rule == rule


_WITHOUT_ZXING = """
import sys
sys.modules["zxingcpp"] = None
from codes.labels.model import LabelError, SymbolKind
from codes.labels.symbols import Encoder, make_symbol

print(make_symbol(SymbolKind.QR, "https://e.cn/1").width)
for kind in SymbolKind:
    if kind is not SymbolKind.QR:
        try:
            make_symbol(kind, "(01)06901234567892(21)A")
        except LabelError as refusal:
            print(refusal.rule, refusal.message)
"""


def test_without_the_optional_library_qr_codes_are_drawn_and_the_rest_names_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_ZXING],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    lines = done.stdout.splitlines()
    assert lines[0] == "21"
    assert len(lines) == 4
    assert all(line.startswith("not_installed") and "zxing-cpp" in line for line in lines[1:])
