"""How anybody checks the files of a snapshot, with the key of the ledger and nothing else.

The rule that must stay true: a file that was changed anywhere is refused, and the first line that
is not what the ledger holds is named.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from base.errors import InvalidInput, Problem
from base.strict_json import JsonValue, loads
from credit.intake.entries import BATCH_KIND
from credit.reporting.entries import SNAPSHOT_KIND
from credit.reporting.papers import check_row
from credit.reporting.snapshot_files import (
    DEPTH_MAX,
    FILE_FORMAT,
    FORMER,
    paths_of,
    table_heads,
    table_row,
)
from credit.reporting.snapshots import FORMAT
from ledger import bundle as bundles
from ledger.canonical import canonical_bytes
from ledger.merkle import leaf_hash, root_of
from ledger.note import VerifierKey
from ledger.verify import Report, verify_bundle

_BOUND: Final = ("number", "list", "day", "known_at", "taken_at", "rows", "root")
_MARK: Final = b"\xef\xbb\xbf"
_NAME_CHARS_MAX: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSnapshot:
    """What a file proves: the head, its lines, and how many are proven down to their rows."""

    head: Mapping[str, Any]
    lines: Sequence[Mapping[str, Any]]
    lines_proven: int
    proven: Report


def check_snapshot_file(data: bytes, vkeys: Sequence[VerifierKey]) -> CheckedSnapshot:
    """Return what a file proves to somebody who trusts `vkeys`.

    Raises `VerificationError` for its bundle, `InvalidInput` where the head or a line is not what
    the entries hold.
    """
    plain = data.removeprefix(_MARK)
    if not plain.lstrip().startswith(b"{"):
        raise _wrong("file", "is no list.json: a list.csv is checked beside it, with --csv")
    value = loads(plain, bytes_max=bundles.BYTES_MAX, depth_max=DEPTH_MAX)
    if not isinstance(value, dict) or value.get("format") not in (FILE_FORMAT, FORMER):
        raise _wrong("format", f"is not {FILE_FORMAT}")
    head, lines, bundle = (value.get(name) for name in ("snapshot", "lines", "bundle"))
    if not isinstance(head, dict) or not isinstance(lines, list) or not isinstance(bundle, dict):
        raise _wrong("snapshot", "is missing")
    proven = verify_bundle(canonical_bytes(bundle), vkeys)
    own = [one for one in proven.entries if one.kind == SNAPSHOT_KIND]
    if len(own) != 1:
        raise _wrong("bundle", "does not have the snapshot's own entry")
    _check_head(head, own[0].payload)
    _check_lines(lines, value.get("hashes"), str(head["root"]))
    batches = {one.seq: one for one in proven.entries if one.kind == BATCH_KIND}
    told = [line for line in lines if isinstance(line, dict)]
    paths = paths_of(told)
    for path, proof in paths:
        check_row(path, proof, batches)
    return CheckedSnapshot(head=head, lines=told, lines_proven=len(paths), proven=proven)


def check_table(data: bytes, checked: CheckedSnapshot) -> int:
    """Return how many lines of a table are those of its checked snapshot, which is all of them.

    How the file ends its lines and whether it has a byte order mark makes no difference. Raises
    `InvalidInput` with the first line that is another one.
    """
    try:
        text = data.removeprefix(_MARK).decode()
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except (UnicodeDecodeError, csv.Error):
        raise _wrong("csv", "is no table in UTF-8") from None
    heads = table_heads(checked.lines)
    if not rows or rows[0] != heads:
        raise _wrong("csv.row 1", "does not have the heads of such a table")
    number = str(checked.head["number"])
    right = (table_row(line, canonical_bytes(dict(line)), number) for line in checked.lines)
    for at, (row, cells) in enumerate(zip_longest(rows[1:], right), start=2):
        if row is None or cells is None:
            raise _wrong(f"csv.row {at}", "is missing" if row is None else "is one too many")
        wrong = [head for head, one, other in zip_longest(heads, row, cells) if one != other]
        if wrong:
            told = _told({"name": cells[1], "uscc": cells[0]})
            raise _wrong(f"csv.row {at}", f"({told}) is another one: {wrong[0] or 'its cells'}")
    return len(rows) - 1


def _check_lines(lines: Sequence[JsonValue], hashes: JsonValue, root: str) -> None:
    found = [leaf_hash(canonical_bytes(line)) for line in lines]
    if hashes is None:
        # A file of before lines had their hashes: which of them is wrong cannot be said.
        if root_of(found).hex() != root:
            raise _wrong("lines", "are not the ones whose root the ledger holds")
        return
    held = _hashes(hashes)
    if root_of(held).hex() != root:
        raise _wrong("hashes", "are not the ones whose root the ledger holds")
    if len(held) != len(found):
        raise _wrong("lines", f"are {len(found)}, and the ledger holds {len(held)}")
    for at, (one, other) in enumerate(zip(found, held, strict=True)):
        if one != other:
            raise _wrong(f"lines[{at}]", f"({_told(lines[at])}) is not what the ledger holds")


def _hashes(value: JsonValue) -> list[bytes]:
    if not isinstance(value, list):
        raise _wrong("hashes", "is no list")
    try:
        return [bytes.fromhex(str(one)) for one in value]
    except ValueError:
        raise _wrong("hashes", "has one that is no hash") from None


def _told(line: Any) -> str:
    """Return whom a line is about, as it says itself."""
    if not isinstance(line, dict):
        return "no object"
    return f"{line.get('name', '')} {line.get('uscc', '')}"[:_NAME_CHARS_MAX]


def _check_head(head: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
    wrong = [name for name in _BOUND if head.get(name) != payload.get(name)]
    if head.get("format") != FORMAT or set(head) != {"format", *_BOUND}:
        wrong.append("format")
    if wrong:
        raise _wrong(f"snapshot.{wrong[0]}", "is not what the ledger's entry says")


def _wrong(path: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code="snapshot", message=message)
    return InvalidInput(f"{path} {message}", problems=(problem,))
