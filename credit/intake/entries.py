"""An accepted batch as an entry of the ledger, and back.

The rule that must stay true: the entry holds how many rows there were, what became of them, and the
root of the tree over those that count; so each of them can be proven, and none can be added later.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from base.strict_json import JsonObject
from credit.intake.batches import CreditBatch
from credit.naming.words import FIRST_VERSION, words
from ledger.draft import Draft, draft_of_parts
from ledger.parts import Part
from ledger.store import StoredEntry
from ledger.told import told_by

BATCH_KIND: Final = "credit_batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a batch means: whether what it does not have ends, and when its rows came in."""

    is_snapshot: bool
    ordered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchNote:
    """What an entry says of a batch.

    `ordered_at` is when its rows came in: of two that tell of one record the later one counts. In
    entries of before it was told it is the instant of the entry. `naming` is the version of the
    naming rules that its names are read by, now and whenever the rows are made anew. `ended` is how
    many records it was seen to end when it came.
    """

    seq: int
    recorded_at: datetime
    batch_id: UUID
    feed: str
    feed_version: int
    rows: int
    root: bytes
    ended: int
    is_snapshot: bool
    ordered_at: datetime
    naming: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsNote:
    """Which batch an entry is to be of, and the root of its rows: what is looked at once more."""

    batch_id: UUID
    root: bytes


def batch_draft(batch: CreditBatch, *, rows: int, root: bytes, meaning: Meaning) -> Draft:
    """Return the entry of a batch with so many rows in its tree."""
    public: JsonObject = {
        "batch": str(batch.id),
        "feed": batch.feed,
        "feed_version": batch.feed_version,
        "received": batch.received,
        "accepted": batch.accepted,
        "quarantined": batch.quarantined,
        "duplicates": batch.duplicates,
        "ended": batch.ended,
        "snapshot": meaning.is_snapshot,
        "ordered_at": meaning.ordered_at.isoformat(),
        "naming": words().version,
        "rows": rows,
        "root": root.hex(),
    }
    authority: JsonObject = {"file": batch.file_hash.hex(), "door": batch.door.value}
    if batch.signer_id is not None:
        authority["signer"] = str(batch.signer_id)
    if batch.released_by:
        authority |= {"released_by": batch.released_by, "doubt": batch.message}
    if batch.origin_id is not None:
        authority["origin"] = str(batch.origin_id)
    return draft_of_parts(
        BATCH_KIND,
        {Part.PUBLIC: public, Part.AUTHORITY: authority},
        note=RowsNote(batch_id=batch.id, root=root),
    )


def batch_of(entry: StoredEntry) -> BatchNote:
    """Read an entry back; raises `LedgerCorrupt` where it is none of a batch."""
    with told_by(entry, "a batch") as told:
        naming = told.get("naming", FIRST_VERSION)
        if not isinstance(naming, int):
            raise TypeError("a version is no number")
        return BatchNote(
            seq=entry.seq,
            recorded_at=entry.header.recorded_at,
            batch_id=UUID(str(told["batch"])),
            feed=str(told["feed"]),
            feed_version=_count_of(told["feed_version"]),
            rows=_count_of(told["rows"]),
            root=bytes.fromhex(str(told["root"])),
            ended=_count_of(told["ended"]),
            is_snapshot=told["snapshot"] is True,
            ordered_at=_ordered_at(told.get("ordered_at"), entry.header.recorded_at),
            naming=naming,
        )


def _count_of(told: object) -> int:
    if not isinstance(told, int):
        raise TypeError("a count is no number")
    return told


def _ordered_at(told: object, recorded_at: datetime) -> datetime:
    return recorded_at if told is None else datetime.fromisoformat(str(told))
