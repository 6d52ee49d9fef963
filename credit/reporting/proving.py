"""What proves a report: its entry, the rows behind its facts, and the signed head of the ledger.

The rule that must stay true: stored bytes go into a proof as they are; a batch that was not sealed
yet is waited for and never left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import Connection, func, select

from base.errors import LedgerCorrupt, NotFound
from base.strict_json import JsonObject
from credit.intake.nodes import reader_of_rows
from credit.tables import CREDIT_BATCH, CREDIT_ROW
from ledger.bundle import Bundle, BundleEntry, VisiblePart
from ledger.merkle import TileReader, inclusion_path
from ledger.parts import Part
from ledger.proof import InclusionProof
from ledger.store import read_checkpoint, read_entries, tile_reader

_POSITIONS: Final = 300


class Placed(Protocol):
    """What stands in an entry of the ledger: a fact, with its row of a batch where it has one."""

    @property
    def id(self) -> UUID:
        """Return the id of the fact."""

    @property
    def seq(self) -> int:
        """Return the entry that told of it last."""

    @property
    def batch_id(self) -> UUID | None:
        """Return its batch."""

    @property
    def position(self) -> int | None:
        """Return the place of its row among the leaves of the batch, from 0 on."""


def row_proofs(
    connection: Connection, log: int, told: Sequence[Placed]
) -> Mapping[UUID, JsonObject]:
    """Return where each fact stands: its entry, and its row with the path to the entry's root.

    `row` is its number in the file, `position` its place among the `rows` leaves.
    """
    batches = sorted({one.batch_id for one in told if one.batch_id is not None})
    seqs = _seqs_of(connection, log, batches)
    found: dict[UUID, JsonObject] = {
        one.id: {"seq": one.seq} for one in told if one.batch_id is None or one.position is None
    }
    for batch in batches:
        rows = _count_rows(connection, log, batch)
        tiles = TileReader(reader_of_rows(connection, log, batch))
        own = [one.position for one in told if one.batch_id == batch and one.position is not None]
        numbers = row_numbers(connection, log, batch, own)
        for one in told:
            if one.batch_id != batch or one.position is None:
                continue
            path = inclusion_path(one.position, rows, tiles.get_node)
            found[one.id] = {
                "seq": one.seq,
                "batch": str(batch),
                "batch_seq": seqs.get(batch, one.seq),
                "row": numbers[one.position],
                "position": one.position,
                "rows": rows,
                "leaf": tiles.get_node(0, one.position).hex(),
                "path": [node.hex() for node in path],
            }
    return found


def row_numbers(
    connection: Connection, log: int, batch_id: UUID, positions: Iterable[int]
) -> dict[int, int]:
    """Return the numbers that rows have in the file of their batch, by their positions."""
    found: dict[int, int] = {}
    wanted, column = sorted(set(positions)), CREDIT_ROW.c
    for start in range(0, len(wanted), _POSITIONS):
        statement = select(column.position, column.row_number).where(
            column.log == log,
            column.batch_id == batch_id,
            column.position.in_(wanted[start : start + _POSITIONS]),
        )
        found |= {row.position: row.row_number for row in connection.execute(statement)}
    return found


def public_bundle(connection: Connection, log: int, seqs: Iterable[int]) -> Bundle:
    """Return the proof of some entries with their public parts.

    Raises `NotFound` where one of them is not sealed yet.
    """
    wanted = sorted(set(seqs))
    checkpoint = read_checkpoint(connection, log)
    if not wanted or wanted[-1] >= checkpoint.size:
        raise NotFound("The entry is not sealed yet; that takes about a second. Ask again.")
    stored, reader = read_entries(connection, log, wanted), tile_reader(connection, log)
    if len(stored) != len(wanted):
        raise LedgerCorrupt(f"log {log}: an entry that a report stands on is gone")
    return Bundle(
        log=log,
        checkpoint=checkpoint.note.decode(),
        entries=tuple(
            BundleEntry(
                header=stored[seq].header_bytes,
                part_hashes=stored[seq].part_hashes,
                parts=tuple(
                    VisiblePart(part=part, salt=one.salt, body=one.body)
                    for part, one in sorted(stored[seq].parts.items())
                    if part is Part.PUBLIC
                ),
                items=(),
                proof=InclusionProof(
                    index=seq, path=inclusion_path(seq, checkpoint.size, reader.get_node)
                ),
            )
            for seq in wanted
        ),
    )


def _seqs_of(connection: Connection, log: int, batches: Sequence[UUID]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for batch in batches:
        statement = select(CREDIT_BATCH.c.seq).where(
            CREDIT_BATCH.c.log == log, CREDIT_BATCH.c.id == batch
        )
        seq = connection.execute(statement).scalar()
        if seq is not None:
            found[batch] = seq
    return found


def _count_rows(connection: Connection, log: int, batch_id: UUID) -> int:
    """Return how many leaves the tree of a batch has: positions are from 0 on without a gap."""
    last = select(func.max(CREDIT_ROW.c.position)).where(
        CREDIT_ROW.c.log == log, CREDIT_ROW.c.batch_id == batch_id
    )
    found = connection.execute(last).scalar()
    return 0 if found is None else int(found) + 1
