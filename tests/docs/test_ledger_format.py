"""Computes the worked example of docs/ledger-format.md again, with none of the project's code."""

import base64
import hmac
import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "ledger-format.md").read_text(encoding="utf-8")
VALUES = dict(re.findall(r"^([A-Za-z0-9 ]+) = (.+)$", PAGE.split("## 7.")[1], re.MULTILINE))
BUNDLE_BYTES = (DOCS / "examples/bundle.json").read_bytes()
BUNDLE: dict[str, Any] = json.loads(BUNDLE_BYTES)
(ENTRY,) = BUNDLE["entries"]


def unhex(name: str) -> bytes:
    return bytes.fromhex(VALUES[name])


def leaf(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def canonical(value: object) -> bytes:
    # Equal to RFC 8785 here: ASCII names, no fractions, no integer beyond 2^53.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("part", ["public", "chain"])
def test_a_part_has_the_hash_of_its_salt_and_bytes(part: str) -> None:
    body = VALUES[f"{part} part"].encode()

    assert sha256(unhex(f"{part} salt") + body).hexdigest() == VALUES[f"{part} hash"]
    assert canonical(json.loads(body)) == body


def test_the_payload_hash_is_over_the_tagged_hashes_of_all_parts() -> None:
    packed = b"\x01" + unhex("public hash") + b"\x02" + unhex("chain hash")

    assert sha256(b"\x02" + packed).hexdigest() == VALUES["payload hash"]
    assert json.loads(VALUES["header"])["payload_hash"] == VALUES["payload hash"]


def test_the_leaf_is_the_hash_of_the_header_and_follows_the_leaf_before() -> None:
    header = VALUES["header"].encode()

    assert canonical(json.loads(header)) == header
    assert leaf(header).hex() == VALUES["leaf 1"]
    assert json.loads(header)["prev"] == VALUES["leaf 0"]


def test_the_root_is_over_the_three_leaves() -> None:
    left = node(unhex("leaf 0"), unhex("leaf 1"))

    assert node(left, unhex("leaf 2")).hex() == VALUES["root"]


def test_the_items_lead_to_the_commitment_in_the_public_part() -> None:
    salt = unhex("chain salt")
    items = sorted(item.encode() for item in json.loads(VALUES["chain part"]).values())
    keys = [hmac.digest(salt, b"suxin-item-v1\x00" + item, "sha256") for item in items]
    row = [leaf(key + item) for key, item in zip(keys, items, strict=True)]
    row.append(hmac.digest(salt, b"suxin-item-pad-v1\x00" + (3).to_bytes(4, "big"), "sha256"))

    assert keys[1].hex() == VALUES["key 1"]
    assert [one.hex() for one in row] == [VALUES[f"item leaf {at}"] for at in range(4)]
    assert node(node(*row[:2]), node(*row[2:])).hex() == VALUES["itemsRoot"]
    assert json.loads(VALUES["public part"])["/itemsRoot"] == VALUES["itemsRoot"]


def open_checkpoint(verifier_key: str) -> tuple[str, int, bytes]:
    """Return origin, size and root of the bundle's note; raises where the key did not sign it."""
    name, key_id, key = verifier_key.split("+", 2)
    material = base64.b64decode(key)
    assert sha256(f"{name}\n".encode() + material).digest()[:4].hex() == key_id
    text, _, line = BUNDLE["checkpoint"].rpartition("\n\n")
    dash, signer, blob = line.removesuffix("\n").split(" ")
    signed = base64.b64decode(blob)
    assert (dash, signer, signed[:4].hex()) == ("—", name, key_id)
    public = Ed25519PublicKey.from_public_bytes(material[1:])
    public.verify(signed[4:], f"{text}\n".encode())
    origin, size, root = text.split("\n")
    return origin, int(size), base64.b64decode(root)


def test_the_checkpoint_is_signed_by_the_key_of_its_origin() -> None:
    origin, size, root = open_checkpoint(VALUES["verifier key"])

    assert origin.endswith(f"/log/{BUNDLE['log']}")
    assert (size, root.hex()) == (3, VALUES["root"])


def test_another_key_does_not_open_the_checkpoint() -> None:
    name, _, key = VALUES["verifier key"].split("+", 2)
    material = bytearray(base64.b64decode(key))
    material[1:] = bytes(range(32))
    key_id = sha256(f"{name}\n".encode() + material).digest()[:4].hex()

    with pytest.raises((AssertionError, InvalidSignature)):
        open_checkpoint(f"{name}+{key_id}+{base64.b64encode(material).decode()}")


def test_the_bundle_holds_the_values_of_the_page_and_nothing_of_the_chain_part() -> None:
    (part,) = ENTRY["parts"]
    (item,) = ENTRY["items"]

    assert canonical(BUNDLE) == BUNDLE_BYTES
    assert base64.b64decode(ENTRY["header"]).decode() == VALUES["header"]
    assert ENTRY["part_hashes"] == {
        "public": VALUES["public hash"],
        "chain": VALUES["chain hash"],
    }
    assert (part["part"], part["salt"]) == ("public", VALUES["public salt"])
    assert base64.b64decode(part["body"]).decode() == VALUES["public part"]
    assert (item["item"], item["key"]) == (BUNDLE["subject"], VALUES["key 1"])
    assert VALUES["chain salt"].encode() not in BUNDLE_BYTES


def test_the_paths_of_the_bundle_lead_to_both_roots() -> None:
    (item,) = ENTRY["items"]
    first, second = (bytes.fromhex(one) for one in item["path"])
    found = leaf(bytes.fromhex(item["key"]) + item["item"].encode())
    in_tree = [bytes.fromhex(one) for one in ENTRY["proof"]["path"]]

    assert (item["index"], ENTRY["proof"]["index"]) == (1, 1)
    assert node(node(first, found), second).hex() == VALUES["itemsRoot"]
    assert node(node(in_tree[0], unhex("leaf 1")), in_tree[1]).hex() == VALUES["root"]
