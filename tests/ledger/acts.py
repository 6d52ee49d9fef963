"""Small entries without index rows: what the journal's own tests append."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine

from base.clock import Clock
from ledger.append import Index
from ledger.batch import Batch, Idempotency
from ledger.draft import Draft, draft_of_parts
from ledger.journal import Journal, JournalLimits
from ledger.opening import DEFAULT_LOG, NoIndex
from ledger.parts import Part

LIMITS = JournalLimits(queue_entries_max=10_000, batch_entries_max=500)


def open_journal(
    engine: Engine,
    clock: Clock,
    *,
    index: Index | None = None,
    limits: JournalLimits = LIMITS,
    skew_max_ms: int = 5000,
) -> Journal:
    return Journal(
        engine=engine,
        log=DEFAULT_LOG,
        index=index or NoIndex(),
        clock=clock,
        limits=limits,
        skew_max_ms=skew_max_ms,
    )


def draft(name: str, *, note: object = None) -> Draft:
    """Return an entry with all four parts."""
    made = draft_of_parts("act", {part: {"name": name, "part": part.name} for part in Part})
    if note is None:
        return made
    return Draft(
        kind=made.kind,
        parts=made.parts,
        part_hashes=made.part_hashes,
        payload_hash=made.payload_hash,
        note=note,
    )


def batch(*names: str, key: str | None = None, body: str | None = None, **options: Any) -> Batch:
    """Return a batch; under a key its request is `body`, else the names themselves."""
    drafts: Sequence[Draft] = [draft(name) for name in names]
    idempotency = None
    if key is not None:
        told = " ".join(names) if body is None else body
        idempotency = Idempotency(key=key, request_hash=sha256(told.encode()).digest())
    given: dict[str, Any] = {"actor": "party:1", "subject": f"batch {names}", **options}
    return Batch(drafts=drafts, idempotency=idempotency, **given)
