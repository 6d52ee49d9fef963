"""Re-verifies a whole ledger from outside, after every test that wrote to one.

Two ways that share nothing but the stored bytes: the product's own `fsck`, and a second reckoning
here with plain SQL, `hashlib` and the recursive definition of the tree (RFC 9162 2.1.1).
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, text

from base.db import reading
from ledger.fsck import check_log
from ledger.note import VerifierKey

_TAGS = {1: "public", 2: "chain", 3: "authority", 4: "personal"}
_NO_PREVIOUS = "0" * 64


def check_ledger(engine: Engine, log: int, vkeys: Sequence[VerifierKey]) -> int:
    """Fail unless every byte of the log is sound; return how many entries it has."""
    with reading(engine) as connection:
        report = check_log(connection, log, vkeys)
    # A test need not seal what it wrote.
    assert [one for one in report.findings if one.code != "never_sealed"] == []
    assert ("never_sealed" in {one.code for one in report.findings}) is (report.checkpoints == 0)

    rows = _rows(
        engine,
        "SELECT e.seq, e.header, e.leaf, e.part_hashes, p.public_salt, p.public_body,"
        " p.chain_salt, p.chain_body, p.authority_salt, p.authority_body, p.personal_salt,"
        " p.personal_body FROM ledger_entry e"
        " LEFT JOIN ledger_payload p ON p.log = e.log AND p.seq = e.seq"
        " WHERE e.log = :log ORDER BY e.seq",
        log,
    )
    leaves = _leaves_of(rows, log)
    _check_head(engine, log, rows, leaves)
    _check_checkpoints(engine, log, leaves, vkeys)
    _check_index(engine, log)
    assert report.size == len(rows)
    return len(rows)


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash by its recursive definition."""
    return _range_root(leaves, 0, len(leaves), {}) if leaves else hashlib.sha256(b"").digest()


def _range_root(
    leaves: Sequence[bytes], start: int, end: int, known: dict[tuple[int, int], bytes]
) -> bytes:
    """Return the hash of leaves `start` to `end`; what several checkpoints share is kept."""
    if end - start == 1:
        return leaves[start]
    if (start, end) not in known:
        split = 1
        while split * 2 < end - start:
            split *= 2
        left = _range_root(leaves, start, start + split, known)
        right = _range_root(leaves, start + split, end, known)
        known[start, end] = hashlib.sha256(b"\x01" + left + right).digest()
    return known[start, end]


def _rows(engine: Engine, statement: str, log: int) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        found = connection.execute(text(statement), {"log": log}).mappings().all()
    return [
        {
            name: bytes(value) if isinstance(value, memoryview) else value
            for name, value in row.items()
        }
        for row in found
    ]


def _leaves_of(rows: Sequence[dict[str, Any]], log: int) -> list[bytes]:
    leaves: list[bytes] = []
    before = ""
    for seq, row in enumerate(rows):
        header = json.loads(row["header"])
        packed = _packed_hashes(row)
        assert row["seq"] == seq
        assert row["part_hashes"] == packed
        assert header == {
            "v": 1,
            "log": log,
            "seq": seq,
            "kind": header["kind"],
            "actor": header["actor"],
            "recorded_at": header["recorded_at"],
            "payload_hash": hashlib.sha256(b"\x02" + packed).hexdigest(),
            "prev": leaves[-1].hex() if leaves else _NO_PREVIOUS,
        }
        assert header["recorded_at"] >= before
        before = header["recorded_at"]
        leaves.append(hashlib.sha256(b"\x00" + row["header"]).digest())
        assert row["leaf"] == leaves[-1]
    return leaves


def _packed_hashes(row: dict[str, Any]) -> bytes:
    packed = b""
    for tag, name in _TAGS.items():
        salt, body = row[f"{name}_salt"], row[f"{name}_body"]
        assert (salt is None) == (body is None)
        if body is not None:
            assert len(salt) == 16
            assert json.loads(body) != {}
            packed += bytes((tag,)) + hashlib.sha256(salt + body).digest()
    return packed


def _check_head(
    engine: Engine, log: int, rows: Sequence[dict[str, Any]], leaves: Sequence[bytes]
) -> None:
    (head,) = _rows(engine, "SELECT * FROM ledger_head WHERE log = :log", log)
    assert head["size"] == len(rows)
    assert head["last_leaf"] == leaves[-1]
    (payloads,) = _rows(engine, "SELECT count(*) AS n FROM ledger_payload WHERE log = :log", log)
    assert payloads["n"] == len(rows)


def _check_checkpoints(
    engine: Engine, log: int, leaves: Sequence[bytes], vkeys: Sequence[VerifierKey]
) -> None:
    statement = "SELECT size, root, note FROM ledger_checkpoint WHERE log = :log ORDER BY size"
    names = {key.name for key in vkeys}
    known: dict[tuple[int, int], bytes] = {}
    for row in _rows(engine, statement, log):
        origin, size, root, _ = row["note"].decode().split("\n", 3)
        assert origin in names
        assert int(size) == row["size"] <= len(leaves)
        expected = _range_root(leaves, 0, row["size"], known)
        assert base64.b64decode(root) == row["root"] == expected


def _check_index(engine: Engine, log: int) -> None:
    """Every event entry has its row and every row its entry; no key points beyond the log."""
    entries = _rows(engine, "SELECT seq, header FROM ledger_entry WHERE log = :log", log)
    events = {row["seq"] for row in entries if json.loads(row["header"])["kind"] == "event"}
    indexed = {row["seq"] for row in _rows(engine, "SELECT seq FROM event WHERE log = :log", log)}
    assert indexed == events
    items = _rows(engine, "SELECT DISTINCT seq, item FROM event_item WHERE log = :log", log)
    assert {row["seq"] for row in items} <= events
    known = {row["id"] for row in _rows(engine, "SELECT id FROM identifier WHERE log = :log", log)}
    assert {row["item"] for row in items} <= known
    statement = "SELECT first_seq, entry_count FROM ledger_idempotency WHERE log = :log"
    for row in _rows(engine, statement, log):
        assert row["first_seq"] + row["entry_count"] <= len(entries)
