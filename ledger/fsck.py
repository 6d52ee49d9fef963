"""Reads a whole log again and says what is damaged and where.

Everything is computed anew from the stored bytes: part hashes, payload hashes, headers, the chain,
the tree, every checkpoint ever signed. One rule: it goes on after a finding and changes nothing.
An audit that trusts stored hashes would be fooled by whoever edits the bytes behind them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, select

from base.errors import AppError
from ledger.checkpoint import open_checkpoint
from ledger.entry import NO_PREVIOUS, Header
from ledger.merkle import EMPTY_FRONTIER, Frontier, leaf_hash
from ledger.note import VerifierKey
from ledger.parts import payload_hash
from ledger.store import (
    Head,
    StoredCheckpoint,
    StoredEntry,
    read_head,
    scan_checkpoints,
    scan_entries,
    scan_nodes,
)
from ledger.tables import LEDGER_ENTRY

# Leaves are folded into the tree in pieces of this many.
_FOLD = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong. `seq` names the entry, None where it is not about one."""

    seq: int | None
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FsckReport:
    """What was read and what was found; clean without findings."""

    log: int
    size: int
    checkpoints: int
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        """Return whether nothing was found."""
        return not self.findings


@dataclass(slots=True)
class _Tree:
    """The tree built anew, which stops at the size of each checkpoint to compare its root."""

    checkpoints: Iterator[StoredCheckpoint]
    vkeys: Sequence[VerifierKey]
    report: Callable[[int | None, str, str], None]
    frontier: Frontier = EMPTY_FRONTIER
    leaves: list[bytes] = field(default_factory=list)
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    seen: int = 0
    awaited: StoredCheckpoint | None = None

    def __post_init__(self) -> None:
        self.awaited = next(self.checkpoints, None)

    def add(self, leaf: bytes) -> None:
        """Add the next leaf."""
        self.leaves.append(leaf)
        size = self.frontier.size + len(self.leaves)
        if len(self.leaves) >= _FOLD or (self.awaited is not None and self.awaited.size == size):
            self.fold()

    def fold(self) -> None:
        """Fold the waiting leaves in and compare the checkpoints of this very size."""
        self.frontier, completed = self.frontier.append_all(self.leaves)
        self.leaves.clear()
        self.nodes.update(((node.level, node.index), node.hash) for node in completed)
        while self.awaited is not None and self.awaited.size == self.frontier.size:
            self._compare(self.awaited)
            self.awaited = next(self.checkpoints, None)

    def finish(self) -> None:
        """Fold the rest; a checkpoint beyond the last entry is a finding."""
        self.fold()
        while self.awaited is not None:
            self._compare(self.awaited)
            self.awaited = next(self.checkpoints, None)

    def _compare(self, stored: StoredCheckpoint) -> None:
        self.seen += 1
        name = f"checkpoint of {stored.size} entries"
        if stored.size != self.frontier.size:
            self.report(None, "entries_missing", f"{name}: only {self.frontier.size} are left")
            return
        if stored.root != self.frontier.root():
            self.report(None, "root_mismatch", f"{name}: the entries give another root")
        try:
            opened = open_checkpoint(stored.note, self.vkeys).checkpoint
        except AppError as error:
            self.report(None, "checkpoint_damaged", f"{name}: {error}")
            return
        if (opened.size, opened.root) != (stored.size, stored.root):
            self.report(None, "checkpoint_damaged", f"{name}: its row and its note differ")


def check_log(
    connection: Connection,
    log: int,
    vkeys: Sequence[VerifierKey],
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> FsckReport:
    """Read the log from entry 0 to its head; `on_progress(done, size)` is called now and then.

    `vkeys` are the keys whose checkpoints count.
    """
    head = read_head(connection, log)
    findings: list[Finding] = []

    def report(seq: int | None, code: str, message: str) -> None:
        findings.append(Finding(seq=seq, code=code, message=message))

    tree = _Tree(checkpoints=scan_checkpoints(connection, log), vkeys=vkeys, report=report)
    chain = _Chain(report=report)
    for expected, entry in enumerate(_all_entries(connection, head, report)):
        for leaf in chain.follow(entry):
            tree.add(leaf)
        if on_progress is not None and expected % _FOLD == 0:
            on_progress(expected, head.size)
    for leaf in chain.end(head):
        tree.add(leaf)
    tree.finish()
    if tree.frontier != head.frontier:
        report(None, "head_mismatch", "the head's tree is not that of the entries")
    _compare_nodes(connection, log, tree.nodes, report)
    _report_beyond(connection, head, report)
    return FsckReport(log=log, size=head.size, checkpoints=tree.seen, findings=tuple(findings))


@dataclass(slots=True)
class _Chain:
    """Follows `prev` from entry to entry.

    A leaf is passed on once the next entry has said which of two candidates it follows: the stored
    leaf, or the hash of the stored header. So a single damaged row is named alone, and not every
    entry after it.
    """

    report: Callable[[int | None, str, str], None]
    before: StoredEntry | None = None
    recorded_at: datetime | None = None

    def follow(self, entry: StoredEntry) -> Iterator[bytes]:
        """Check one entry and yield the leaf of the one before."""
        header = _check_entry(entry, self.report)
        if self.before is not None:
            yield self._leaf_before(header.prev if header else None, entry.seq)
        elif header is not None and header.prev != NO_PREVIOUS:
            self.report(entry.seq, "chain_broken", "the first entry follows something")
        if header is not None:
            if self.recorded_at is not None and header.recorded_at < self.recorded_at:
                self.report(entry.seq, "clock_backwards", "recorded before the entry before it")
            self.recorded_at = header.recorded_at
        self.before = entry

    def end(self, head: Head) -> Iterator[bytes]:
        """Yield the last leaf."""
        if self.before is not None:
            yield self._leaf_before(None, head.size)

    def _leaf_before(self, prev: bytes | None, seq: int) -> bytes:
        before = self.before
        if before is None:
            raise ValueError("there is no entry before the first one")
        computed = leaf_hash(before.header_bytes)
        if prev is None or prev == before.leaf:
            return before.leaf
        if prev != computed:
            self.report(seq, "chain_broken", f"does not follow entry {before.seq}")
        return computed


def _all_entries(
    connection: Connection, head: Head, report: Callable[[int | None, str, str], None]
) -> Iterator[StoredEntry]:
    expected = 0
    for entry in scan_entries(connection, head.log, start=0, end=head.size):
        while expected < entry.seq:
            report(expected, "entry_missing", "the entry is gone")
            expected += 1
        expected += 1
        yield entry
    for seq in range(expected, head.size):
        report(seq, "entry_missing", "the entry is gone")


def _check_entry(
    entry: StoredEntry, report: Callable[[int | None, str, str], None]
) -> Header | None:
    """Check one entry by itself; returns its header where it is readable."""
    if leaf_hash(entry.header_bytes) != entry.leaf:
        report(entry.seq, "leaf_mismatch", "header and leaf hash do not match")
    for part in entry.damaged_parts():
        report(entry.seq, "part_damaged", f"the {part.name.lower()} part does not match its hash")
    for part in entry.part_hashes:
        if part not in entry.parts:
            report(entry.seq, "part_missing", f"the {part.name.lower()} part is gone")
    try:
        header = entry.header
    except AppError as error:
        report(entry.seq, "header_damaged", f"the header is not readable: {error}")
        return None
    if (header.log, header.seq) != (entry.log, entry.seq):
        report(entry.seq, "header_mismatch", f"the header is that of entry {header.seq}")
    if header.payload_hash != payload_hash(entry.part_hashes):
        report(entry.seq, "payload_mismatch", "the part hashes are not those of the header")
    return header


def _compare_nodes(
    connection: Connection,
    log: int,
    computed: dict[tuple[int, int], bytes],
    report: Callable[[int | None, str, str], None],
) -> None:
    left = dict(computed)
    for level, index, digest in scan_nodes(connection, log):
        if left.pop((level, index), None) != digest:
            report(None, "node_mismatch", f"tree node {index} of level {level} is wrong")
    for level, index in left:
        report(None, "node_missing", f"tree node {index} of level {level} is gone")


def _report_beyond(
    connection: Connection, head: Head, report: Callable[[int | None, str, str], None]
) -> None:
    statement = (
        select(func.count())
        .select_from(LEDGER_ENTRY)
        .where(LEDGER_ENTRY.c.log == head.log, LEDGER_ENTRY.c.seq >= head.size)
    )
    beyond = connection.execute(statement).scalar_one()
    if beyond:
        report(None, "beyond_head", f"{beyond} entries lie beyond the head of {head.size}")
