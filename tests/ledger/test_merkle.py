import base64
import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import InvalidInput, LedgerCorrupt
from ledger.merkle import (
    EMPTY_FRONTIER,
    EMPTY_ROOT,
    CompletedNode,
    Frontier,
    TileReader,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from ledger.proof import InclusionProof, VerificationError, dump_tlog_proof, parse_tlog_proof
from tests.vectors import vectors_dir

_SIZE_MAX = 300
_LEAVES = [leaf_hash(str(i).encode()) for i in range(_SIZE_MAX)]


def _naive_root(leaves: Sequence[bytes]) -> bytes:
    """The definition of RFC 9162 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    both = _naive_root(leaves[:k]) + _naive_root(leaves[k:])
    return sha256(b"\x01" + both).digest()


def _naive_inclusion(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The definition of RFC 9162 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*_naive_inclusion(m, leaves[:k]), _cached_root(leaves[k:])]
    return [*_naive_inclusion(m - k, leaves[k:]), _cached_root(leaves[:k])]


def _naive_consistency(m: int, leaves: Sequence[bytes], is_known: bool = True) -> list[bytes]:
    """The definition of RFC 9162 2.1.4.1."""
    if m == len(leaves):
        return [] if is_known else [_cached_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*_naive_consistency(m, leaves[:k], is_known), _cached_root(leaves[k:])]
    return [*_naive_consistency(m - k, leaves[k:], False), _cached_root(leaves[:k])]


_ROOTS: dict[tuple[bytes, int], bytes] = {}


def _cached_root(leaves: Sequence[bytes]) -> bytes:
    key = (leaves[0], len(leaves))
    if key not in _ROOTS:
        _ROOTS[key] = _naive_root(leaves)
    return _ROOTS[key]


class Rows:
    """The rows that a store keeps: every leaf, and what `append_all` says is completed."""

    def __init__(self) -> None:
        self.frontier = EMPTY_FRONTIER
        self.rows: dict[int, list[bytes]] = {0: []}
        self.reads = 0

    def append(self, leaves: Sequence[bytes]) -> list[CompletedNode]:
        self.frontier, completed = self.frontier.append_all(leaves)
        self.rows[0].extend(leaves)
        for node in completed:
            row = self.rows.setdefault(node.level, [])
            assert node.index == len(row)
            row.append(node.hash)
        return completed

    def read_row(self, level: int, start: int, count: int) -> Sequence[bytes]:
        self.reads += 1
        return self.rows.get(level, [])[start : start + count]

    def get_node(self) -> Callable[[int, int], bytes]:
        return TileReader(self.read_row).get_node


def _perfect_node(leaves: Sequence[bytes]) -> Callable[[int, int], bytes]:
    def get_node(level: int, index: int) -> bytes:
        covered = leaves[index << level : (index + 1) << level]
        assert len(covered) == 1 << level
        return _cached_root(covered)

    return get_node


def _vectors(kind: str) -> list[Path]:
    return sorted((vectors_dir() / "merkle" / kind).rglob("*.json"))


def _decoded(case: dict[str, Any], key: str) -> bytes:
    return base64.b64decode(case[key], validate=True)


def _decoded_proof(case: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(node, validate=True) for node in case["proof"] or []]


def _step_refused(check: Callable[..., None], *arguments: Any) -> str | None:
    try:
        check(*arguments)
    except VerificationError as error:
        return error.step
    return None


def test_every_published_inclusion_case_is_judged_as_published() -> None:
    paths = _vectors("inclusion")
    wrong = []
    for path in paths:
        case = json.loads(path.read_bytes())
        step = _step_refused(
            verify_inclusion,
            case["leafIdx"],
            case["treeSize"],
            _decoded(case, "leafHash"),
            _decoded_proof(case),
            _decoded(case, "root"),
        )
        if step != ("inclusion" if case["wantErr"] else None):
            wrong.append(path.name)

    assert wrong == []
    assert len(paths) >= 86


def test_every_published_consistency_case_is_judged_as_published() -> None:
    paths = _vectors("consistency")
    wrong = []
    for path in paths:
        case = json.loads(path.read_bytes())
        step = _step_refused(
            verify_consistency,
            case["size1"],
            case["size2"],
            _decoded(case, "root1"),
            _decoded(case, "root2"),
            _decoded_proof(case),
        )
        if step != ("log" if case["wantErr"] else None):
            wrong.append(path.name)

    assert wrong == []
    assert len(paths) >= 98


def test_the_root_is_that_of_the_definition_at_every_small_size() -> None:
    for size in range(_SIZE_MAX + 1):
        expected = _naive_root(_LEAVES[:size])
        assert root_of(_LEAVES[:size]) == expected

    assert root_of([]) == EMPTY_ROOT


def test_appending_one_by_one_gives_every_root_and_survives_storage() -> None:
    frontier = EMPTY_FRONTIER
    for size, leaf in enumerate(_LEAVES, start=1):
        frontier, _ = Frontier.from_bytes(frontier.to_bytes()).append_all([leaf])
        assert frontier.size == size
        assert frontier.root() == _naive_root(_LEAVES[:size])


def test_every_inclusion_path_of_every_small_size_is_that_of_the_definition() -> None:
    get_node = _perfect_node(_LEAVES)
    for size in range(1, _SIZE_MAX + 1):
        leaves = _LEAVES[:size]
        root = _cached_root(leaves)
        for index in range(size):
            path = inclusion_path(index, size, get_node)
            if size <= 70 or index in {0, 1, size // 2, size - 1}:
                assert list(path) == _naive_inclusion(index, leaves)
            verify_inclusion(index, size, leaves[index], path, root)


def test_every_consistency_path_of_every_small_size_is_that_of_the_definition() -> None:
    get_node = _perfect_node(_LEAVES)
    for new in range(1, _SIZE_MAX + 1):
        new_root = _cached_root(_LEAVES[:new])
        for old in range(1, new + 1):
            path = consistency_path(old, new, get_node)
            if new <= 70 or old in {1, 2, new // 2, new - 1}:
                assert list(path) == _naive_consistency(old, _LEAVES[:new])
            verify_consistency(old, new, _cached_root(_LEAVES[:old]), new_root, path)


def test_the_only_entry_of_a_log_is_proved_by_an_empty_path() -> None:
    path = inclusion_path(0, 1, _perfect_node(_LEAVES))

    assert path == ()
    verify_inclusion(0, 1, _LEAVES[0], path, _LEAVES[0])
    assert consistency_path(1, 1, _perfect_node(_LEAVES)) == ()


def test_no_consistency_is_ever_proved_from_size_zero() -> None:
    for new, root in [(0, EMPTY_ROOT), (1, _LEAVES[0]), (2, _cached_root(_LEAVES[:2]))]:
        with pytest.raises(VerificationError):
            verify_consistency(0, new, EMPTY_ROOT, root, [])
        with pytest.raises(InvalidInput):
            consistency_path(0, new, _perfect_node(_LEAVES))


@pytest.mark.parametrize(("index", "size"), [(-1, 1), (0, 0), (1, 1), (5, 4), (0, 2**63)])
def test_an_entry_outside_the_log_has_no_path(index: int, size: int) -> None:
    with pytest.raises(InvalidInput):
        inclusion_path(index, size, _perfect_node(_LEAVES))
    with pytest.raises(VerificationError):
        verify_inclusion(index, size, _LEAVES[0], [], _LEAVES[0])


def test_a_size_that_shrinks_has_no_path() -> None:
    with pytest.raises(InvalidInput):
        consistency_path(3, 2, _perfect_node(_LEAVES))


@pytest.mark.parametrize("chunk", [1, 7, 255, 256, 257, 70_000])
def test_completed_nodes_are_the_roots_of_their_leaves_however_appended(chunk: int) -> None:
    leaves = [leaf_hash(i.to_bytes(4, "big")) for i in range(66_000)]
    rows = Rows()
    for start in range(0, len(leaves), chunk):
        rows.append(leaves[start : start + chunk])

    assert {level: len(row) for level, row in rows.rows.items()} == {0: 66_000, 8: 257, 16: 1}
    assert rows.rows[8][256] == root_of(leaves[65_536:65_792])
    assert rows.rows[8][1] == _naive_root(leaves[256:512])
    assert rows.rows[16][0] == root_of(leaves[:65_536])
    assert rows.frontier.root() == _naive_root(leaves)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_proofs_made_from_stored_rows_hold_in_a_growing_log(data: st.DataObject) -> None:
    rows = Rows()
    states = []
    for count in data.draw(st.lists(st.integers(1, 700), min_size=1, max_size=5)):
        start = rows.frontier.size
        rows.append([leaf_hash(i.to_bytes(8, "big")) for i in range(start, start + count)])
        states.append((rows.frontier.size, rows.frontier.root()))

    for size, root in states:
        index = data.draw(st.integers(0, size - 1))
        path = inclusion_path(index, size, rows.get_node())
        verify_inclusion(index, size, rows.rows[0][index], path, root)
        for old, old_root in states:
            if old <= size:
                proof = consistency_path(old, size, rows.get_node())
                verify_consistency(old, size, old_root, root, proof)


def test_a_proof_reads_each_tile_once() -> None:
    rows = Rows()
    rows.append([leaf_hash(i.to_bytes(4, "big")) for i in range(66_000)])

    path = inclusion_path(1000, 66_000, rows.get_node())

    verify_inclusion(1000, 66_000, rows.rows[0][1000], path, rows.frontier.root())
    # The entry's own tile, the two of row 8, and the ragged last one.
    assert rows.reads == 4


def test_a_hole_in_a_row_is_corruption() -> None:
    rows = Rows()
    rows.append(_LEAVES)
    rows.rows[0] = rows.rows[0][:280]

    with pytest.raises(LedgerCorrupt):
        inclusion_path(0, 300, rows.get_node())
    rows.rows[0] = [*_LEAVES[:5], b"short", *_LEAVES[6:]]
    with pytest.raises(LedgerCorrupt):
        inclusion_path(0, 300, rows.get_node())


def _mutations(path: Sequence[bytes]) -> list[list[bytes]]:
    nodes = list(path)
    flipped = [
        [*nodes[:i], bytes([nodes[i][0] ^ 1]) + nodes[i][1:], *nodes[i + 1 :]]
        for i in range(len(nodes))
    ]
    swapped = [[*nodes[:i], nodes[i + 1], nodes[i], *nodes[i + 2 :]] for i in range(len(nodes) - 1)]
    cut = [nodes[:-1], nodes[1:]] if nodes else []
    extra = [[*nodes, bytes(32)], [bytes(32), *nodes], [*nodes, b""]]
    return [*flipped, *swapped, *cut, *extra]


@given(st.integers(1, _SIZE_MAX), st.data())
def test_a_changed_inclusion_path_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, _perfect_node(_LEAVES))
    root = _cached_root(_LEAVES[:size])

    for bad in _mutations(path):
        with pytest.raises(VerificationError):
            verify_inclusion(index, size, _LEAVES[index], bad, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda i: i != index or size == 1))
    if other != index:
        with pytest.raises(VerificationError):
            verify_inclusion(other, size, _LEAVES[index], path, root)


@given(st.integers(1, _SIZE_MAX), st.data())
def test_a_changed_consistency_path_is_refused(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    path = consistency_path(old, new, _perfect_node(_LEAVES))
    roots = _cached_root(_LEAVES[:old]), _cached_root(_LEAVES[:new])

    for bad in _mutations(path):
        with pytest.raises(VerificationError):
            verify_consistency(old, new, *roots, bad)
    if old != new:
        with pytest.raises(VerificationError):
            verify_consistency(old, new, roots[1], roots[0], path)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 7, b"\x00" * 40, (1).to_bytes(8, "big"), (3).to_bytes(8, "big") + bytes(32)],
)
def test_a_malformed_frontier_is_corruption(data: bytes) -> None:
    if data == b"":
        assert EMPTY_FRONTIER.to_bytes() == bytes(8)
    with pytest.raises(LedgerCorrupt):
        Frontier.from_bytes(data)


def test_a_size_beyond_a_signed_64_bit_column_is_corruption() -> None:
    with pytest.raises(LedgerCorrupt):
        Frontier.from_bytes((2**63).to_bytes(8, "big") + bytes(32))


def test_leaf_and_node_hashes_are_told_apart() -> None:
    assert leaf_hash(bytes(64)) != node_hash(bytes(32), bytes(32))


def test_a_portable_proof_comes_back_the_same_and_in_no_other_spelling() -> None:
    proof = InclusionProof(index=7, path=(bytes(32), bytes(range(32))))
    checkpoint = "example.org/log/1\n8\nroot\n\n— name sig\n"

    text = dump_tlog_proof(proof, checkpoint)

    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 7\nAAAA")
    assert parse_tlog_proof(text) == (proof, checkpoint)
    empty = dump_tlog_proof(InclusionProof(index=0, path=()), checkpoint)
    assert parse_tlog_proof(empty) == (InclusionProof(index=0, path=()), checkpoint)
    for old, new in [
        ("@v1", "@v2"),
        ("index 7", "index 07"),
        ("index 7", "index +7"),
        ("index 7", "index 9223372036854775808"),
        ("index 7\n", ""),
        ("index", "extra AAAA\nindex"),
        ("AAA=\n", "AAB=\n"),
        ("AAA=\n", "AAA=\nAAAA\n"),
        ("\n\nexample", "\nexample"),
    ]:
        assert old in text
        head, blank, tail = text.partition("\n\n")
        changed = (head + blank).replace(old, new, 1) + tail
        if old == "\n\nexample":
            changed = head + "\n" + tail.replace("\n\n", "\n")
        with pytest.raises(InvalidInput):
            parse_tlog_proof(changed)
