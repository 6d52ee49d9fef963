"""A file of people as an entry of the ledger, and what its leaves are made of.

The rule that must stay true: the entry holds counts and a root, and nothing that anybody could be
known by; whoever has a person's row can prove that it is one of the leaves.
"""

from datetime import date
from hashlib import sha256
from typing import Final

from base.strict_json import JsonObject
from ledger.draft import Draft, draft_of_parts
from ledger.parts import Part

PERSONS_KIND: Final = "credit_persons"
ERASED_KIND: Final = "credit_person_erased"
_MARK: Final = b"\x00suxin-person/1"


def person_leaf(salt: bytes, key: bytes, adult_on: date) -> bytes:
    """Return the hash of a person's leaf: mark, salt, key and the day of age as YYYY-MM-DD."""
    return sha256(_MARK + salt + key + adult_on.isoformat().encode()).digest()


def persons_draft(
    *, number: int, file_hash: bytes, counts: JsonObject, rows: int, root: bytes
) -> Draft:
    """Return the entry of a file; `rows` people are the leaves under `root`."""
    public: JsonObject = {"batch": number, **counts, "rows": rows, "root": root.hex()}
    return draft_of_parts(
        PERSONS_KIND, {Part.PUBLIC: public, Part.AUTHORITY: {"file": file_hash.hex()}}
    )


def erased_draft(*, batch: int, position: int, reason: str) -> Draft:
    """Return the entry of an erasure: which leaf it was, and why; who it was nobody can tell."""
    public: JsonObject = {"batch": batch, "position": position}
    return draft_of_parts(ERASED_KIND, {Part.PUBLIC: public, Part.AUTHORITY: {"reason": reason}})
