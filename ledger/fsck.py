"""Reads a whole log again and says what is damaged and where.

Everything is computed anew from the stored bytes: part hashes, payload hashes, headers, the chain,
the tree, every checkpoint ever signed. One rule: it goes on after a finding and changes nothing.
An audit that trusts stored hashes would be fooled by whoever edits the bytes behind them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from base.errors import AppError, NotFound
from ledger.checkpoint import open_checkpoint
from ledger.entry import NO_PREVIOUS, Header
from ledger.fsck_nodes import NodeCheck, Report
from ledger.merkle import EMPTY_FRONTIER, Frontier, leaf_hash
from ledger.note import VerifierKey
from ledger.parts import payload_hash
from ledger.store import (
    StoredCheckpoint,
    StoredEntry,
    scan_checkpoints,
    scan_entries,
)
from ledger.tables import LEDGER_ENTRY, LEDGER_HEAD, LEDGER_PAYLOAD

FINDINGS_MAX: Final = 10_000
"""So many findings are kept; a log that is damaged from end to end is counted, not listed."""

# Leaves are folded into the tree in pieces of this many.
_FOLD: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong. `seq` names the entry, None where it is not about one."""

    seq: int | None
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FsckReport:
    """What was read and what was found; clean without findings.

    `unsealed` entries lie beyond the newest stored checkpoint: nobody has promised them yet, which
    is no damage. `left_off` findings were made beyond `FINDINGS_MAX`.
    """

    log: int
    size: int
    checkpoints: int
    findings: tuple[Finding, ...]
    unsealed: int = 0
    left_off: int = 0

    @property
    def is_clean(self) -> bool:
        """Return whether nothing was found."""
        return not self.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A checkpoint to compare with: one that is stored, or one that somebody kept outside.

    The sealer writes its own note down before it stores it, so the newest one `may_wait`.
    """

    size: int
    root: bytes
    note: bytes
    is_stored: bool = True
    may_wait: bool = False


@dataclass(slots=True)
class _Findings:
    """Collects what is found, up to a bound."""

    kept: list[Finding] = field(default_factory=list)
    left_off: int = 0

    def add(self, seq: int | None, code: str, message: str) -> None:
        """Take one finding."""
        if len(self.kept) < FINDINGS_MAX:
            self.kept.append(Finding(seq=seq, code=code, message=message))
        else:
            self.left_off += 1


@dataclass(slots=True)
class _Tree:
    """The tree built anew, which stops at the size of each checkpoint to compare its root."""

    checkpoints: Iterator[_Kept]
    vkeys: Sequence[VerifierKey]
    nodes: NodeCheck
    report: Report
    frontier: Frontier = EMPTY_FRONTIER
    leaves: list[bytes] = field(default_factory=list)
    seen: int = 0
    is_whole: bool = True
    awaited: _Kept | None = None
    stored_before: _Kept | None = None
    waiting: _Kept | None = None

    def __post_init__(self) -> None:
        self.awaited = next(self.checkpoints, None)

    def add(self, leaf: bytes | None) -> None:
        """Take the next leaf; None where nothing is left that says what it was."""
        if leaf is None and self.is_whole:
            self.fold()
            self.is_whole = False
            message = f"what follows the first {self.frontier.size} entries is in no known tree"
            self.report(None, "tree_incomplete", message)
        if leaf is None or not self.is_whole:
            return
        self.leaves.append(leaf)
        size = self.frontier.size + len(self.leaves)
        if len(self.leaves) >= _FOLD or (self.awaited is not None and self.awaited.size == size):
            self.fold()

    def fold(self) -> None:
        """Fold the waiting leaves in and compare the checkpoints of this very size."""
        self.frontier, completed = self.frontier.append_all(self.leaves)
        self.leaves.clear()
        self.nodes.compare(completed)
        while self.awaited is not None and self.awaited.size == self.frontier.size:
            self._compare(self.awaited)

    def finish(self) -> None:
        """Fold the rest; a checkpoint beyond the last entry is a finding."""
        self.fold()
        while self.awaited is not None:
            self._compare(self.awaited)
        if self.waiting is not None and self.waiting.size < self.sealed_size:
            self._report_missing(self.waiting)

    @property
    def sealed_size(self) -> int:
        """The size of the newest stored checkpoint that was compared; 0 before the first."""
        return 0 if self.stored_before is None else self.stored_before.size

    def _compare(self, kept: _Kept) -> None:
        self.awaited = next(self.checkpoints, None)
        name = f"checkpoint of {kept.size} entries"
        if kept.is_stored:
            self.seen += 1
            self.stored_before = kept
        elif self.stored_before is None or self.stored_before.size != kept.size:
            if kept.may_wait:
                self.waiting = kept
            else:
                self._report_missing(kept)
        if not self.is_whole:
            pass  # The finding `tree_incomplete` covers every later root.
        elif kept.size != self.frontier.size:
            self.report(None, "entries_missing", f"{name}: only {self.frontier.size} are left")
            return
        elif kept.root != self.frontier.root():
            self.report(None, "root_mismatch", f"{name}: the entries give another root")
        try:
            opened = open_checkpoint(kept.note, self.vkeys).checkpoint
        except AppError as error:
            self.report(None, "checkpoint_damaged", f"{name}: {error}")
            return
        if (opened.size, opened.root) != (kept.size, kept.root):
            self.report(None, "checkpoint_damaged", f"{name}: its row and its note differ")

    def _report_missing(self, kept: _Kept) -> None:
        message = f"checkpoint of {kept.size} entries: it was signed and is not stored"
        self.report(None, "checkpoint_missing", message)


def check_log(
    connection: Connection,
    log: int,
    vkeys: Sequence[VerifierKey],
    *,
    kept_notes: Sequence[bytes] = (),
    sealers_note: bytes | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> FsckReport:
    """Read the log from entry 0 to its head; `on_progress(done, size)` is called now and then.

    `vkeys` are the keys whose checkpoints count. `kept_notes` are signed checkpoints that somebody
    kept outside: the only thing that tells of one that was removed together with its entries.
    `sealers_note` is the one in the sealer's own file, read before the snapshot of `connection`.
    Raises `NotFound` for a log that was never opened, `InvalidInput` for a note that is none.
    """
    head = _read_head_row(connection, log)
    findings = _Findings()
    report = findings.add
    nodes = NodeCheck(connection=connection, log=log, report=report)
    kept = [*_kept(kept_notes, vkeys), *_sealers(sealers_note, vkeys, report)]
    checkpoints = _merged(scan_checkpoints(connection, log), kept)
    tree = _Tree(checkpoints=checkpoints, vkeys=vkeys, nodes=nodes, report=report)
    chain = _Chain(report=report)
    for done, entry in enumerate(scan_entries(connection, log, start=0, end=head.size)):
        for leaf in chain.follow(entry):
            tree.add(leaf)
        if on_progress is not None and done % _FOLD == 0:
            on_progress(done, head.size)
    for leaf in chain.end(head.size, head.last_leaf):
        tree.add(leaf)
    tree.finish()
    if head.origin not in {key.name for key in vkeys}:
        report(None, "head_mismatch", "the head's origin is not that of the keys")
    if tree.is_whole:
        if tree.frontier.to_bytes() != head.frontier:
            report(None, "head_mismatch", "the head's tree is not that of the entries")
        nodes.end()
    _report_beyond(connection, log, head.size, report)
    if head.size and not tree.seen:
        report(None, "never_sealed", "no checkpoint is stored: nothing here was ever promised")
    return FsckReport(
        log=log,
        size=head.size,
        checkpoints=tree.seen,
        findings=tuple(findings.kept),
        unsealed=max(head.size - tree.sealed_size, 0),
        left_off=findings.left_off,
    )


def _read_head_row(connection: Connection, log: int) -> Row[Any]:
    """Return the head as it is stored: a damaged one is a finding and no reason to stop."""
    row = connection.execute(select(LEDGER_HEAD).where(LEDGER_HEAD.c.log == log)).one_or_none()
    if row is None:
        raise NotFound(f"There is no log {log} here.")
    return row


def _kept(notes: Sequence[bytes], vkeys: Sequence[VerifierKey]) -> Iterator[_Kept]:
    """Yield the checkpoints that somebody kept outside; raises where one is none."""
    for note in notes:
        one = open_checkpoint(note, vkeys).checkpoint
        yield _Kept(size=one.size, root=one.root, note=note, is_stored=False)


def _sealers(note: bytes | None, vkeys: Sequence[VerifierKey], report: Report) -> Iterator[_Kept]:
    """Yield the sealer's own checkpoint; a damaged one is a finding and no reason to stop."""
    if note is None:
        return
    try:
        one = open_checkpoint(note, vkeys).checkpoint
    except AppError as error:
        report(None, "checkpoint_damaged", f"the sealer's own note: {error}")
        return
    yield _Kept(size=one.size, root=one.root, note=note, is_stored=False, may_wait=True)


def _merged(stored: Iterator[StoredCheckpoint], outside: Sequence[_Kept]) -> Iterator[_Kept]:
    """Yield stored and kept checkpoints by size, of one size the stored one first."""
    inside = (_Kept(size=one.size, root=one.root, note=one.note) for one in stored)
    by_size = sorted(outside, key=lambda kept: kept.size)
    return merge(inside, by_size, key=lambda kept: (kept.size, not kept.is_stored))


@dataclass(slots=True)
class _Chain:
    """Follows `prev` from entry to entry.

    A leaf is passed on once the next entry has said which one it follows: the stored leaf, the
    hash of the stored header, or one that is no longer there. So a single damaged, replaced or
    missing entry is named alone, and not every entry after it.
    """

    report: Report
    before: StoredEntry | None = None
    expected: int = 0
    recorded_at: datetime | None = None

    def follow(self, entry: StoredEntry) -> Iterator[bytes | None]:
        """Check one entry and yield the leaves before it that were not passed on yet."""
        header = _check_entry(entry, self.report)
        if header is not None and not _stands_in_its_place(header, entry):
            header = None
        prev = header.prev if header is not None else None
        yield from self._leaves_up_to(entry.seq, prev)
        if entry.seq == 0 and prev is not None and prev != NO_PREVIOUS:
            self.report(0, "chain_broken", "the first entry follows something")
        if header is not None:
            if self.recorded_at is not None and header.recorded_at < self.recorded_at:
                self.report(entry.seq, "clock_backwards", "recorded before the entry before it")
            self.recorded_at = header.recorded_at
        self.before, self.expected = entry, entry.seq + 1

    def end(self, size: int, last_leaf: bytes) -> Iterator[bytes | None]:
        """Yield the last leaves; the head says which one is the last of all."""
        if self.expected == size and self.before is not None:
            candidates = (self.before.leaf, leaf_hash(self.before.header_bytes))
            if last_leaf not in candidates:
                self.report(None, "head_mismatch", "the head's last leaf is not the last entry's")
                last_leaf = candidates[0]
        yield from self._leaves_up_to(size, last_leaf)

    def _leaves_up_to(self, seq: int, prev: bytes | None) -> Iterator[bytes | None]:
        """Yield the leaf of the entry before and of those that are gone; `prev` is the last."""
        for gone in range(self.expected, seq):
            self.report(gone, "entry_missing", "the entry is gone")
        if self.before is not None:
            yield self._leaf_before(prev if seq == self.expected else None)
        for gone in range(self.expected, seq):
            yield prev if gone == seq - 1 else None

    def _leaf_before(self, prev: bytes | None) -> bytes:
        before = self.before
        if before is None:
            raise ValueError("there is no entry before the first one")
        computed = leaf_hash(before.header_bytes)
        if prev is None:
            return before.leaf
        if prev not in (before.leaf, computed):
            message = f"entry {before.seq + 1} follows another one than this"
            self.report(before.seq, "entry_replaced", message)
        # What the next entry names is what was there when it was written.
        return prev


def _stands_in_its_place(header: Header, entry: StoredEntry) -> bool:
    """Return whether a header may speak of the entry before it and of the time."""
    is_its_own = (header.log, header.seq) == (entry.log, entry.seq)
    return is_its_own and leaf_hash(entry.header_bytes) == entry.leaf


def _check_entry(entry: StoredEntry, report: Report) -> Header | None:
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


def _report_beyond(connection: Connection, log: int, size: int, report: Report) -> None:
    for table, word in ((LEDGER_ENTRY, "entries"), (LEDGER_PAYLOAD, "payloads")):
        statement = (
            select(func.count()).select_from(table).where(table.c.log == log, table.c.seq >= size)
        )
        beyond = connection.execute(statement).scalar_one()
        if beyond:
            report(None, "beyond_head", f"{beyond} {word} lie beyond the head of {size}")
