"""What goes into the journal and what comes back: batches and receipts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from base.errors import Problem
from ledger.draft import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """A client's key for one request, and the SHA-256 of that request's body."""

    key: str
    request_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Entries of one actor that belong together.

    All are appended or none, unless `may_skip`: then entries the index refuses are left out and
    the rest goes in. `subject` is the caller's name for the batch (a capture id); a replay under
    the same idempotency key returns it. `note` is for the index writer.
    """

    actor: str
    subject: str
    drafts: Sequence[Draft]
    idempotency: Idempotency | None = None
    may_skip: bool = False
    note: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Where a batch went: entries `first_seq` … `first_seq + count - 1` of `log`, durable.

    `kept` names the drafts (by position) behind these entries, in order. `is_replay` is true
    when the same request had been recorded before.
    """

    log: int
    subject: str
    first_seq: int
    count: int
    kept: tuple[int, ...]
    recorded_at: datetime
    is_replay: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """A batch with its place: drafts `kept` became entries from `first_seq` on.

    `refused` says why the others were left out, by position.
    """

    batch: Batch
    first_seq: int
    kept: tuple[int, ...]
    refused: Mapping[int, Problem]
    recorded_at: datetime


Outcome: TypeAlias = Receipt | Exception
