"""Lets a consumer prove that *its* serial is among those that an entry names in a hidden part.

Format version 1, evidence for ever. Items are the distinct instance identifiers of an entry as
canonical URIs, sorted by their UTF-8 bytes; `salt` is that of the entry's chain part:

    key_i  = HMAC-SHA256(salt, "suxin-item-v1" || 0x00 || item)
    leaf_i = SHA-256(0x00 || key_i || item)
    pad_i  = HMAC-SHA256(salt, "suxin-item-pad-v1" || 0x00 || i as unsigned 32 bits, big-endian)
    node   = SHA-256(0x01 || left || right)          (RFC 9162 2.1.1)

Leaves are padded with pad_i, i being the place in the padded row, up to the next power of two. The
root stands as hexadecimal at `/itemsRoot` of the entry's public part.

The rule that must stay true: a proof gives away one item, its rank and the order of magnitude of
the count; without the salt nobody can test a guess about another item, nor turn a pad into one.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from base.errors import InvalidInput, NotFound, Problem
from ledger.merkle import leaf_hash, node_hash, verify_inclusion
from ledger.parts import SALT_BYTES
from ledger.proof import VerificationError

KEY_BYTES: Final = 32
ITEMS_MAX: Final = 2**20
PATH_HASHES_MAX: Final = 20
"""log2 of `ITEMS_MAX`."""

_KEY_LABEL: Final = b"suxin-item-v1\x00"
_PAD_LABEL: Final = b"suxin-item-pad-v1\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemProof:
    """That `item` is the one at `index` of an entry's items: its key and the sibling hashes."""

    item: str
    key: bytes
    index: int
    path: tuple[bytes, ...]


def items_root(salt: bytes, items: Iterable[str]) -> bytes:
    """Return the commitment to the distinct items; raises `InvalidInput` where there are none."""
    return _levels(salt, _in_order(items))[-1][0]


def item_proof(salt: bytes, items: Iterable[str], item: str) -> ItemProof:
    """Return the proof of one of the items; raises `NotFound` where it is none of them."""
    ordered = _in_order(items)
    wanted = _utf8(item)
    if wanted not in ordered:
        raise NotFound("the entry does not name this item")
    index = ordered.index(wanted)
    levels = _levels(salt, ordered)
    path = tuple(row[(index >> level) ^ 1] for level, row in enumerate(levels[:-1]))
    return ItemProof(item=item, key=_key(salt, wanted), index=index, path=path)


def verify_item(root: bytes, proof: ItemProof) -> None:
    """Check that `root` commits to the item; raises `VerificationError` (step `items`) if not."""
    if len(proof.key) != KEY_BYTES or len(proof.path) > PATH_HASHES_MAX:
        raise VerificationError("the proof of an item is malformed", step="items")
    try:
        leaf = leaf_hash(proof.key + _utf8(proof.item))
        verify_inclusion(proof.index, 1 << len(proof.path), leaf, proof.path, root)
    except (InvalidInput, VerificationError) as error:
        message = f"an item is not among those the entry names: {error}"
        raise VerificationError(message, step="items") from None


def _in_order(items: Iterable[str]) -> list[bytes]:
    ordered = sorted({_utf8(item) for item in items})
    if not 0 < len(ordered) <= ITEMS_MAX:
        raise _refusal("count", f"an entry commits to 1 to {ITEMS_MAX} items")
    return ordered


def _levels(salt: bytes, ordered: Sequence[bytes]) -> list[list[bytes]]:
    """Return the rows of the padded tree, leaves first, the root alone last."""
    if len(salt) != SALT_BYTES:
        raise _refusal("salt", f"needs {SALT_BYTES} bytes")
    width = 1 << (len(ordered) - 1).bit_length()
    row = [leaf_hash(_key(salt, item) + item) for item in ordered]
    row += [_pad(salt, index) for index in range(len(ordered), width)]
    levels = [row]
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        levels.append(row)
    return levels


def _key(salt: bytes, item: bytes) -> bytes:
    return hmac.digest(salt, _KEY_LABEL + item, "sha256")


def _pad(salt: bytes, index: int) -> bytes:
    return hmac.digest(salt, _PAD_LABEL + index.to_bytes(4, "big"), "sha256")


def _utf8(item: str) -> bytes:
    try:
        return item.encode("utf-8")
    except UnicodeEncodeError:
        raise _refusal("item", "holds a lone surrogate") from None


def _refusal(path: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code="items", message=message)
    return InvalidInput(f"{path}: {message}", problems=(problem,))
