"""A small log with its keys, and the bundles that its holders would be given."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from ledger.bundle import Bundle, BundleEntry, VisiblePart
from ledger.checkpoint import Checkpoint, origin_of_log, sign_checkpoint
from ledger.entry import NO_PREVIOUS, Header, header_bytes, header_leaf, parse_header
from ledger.items import item_proof, items_root
from ledger.merkle import inclusion_path, root_of
from ledger.note import KIND_COSIGNATURE, SignerKey, VerifierKey
from ledger.parts import Part, flatten, part_bytes, part_hash, payload_hash, split
from ledger.proof import InclusionProof

ORIGIN = origin_of_log("ledger.example.org", 1)
SIGNER = SignerKey.from_seed(ORIGIN, bytes(range(32)))
VKEY = SIGNER.verifier()
OTHER_SIGNER = SignerKey.from_seed(ORIGIN, bytes(32))
ITEM = "https://id.gs1.org/01/06901234567892/21/A7"

_ROOTS = {"what": Part.PUBLIC, "itemsRoot": Part.PUBLIC, "who": Part.PERSONAL}


def salt_of(seq: int, part: Part) -> bytes:
    return sha256(f"{seq} {part}".encode()).digest()[:16]


def serials_of(seq: int) -> list[str]:
    return [f"https://id.gs1.org/01/06901234567892/21/A{seq + n}" for n in range(3)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A log of `size` entries, each with a public, a chain and a personal part."""

    headers: tuple[bytes, ...]
    bodies: tuple[dict[Part, bytes], ...]
    note: str


def payload_of(seq: int) -> dict[str, Any]:
    root = items_root(salt_of(seq, Part.CHAIN), serials_of(seq)).hex()
    return {
        "what": {"lot": f"L{seq}", "产地": ["山东", "烟台"]},
        "itemsRoot": root,
        "serials": serials_of(seq),
        "who": {"name": "x"},
    }


def part_of(path: str) -> Part:
    return _ROOTS.get(path.split("/")[1], Part.CHAIN)


def make_sample(size: int) -> Sample:
    headers: list[bytes] = []
    all_bodies = []
    prev = NO_PREVIOUS
    for seq in range(size):
        parts = split(flatten(payload_of(seq)), part_of)
        bodies = {part: part_bytes(leaves) for part, leaves in parts.items()}
        header = header_bytes(
            Header(
                log=1,
                seq=seq,
                kind="event",
                recorded_at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=seq),
                actor="p-42",
                payload_hash=payload_hash(hashes_of(seq, bodies)),
                prev=prev,
            )
        )
        prev = header_leaf(header)
        headers.append(header)
        all_bodies.append(bodies)
    root = root_of([header_leaf(header) for header in headers])
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=size, root=root), [SIGNER])
    return Sample(headers=tuple(headers), bodies=tuple(all_bodies), note=note.decode())


def hashes_of(seq: int, bodies: dict[Part, bytes]) -> dict[Part, bytes]:
    return {part: part_hash(salt_of(seq, part), body) for part, body in bodies.items()}


def make_entry(sample: Sample, seq: int, visible: set[Part], items: list[str]) -> BundleEntry:
    bodies = sample.bodies[seq]
    leaves = [header_leaf(header) for header in sample.headers]
    path = inclusion_path(
        seq, len(leaves), lambda level, index: root_of(leaves[index << level : index + 1 << level])
    )
    return BundleEntry(
        header=sample.headers[seq],
        part_hashes=hashes_of(seq, bodies),
        parts=tuple(
            VisiblePart(part=part, salt=salt_of(seq, part), body=bodies[part])
            for part in sorted(visible)
        ),
        items=tuple(
            item_proof(salt_of(seq, Part.CHAIN), serials_of(seq), item) for item in sorted(items)
        ),
        proof=InclusionProof(index=seq, path=path),
    )


def make_bundle(size: int = 9) -> Bundle:
    """A consumer's bundle: two entries, public parts only, one item proven in each."""
    sample = make_sample(size)
    return Bundle(
        log=1,
        checkpoint=sample.note,
        subject=ITEM,
        entries=tuple(make_entry(sample, seq, {Part.PUBLIC}, [ITEM]) for seq in (5, 7)),
    )


def make_bundle_of_one() -> Bundle:
    """The smallest bundle: the only entry of a log, its public part, no items and no subject."""
    sample = make_sample(1)
    entry = make_entry(sample, 0, {Part.PUBLIC}, [])
    return Bundle(log=1, checkpoint=sample.note, entries=(entry,))


def with_entry(bundle: Bundle, at: int, **changes: Any) -> Bundle:
    entries = list(bundle.entries)
    entries[at] = replace(entries[at], **changes)
    return replace(bundle, entries=tuple(entries))


def make_witness(name: str = "witness.example.net") -> tuple[SignerKey, VerifierKey]:
    signer = SignerKey.from_seed(name, bytes([7]) * 32)
    public = signer.verifier().public
    return signer, VerifierKey(name=name, public=public, kind=KIND_COSIGNATURE)


def with_public_body(body: bytes) -> Bundle:
    """A bundle whose public part has just been signed with this body, whatever it is."""
    salt = bytes(16)
    hashes = {Part.PUBLIC: part_hash(salt, body)}
    header = header_bytes(
        Header(
            log=1,
            seq=0,
            kind="event",
            recorded_at=parse_header(make_sample(1).headers[0]).recorded_at,
            actor="p-42",
            payload_hash=payload_hash(hashes),
            prev=NO_PREVIOUS,
        )
    )
    state = Checkpoint(origin=ORIGIN, size=1, root=header_leaf(header))
    bundle = make_bundle_of_one()
    return with_entry(
        replace(bundle, checkpoint=sign_checkpoint(state, [SIGNER]).decode()),
        0,
        header=header,
        part_hashes=hashes,
        parts=(VisiblePart(part=Part.PUBLIC, salt=salt, body=body),),
    )
