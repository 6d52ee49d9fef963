import hashlib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from base.errors import InvalidInput
from base.strict_json import loads
from ledger.parts import (
    DEPTH_MAX,
    Part,
    flatten,
    merge,
    pack_part_hashes,
    part_bytes,
    part_hash,
    payload_hash,
    split,
    unflatten,
    unpack_part_hashes,
)

_SALT = bytes(range(16))

names = st.text(alphabet="ab~/#012é\n", max_size=4)
scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=3)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(names, inner, max_size=4),
    max_leaves=25,
)
objects = st.dictionaries(names, values, max_size=5)


def _nested(depth: int, *, as_list: bool) -> Any:
    value: Any = "leaf"
    for _ in range(depth):
        value = [value] if as_list else {"a": value}
    return value


def test_paths_tell_list_from_object_and_escape_the_marks() -> None:
    payload: dict[str, Any] = {
        "a": [1, {"b/c": True}, [2]],
        "x#y": {"~": None},
        "": {},
        "e": [],
        "d": {"0": "k"},
    }

    assert flatten(payload) == {
        "/a#0": 1,
        "/a#1/b~1c": True,
        "/a#2#0": 2,
        "/x~2y/~0": None,
        "/": {},
        "/e": [],
        "/d/0": "k",
    }


@given(objects)
@example({})
@example({"": {"": [[], {}, [{}]]}})
@example({"list": list(range(120))})
@example({"~0": 1, "~1": 2, "~2": 3, "~": 4, "/": 5, "#": 6, "#0": 7})
def test_a_flattened_object_comes_back_the_same(payload: dict[str, Any]) -> None:
    assert unflatten(flatten(payload)) == payload


@given(objects)
def test_a_flattened_object_survives_being_written_as_parts(payload: dict[str, Any]) -> None:
    parts = split(flatten(payload), lambda path: Part(1 + len(path) % 4))
    bodies = [loads(part_bytes(p), bytes_max=10**6, depth_max=9) for p in parts.values()]

    assert merge([body for body in bodies if isinstance(body, dict)]) == payload


@given(objects)
def test_equal_leaves_mean_equal_payloads(payload: dict[str, Any]) -> None:
    twisted = dict(reversed(flatten(payload).items()))

    assert unflatten(twisted) == payload


def test_a_list_with_hidden_elements_closes_up_in_order() -> None:
    leaves: dict[str, Any] = {"/items#10": "c", "/items#2": "b", "/items#0/name": "a", "/other": 1}

    assert unflatten(leaves) == {"items": [{"name": "a"}, "b", "c"], "other": 1}


@pytest.mark.parametrize(
    "paths",
    [
        ["/a", "/a/b"],
        ["/a/b", "/a"],
        ["/a#0", "/a"],
        ["/a", "/a#0"],
        ["/a/b", "/a#0"],
        ["/a#0", "/a/0"],
        ["/a/b/c", "/a#0/c"],
        ["/a#0#0", "/a#0/x"],
    ],
)
def test_paths_that_contradict_each_other_are_refused(paths: list[str]) -> None:
    with pytest.raises(InvalidInput):
        unflatten(dict.fromkeys(paths, 1))


def test_an_empty_object_with_something_in_it_is_refused() -> None:
    with pytest.raises(InvalidInput):
        unflatten({"/a": {}, "/a/b": 1})


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a",
        "a/b",
        "#0",
        "#0/a",
        "/a#",
        "/a#00",
        "/a#01",
        "/a#-1",
        "/a#+1",
        "/a# 1",
        "/a#1 ",
        "/a#1_0",
        "/a#٣",
        "/a#1000000000",
        "/a#" + "9" * 5000,
        "/a~",
        "/a~3",
        "/~~0",
        "/a~/b",
        "/a" * (DEPTH_MAX + 1),
        "/a" + "#0" * DEPTH_MAX,
    ],
)
def test_a_malformed_path_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput):
        unflatten({path: 1})


@pytest.mark.parametrize("leaf", [{"a": 1}, [1], [[]], (), b"", object()])
def test_a_leaf_that_is_none_is_refused(leaf: Any) -> None:
    with pytest.raises(InvalidInput):
        unflatten({"/a": leaf})


@pytest.mark.parametrize("value", [(1,), b"x", {1}, object()])
def test_a_payload_with_something_that_json_has_not_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput, match="/a#0"):
        flatten({"a": [value]})


@pytest.mark.parametrize("as_list", [False, True])
def test_the_deepest_payload_comes_back_and_one_deeper_is_refused(as_list: bool) -> None:
    deepest = {"a": _nested(DEPTH_MAX - 1, as_list=as_list)}

    assert unflatten(flatten(deepest)) == deepest
    with pytest.raises(InvalidInput):
        flatten({"a": _nested(DEPTH_MAX, as_list=as_list)})


def test_two_parts_with_one_path_are_refused() -> None:
    with pytest.raises(InvalidInput, match="/a is in two parts"):
        merge([{"/a": 1}, {"/a": 1}])


def test_a_split_keeps_only_parts_that_have_a_leaf_in_order_of_their_tags() -> None:
    leaves = {"/who": "x", "/what": "y", "/where": "z"}

    parts = split(leaves, lambda path: Part.PERSONAL if path == "/who" else Part.PUBLIC)

    assert list(parts.items()) == [
        (Part.PUBLIC, {"/what": "y", "/where": "z"}),
        (Part.PERSONAL, {"/who": "x"}),
    ]


def test_the_hashes_follow_the_written_format() -> None:
    body = part_bytes({"/b": 1, "/a": "é"})
    public = part_hash(_SALT, body)
    personal = hashlib.sha256(b"other").digest()

    assert body == '{"/a":"é","/b":1}'.encode()
    assert public == hashlib.sha256(_SALT + body).digest()
    packed = b"\x01" + public + b"\x04" + personal
    hashes = {Part.PERSONAL: personal, Part.PUBLIC: public}
    assert pack_part_hashes(hashes) == packed
    assert payload_hash(hashes) == hashlib.sha256(b"\x02" + packed).digest()


@given(st.dictionaries(st.sampled_from(Part), st.binary(min_size=32, max_size=32)))
def test_packed_hashes_come_back_the_same(hashes: dict[Part, bytes]) -> None:
    assert unpack_part_hashes(pack_part_hashes(hashes)) == hashes


@pytest.mark.parametrize(
    "packed",
    [
        b"\x01",
        b"\x01" + bytes(31),
        b"\x01" + bytes(33),
        b"\x00" + bytes(32),
        b"\x05" + bytes(32),
        b"\x01" + bytes(32) + b"\x01" + bytes(32),
        b"\x02" + bytes(32) + b"\x01" + bytes(32),
    ],
)
def test_malformed_packed_hashes_are_refused(packed: bytes) -> None:
    with pytest.raises(InvalidInput):
        unpack_part_hashes(packed)


def test_a_salt_or_hash_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidInput):
        part_hash(bytes(15), b"{}")
    with pytest.raises(InvalidInput):
        pack_part_hashes({Part.PUBLIC: bytes(31)})
