"""The report of a recall: what its entries say, with the proof that the ledger holds them.

Format `suxin-recall-report/1`. Canonical JSON (RFC 8785) of `format`, `report` (a summary that
anybody makes again from the entries) and `bundle` (`ledger.bundle`, with every entry of the recall
and the parts that its reader may see).

The rule that must stay true: nothing of the summary comes from anywhere but the entries of the
bundle, so that `check_report` needs the key of the ledger and nothing else. A proof shows what is
there: that no later entry of the recall was left out is seen in the ledger itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from trace.recall.entries import criteria_json, decimal_text, read_note
from trace.recall.model import AnswerNote, LinesNote
from trace.recall.replay import RECALL_KINDS, recall_by
from trace.recall.retold import Retold, retell
from trace.recall.rows import Placed
from trace.recall.tables import TABLES
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.clock import format_instant
from base.errors import InputTooLarge, InvalidInput, NotFound, Problem
from base.strict_json import JsonObject, JsonValue, loads
from ledger import bundle as bundles
from ledger.bundle import Bundle, BundleEntry, VisiblePart
from ledger.canonical import canonical_bytes
from ledger.merkle import inclusion_path
from ledger.note import VerifierKey
from ledger.parts import Part
from ledger.proof import InclusionProof
from ledger.store import read_checkpoint, read_entries, tile_reader
from ledger.verify import Report, verify_bundle

FORMAT: Final = "suxin-recall-report/1"
_DEPTH_MAX: Final = 16
_BYTES_MAX: Final = 2 * bundles.BYTES_MAX
_PARTS: Final = (Part.PUBLIC, Part.CHAIN, Part.AUTHORITY)


def entries_of(connection: Connection, log: int, recall_id: UUID) -> list[int]:
    """Return the numbers of every entry of a recall, in order."""
    seqs: set[int] = set()
    for table in TABLES:
        about = table.c.id if table.name == "recall" else table.c.recall_id
        statement = select(table.c.seq).where(table.c.log == log, about == recall_id).distinct()
        seqs.update(connection.execute(statement).scalars())
    return sorted(seqs)


def report_of(connection: Connection, log: int, recall_id: UUID) -> bytes:
    """Return the report of a recall with its proof.

    Raises `NotFound` where its last entry is not sealed yet, `InputTooLarge` for a bundle too big.
    """
    bundle = _bundle(connection, log, entries_of(connection, log, recall_id))
    proof = loads(bundles.dump(bundle), bytes_max=bundles.BYTES_MAX, depth_max=_DEPTH_MAX)
    seqs = [entry.proof.index for entry in bundle.entries]
    placed = [recall_by(entry) for entry in read_entries(connection, log, seqs).values()]
    value: JsonObject = {"format": FORMAT, "report": summary_of(placed), "bundle": proof}
    return canonical_bytes(value)


def check_report(data: bytes, vkeys: Sequence[VerifierKey]) -> Report:
    """Return what a report proves to somebody who trusts `vkeys`.

    Raises `VerificationError` for its bundle and `InvalidInput` where the summary says another
    thing than the entries.
    """
    value = loads(data, bytes_max=_BYTES_MAX, depth_max=_DEPTH_MAX)
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise _wrong("format", f"is not {FORMAT}")
    proof = value.get("bundle")
    if not isinstance(proof, dict):
        raise _wrong("bundle", "is missing")
    proven = verify_bundle(canonical_bytes(proof), vkeys)
    placed = [
        _placed(one.kind, one.seq, one.recorded_at, one.actor, one.payload)
        for one in proven.entries
        if one.kind in RECALL_KINDS
    ]
    if summary_of(placed) != value.get("report"):
        raise _wrong("report", "is not what the entries say")
    return proven


def summary_of(placed: Iterable[Placed]) -> JsonObject:
    """Return what the entries of one recall say together."""
    known = list(placed)
    told = retell(known)
    closing = told.closing
    return {
        "number": told.opening.number,
        "recall_id": str(told.opening.id),
        "domain": told.opening.domain,
        "level": told.opening.level,
        "is_mock": told.opening.is_mock,
        "reason": told.opening.reason,
        "opened_at": format_instant(told.opened_at),
        "opened_by": told.opened_by,
        "closed_at": "" if told.closed_at is None else format_instant(told.closed_at),
        "outcome": "" if closing is None else closing.outcome.value,
        "note": "" if closing is None else closing.note,
        "scopes": [
            {
                "version": scope.version,
                "at_size": scope.at_size,
                "at_root": scope.at_root.hex(),
                "criteria": criteria_json(scope.criteria),
                "reason": scope.reason,
                "lines": scope.line_count,
                "added": scope.added_count,
                "removed": scope.removed_count,
            }
            for scope in told.scopes
        ],
        "entries": [*sorted(one.seq for one in known)],
        "lines": _lines(told.lines),
        "holders": _holders(told),
    }


def _lines(notes: Iterable[LinesNote]) -> list[JsonValue]:
    return [
        {
            "code": line.uri,
            "depth": line.depth,
            "holder": "" if line.holder is None else str(line.holder),
            "quantity": "" if line.quantity is None else decimal_text(line.quantity),
            "sold": "" if line.sold is None else decimal_text(line.sold),
            "uom": line.uom or "",
        }
        for note in notes
        for line in note.lines
    ]


def _holders(told: Retold) -> list[JsonValue]:
    return [
        {
            "party_id": str(one.notice.party_id),
            "lines": one.notice.line_count,
            "told_at": format_instant(one.told_at),
            "due_at": format_instant(one.notice.due_at),
            "escalated": one.is_escalated,
            "answers": [_answer(answer) for answer in one.answers],
        }
        for one in told.holders
        if one.notice.line_count
    ]


def _answer(placed: tuple[Placed, AnswerNote]) -> JsonObject:
    entry, note = placed
    return {
        "at": format_instant(entry.recorded_at),
        "by": entry.actor,
        "kind": note.kind.value,
        "note": note.note,
        "amounts": [
            {
                "uom": one.uom or "",
                "found": decimal_text(one.found),
                "destroyed": decimal_text(one.destroyed),
                "returned": decimal_text(one.returned),
                "sold": decimal_text(one.sold),
            }
            for one in note.amounts
        ],
    }


def _bundle(connection: Connection, log: int, seqs: Sequence[int]) -> Bundle:
    checkpoint = read_checkpoint(connection, log)
    if not seqs or seqs[-1] >= checkpoint.size:
        raise NotFound("The last entry is not sealed yet; that takes about a second. Ask again.")
    if len(seqs) > bundles.ENTRIES_MAX:
        raise InputTooLarge(f"The recall has more than {bundles.ENTRIES_MAX} entries.")
    stored, reader = read_entries(connection, log, seqs), tile_reader(connection, log)
    return Bundle(
        log=log,
        checkpoint=checkpoint.note.decode(),
        entries=tuple(
            BundleEntry(
                header=stored[seq].header_bytes,
                part_hashes=stored[seq].part_hashes,
                parts=tuple(
                    VisiblePart(part=part, salt=one.salt, body=one.body)
                    for part, one in sorted(stored[seq].parts.items())
                    if part in _PARTS
                ),
                items=(),
                proof=InclusionProof(
                    index=seq, path=inclusion_path(seq, checkpoint.size, reader.get_node)
                ),
            )
            for seq in seqs
        ),
    )


def _placed(kind: str, seq: int, recorded_at: datetime, actor: str, payload: JsonObject) -> Placed:
    try:
        note = read_note(kind, payload)
    except (KeyError, TypeError, ValueError, ArithmeticError):
        raise _wrong("bundle", f"has an entry {seq} that cannot be read as a recall") from None
    return Placed(seq=seq, recorded_at=recorded_at, actor=actor, note=note)


def _wrong(path: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code="report", message=message)
    return InvalidInput(f"{path} {message}", problems=(problem,))
