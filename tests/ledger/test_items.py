import hashlib
import hmac
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import InvalidInput, NotFound
from ledger.items import ITEMS_MAX, item_proof, items_root, verify_item
from ledger.merkle import leaf_hash, root_of
from ledger.proof import VerificationError

_SALT = bytes(range(16))
_ITEMS = [f"https://id.gs1.org/01/06901234567892/21/{n}" for n in range(5)]

some_items = st.lists(st.text(max_size=6), min_size=1, max_size=40)


def _leaf(item: str) -> bytes:
    data = item.encode()
    key = hmac.new(_SALT, b"suxin-item-v1\x00" + data, "sha256").digest()
    return hashlib.sha256(b"\x00" + key + data).digest()


def _pad(index: int) -> bytes:
    label = b"suxin-item-pad-v1\x00" + index.to_bytes(4, "big")
    return hmac.new(_SALT, label, "sha256").digest()


def test_the_root_follows_the_written_format() -> None:
    leaves = [_leaf(item) for item in _ITEMS] + [_pad(5), _pad(6), _pad(7)]

    assert items_root(_SALT, _ITEMS) == root_of(leaves)


@given(some_items)
def test_each_item_is_proven(items: list[str]) -> None:
    root = items_root(_SALT, items)

    for item in items:
        verify_item(root, item_proof(_SALT, items, item))


@given(some_items)
def test_order_and_repetition_of_the_items_do_not_matter(items: list[str]) -> None:
    assert items_root(_SALT, items) == items_root(_SALT, [*reversed(items), items[0]])


def test_items_stand_in_the_order_of_their_bytes() -> None:
    # As UTF-16 the second would come first (RFC 8785 orders keys that way; items it does not).
    items = ["\ue000", "\U00010000"]

    assert [item_proof(_SALT, items, item).index for item in items] == [0, 1]


@pytest.mark.parametrize(("count", "length"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (8, 3)])
def test_a_proof_tells_only_the_order_of_magnitude(count: int, length: int) -> None:
    items = [str(n) for n in range(count)]

    assert len(item_proof(_SALT, items, "0").path) == length


def test_a_single_item_is_proven_by_an_empty_path() -> None:
    proof = item_proof(_SALT, ["only"], "only")

    assert proof.path == ()
    verify_item(items_root(_SALT, ["only"]), proof)


def test_another_salt_gives_another_root() -> None:
    assert items_root(_SALT, _ITEMS) != items_root(bytes(16), _ITEMS)


def test_a_changed_proof_is_refused() -> None:
    root = items_root(_SALT, _ITEMS)
    proof = item_proof(_SALT, _ITEMS, _ITEMS[2])
    bad_key = bytes([proof.key[0] ^ 1]) + proof.key[1:]
    changed = [
        replace(proof, item=_ITEMS[1]),
        replace(proof, item=proof.item + " "),
        replace(proof, item="\ud800"),
        replace(proof, key=bad_key),
        replace(proof, key=proof.key[:-1]),
        replace(proof, key=proof.key + _ITEMS[2][:1].encode(), item=_ITEMS[2][1:]),
        replace(proof, index=proof.index ^ 1),
        replace(proof, index=proof.index + 8),
        replace(proof, index=-1),
        replace(proof, path=proof.path[:-1]),
        replace(proof, path=proof.path[1:]),
        replace(proof, path=(*proof.path, bytes(32))),
        replace(proof, path=tuple(reversed(proof.path))),
        replace(proof, path=(*proof.path, *[bytes(32)] * 30)),
    ]

    for bad in changed:
        with pytest.raises(VerificationError) as refusal:
            verify_item(root, bad)
        assert refusal.value.step == "items"
    with pytest.raises(VerificationError):
        verify_item(leaf_hash(b""), proof)


def test_an_item_that_the_entry_does_not_name_has_no_proof() -> None:
    with pytest.raises(NotFound):
        item_proof(_SALT, _ITEMS, "another")


def test_no_items_and_a_short_salt_are_refused() -> None:
    with pytest.raises(InvalidInput):
        items_root(_SALT, [])
    with pytest.raises(InvalidInput):
        items_root(bytes(15), _ITEMS)
    with pytest.raises(InvalidInput):
        items_root(_SALT, ["\udfff"])


def test_more_items_than_the_limit_are_refused() -> None:
    with pytest.raises(InvalidInput, match="items"):
        items_root(_SALT, map(str, range(ITEMS_MAX + 1)))
