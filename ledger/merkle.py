"""The tree over the leaves of one log (RFC 9162 2.1): append, prove, verify.

Format version 1, evidence for ever: leaf = SHA-256(0x00 || data), node = SHA-256(0x01 || left ||
right). A *perfect* node (level, index) covers the 2^level leaves from index * 2^level on; once
complete it never changes, and only perfect nodes are ever stored. The rule that must stay true:
proofs are made from perfect nodes alone, so any state of the log up to the head can be proved.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

from base.errors import InvalidInput, LedgerCorrupt, Problem
from ledger.proof import HASH_BYTES, INDEX_END, VerificationError

GetNode: TypeAlias = Callable[[int, int], bytes]
"""`get_node(level, index)` returns the hash of a perfect node."""

ReadRow: TypeAlias = Callable[[int, int, int], Sequence[bytes]]
"""`read_row(level, start, count)` returns up to `count` hashes of a stored row, in order.

Level is a multiple of 8. At the right edge of the row it may return fewer than asked.
"""

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 256
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a log without entries (RFC 9162 2.1.1)."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf (RFC 9162 2.1.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 9162 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes held in memory."""
    frontier, _ = EMPTY_FRONTIER.append_all(leaf_hashes)
    return frontier.root()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedNode:
    """A perfect node on a stored row (level 8, 16, 24, ...) that an append completed."""

    level: int
    index: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """The right edge of the tree: enough to append and to know the root, and nothing more.

    `peaks` are the perfect nodes that make up `size` leaves, largest (leftmost) first.
    """

    size: int
    peaks: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.size < INDEX_END or len(self.peaks) != self.size.bit_count():
            message = f"a frontier of size {self.size} cannot have {len(self.peaks)} peaks"
            raise LedgerCorrupt(message)

    def append_all(self, leaf_hashes: Sequence[bytes]) -> tuple["Frontier", list[CompletedNode]]:
        """Return the frontier after the leaves, and each node of a stored row that they complete.

        Completed nodes come by level, then by index.
        """
        old_peaks = dict(zip(_levels_of(self.size), reversed(self.peaks), strict=True))
        new_peaks: list[bytes] = []
        completed: list[CompletedNode] = []
        nodes = list(leaf_hashes)
        first = self.size
        level = 0
        while nodes or old_peaks:
            if level and level % TILE_HEIGHT == 0:
                completed += [
                    CompletedNode(level=level, index=first + i, hash=node)
                    for i, node in enumerate(nodes)
                ]
            if level in old_peaks:
                nodes.insert(0, old_peaks.pop(level))
                first -= 1
            if len(nodes) % 2:
                new_peaks.append(nodes.pop())
            nodes = _parents(nodes)
            first //= 2
            level += 1
        size = self.size + len(leaf_hashes)
        return Frontier(size=size, peaks=tuple(reversed(new_peaks))), completed

    def root(self) -> bytes:
        """Return the root hash of the tree of `size` leaves (RFC 9162 2.1.1)."""
        return _fold(self.peaks) if self.peaks else EMPTY_ROOT

    def to_bytes(self) -> bytes:
        """Return the size (unsigned 64-bit, big-endian) and the peaks, 32 bytes each."""
        return self.size.to_bytes(8, "big") + b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Frontier":
        """Read what `to_bytes` writes; raises `LedgerCorrupt` otherwise."""
        size = int.from_bytes(data[:8], "big")
        if len(data) != 8 + HASH_BYTES * size.bit_count():
            message = f"a frontier of size {size} cannot have {len(data)} bytes"
            raise LedgerCorrupt(message)
        return cls(size=size, peaks=_hashes_in(data[8:]))


EMPTY_FRONTIER: Final = Frontier(size=0, peaks=())


class TileReader:
    """Serves perfect nodes from rows stored at levels 0, 8, 16, ...

    A tile is 256 neighbours of one row; inner nodes are computed from it and kept. Make one for
    each proof: it remembers every tile it read, and a tile read before an append may be shorter
    than the same tile read after it.
    """

    def __init__(self, read_row: ReadRow) -> None:
        self._read_row = read_row
        self._tiles: dict[tuple[int, int], list[list[bytes]]] = {}

    def get_node(self, level: int, index: int) -> bytes:
        """Return the perfect node; raises `LedgerCorrupt` where its row has a hole."""
        row_level, height = level - level % TILE_HEIGHT, level % TILE_HEIGHT
        tile_index = (index << height) // TILE_WIDTH
        inner = self._tile(row_level, tile_index, height)
        offset = index - (tile_index * TILE_WIDTH >> height)
        if offset >= len(inner):
            message = f"row {row_level} lacks hashes under node ({level}, {index})"
            raise LedgerCorrupt(message)
        return inner[offset]

    def _tile(self, row_level: int, tile_index: int, height: int) -> list[bytes]:
        levels = self._tiles.get((row_level, tile_index))
        if levels is None:
            row = list(self._read_row(row_level, tile_index * TILE_WIDTH, TILE_WIDTH))
            if len(row) > TILE_WIDTH or any(len(node) != HASH_BYTES for node in row):
                message = f"tile {tile_index} of row {row_level} is not up to 256 hashes"
                raise LedgerCorrupt(message)
            levels = self._tiles[row_level, tile_index] = [row]
        while len(levels) <= height:
            levels.append(_parents(levels[-1]))
        return levels[height]


def root_at(size: int, get_node: GetNode) -> bytes:
    """Return the root of the tree of the first `size` leaves; raises where it has none."""
    if size < 1:
        raise _refusal("size", "a tree of no leaves has no nodes to read")
    return _range_hash(0, size, get_node)


def inclusion_path(index: int, size: int, get_node: GetNode) -> tuple[bytes, ...]:
    """Return the path that proves leaf `index` in the tree of `size` leaves (RFC 9162 2.1.3.1).

    Sibling of the leaf first. Raises `InvalidInput` unless 0 <= index < size.
    """
    if not 0 <= index < size < INDEX_END:
        raise _refusal("index", f"no entry {index} in a log of size {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        split = start + _largest_power_below(end - start)
        if index < split:
            path.append(_range_hash(split, end, get_node))
            end = split
        else:
            path.append(_range_hash(start, split, get_node))
            start = split
    return tuple(reversed(path))


def consistency_path(old: int, new: int, get_node: GetNode) -> tuple[bytes, ...]:
    """Return the proof that size `new` extends size `old` (RFC 9162 2.1.4.1).

    Empty where both are equal. Raises `InvalidInput` unless 0 < old <= new: nothing can be
    inconsistent with an empty log, so a proof from size 0 would prove nothing.
    """
    if not 0 < old <= new < INDEX_END:
        raise _refusal("size", f"no consistency proof from size {old} to {new}")
    path: list[bytes] = []
    start, end = 0, new
    # Walk down to the largest subtree that ends at `old` in both trees.
    while end != old:
        split = start + _largest_power_below(end - start)
        if old <= split:
            path.append(_range_hash(split, end, get_node))
            end = split
        else:
            path.append(_range_hash(start, split, get_node))
            start = split
    if start > 0:
        # The verifier knows the old root only where that subtree is the whole old tree.
        path.append(_range_hash(start, end, get_node))
    return tuple(reversed(path))


def verify_inclusion(
    index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes
) -> None:
    """Check that leaf hash `leaf` stands at `index` under `root` (RFC 9162 2.1.3.2).

    Raises `VerificationError` (step `inclusion`) otherwise.
    """
    if not 0 <= index < size < INDEX_END:
        raise VerificationError(f"no entry {index} in a log of size {size}", step="inclusion")
    if len(leaf) != HASH_BYTES or any(len(node) != HASH_BYTES for node in path):
        raise VerificationError("a hash in the proof has not 32 bytes", step="inclusion")
    node = leaf
    from_left, last = index, size - 1
    for sibling in path:
        if last == 0:
            raise VerificationError("the inclusion path is too long", step="inclusion")
        if from_left % 2 or from_left == last:
            node = node_hash(sibling, node)
            while from_left and not from_left % 2:
                from_left, last = from_left // 2, last // 2
        else:
            node = node_hash(node, sibling)
        from_left, last = from_left // 2, last // 2
    if last != 0:
        raise VerificationError("the inclusion path is too short", step="inclusion")
    if node != root:
        raise VerificationError("the path does not lead to the signed root", step="inclusion")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Check that the log of size `new` extends that of size `old` (RFC 9162 2.1.4.2).

    Raises `VerificationError` (step `log`) otherwise, and always from size 0: everything extends
    an empty log, so such a "proof" would bind nothing.
    """
    if not 0 < old <= new < INDEX_END:
        raise VerificationError(f"nothing proves size {old} to {new} consistent", step="log")
    if old == new:
        if path or old_root != new_root:
            raise VerificationError("equal sizes need equal roots and no path", step="log")
        return
    if not path or any(len(node) != HASH_BYTES for node in path):
        raise VerificationError("the consistency path is empty or malformed", step="log")
    # A power of two is a whole left subtree, whose hash the verifier has: the old root.
    nodes = iter(path if old.bit_count() > 1 else (old_root, *path))
    _check_consistency(old - 1, new - 1, old_root, new_root, nodes)


def _check_consistency(
    from_left: int, last: int, old_root: bytes, new_root: bytes, nodes: Iterator[bytes]
) -> None:
    while from_left % 2:
        from_left, last = from_left // 2, last // 2
    old_node = new_node = next(nodes)
    for sibling in nodes:
        if last == 0:
            raise VerificationError("the consistency path is too long", step="log")
        if from_left % 2 or from_left == last:
            old_node = node_hash(sibling, old_node)
            new_node = node_hash(sibling, new_node)
            while from_left and not from_left % 2:
                from_left, last = from_left // 2, last // 2
        else:
            new_node = node_hash(new_node, sibling)
        from_left, last = from_left // 2, last // 2
    if last != 0:
        raise VerificationError("the consistency path is too short", step="log")
    if old_node != old_root or new_node != new_root:
        raise VerificationError("the path does not join the two roots", step="log")


def _parents(nodes: Sequence[bytes]) -> list[bytes]:
    """Return the parents of neighbours, the first of which is a left child; an odd last waits."""
    return [
        sha256(b"\x01" + left + right).digest()
        for left, right in zip(nodes[::2], nodes[1::2], strict=False)
    ]


def _levels_of(size: int) -> Iterator[int]:
    """Yield the level of each peak, smallest first."""
    return (level for level in range(size.bit_length()) if size >> level & 1)


def _fold(peaks: Iterable[bytes]) -> bytes:
    """Return the hash over neighbouring perfect nodes, largest first (RFC 9162 2.1.1)."""
    ordered = list(peaks)
    node = ordered.pop()
    while ordered:
        node = node_hash(ordered.pop(), node)
    return node


def _range_hash(start: int, end: int, get_node: GetNode) -> bytes:
    """Return the hash over leaves start..end-1, where `start` is aligned as RFC 9162 splits."""
    peaks = []
    while start < end:
        level = (end - start).bit_length() - 1
        peaks.append(get_node(level, start >> level))
        start += 1 << level
    return _fold(peaks)


def _hashes_in(data: bytes) -> tuple[bytes, ...]:
    return tuple(data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES))


def _largest_power_below(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


def _refusal(path: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code="out_of_range", message=message)
    return InvalidInput(message, problems=(problem,))
