"""One append transaction: lock the head, number the entries, add the rows, move the head.

It runs inside the journal's transaction and nowhere else. One rule: under the head's lock nothing
is decided by what another transaction might do at the same time; whatever the index must know is
read here, after the lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, Row, bindparam, select, update

from base.bulk import insert_rows
from base.clock import Clock
from base.errors import AppError, Busy, Conflict, InvalidInput, LedgerCorrupt, Problem
from ledger.batch import Appended, Batch, Outcome, Receipt
from ledger.draft import Draft
from ledger.entry import Header, header_bytes
from ledger.idempotency import remember, replays, twin_outcome, twins_of
from ledger.merkle import Frontier, leaf_hash
from ledger.parts import Part
from ledger.tables import (
    LEDGER_ENTRY,
    LEDGER_HEAD,
    LEDGER_NODE,
    LEDGER_PAYLOAD,
)

_ENTRY_COLUMNS = ("log", "seq", "header", "leaf", "part_hashes")
_PARTS = tuple(Part)
_PART_COLUMNS = tuple(f"{part.name.lower()}_{name}" for part in Part for name in ("salt", "body"))
_PAYLOAD_COLUMNS = ("log", "seq", *_PART_COLUMNS)
_NODE_COLUMNS = ("log", "level", "node_index", "hash")

# Made once: putting a statement together costs more than what the database does with these.
_LOCKED_HEAD = select(LEDGER_HEAD).where(LEDGER_HEAD.c.log == bindparam("of_log")).with_for_update()
_LEAF = select(LEDGER_ENTRY.c.leaf).where(
    LEDGER_ENTRY.c.log == bindparam("of_log"), LEDGER_ENTRY.c.seq == bindparam("of_seq")
)
_MOVED_HEAD = (
    update(LEDGER_HEAD)
    .where(LEDGER_HEAD.c.log == bindparam("of_log"), LEDGER_HEAD.c.size == bindparam("of_size"))
    .values(
        {
            name: bindparam(name, type_=LEDGER_HEAD.c[name].type)
            for name in ("size", "last_leaf", "frontier", "recorded_at")
        }
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendRules:
    """Which log is written, by whose clock, and how far that clock may lie behind the head."""

    log: int
    clock: Clock
    skew_max_ms: int


class Index(Protocol):
    """What the owner of the entries' meaning does inside the append's transaction."""

    def admit(
        self, connection: Connection, batches: Sequence[Batch]
    ) -> Sequence[Mapping[int, Problem]]:
        """Return, for each batch, the refused drafts by position with the reason."""

    def write(self, connection: Connection, appended: Sequence[Appended]) -> None:
        """Add the index rows of the appended batches."""


@dataclass(slots=True)
class _Work:
    """The rows of one append, as they grow."""

    head: Row[Any]
    recorded_at: datetime
    seq: int
    prev: bytes
    entries: list[tuple[object, ...]] = field(default_factory=list)
    payloads: list[tuple[object, ...]] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)


def append_batches(
    connection: Connection, rules: AppendRules, index: Index, batches: Sequence[Batch]
) -> list[Outcome]:
    """Append the batches in order; the answer to each is its receipt or what it was refused with.

    Raises `LedgerCorrupt` when the head contradicts itself and `Busy` when the clock lies further
    behind the last entry than `skew_max_ms`.
    """
    head = lock_head(connection, rules.log)
    _require_last_leaf(connection, head)
    recorded_at = _instant_after(head.recorded_at, rules)
    outcomes: list[Outcome | None] = list(replays(connection, rules.log, batches))
    twins = twins_of(batches)
    fresh = [
        position
        for position, outcome in enumerate(outcomes)
        if outcome is None and position not in twins
    ]
    refusals = index.admit(connection, [batches[position] for position in fresh])
    work = _Work(head=head, recorded_at=recorded_at, seq=head.size, prev=head.last_leaf)
    appended: list[Appended] = []
    for position, refused in zip(fresh, refusals, strict=True):
        batch = batches[position]
        if refused and not batch.may_skip:
            outcomes[position] = refusal_of(refused)
            continue
        kept = tuple(at for at in range(len(batch.drafts)) if at not in refused)
        place = Appended(
            batch=batch, first_seq=work.seq, kept=kept, refused=refused, recorded_at=recorded_at
        )
        for at in kept:
            _number(work, rules.log, batch.actor, batch.drafts[at])
        appended.append(place)
        outcomes[position] = _receipt_of(rules.log, place)
    if appended:
        _store(connection, rules.log, work)
        remember(connection, rules.log, appended)
        index.write(connection, appended)
    for position, first in twins.items():
        if outcomes[position] is None:
            outcomes[position] = twin_outcome(batches[first], outcomes[first], batches[position])
    return [outcome for outcome in outcomes if outcome is not None]


def lock_head(connection: Connection, log: int) -> Row[Any]:
    """Return the log's head row, locked until the transaction ends."""
    head = connection.execute(_LOCKED_HEAD, {"of_log": log}).one_or_none()
    if head is None:
        raise LedgerCorrupt(f"log {log} has no head row: it was never opened")
    return head


def _require_last_leaf(connection: Connection, head: Row[Any]) -> None:
    """Refuse to build on a head that names another last entry than the one that is stored."""
    if head.size == 0:
        return
    last = {"of_log": head.log, "of_seq": head.size - 1}
    if connection.execute(_LEAF, last).scalar_one_or_none() != head.last_leaf:
        raise LedgerCorrupt(f"log {head.log}: the head and the last entry contradict each other")


def refusal_of(refused: Mapping[int, Problem]) -> AppError:
    """Return the error for a batch whose drafts were refused; a duplicate is a conflict."""
    problems = [refused[at] for at in sorted(refused)]
    message = problems[0].message
    if all(problem.code == "duplicate" for problem in problems):
        return Conflict(message, problems=problems)
    return InvalidInput(message, problems=problems)


def _instant_after(last: datetime, rules: AppendRules) -> datetime:
    now = rules.clock.now()
    if now >= last:
        return now
    if last - now > timedelta(milliseconds=rules.skew_max_ms):
        raise Busy(
            "The clock lies behind the last entry of the ledger; nothing is recorded until it"
            " is right again.",
            retry_after_s=30,
        )
    # Two hosts' clocks differ by a little; the order of entries is the order of their instants.
    return last


def _number(work: _Work, log: int, actor: str, draft: Draft) -> None:
    header = header_bytes(
        Header(
            v=1,
            log=log,
            seq=work.seq,
            kind=draft.kind,
            recorded_at=work.recorded_at,
            actor=actor,
            payload_hash=draft.payload_hash,
            prev=work.prev,
        )
    )
    leaf = leaf_hash(header)
    work.entries.append((log, work.seq, header, leaf, draft.part_hashes))
    row: list[object] = [log, work.seq]
    for part in _PARTS:
        sealed = draft.parts.get(part)
        row += (None, None) if sealed is None else (sealed.salt, sealed.body)
    work.payloads.append(tuple(row))
    work.leaves.append(leaf)
    work.prev = leaf
    work.seq += 1


def _store(connection: Connection, log: int, work: _Work) -> None:
    head = work.head
    frontier = Frontier.from_bytes(head.frontier)
    if frontier.size != head.size:
        raise LedgerCorrupt(f"log {log}: frontier of {frontier.size} under a head of {head.size}")
    frontier, completed = frontier.append_all(work.leaves)
    insert_rows(connection, LEDGER_ENTRY, _ENTRY_COLUMNS, work.entries)
    insert_rows(connection, LEDGER_PAYLOAD, _PAYLOAD_COLUMNS, work.payloads)
    nodes = [(log, node.level, node.index, node.hash) for node in completed]
    insert_rows(connection, LEDGER_NODE, _NODE_COLUMNS, nodes)
    moved = connection.execute(
        _MOVED_HEAD,
        {
            "of_log": log,
            "of_size": head.size,
            "size": work.seq,
            "last_leaf": work.prev,
            "frontier": frontier.to_bytes(),
            "recorded_at": work.recorded_at,
        },
    )
    if moved.rowcount != 1:
        raise LedgerCorrupt(f"log {log}: the head moved under its lock")


def _receipt_of(log: int, place: Appended) -> Receipt:
    return Receipt(
        log=log,
        subject=place.batch.subject,
        first_seq=place.first_seq,
        count=len(place.kept),
        kept=place.kept,
        recorded_at=place.recorded_at,
    )
