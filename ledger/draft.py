"""What a caller hands to the journal: entries ready to be numbered, with their parts sealed.

Everything that costs time and needs no order (canonical bytes, salts, hashes) happens here, before
the log's head is locked.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from base.strict_json import JsonObject
from ledger.parts import (
    SALT_BYTES,
    Leaves,
    Part,
    flatten,
    pack_part_hashes,
    part_bytes,
    part_hash,
    payload_hash,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPart:
    """One part as it is stored: its salt and its canonical bytes."""

    salt: bytes
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry without its number: `note` is whatever the index writer needs for its rows."""

    kind: str
    parts: Mapping[Part, SealedPart]
    part_hashes: bytes
    payload_hash: bytes
    note: object = None


def new_salt() -> bytes:
    """Return a fresh random salt for one part."""
    return secrets.token_bytes(SALT_BYTES)


def new_salts(count: int) -> tuple[bytes, ...]:
    """Return fresh random salts by one question to the system's generator.

    Each question lets another thread run, which a document of a thousand events cannot afford.
    """
    drawn = secrets.token_bytes(SALT_BYTES * count)
    return tuple(drawn[at : at + SALT_BYTES] for at in range(0, len(drawn), SALT_BYTES))


def make_draft(
    *,
    kind: str,
    leaves: Mapping[Part, Leaves],
    salts: Mapping[Part, bytes] | None = None,
    note: object = None,
) -> Draft:
    """Seal the leaves of each part; `salts` gives those a caller had to know beforehand."""
    sealed: dict[Part, SealedPart] = {}
    hashes: dict[Part, bytes] = {}
    for part in sorted(leaves):
        salt = (salts or {}).get(part) or new_salt()
        body = part_bytes(leaves[part])
        sealed[part] = SealedPart(salt=salt, body=body)
        hashes[part] = part_hash(salt, body)
    return Draft(
        kind=kind,
        parts=sealed,
        part_hashes=pack_part_hashes(hashes),
        payload_hash=payload_hash(hashes),
        note=note,
    )


def draft_of_parts(kind: str, payloads: Mapping[Part, JsonObject], *, note: object = None) -> Draft:
    """Seal an act (a grant, an erasure, a key change) given as one object for each part."""
    leaves = {part: flatten(payload) for part, payload in payloads.items() if payload}
    return make_draft(kind=kind, leaves=leaves, note=note)
