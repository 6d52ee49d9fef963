"""Checks a proof bundle offline: no server, no database, no trust in whoever handed it over.

    python -m ledger.verify FILE --key VKEY [--key VKEY ...] [--json]

The rule that must stay true: a report says only what was computed from the bundle's own bytes and
the keys its reader chose to trust. This module imports neither the web nor the database.
"""

import argparse
import io
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from base.clock import format_instant
from base.errors import AppError, InvalidInput
from base.strict_json import JsonObject, JsonValue, loads
from ledger.bundle import BYTES_MAX, Bundle, BundleEntry, VisiblePart, parse
from ledger.canonical import canonical_bytes, decode_hex
from ledger.checkpoint import OpenedCheckpoint, open_checkpoint
from ledger.entry import Header, header_leaf, parse_header
from ledger.items import verify_item
from ledger.merkle import verify_inclusion
from ledger.note import VerifiedSignature, VerifierKey
from ledger.parts import Leaves, Part, merge, part_hash, payload_hash
from ledger.proof import Step, VerificationError

__all__ = ["Audit", "ProvenEntry", "Report", "VerificationError", "check_all", "verify_bundle"]

ITEMS_ROOT_PATH = "/itemsRoot"
"""Where the public part holds the commitment to an entry's items."""

_NOT_PROVEN = """\
Not proven:
  - that what the entries say is true: only that it was entered then and not changed since
  - that these are all the entries of the log about this subject
  - what hidden parts say
  - that everybody was shown the same log, unless witnesses you trust cosigned the checkpoint
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenEntry:
    """What one entry of a bundle proves.

    `payload` is what the visible parts say together; `hidden` parts exist, unchanged and unseen.
    """

    seq: int
    kind: str
    recorded_at: datetime
    actor: str
    visible: tuple[Part, ...]
    hidden: tuple[Part, ...]
    payload: JsonObject
    items: tuple[str, ...]
    leaves: Leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a bundle proves: the state its log signed, and its entries in that state."""

    log: int
    origin: str
    size: int
    root: bytes
    signers: tuple[VerifiedSignature, ...]
    subject: str
    entries: tuple[ProvenEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The outcome of `check_all`: `report` holds what does hold, if the checkpoint does."""

    report: Report | None
    errors: tuple[VerificationError, ...]


def verify_bundle(data: bytes, vkeys: Sequence[VerifierKey]) -> Report:
    """Return what the bundle proves to somebody who trusts `vkeys`.

    Raises `VerificationError` for the first thing that does not hold.
    """
    bundle, opened = _open(data, vkeys)
    report = _report(bundle, opened, [_check_entry(e, bundle, opened) for e in bundle.entries])
    _require_subject(report)
    return report


def check_all(data: bytes, vkeys: Sequence[VerifierKey]) -> Audit:
    """Check every entry even after one failed, so that each bad one is named."""
    errors: list[VerificationError] = []
    proven: list[ProvenEntry] = []
    try:
        bundle, opened = _open(data, vkeys)
    except VerificationError as error:
        return Audit(report=None, errors=(error,))
    for entry in bundle.entries:
        try:
            proven.append(_check_entry(entry, bundle, opened))
        except VerificationError as error:
            errors.append(error)
    report = _report(bundle, opened, proven)
    try:
        _require_subject(report)
    except VerificationError as error:
        errors.append(error)
    return Audit(report=report, errors=tuple(errors))


def _open(data: bytes, vkeys: Sequence[VerifierKey]) -> tuple[Bundle, OpenedCheckpoint]:
    with _refused_as("format"):
        bundle = parse(data)
    lines = "".join(f"{line}\n" for line in bundle.cosignatures)
    with _refused_as("checkpoint"):
        opened = open_checkpoint((bundle.checkpoint + lines).encode(), vkeys)
    if not opened.checkpoint.origin.endswith(f"/log/{bundle.log}"):
        message = f"the checkpoint is of {opened.checkpoint.origin}, not of log {bundle.log}"
        raise VerificationError(message, step="checkpoint")
    return bundle, opened


def _check_entry(entry: BundleEntry, bundle: Bundle, opened: OpenedCheckpoint) -> ProvenEntry:
    seq = entry.proof.index
    with _refused_as("header", seq):
        header = parse_header(entry.header)
        _require(header.seq == seq, f"the header is of entry {header.seq}")
        _require(header.log == bundle.log, f"the header is of log {header.log}")
    with _refused_as("part", seq):
        bodies = {visible.part: _check_part(visible, entry) for visible in entry.parts}
        payload = merge(bodies.values())
    with _refused_as("payload", seq):
        is_whole = payload_hash(entry.part_hashes) == header.payload_hash
        _require(is_whole, "the parts' hashes are not those the header commits to")
    with _refused_as("items", seq):
        _check_items(entry, bodies.get(Part.PUBLIC, {}))
    with _refused_as("inclusion", seq):
        state = opened.checkpoint
        leaf = header_leaf(entry.header)
        verify_inclusion(seq, state.size, leaf, entry.proof.path, state.root)
    return _proven(header, entry, payload, bodies)


def _check_part(visible: VisiblePart, entry: BundleEntry) -> Leaves:
    name = visible.part.name.lower()
    is_committed = part_hash(visible.salt, visible.body) == entry.part_hashes.get(visible.part)
    _require(is_committed, f"the {name} part does not have the hash given for it")
    body = loads(visible.body, bytes_max=BYTES_MAX, depth_max=2)
    if not isinstance(body, dict) or canonical_bytes(body) != visible.body:
        message = f"the {name} part is not canonical JSON of paths and leaves"
        raise InvalidInput(message)
    return body


def _check_items(entry: BundleEntry, public: Leaves) -> None:
    if not entry.items:
        return
    root = public.get(ITEMS_ROOT_PATH)
    if not isinstance(root, str):
        message = f"items cannot be proven: no {ITEMS_ROOT_PATH} in a visible public part"
        raise InvalidInput(message)
    for proof in entry.items:
        verify_item(decode_hex(root), proof)


def _require_subject(report: Report) -> None:
    """Refuse a subject that no entry names: it would be the one unproven word of the bundle."""
    named = any(
        report.subject in entry.items or report.subject in entry.leaves.values()
        for entry in report.entries
    )
    if report.subject and not named:
        raise VerificationError("no entry names the subject of the bundle", step="items")


def _proven(
    header: Header, entry: BundleEntry, payload: JsonObject, bodies: dict[Part, Leaves]
) -> ProvenEntry:
    leaves: Leaves = {}
    for body in bodies.values():
        leaves.update(body)
    return ProvenEntry(
        seq=header.seq,
        kind=header.kind,
        recorded_at=header.recorded_at,
        actor=header.actor,
        visible=tuple(bodies),
        hidden=tuple(part for part in entry.part_hashes if part not in bodies),
        payload=payload,
        items=tuple(proof.item for proof in entry.items),
        leaves=leaves,
    )


def _report(bundle: Bundle, opened: OpenedCheckpoint, entries: Sequence[ProvenEntry]) -> Report:
    return Report(
        log=bundle.log,
        origin=opened.checkpoint.origin,
        size=opened.checkpoint.size,
        root=opened.checkpoint.root,
        signers=opened.signatures,
        subject=bundle.subject,
        entries=tuple(entries),
    )


@contextmanager
def _refused_as(step: Step, entry: int | None = None) -> Iterator[None]:
    """Say every refusal inside as a `VerificationError` of this step and entry."""
    try:
        yield
    except AppError as error:
        raise VerificationError(
            error.message, step=step, entry=entry, problems=error.problems
        ) from None


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise InvalidInput(otherwise)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 if everything holds, 1 if something is refused, 2 for wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m ledger.verify",
        description="Check a proof bundle of the ledger offline, against keys you trust.",
        epilog="exit code: 0 everything holds, 1 something is refused, 2 wrong usage",
    )
    parser.add_argument("file", metavar="FILE", help="the bundle; - reads standard input")
    parser.add_argument(
        "--key",
        metavar="VKEY",
        action="append",
        required=True,
        help="a verifier key you trust, as name+id+key: the log's, and any witness's; repeatable",
    )
    parser.add_argument("--json", action="store_true", help="write the report as JSON")
    options = parser.parse_args(arguments)
    try:
        vkeys = [VerifierKey.parse(text) for text in options.key]
    except InvalidInput as error:
        parser.error(f"--key: {error}")
    try:
        data = _read(options.file)
    except OSError as error:
        parser.error(f"cannot read {options.file}: {error.strerror}")
    audit = check_all(data, vkeys)
    if options.json:
        sys.stdout.write(json.dumps(_json_of(audit), ensure_ascii=True, indent=2) + "\n")
    else:
        _write_words(audit, sys.stdout)
    return 1 if audit.errors else 0


def _read(name: str) -> bytes:
    # One byte more than allowed is enough to be refused as too large.
    if name == "-":
        return sys.stdin.buffer.read(BYTES_MAX + 1)
    with Path(name).open("rb") as file:
        return file.read(BYTES_MAX + 1)


def _write_words(audit: Audit, out: TextIO) -> None:
    for error in audit.errors:
        where = "the bundle" if error.entry is None else f"entry {error.entry}"
        out.write(f"REFUSED {where}, at step {error.step}: {_shown(error.message)}\n")
    report = audit.report
    if report is None:
        out.write("Nothing is proven by this file.\n")
        return
    out.write(f"Log {report.origin} had {report.size} entries when it signed. Signed by:\n")
    for signer in report.signers:
        at = signer.cosigned_at
        witness = f", a witness, at {format_instant(at)}" if at else ""
        out.write(f"  - {_shown(signer.name)}{witness}\n")
    for entry in report.entries:
        _write_entry(entry, out)
    if report.entries:
        out.write("Proven of each entry above:\n")
        out.write("  - it stands in the signed log at this number, as recorded at this time\n")
        out.write("  - what is shown of it is what was entered; nothing was changed since\n")
    out.write(_NOT_PROVEN)


def _write_entry(entry: ProvenEntry, out: TextIO) -> None:
    out.write(f"Entry {entry.seq} ({entry.kind}), ")
    out.write(f"recorded {format_instant(entry.recorded_at)}, actor {entry.actor}\n")
    out.write(f"  shown parts: {_names(entry.visible)}\n")
    out.write(f"  hidden parts: {_names(entry.hidden)} ({len(entry.hidden)})\n")
    out.writelines(f"  names the item {_shown(item)}\n" for item in entry.items)
    text = json.dumps(entry.payload, ensure_ascii=False, indent=2, sort_keys=True)
    out.writelines(f"    {_shown(line)}\n" for line in text.split("\n"))


def _names(parts: Sequence[Part]) -> str:
    return ", ".join(part.name.lower() for part in parts) or "none"


def _shown(text: str) -> str:
    """Return the text with everything that could steer a terminal spelled out."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def _json_of(audit: Audit) -> JsonObject:
    errors: list[JsonValue] = [
        {"entry": error.entry, "step": error.step, "message": error.message}
        for error in audit.errors
    ]
    report = None if audit.report is None else _json_of_report(audit.report)
    return {"ok": not audit.errors, "report": report, "errors": errors}


def _json_of_report(report: Report) -> JsonObject:
    signers: list[JsonValue] = [
        {
            "name": signer.name,
            "cosigned_at": format_instant(signer.cosigned_at) if signer.cosigned_at else None,
        }
        for signer in report.signers
    ]
    return {
        "log": report.log,
        "origin": report.origin,
        "size": report.size,
        "root": report.root.hex(),
        "signers": signers,
        "subject": report.subject,
        "entries": [_json_of_entry(entry) for entry in report.entries],
    }


def _json_of_entry(entry: ProvenEntry) -> JsonObject:
    return {
        "seq": entry.seq,
        "kind": entry.kind,
        "recorded_at": format_instant(entry.recorded_at),
        "actor": entry.actor,
        "visible": [part.name.lower() for part in entry.visible],
        "hidden": [part.name.lower() for part in entry.hidden],
        "items": list(entry.items),
        "payload": entry.payload,
    }


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A console that cannot show a character must not cut the report short.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main())
