import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import InputTooLarge, InvalidInput
from base.strict_json import INTEGER_MAX, JsonValue, field_path, loads
from ledger.canonical import canonical_bytes


def read(data: bytes | str) -> JsonValue:
    raw = data.encode() if isinstance(data, str) else data
    return loads(raw, bytes_max=10_000_000, depth_max=32)


def refusal(data: bytes | str) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as caught:
        read(data)
    (problem,) = caught.value.problems
    return problem.code, problem.path


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ('{"a": [1, 2.5, true, "é\\u4e2d"]}', {"a": [1, 2.5, True, "é中"]}),
        ('{"a" : 1, "b"\n:\t2}', {"a": 1, "b": 2}),
        ('["\\":", ":", "a\\":1", {":": "\\":"}]', ['":', ":", 'a":1', {":": '":'}]),
        (str(INTEGER_MAX), INTEGER_MAX),
        (str(-INTEGER_MAX), -INTEGER_MAX),
        ("1e30", 1e30),
        ('"\\ud83d\\ude00"', "😀"),
    ],
)
def test_a_proper_text_is_read(text: str, value: JsonValue) -> None:
    assert read(text) == value


def test_a_float_that_is_whole_stays_a_float() -> None:
    value = read("200.0")

    assert type(value) is float
    assert value == 200


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"a":1,"a":1}', "a"),
        ('{"a" :1,"a":2}', "a"),
        ('{"a"\n:1,"a"\r:2}', "a"),
        ('{"x":[{"b":1},{"b":1,"c":2,"b":3}]}', "x[1].b"),
        ('{"a":1,"\\u0061":2}', "a"),
        ('{"a":{"b":1,"b":2},"s":"\\":"}', "a.b"),
        ('{"a":{"b":1,"c":":"},"a":"\\":\\":\\":"}', "a"),
        ('{"":1,"":2}', ""),
    ],
)
def test_a_key_given_twice_is_refused_with_its_path(text: str, path: str) -> None:
    assert refusal(text) == ("json_duplicate_key", path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (str(INTEGER_MAX + 1), ""),
        ('{"a":[0,-9007199254740992]}', "a[1]"),
        ('{"n":18446744073709551616}', "n"),
        ('{"n":123456789012345678901234567890}', "n"),
        ("[" + "9" * 5000 + "]", "[0]"),
    ],
)
def test_an_integer_another_reader_would_round_is_refused(text: str, path: str) -> None:
    code, where = refusal(text)

    if len(text) > 400:  # So long an integer is no finite float either.
        assert code in {"json_number", "json_syntax"}
    else:
        assert (code, where) == ("json_number", path)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xef\xbb\xbf{}", "json_encoding"),
        (b'"\xff"', "json_encoding"),
        (b'"\xed\xa0\x80"', "json_encoding"),
        ('"a"'.encode("utf-16"), "json_encoding"),
        (b'"\\ud800"', "json_syntax"),
        (b'"\\udc00x"', "json_syntax"),
        (b"NaN", "json_syntax"),
        (b"[Infinity]", "json_syntax"),
        (b"-Infinity", "json_syntax"),
        (b"1e400", "json_syntax"),
        (b"-1e400", "json_syntax"),
        (b"", "json_syntax"),
        (b"{} {}", "json_syntax"),
        (b"[1,]", "json_syntax"),
        (b"01", "json_syntax"),
        (b"{'a':1}", "json_syntax"),
        (b'"a\x01"', "json_syntax"),
        (b"// note\n1", "json_syntax"),
        (b"[" * 33 + b"]" * 33, "json_depth"),
    ],
)
def test_a_text_with_two_readings_is_refused(data: bytes, code: str) -> None:
    assert refusal(data) == (code, "")


def test_a_syntax_error_names_its_line_and_column() -> None:
    with pytest.raises(InvalidInput, match="line 3, column 9"):
        read('{"a": 1,\n "b": 2,\n "c": 3 x}')


def test_the_deepest_allowed_text_is_read_and_one_deeper_is_not() -> None:
    assert read("[" * 32 + "]" * 32) is not None
    assert refusal('{"a":' * 32 + "[]" + "}" * 32)[0] == "json_depth"


@pytest.mark.parametrize("bomb", [b"[" * 1_000_000, b'{"a":' * 1_000_000, b'[{"a":' * 500_000])
def test_a_depth_bomb_is_refused_fast(bomb: bytes) -> None:
    started = time.process_time()

    code, _ = refusal(bomb)

    assert code == "json_depth"
    assert time.process_time() - started < 1


def test_a_deep_value_hidden_by_a_second_key_is_refused() -> None:
    hidden = "[" * 1000 + "]" * 1000

    code, _ = refusal('{"a":' + hidden + ',"a":1}')

    assert code in {"json_depth", "json_duplicate_key"}


def test_more_bytes_than_allowed_are_refused_before_reading() -> None:
    assert loads(b"[1]", bytes_max=3, depth_max=1) == [1]
    with pytest.raises(InputTooLarge):
        loads(b"[10]", bytes_max=3, depth_max=1)


def test_a_long_key_is_not_echoed_whole() -> None:
    assert len(field_path(("k" * 10_000,))) < 100
    assert field_path(("epcisBody", "eventList", 4, "bizStep")) == "epcisBody.eventList[4].bizStep"


_KEYS = st.text(alphabet='ab":\\ \n:é', max_size=3)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | _KEYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(_VALUES, st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :"), ("\n,", "\t:\r")]))
def test_whatever_is_written_properly_is_read_back(
    value: JsonValue, separators: tuple[str, str]
) -> None:
    assert read(json.dumps(value, separators=separators, ensure_ascii=False)) == value


@given(st.lists(st.tuples(_KEYS, _VALUES), min_size=1, max_size=4), _VALUES, st.booleans())
def test_a_second_key_is_found_whatever_stands_around_it(
    members: list[tuple[str, JsonValue]], value: JsonValue, spaced: bool
) -> None:
    colon = " :" if spaced else ":"
    pairs = [*members, (members[0][0], value)]

    text = "[{" + ",".join(json.dumps(k) + colon + json.dumps(v) for k, v in pairs) + "}]"

    assert refusal(text)[0] == "json_duplicate_key"


@pytest.mark.parametrize("text", ["1e20", "1e17", "9007199254740992.0", "-9.007199254740993e15"])
def test_a_whole_number_that_no_reader_keeps_is_refused_however_it_is_written(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        loads(f'{{"a": [{text}]}}'.encode(), bytes_max=100, depth_max=5)

    assert [(one.path, one.code) for one in refusal.value.problems] == [("a[0]", "json_number")]


@pytest.mark.parametrize(
    "text", ["1e21", "1.5e300", "9007199254740991.0", "0.1", "-4503599627370497.5"]
)
def test_every_number_that_is_let_in_is_read_back_from_its_canonical_form(text: str) -> None:
    value = loads(f"[{text}]".encode(), bytes_max=400, depth_max=5)

    assert loads(canonical_bytes(value), bytes_max=400, depth_max=5) == value
