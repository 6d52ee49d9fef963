"""Reading a log: head, entries, payloads, nodes, checkpoints.

One rule: what is read is what was stored. Nothing here repairs, re-serialises or hides a byte; a
reader that must rely on it hashes it again (`check_parts`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from base.errors import AppError, InvalidInput, LedgerCorrupt, NotFound
from base.strict_json import JsonValue, loads
from ledger.draft import SealedPart
from ledger.entry import Header, parse_header
from ledger.merkle import Frontier, TileReader
from ledger.parts import SALT_BYTES, Part, part_hash, unpack_part_hashes
from ledger.tables import LEDGER_CHECKPOINT, LEDGER_ENTRY, LEDGER_HEAD, LEDGER_NODE, LEDGER_PAYLOAD

# A look-up by list is cut into pieces that every database takes as parameters.
_CHUNK = 1000
_PART_COLUMNS = tuple(
    (part, f"{part.name.lower()}_salt", f"{part.name.lower()}_body") for part in Part
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The state of a log: its origin and its tree of `size` leaves."""

    log: int
    origin: str
    size: int
    frontier: Frontier


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """One entry as stored. `parts` may lack an erased part whose hash is still known."""

    log: int
    seq: int
    header_bytes: bytes
    leaf: bytes
    part_hashes: Mapping[Part, bytes]
    parts: Mapping[Part, SealedPart]

    @property
    def header(self) -> Header:
        """The header read strictly; raises where its bytes are damaged."""
        return parse_header(self.header_bytes)

    def damaged_parts(self) -> tuple[Part, ...]:
        """Return the stored parts whose bytes no longer match their hash."""
        return tuple(
            part
            for part, stored in self.parts.items()
            if len(stored.salt) != SALT_BYTES
            or self.part_hashes.get(part) != part_hash(stored.salt, stored.body)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheckpoint:
    """A signed checkpoint: the note is the evidence, size and root are its index."""

    log: int
    size: int
    root: bytes
    note: bytes


def parse_part(stored: SealedPart) -> dict[str, JsonValue]:
    """Return {path: leaf} of a part's bytes; raises `LedgerCorrupt` where they are not that."""
    try:
        leaves = loads(stored.body, bytes_max=len(stored.body), depth_max=2)
    except AppError as error:
        raise LedgerCorrupt(f"a stored part is not readable: {error}") from None
    if not isinstance(leaves, dict):
        raise LedgerCorrupt("a stored part is not an object")
    return leaves


def read_head(connection: Connection, log: int) -> Head:
    """Return the head of a log; raises `NotFound` where it was never opened."""
    row = connection.execute(select(LEDGER_HEAD).where(LEDGER_HEAD.c.log == log)).one_or_none()
    if row is None:
        raise NotFound(f"There is no log {log} here.")
    return Head(
        log=log, origin=row.origin, size=row.size, frontier=Frontier.from_bytes(row.frontier)
    )


def read_entries(connection: Connection, log: int, seqs: Sequence[int]) -> dict[int, StoredEntry]:
    """Return the entries with these numbers, as far as they exist."""
    found: dict[int, StoredEntry] = {}
    for start in range(0, len(seqs), _CHUNK):
        wanted = list(seqs[start : start + _CHUNK])
        statement = _joined().where(LEDGER_ENTRY.c.log == log, LEDGER_ENTRY.c.seq.in_(wanted))
        found.update((row.seq, _entry_of(row)) for row in connection.execute(statement))
    return found


def scan_entries(
    connection: Connection, log: int, *, start: int, end: int
) -> Iterator[StoredEntry]:
    """Yield the entries from `start` up to but not including `end`, in order, in little memory."""
    for first in range(start, end, _CHUNK):
        statement = (
            _joined()
            .where(
                LEDGER_ENTRY.c.log == log,
                LEDGER_ENTRY.c.seq >= first,
                LEDGER_ENTRY.c.seq < min(first + _CHUNK, end),
            )
            .order_by(LEDGER_ENTRY.c.seq)
        )
        yield from map(_entry_of, connection.execute(statement).all())


def tile_reader(connection: Connection, log: int) -> TileReader:
    """Return the source of tree hashes of one log, for one proof."""

    def read_row(level: int, start: int, count: int) -> Sequence[bytes]:
        table, position, digest = (
            (LEDGER_ENTRY, LEDGER_ENTRY.c.seq, LEDGER_ENTRY.c.leaf)
            if level == 0
            else (LEDGER_NODE, LEDGER_NODE.c.node_index, LEDGER_NODE.c.hash)
        )
        statement = (
            select(position, digest)
            .where(table.c.log == log, position >= start, position < start + count)
            .order_by(position)
        )
        if level:
            statement = statement.where(LEDGER_NODE.c.level == level)
        row: list[bytes] = []
        for at, found in connection.execute(statement):
            # Behind a hole every hash would stand in its neighbour's place.
            if at != start + len(row):
                break
            row.append(found)
        return row

    return TileReader(read_row)


def read_checkpoint(
    connection: Connection, log: int, *, size: int | None = None
) -> StoredCheckpoint:
    """Return the newest checkpoint of a log, or the one of exactly `size` entries."""
    statement = select(LEDGER_CHECKPOINT).where(LEDGER_CHECKPOINT.c.log == log)
    if size is not None:
        statement = statement.where(LEDGER_CHECKPOINT.c.size == size)
    row = connection.execute(
        statement.order_by(LEDGER_CHECKPOINT.c.size.desc()).limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound(f"Log {log} has no such checkpoint yet; it is sealed about every second.")
    return StoredCheckpoint(log=log, size=row.size, root=row.root, note=row.note)


def read_sealed_size(connection: Connection, log: int) -> int:
    """Return how many entries the newest checkpoint covers; 0 where there is none yet."""
    statement = select(func.max(LEDGER_CHECKPOINT.c.size)).where(LEDGER_CHECKPOINT.c.log == log)
    return connection.execute(statement).scalar() or 0


def scan_checkpoints(connection: Connection, log: int) -> Iterator[StoredCheckpoint]:
    """Yield every checkpoint of a log, oldest first."""
    statement = (
        select(LEDGER_CHECKPOINT)
        .where(LEDGER_CHECKPOINT.c.log == log)
        .order_by(LEDGER_CHECKPOINT.c.size)
    )
    for row in connection.execution_options(yield_per=_CHUNK).execute(statement):
        yield StoredCheckpoint(log=log, size=row.size, root=row.root, note=row.note)


def scan_nodes(connection: Connection, log: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield (level, index, hash) of every stored inner node, by level and index."""
    statement = (
        select(LEDGER_NODE)
        .where(LEDGER_NODE.c.log == log)
        .order_by(LEDGER_NODE.c.level, LEDGER_NODE.c.node_index)
    )
    for row in connection.execution_options(yield_per=_CHUNK).execute(statement):
        yield row.level, row.node_index, row.hash


def _joined() -> Any:
    return select(
        LEDGER_ENTRY, *(column for column in LEDGER_PAYLOAD.c if column.name not in ("log", "seq"))
    ).outerjoin(
        LEDGER_PAYLOAD,
        (LEDGER_PAYLOAD.c.log == LEDGER_ENTRY.c.log) & (LEDGER_PAYLOAD.c.seq == LEDGER_ENTRY.c.seq),
    )


def _entry_of(row: Row[Any]) -> StoredEntry:
    parts: dict[Part, SealedPart] = {}
    for part, salt_name, body_name in _PART_COLUMNS:
        salt, body = getattr(row, salt_name), getattr(row, body_name)
        if salt is not None and body is not None:
            parts[part] = SealedPart(salt=salt, body=body)
    return StoredEntry(
        log=row.log,
        seq=row.seq,
        header_bytes=row.header,
        leaf=row.leaf,
        part_hashes=_part_hashes_of(row.part_hashes),
        parts=parts,
    )


def _part_hashes_of(packed: bytes) -> dict[Part, bytes]:
    try:
        return unpack_part_hashes(packed)
    except InvalidInput:
        # Damaged bytes commit to nothing: every part of the entry then counts as damaged.
        return {}
