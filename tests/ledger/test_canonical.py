import json
from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from base.errors import InvalidInput
from ledger import canonical
from ledger.canonical import canonical_bytes, decode_base64, decode_hex, encode_base64
from tests.vectors import vectors_dir

_INT_MAX = 2**53 - 1
_NAMES = ["arrays", "french", "structures", "unicode", "values", "weird"]

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-_INT_MAX, _INT_MAX)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.floats(-1e-3, 1e-3)
    | st.floats(1e14, 1e17)
    | st.text(max_size=8)
)
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("name", _NAMES)
def test_a_published_pair_comes_out_exactly(name: str) -> None:
    folder = vectors_dir() / "jcs"
    value = json.loads((folder / "input" / f"{name}.json").read_bytes())

    assert canonical_bytes(value) == (folder / "output" / f"{name}.json").read_bytes()


@given(json_values)
@example({"\ue000": 1, "\U00010000": 2})
@example({"\uffff": 1, "\U0010ffff": 2, "": 3})
@example([1e-4, 9.999e-5, 1e15, 999999999999999.9, -0.0, 5.0, 1e16, 1e21, 1e-6, 1e-7, 5e-324])
@example([_INT_MAX, -_INT_MAX, True, False, None])
def test_both_ways_of_writing_agree_on_every_value(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(json_values)
def test_what_the_guard_lets_through_is_printed_by_the_fast_writer_as_the_norm_asks(
    value: Any,
) -> None:
    if canonical._has_fast_form(value):
        assert orjson.dumps(value, option=canonical._ORJSON_OPTIONS) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1, "b": ["x", None, True, {}, []]},
        {"产地": "山东", "编号": 7},
        [4.5, -0.25, 123.456],
    ],
)
def test_an_everyday_value_takes_the_fast_way(value: Any) -> None:
    assert canonical._has_fast_form(value)


@pytest.mark.parametrize(
    "value",
    [5.0, -0.0, 1e15, 1e-6, float("nan"), {"\U0001f600": 1}, (1,), b"x", {1, 2}],
)
def test_a_value_the_two_writers_could_differ_on_takes_the_slow_way(value: Any) -> None:
    assert not canonical._has_fast_form(value)


@pytest.mark.parametrize(
    "value",
    [
        2**53,
        -(2**53),
        2**64,
        float("nan"),
        float("inf"),
        -float("inf"),
        "\ud800",
        {"\ud800": 1},
        {"é\udc00": 1},
        {1: 2},
        {"a": {None: 1}},
        b"bytes",
        {"a": {1, 2}},
        [object()],
    ],
)
@pytest.mark.parametrize("wrap", [False, True])
def test_a_value_without_a_canonical_form_is_refused(value: Any, wrap: bool) -> None:
    with pytest.raises(InvalidInput):
        canonical_bytes({"deep": [value]} if wrap else value)


def test_a_nesting_that_exhausts_the_stack_is_refused() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]

    with pytest.raises(InvalidInput, match="nested"):
        canonical_bytes(value)


@given(st.binary(max_size=70))
def test_bytes_have_one_base64_spelling(data: bytes) -> None:
    assert decode_base64(encode_base64(data)) == data


@pytest.mark.parametrize(
    "text", ["AB", "AB==", "A===", "AA=", "AA== ", "\nAA==", "AA==\n", "A-==", "AAA_", "ＡA=="]
)
def test_another_spelling_of_base64_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        decode_base64(text)


@pytest.mark.parametrize("text", ["0", "0G", "AB", "ab ", " ab", "0x", "ab\n", "٠٠"])
def test_another_spelling_of_hexadecimal_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        decode_hex(text)


def test_lower_case_hexadecimal_is_read() -> None:
    assert decode_hex("00ff1a") == b"\x00\xff\x1a"
