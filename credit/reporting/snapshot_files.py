"""The files of a snapshot: JSON that proves itself, a table in text; and how anybody checks one.

Format `suxin-credit-snapshot-file/2`: canonical JSON of `format`, `snapshot` (its head), `lines`
and `bundle` (`ledger.bundle`: the snapshot's own entry and those that its lines stand on). The
proof of a line names its row by its number in the file (`row`) and by its place among the leaves
(`position`); a snapshot of before is a `/1`, where that place is `row`.

The rule that must stay true: `check_snapshot_file` needs the key of the ledger and nothing else.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from trace.sheets.texts import safe_text
from typing import Any, Final

from sqlalchemy import Connection

from base.errors import InvalidInput, Problem
from base.strict_json import JsonObject, JsonValue, loads
from credit.intake.entries import BATCH_KIND
from credit.list_reading import AsKnown
from credit.reporting.entries import SNAPSHOT_KIND
from credit.reporting.layout import layout
from credit.reporting.papers import check_row
from credit.reporting.proving import public_bundle
from credit.reporting.snapshot_reading import Snapshot, line_read, snapshot_lines
from credit.reporting.snapshots import FORMAT, head_json
from ledger import bundle as bundles
from ledger.canonical import canonical_bytes
from ledger.merkle import leaf_hash, root_of
from ledger.note import VerifierKey
from ledger.verify import Report, verify_bundle

FILE_FORMAT: Final = "suxin-credit-snapshot-file/2"
_FORMER: Final = "suxin-credit-snapshot-file/1"
_DEPTH: Final = 16
_MARK: Final = "\ufeff"
_BOUND: Final = ("number", "list", "day", "known_at", "taken_at", "rows", "root")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSnapshot:
    """What a file proves: the head, its lines, and how many are proven down to their rows."""

    head: Mapping[str, Any]
    lines: Sequence[Mapping[str, Any]]
    lines_proven: int
    proven: Report


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
    lines = [line_read(one) for one in snapshot_lines(connection, log, snapshot)]
    seqs = {snapshot.seq}
    for _, proof in _paths(lines):
        seqs.add(proof["batch_seq"])
    bundle = public_bundle(connection, log, seqs)
    told = loads(bundles.dump(bundle), bytes_max=bundles.BYTES_MAX, depth_max=_DEPTH)
    value: JsonObject = {
        "format": FILE_FORMAT if _names_rows(lines) else _FORMER,
        "snapshot": head_of(snapshot),
        "lines": list[JsonValue](lines),
        "bundle": told,
    }
    return canonical_bytes(value)


def snapshot_csv(connection: Connection, log: int, snapshot: Snapshot) -> bytes:
    """Return the lines as a table: each with its entry, its row, and its own hash under the root.

    It is made of the lines alone, so that the same snapshot always gives the same bytes.
    """
    out = io.StringIO(_MARK)
    out.seek(0, io.SEEK_END)
    write = csv.writer(out, lineterminator="\r\n").writerow
    heads = [head for _, head in _COLUMNS]
    packed_lines = list(snapshot_lines(connection, log, snapshot))
    lines: list[Any] = [line_read(packed) for packed in packed_lines]
    row_head = "文件中的行" if _names_rows(lines) else "批次中的行"
    write([*heads, "账本条目", "批次", row_head, "本行哈希", "名单快照"])
    for packed, line in zip(packed_lines, lines, strict=True):
        proof = line["proof"]
        write(
            [
                *(safe_text(str(line[name])) for name, _ in _COLUMNS),
                str(proof["seq"]),
                proof.get("batch", ""),
                _row_cell(proof),
                leaf_hash(packed).hex(),
                snapshot.number,
            ]
        )
    return out.getvalue().encode()


def _names_rows(lines: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether lines name their rows by their numbers in the file, as they do by now."""
    proofs = [line["proof"] for line in lines]
    return not any("row" in proof and "position" not in proof for proof in proofs)


def _row_cell(proof: Mapping[str, Any]) -> str:
    if "row" not in proof:
        return ""
    # A snapshot of before keeps its bytes: its lines were counted in the batch, from 1 on.
    return str(proof["row"] if "position" in proof else proof["row"] + 1)


def check_snapshot_file(data: bytes, vkeys: Sequence[VerifierKey]) -> CheckedSnapshot:
    """Return what a file proves to somebody who trusts `vkeys`.

    Raises `VerificationError` for its bundle, `InvalidInput` where the head or a line is not what
    the entries hold.
    """
    value = loads(data, bytes_max=bundles.BYTES_MAX, depth_max=_DEPTH)
    if not isinstance(value, dict) or value.get("format") not in (FILE_FORMAT, _FORMER):
        raise _wrong("format", f"is not {FILE_FORMAT}")
    head, lines, bundle = (value.get(name) for name in ("snapshot", "lines", "bundle"))
    if not isinstance(head, dict) or not isinstance(lines, list) or not isinstance(bundle, dict):
        raise _wrong("snapshot", "is missing")
    proven = verify_bundle(canonical_bytes(bundle), vkeys)
    own = [one for one in proven.entries if one.kind == SNAPSHOT_KIND]
    if len(own) != 1:
        raise _wrong("bundle", "does not have the snapshot's own entry")
    _check_head(head, own[0].payload)
    if root_of([leaf_hash(canonical_bytes(line)) for line in lines]).hex() != head["root"]:
        raise _wrong("lines", "are not the ones whose root the ledger holds")
    batches = {one.seq: one for one in proven.entries if one.kind == BATCH_KIND}
    told = [line for line in lines if isinstance(line, dict)]
    paths = _paths(told)
    for path, proof in paths:
        check_row(path, proof, batches)
    return CheckedSnapshot(head=head, lines=told, lines_proven=len(paths), proven=proven)


def hash_of_snapshot_file(data: bytes) -> bytes | None:
    """Return the root over the lines of a JSON file, None for anything else.

    So the file is the same however the JSON is written.
    """
    if data[:1] != b"{":
        return None
    try:
        value = loads(data, bytes_max=layout().limits.compare_bytes, depth_max=_DEPTH)
    except InvalidInput:
        return None
    lines = value.get("lines") if isinstance(value, dict) else None
    if not isinstance(lines, list):
        return None
    return root_of([leaf_hash(canonical_bytes(line)) for line in lines])


def _check_head(head: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
    wrong = [name for name in _BOUND if head.get(name) != payload.get(name)]
    if head.get("format") != FORMAT or set(head) != {"format", *_BOUND}:
        wrong.append("format")
    if wrong:
        raise _wrong(f"snapshot.{wrong[0]}", "is not what the ledger's entry says")


def _paths(lines: Sequence[JsonObject]) -> list[tuple[str, Mapping[str, Any]]]:
    found: list[tuple[str, Mapping[str, Any]]] = []
    for at, line in enumerate(lines):
        proof = line.get("proof")
        if isinstance(proof, dict) and "path" in proof:
            found.append((f"lines[{at}]", proof))
    return found


def _wrong(path: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code="snapshot", message=message)
    return InvalidInput(f"{path} {message}", problems=(problem,))
