"""Whether the kept nodes over the rows of batches are those that the rows' leaves give.

The rule that must stay true: a proof reads these nodes instead of the rows, and fails where one is
spoiled; here it is found before anybody asks. A batch without any is proven from its rows.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from credit.folding.comparing import TOLD_MAX, Difference
from credit.intake.nodes import nodes_over_rows
from credit.tables import CREDIT_BATCH, CREDIT_ROW_NODE

_NAME: Final = CREDIT_ROW_NODE.name


def differing_tiles(connection: Connection, log: int, size: int) -> Iterator[Difference]:
    """Yield the nodes that are wrong, gone or too many; of batches that are entries below `size`.

    Leaves are read piece by piece; of nodes there is one for 256 of them.
    """
    found = _differing(connection, log, size)
    yield from islice(found, TOLD_MAX)
    if next(found, None) is not None:
        yield None, "credit_differs", f"and more rows of {_NAME}"


def _differing(connection: Connection, log: int, size: int) -> Iterator[Difference]:
    batch, node = CREDIT_BATCH.c, CREDIT_ROW_NODE.c
    kept = select(node.batch_id).where(node.log == log).distinct().subquery()
    statement = (
        select(kept.c.batch_id, batch.id, batch.seq)
        .select_from(kept)
        .outerjoin(CREDIT_BATCH, (batch.log == log) & (batch.id == kept.c.batch_id))
        .order_by(batch.seq, kept.c.batch_id)
    )
    for batch_id, known_id, seq in connection.execute(statement).all():
        if known_id is None:
            yield None, "credit_extra", f"{_NAME} of batch {batch_id}: there is no such batch"
        elif seq is not None and seq < size:
            yield from _of_batch(connection, log, batch_id, seq)


def _of_batch(connection: Connection, log: int, batch_id: UUID, seq: int) -> Iterator[Difference]:
    node = CREDIT_ROW_NODE.c
    statement = select(node.level, node.node_index, node.hash).where(
        node.log == log, node.batch_id == batch_id
    )
    kept = {(row.level, row.node_index): row.hash for row in connection.execute(statement)}
    for right in nodes_over_rows(connection, log, batch_id):
        for one in right:
            stored = kept.pop((one.level, one.index), None)
            if stored is None:
                yield _told(seq, batch_id, one.level, one.index, "missing", "is not stored")
            elif stored != one.hash:
                yield _told(seq, batch_id, one.level, one.index, "differs", "differs in hash")
    for level, index in sorted(kept):
        yield _told(seq, batch_id, level, index, "extra", "is of no row")


def _told(seq: int, batch_id: UUID, level: int, index: int, code: str, words: str) -> Difference:
    name = f"{_NAME} batch_id {batch_id}, level {level}, node_index {index}"
    return seq, f"credit_{code}", f"{name} {words}"
