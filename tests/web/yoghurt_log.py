"""The log that holds the events of the cup of yoghurt, and the proof its holder is given."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from trace.disclosure import split_event
from typing import Any

from ledger.bundle import Bundle, BundleEntry, VisiblePart
from ledger.checkpoint import Checkpoint, origin_of_log, sign_checkpoint
from ledger.entry import NO_PREVIOUS, Header, header_bytes, header_leaf
from ledger.items import item_proof, items_root
from ledger.merkle import inclusion_path, root_of
from ledger.note import SignerKey
from ledger.parts import Part, part_bytes, part_hash, payload_hash
from ledger.proof import InclusionProof
from tests.web.yoghurt import ITEM, Sent, recorded_at, sent_events

ORIGIN = origin_of_log("ledger.example.org", 1)
SIGNER = SignerKey.from_seed(ORIGIN, bytes(range(32)))
OTHER_SIGNER = SignerKey.from_seed(ORIGIN, bytes(32))
VKEY = SIGNER.verifier().text()


def bundle(*, signer: SignerKey = SIGNER, size: int = 4321) -> Bundle:
    """Return what the cup's holder is given: public parts, the cup proven where it is named.

    The entries between those of the cup are another's, so small headers stand in for them.
    """
    by_seq = {sent.seq: sent for sent in sent_events()}
    headers: list[bytes] = []
    leaves: list[bytes] = []
    for seq in range(size):
        headers.append(_header(seq, by_seq.get(seq), leaves[-1] if leaves else NO_PREVIOUS))
        leaves.append(header_leaf(headers[-1]))
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=size, root=root_of(leaves)), [signer])
    entries = tuple(
        _bundle_entry(sent, headers[sent.seq], leaves)
        for sent in sorted(by_seq.values(), key=lambda one: one.seq)
    )
    return Bundle(log=1, checkpoint=note.decode(), subject=ITEM, entries=entries)


def _header(seq: int, sent: Sent | None, prev: bytes) -> bytes:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    hashes = {Part.PUBLIC: bytes(32)} if sent is None else _hashes(sent)
    return header_bytes(
        Header(
            log=1,
            seq=seq,
            kind="event",
            recorded_at=start + timedelta(seconds=seq) if sent is None else recorded_at(sent),
            actor=f"p-{sent.party}" if sent else "p-0",
            payload_hash=payload_hash(hashes),
            prev=prev,
        )
    )


def _hashes(sent: Sent) -> dict[Part, bytes]:
    return {part: part_hash(salt_of(sent.seq, part), body) for part, body in parts_of(sent).items()}


def _bundle_entry(sent: Sent, header: bytes, leaves: Sequence[bytes]) -> BundleEntry:
    instances = _instances(sent.event)
    salt = salt_of(sent.seq, Part.CHAIN)
    named = sorted(item for item in sent.items if item in instances)
    path = inclusion_path(
        sent.seq, len(leaves), lambda level, at: root_of(leaves[at << level : at + 1 << level])
    )
    public = VisiblePart(
        part=Part.PUBLIC, salt=salt_of(sent.seq, Part.PUBLIC), body=parts_of(sent)[Part.PUBLIC]
    )
    return BundleEntry(
        header=header,
        part_hashes=_hashes(sent),
        parts=(public,),
        items=tuple(item_proof(salt, instances, item) for item in named),
        proof=InclusionProof(index=sent.seq, path=path),
    )


def parts_of(sent: Sent) -> dict[Part, bytes]:
    """Return the stored bytes of each part of an event, as the door of `trace` makes them."""
    leaves = split_event(sent.event, {"suxin": "urn:suxin:epcis:"})
    items = _instances(sent.event)
    if items:
        leaves.setdefault(Part.CHAIN, {})["/capture"] = str(sent.seq)
        leaves[Part.PUBLIC]["/itemsRoot"] = items_root(salt_of(sent.seq, Part.CHAIN), items).hex()
    for at, uri in enumerate(sorted(uri for uri in sent.items if "/10/" in uri)):
        leaves[Part.PUBLIC][f"/classes#{at}"] = uri
    return {part: part_bytes(found) for part, found in leaves.items()}


def _instances(event: Mapping[str, Any]) -> list[str]:
    parent = [event["parentID"]] if "parentID" in event else []
    return [*event.get("epcList", ()), *event.get("childEPCs", ()), *parent]


def salt_of(seq: int, part: Part) -> bytes:
    """Return the salt of a part; a test's salts need not be secret."""
    return sha256(f"{seq} {part}".encode()).digest()[:16]
