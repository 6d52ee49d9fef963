import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from base.errors import AppError, InputTooLarge, InvalidInput
from ledger.bundle import BYTES_MAX, dump, parse
from ledger.canonical import canonical_bytes
from ledger.parts import Part
from tests.ledger.sample import (
    ITEM,
    make_bundle,
    make_bundle_of_one,
    make_entry,
    make_sample,
    make_witness,
    with_entry,
)

_HEX = "00" * 32


def _changed(change: Callable[[Any], object]) -> bytes:
    value = json.loads(dump(make_bundle()))
    change(value)
    return canonical_bytes(value)


def test_a_bundle_comes_back_the_same() -> None:
    for bundle in (make_bundle(), make_bundle_of_one()):
        data = dump(bundle)
        assert parse(data) == bundle
        assert dump(parse(data)) == data


def test_the_file_has_the_written_form() -> None:
    value = json.loads(dump(make_bundle()))

    assert value["format"] == "suxin-bundle/1"
    assert value["log"] == 1
    assert value["subject"] == ITEM
    assert list(value["entries"][0]) == ["header", "items", "part_hashes", "parts", "proof"]
    assert list(value["entries"][0]["part_hashes"]) == ["chain", "personal", "public"]
    assert [part["part"] for part in value["entries"][0]["parts"]] == ["public"]


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("", lambda v: v.update(extra=1)),
        ("", lambda v: v.pop("subject")),
        ("format", lambda v: v.update(format="suxin-bundle/2")),
        ("log", lambda v: v.update(log="1")),
        ("log", lambda v: v.update(log=True)),
        ("log", lambda v: v.update(log=-1)),
        ("log", lambda v: v.update(log=1.5)),
        ("checkpoint", lambda v: v.update(checkpoint=None)),
        ("cosignatures", lambda v: v.update(cosignatures={})),
        ("cosignatures[0]", lambda v: v.update(cosignatures=["— x y"])),
        ("cosignatures", lambda v: v.update(cosignatures=["— x AAAAAAAA"] * 17)),
        ("subject", lambda v: v.update(subject=[])),
        ("subject", lambda v: v.update(subject="x" * 2049)),
        ("entries", lambda v: v.update(entries=[])),
        ("entries", lambda v: v["entries"].reverse()),
        ("entries", lambda v: v["entries"].append(v["entries"][1])),
        ("entries[1]", lambda v: v["entries"][1].update(extra=1)),
        ("entries[1].header", lambda v: v["entries"][1].update(header="AB==")),
        ("entries[1].header", lambda v: v["entries"][1].update(header="A" * 2000)),
        ("entries[0].part_hashes", lambda v: v["entries"][0]["part_hashes"].update(secret=_HEX)),
        (
            "entries[0].part_hashes.chain",
            lambda v: v["entries"][0]["part_hashes"].update(chain=_HEX[2:]),
        ),
        (
            "entries[0].part_hashes.chain",
            lambda v: v["entries"][0]["part_hashes"].update(chain="AB" * 32),
        ),
        (
            "entries[0].parts",
            lambda v: v["entries"][0]["parts"].append(v["entries"][0]["parts"][0]),
        ),
        ("entries[0].parts[0]", lambda v: v["entries"][0]["parts"][0].pop("salt")),
        ("entries[0].parts[0].part", lambda v: v["entries"][0]["parts"][0].update(part="PUBLIC")),
        ("entries[0].parts[0].salt", lambda v: v["entries"][0]["parts"][0].update(salt="00")),
        ("entries[0].parts[0].body", lambda v: v["entries"][0]["parts"][0].update(body="e30")),
        (
            "entries[0].items",
            lambda v: v["entries"][0]["items"].append(v["entries"][0]["items"][0]),
        ),
        ("entries[0].items[0].item", lambda v: v["entries"][0]["items"][0].update(item=7)),
        ("entries[0].items[0].key", lambda v: v["entries"][0]["items"][0].update(key="")),
        ("entries[0].items[0].index", lambda v: v["entries"][0]["items"][0].update(index=2**20)),
        (
            "entries[0].items[0].path",
            lambda v: v["entries"][0]["items"][0].update(path=[_HEX] * 21),
        ),
        (
            "entries[0].items[0].path[1]",
            lambda v: v["entries"][0]["items"][0].update(path=[_HEX, "0"]),
        ),
        ("entries[0].proof", lambda v: v["entries"][0].update(proof=[])),
        ("entries[0].proof.index", lambda v: v["entries"][0]["proof"].update(index="5")),
        ("entries[0].proof.path", lambda v: v["entries"][0]["proof"].update(path=[_HEX] * 64)),
        ("entries[0].proof.path[0]", lambda v: v["entries"][0]["proof"].update(path=[None])),
    ],
)
def test_a_malformed_field_is_refused_by_its_path(
    path: str, change: Callable[[Any], object]
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse(_changed(change))

    assert [problem.path for problem in refusal.value.problems] == [path]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"checkpoint"', b'{ "checkpoint"'),
        (b'"log":1', b'"log":1.0'),
        (b'"log":1', b'"log":1e0'),
        (b'"log":1', b'"log":01'),
        (b'"log":1', b'"log":1,"log":1'),
        (b'"log":1', b'"l\\u006fg":1'),
        (b'"format":"suxin-bundle/1"', b'"format":"suxin-bundle\\/1"'),
        (b'"cosignatures":[],', b""),
    ],
)
def test_another_spelling_of_the_same_bundle_is_refused(old: bytes, new: bytes) -> None:
    data = dump(make_bundle())
    assert old in data

    with pytest.raises(InvalidInput):
        parse(data.replace(old, new, 1))


def test_reordered_fields_a_byte_order_mark_and_a_trailing_newline_are_refused() -> None:
    data = dump(make_bundle())
    reordered = json.dumps(dict(reversed(json.loads(data).items())), separators=(",", ":"))

    for changed in (reordered.encode(), b"\xef\xbb\xbf" + data, data + b"\n", b" " + data):
        with pytest.raises(InvalidInput):
            parse(changed)


def test_every_truncation_is_refused() -> None:
    data = dump(make_bundle_of_one())

    for length in range(len(data)):
        with pytest.raises(AppError):
            parse(data[:length])


def test_a_file_over_the_limit_is_refused_as_too_large() -> None:
    with pytest.raises(InputTooLarge):
        parse(b" " * (BYTES_MAX + 1))


def test_a_bundle_that_no_reader_would_accept_is_not_written() -> None:
    bundle = make_bundle()
    sample = make_sample(9)
    twice = make_entry(sample, 5, {Part.PUBLIC, Part.CHAIN}, [])

    with pytest.raises(InvalidInput):
        dump(replace(bundle, entries=()))
    with pytest.raises(InvalidInput):
        dump(replace(bundle, entries=tuple(reversed(bundle.entries))))
    with pytest.raises(InvalidInput):
        dump(with_entry(bundle, 0, parts=tuple(reversed(twice.parts))))
    with pytest.raises(InvalidInput):
        dump(replace(bundle, cosignatures=("no signature",)))


def test_cosignatures_are_carried() -> None:
    _, vkey = make_witness()
    bundle = replace(make_bundle(), cosignatures=(f"— {vkey.name} AAAAAAAA",))

    assert parse(dump(bundle)) == bundle
