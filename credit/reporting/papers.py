"""The file of a report that proves itself, and how anybody checks it.

Format `suxin-credit-report-file/1`: canonical JSON of `format`, `report` (what it says) and
`bundle` (`ledger.bundle`: the report's own entry and those of the batches behind its facts).

The rule that must stay true: `check_report_file` needs the key of the ledger and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection

from base.errors import InvalidInput, Problem
from base.strict_json import JsonObject, JsonValue, loads
from credit.intake.entries import BATCH_KIND
from credit.reporting.entries import REPORT_KIND
from credit.reporting.layout import layout
from credit.reporting.proving import public_bundle
from credit.reporting.reading import DEPTH_MAX, read_report, report_body
from ledger import bundle as bundles
from ledger.canonical import canonical_bytes
from ledger.merkle import verify_inclusion
from ledger.note import VerifierKey
from ledger.proof import VerificationError
from ledger.verify import ProvenEntry, Report, verify_bundle

FILE_FORMAT: Final = "suxin-credit-report-file/1"
_DEPTH: Final = DEPTH_MAX + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedReport:
    """What a file proves: the report, and how many of its facts are proven down to their rows."""

    report: JsonObject
    proven: Report
    facts: int
    facts_proven: int


def report_file(connection: Connection, log: int, number: str) -> bytes:
    """Return the file of a report; raises `NotFound` where it was erased or is not sealed yet."""
    report, body = read_report(connection, log, number), report_body(connection, log, number)
    seqs = {report.seq, *(proof["batch_seq"] for _, proof in _proofs(body))}
    bundle = public_bundle(connection, log, seqs)
    proof = loads(bundles.dump(bundle), bytes_max=bundles.BYTES_MAX, depth_max=_DEPTH)
    value: JsonObject = {"format": FILE_FORMAT, "report": body, "bundle": proof}
    return canonical_bytes(value)


def check_report_file(data: bytes, vkeys: Sequence[VerifierKey]) -> CheckedReport:
    """Return what a file proves to somebody who trusts `vkeys`.

    Raises `VerificationError` for its bundle, `InvalidInput` where the report or a fact is not what
    the entries hold.
    """
    value = loads(data, bytes_max=layout().limits.file_bytes, depth_max=_DEPTH)
    if not isinstance(value, dict) or value.get("format") != FILE_FORMAT:
        raise _wrong("format", f"is not {FILE_FORMAT}")
    report, bundle = value.get("report"), value.get("bundle")
    if not isinstance(report, dict) or not isinstance(bundle, dict):
        raise _wrong("report", "is missing")
    proven = verify_bundle(canonical_bytes(bundle), vkeys)
    own = [one for one in proven.entries if one.kind == REPORT_KIND]
    told = sha256(canonical_bytes(report)).hexdigest()
    if len(own) != 1 or own[0].payload.get("report") != told:
        raise _wrong("report", "is not the one whose hash the ledger holds")
    batches = {one.seq: one for one in proven.entries if one.kind == BATCH_KIND}
    try:
        proofs = _proofs(report)
        for path, proof in proofs:
            check_row(path, proof, batches)
        facts = sum(len(section["facts"]) for section in _sections(report)) + len(_shown(report))
    except (KeyError, TypeError) as error:
        raise _wrong("report", f"cannot be read: {error!r}") from None
    return CheckedReport(report=report, proven=proven, facts=facts, facts_proven=len(proofs))


def hash_of_file(data: bytes) -> tuple[bytes, bool]:
    """Return what a file is compared by, and whether it is a report's own JSON.

    Of a report's file it is the hash of what the report says, however the JSON is written; of
    anything else (a PDF) that of its bytes.
    """
    if data[:1] == b"{":
        try:
            value = loads(data, bytes_max=layout().limits.compare_bytes, depth_max=_DEPTH)
        except InvalidInput:
            return sha256(data).digest(), False
        if isinstance(value, dict):
            told = value.get("report", value)
            return sha256(canonical_bytes(told)).digest(), True
    return sha256(data).digest(), False


def check_row(path: str, proof: Mapping[str, Any], batches: Mapping[int, ProvenEntry]) -> None:
    """Refuse what is not a row of the batch that it names."""
    entry = batches.get(proof["batch_seq"])
    if entry is None or entry.payload.get("batch") != proof["batch"]:
        raise _wrong(path, "names a batch that the bundle does not have")
    try:
        verify_inclusion(
            leaf=bytes.fromhex(proof["leaf"]),
            # What was issued before a row was named by its number in the file has its place there.
            index=proof["position"] if "position" in proof else proof["row"],
            size=proof["rows"],
            path=[bytes.fromhex(one) for one in proof["path"]],
            root=bytes.fromhex(str(entry.payload.get("root"))),
        )
    except (VerificationError, ValueError, InvalidInput):
        raise _wrong(path, "is not a row of its batch") from None


def _proofs(report: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the proofs of facts that lead to a row, with their places."""
    placed = [
        (f"sections.{section['id']}[{at}]", fact["proof"])
        for section in _sections(report)
        for at, fact in enumerate(section["facts"])
    ]
    placed += [(f"trace[{at}]", one["proof"]) for at, one in enumerate(_shown(report))]
    return [(path, proof) for path, proof in placed if "path" in proof]


def _shown(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what the trace shows; a report of before its proofs has them among its facts."""
    return [one for one in report.get("trace", ()) if "proof" in one]


def _sections(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: JsonValue = report.get("sections")
    if not isinstance(found, list):
        raise _wrong("sections", "is missing")
    return [one for one in found if isinstance(one, dict)]


def _wrong(path: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code="report", message=message)
    return InvalidInput(f"{path} {message}", problems=(problem,))
