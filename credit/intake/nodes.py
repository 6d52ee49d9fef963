"""The tree over the rows of a batch, kept in tiles: a proof reads few of them.

The rule that must stay true: a node is written once, with the rows that it covers, before their
batch is an entry; what is read of them is compared with the root that the entry holds.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, exists, select

from base.bulk import insert_rows
from credit.intake.batches import CreditBatch
from credit.tables import CREDIT_BATCH, CREDIT_ROW, CREDIT_ROW_NODE
from ledger.merkle import EMPTY_FRONTIER, TILE_WIDTH, CompletedNode, ReadRow, root_of

_COLUMNS: Final = ("log", "batch_id", "level", "node_index", "hash")
_LEAVES: Final = 16 * TILE_WIDTH
"""So many leaves are in memory at once, however long a batch is."""


def keep_nodes(connection: Connection, batch: CreditBatch, nodes: list[CompletedNode]) -> None:
    """Write the nodes of stored levels over the rows of a batch."""
    _write(connection, batch.log, batch.id, nodes)


def nodes_over_rows(
    connection: Connection, log: int, batch_id: UUID
) -> Iterator[Sequence[CompletedNode]]:
    """Yield the nodes of stored levels that the leaves of a batch give, piece by piece."""
    row = CREDIT_ROW.c
    statement = (
        select(row.leaf)
        .where(row.log == log, row.batch_id == batch_id)
        .order_by(row.position)
        .execution_options(yield_per=_LEAVES)
    )
    tree = EMPTY_FRONTIER
    for leaves in connection.execute(statement).scalars().partitions():
        tree, completed = tree.append_all(leaves)
        if completed:
            yield completed


def renew_nodes(connection: Connection, log: int) -> None:
    """Write the nodes of every batch that is an entry anew from its leaves, and no others of it.

    The fold of the batch compares the leaves with the root that its entry holds.
    """
    batch, node = CREDIT_BATCH.c, CREDIT_ROW_NODE.c
    own = select(batch.id).where(batch.log == log)
    connection.execute(delete(CREDIT_ROW_NODE).where(node.log == log, node.batch_id.not_in(own)))
    long = own.where(batch.seq.is_not(None), batch.received >= TILE_WIDTH)
    for batch_id in list(connection.execute(long.order_by(batch.seq)).scalars()):
        connection.execute(
            delete(CREDIT_ROW_NODE).where(node.log == log, node.batch_id == batch_id)
        )
        for nodes in nodes_over_rows(connection, log, batch_id):
            _write(connection, log, batch_id, nodes)


def _write(
    connection: Connection, log: int, batch_id: UUID, nodes: Sequence[CompletedNode]
) -> None:
    rows = [(log, batch_id, node.level, node.index, node.hash) for node in nodes]
    insert_rows(connection, CREDIT_ROW_NODE, _COLUMNS, rows)


def reader_of_rows(connection: Connection, log: int, batch_id: UUID) -> ReadRow:
    """Return what reads stored levels of a batch's tree, for `ledger.merkle.TileReader`.

    Of a batch from before nodes were kept they are reckoned from its leaves.
    """
    own = (CREDIT_ROW_NODE.c.log == log, CREDIT_ROW_NODE.c.batch_id == batch_id)
    is_kept = connection.execute(select(exists().where(*own))).scalar_one()

    def read_row(level: int, start: int, count: int) -> list[bytes]:
        if level == 0:
            return _leaves(connection, log, batch_id, start, count)
        if not is_kept:
            leaves = _leaves(connection, log, batch_id, start << level, count << level)
            width = 1 << level
            whole = len(leaves) >> level
            return [root_of(leaves[at * width : (at + 1) * width]) for at in range(whole)]
        node = CREDIT_ROW_NODE.c
        statement = (
            select(node.hash)
            .where(*own, node.level == level, node.node_index.between(start, start + count - 1))
            .order_by(node.node_index)
        )
        return list(connection.execute(statement).scalars())

    return read_row


def _leaves(
    connection: Connection, log: int, batch_id: UUID, start: int, count: int
) -> list[bytes]:
    row = CREDIT_ROW.c
    statement = (
        select(row.leaf)
        .where(
            row.log == log,
            row.batch_id == batch_id,
            row.position.between(start, start + count - 1),
        )
        .order_by(row.position)
    )
    return list(connection.execute(statement).scalars())
