"""The files of a snapshot: JSON that proves itself, and a table in text.

Format `suxin-credit-snapshot-file/2`: canonical JSON of `format`, `snapshot` (its head), `lines`,
`hashes` (of each line its leaf under the root; files of before have none) and `bundle`
(`ledger.bundle`: the snapshot's own entry and those that its lines stand on). The proof of a line
names its row by its number in the file (`row`) and by its place among the leaves (`position`); a
snapshot of before is a `/1`, where that place is `row`.

The rule that must stay true: the table is made of the lines alone, so that the same lines always
give the same table.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from trace.sheets.texts import safe_text
from typing import Any, Final

from sqlalchemy import Connection

from base.errors import InvalidInput
from base.strict_json import JsonObject, JsonValue, loads
from credit.list_reading import AsKnown
from credit.reporting.layout import layout
from credit.reporting.proving import public_bundle
from credit.reporting.snapshot_reading import Snapshot, line_read, snapshot_lines
from credit.reporting.snapshots import head_json
from ledger import bundle as bundles
from ledger.canonical import canonical_bytes
from ledger.merkle import leaf_hash, root_of

FILE_FORMAT: Final = "suxin-credit-snapshot-file/2"
FORMER: Final = "suxin-credit-snapshot-file/1"
DEPTH_MAX: Final = 16
_MARK: Final = "\ufeff"
_COLUMNS: Final = (
    ("uscc", "统一社会信用代码"),
    ("name", "名称"),
    ("ground", "事由"),
    ("article", "依据"),
    ("authority", "作出机关"),
    ("number", "文书号"),
    ("from", "列入日期"),
    ("stops_on", "不再列入之日"),
    ("removable_on", "可申请移出之日"),
)


def head_of(snapshot: Snapshot) -> JsonObject:
    """Return the head of a snapshot, as its paper shows it."""
    return head_json(
        number=snapshot.number,
        as_known=AsKnown(list_id=snapshot.list, day=snapshot.day, known_at=snapshot.known_at),
        taken_at=snapshot.taken_at,
        rows=snapshot.row_count,
        root=snapshot.root,
    )


def snapshot_json(connection: Connection, log: int, snapshot: Snapshot) -> bytes:
    """Return the file that proves itself; raises `NotFound` where it is not sealed yet."""
    packed = snapshot_lines(connection, log, snapshot)
    lines = [line_read(one) for one in packed]
    seqs = {snapshot.seq}
    for _, proof in paths_of(lines):
        seqs.add(proof["batch_seq"])
    bundle = public_bundle(connection, log, seqs)
    told = loads(bundles.dump(bundle), bytes_max=bundles.BYTES_MAX, depth_max=DEPTH_MAX)
    value: JsonObject = {
        "format": FILE_FORMAT if _names_rows(lines) else FORMER,
        "snapshot": head_of(snapshot),
        "lines": list[JsonValue](lines),
        "hashes": [leaf_hash(one).hex() for one in packed],
        "bundle": told,
    }
    return canonical_bytes(value)


def snapshot_csv(connection: Connection, log: int, snapshot: Snapshot) -> bytes:
    """Return the lines as a table, each with entry, row, and its own hash under the root."""
    out = io.StringIO(_MARK)
    out.seek(0, io.SEEK_END)
    write = csv.writer(out, lineterminator="\r\n").writerow
    lines = [(line_read(packed), packed) for packed in snapshot_lines(connection, log, snapshot)]
    write(table_heads([line for line, _ in lines]))
    for line, packed in lines:
        write(table_row(line, packed, snapshot.number))
    return out.getvalue().encode()


def table_heads(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the heads of a table: a snapshot of before counts its rows in the batch."""
    row = "文件中的行" if _names_rows(lines) else "批次中的行"
    return [*(head for _, head in _COLUMNS), "账本条目", "批次", row, "本行哈希", "名单快照"]


def table_row(line: Any, packed: bytes, number: str) -> list[str]:
    """Return the cells of a line; `packed` is its canonical form."""
    proof = line["proof"]
    return [
        *(safe_text(str(line[name])) for name, _ in _COLUMNS),
        str(proof["seq"]),
        proof.get("batch", ""),
        _row_cell(proof),
        leaf_hash(packed).hex(),
        number,
    ]


def _names_rows(lines: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether lines name their rows by their numbers in the file, as they do by now."""
    proofs = [line["proof"] for line in lines]
    return not any("row" in proof and "position" not in proof for proof in proofs)


def _row_cell(proof: Mapping[str, Any]) -> str:
    if "row" not in proof:
        return ""
    # A snapshot of before keeps its bytes: its lines were counted in the batch, from 1 on.
    return str(proof["row"] if "position" in proof else proof["row"] + 1)


def hash_of_snapshot_file(data: bytes) -> bytes | None:
    """Return the root over the lines of a JSON file, None for anything else.

    So the file is the same however the JSON is written.
    """
    if data[:1] != b"{":
        return None
    try:
        value = loads(data, bytes_max=layout().limits.compare_bytes, depth_max=DEPTH_MAX)
    except InvalidInput:
        return None
    lines = value.get("lines") if isinstance(value, dict) else None
    if not isinstance(lines, list):
        return None
    return root_of([leaf_hash(canonical_bytes(line)) for line in lines])


def paths_of(lines: Sequence[JsonObject]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the proofs of lines that lead to a row, with their places."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for at, line in enumerate(lines):
        proof = line.get("proof")
        if isinstance(proof, dict) and "path" in proof:
            found.append((f"lines[{at}]", proof))
    return found
