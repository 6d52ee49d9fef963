"""The proof of one row reads tiles of its batch's tree, and gives what all leaves would give."""

from collections.abc import Sequence
from dataclasses import astuple, replace
from hashlib import sha256
from itertools import chain
from uuid import UUID

import pytest
from sqlalchemy import delete, event, select, update

from base.bulk import insert_rows
from base.db import reading, transaction
from base.errors import LedgerCorrupt, NotFound
from credit.feeds.registry import FEEDS
from credit.intake.batches import CreditBatch, Door
from credit.intake.nodes import keep_nodes, nodes_over_rows, reader_of_rows
from credit.intake.proving import proof_at, proof_of_row
from credit.intake.taking import IntakeDesk, take_batch
from credit.tables import CREDIT_ROW, CREDIT_ROW_NODE
from ledger.merkle import (
    EMPTY_FRONTIER,
    TILE_WIDTH,
    TileReader,
    inclusion_path,
    root_of,
    verify_inclusion,
)
from tests.credit.samples import AUTHORITY, csv_of, penalty
from tests.instances import Installation

OTHER = UUID(int=5)
LONGEST = 70_000
_ROWS = ("log", "batch_id", "position", "row_number", "leaf", "body")


def _leaves(size: int) -> list[bytes]:
    return [sha256(number.to_bytes(4, "big")).digest() for number in range(size)]


def _take(intake: IntakeDesk, *rows: dict[str, str]) -> CreditBatch:
    return take_batch(
        intake, AUTHORITY, FEEDS["penalty"], csv_of(rows), door=Door.FILE, is_released=True
    )


@pytest.mark.parametrize("is_kept", [True, False], ids=["kept", "from before"])
@pytest.mark.parametrize("size", [1, 255, 256, 257, 1000, LONGEST])
def test_a_proof_of_one_of_very_many_rows_reads_a_few_tiles(
    sqlite_world_parts: tuple[Installation, IntakeDesk], size: int, is_kept: bool
) -> None:
    installation, intake = sqlite_world_parts
    batch, leaves = replace(_take(intake, penalty(1)), id=OTHER), _leaves(size)
    with transaction(installation.engine) as connection:
        rows = [(batch.log, OTHER, at, at + 2, leaf, None) for at, leaf in enumerate(leaves)]
        insert_rows(connection, CREDIT_ROW, _ROWS, rows)
        if is_kept:
            nodes = EMPTY_FRONTIER.append_all(leaves)[1]
            keep_nodes(connection, batch, nodes)
            again = nodes_over_rows(connection, batch.log, OTHER)
            assert sorted(chain(*again), key=astuple) == sorted(nodes, key=astuple)
    root, counts = root_of(leaves), list[int]()

    with reading(installation.engine) as connection:
        read = reader_of_rows(connection, installation.log, OTHER)

        def counted(level: int, start: int, count: int) -> Sequence[bytes]:
            found = read(level, start, count)
            counts.append(len(found))
            return found

        for position in sorted({0, size // 2, size - 1}):
            path = inclusion_path(position, size, TileReader(counted).get_node)
            verify_inclusion(position, size, leaves[position], path, root)

    # Of each of three proofs: a tile of each stored level on the way, and one at the right edge.
    assert len(counts) <= 3 * 2 * 3
    assert max(counts, default=0) <= TILE_WIDTH


def test_the_hashes_over_the_rows_are_kept_when_a_batch_is_entered(
    installation: Installation, intake: IntakeDesk
) -> None:
    batch = _take(intake, *(penalty(number) for number in range(1, 301)))

    with reading(installation.engine) as connection:
        leaf = select(CREDIT_ROW.c.leaf).order_by(CREDIT_ROW.c.position)
        leaves = list(connection.execute(leaf).scalars())
        nodes = connection.execute(select(CREDIT_ROW_NODE)).all()
        proof = proof_of_row(connection, installation.log, batch.id, 200)

    assert [(one.level, one.node_index, one.hash) for one in nodes] == [
        (8, 0, root_of(leaves[:TILE_WIDTH]))
    ]
    assert (proof.row_number, proof.position, proof.rows) == (200, 198, 300)
    assert proof.root == root_of(leaves)


def test_a_row_is_found_by_its_number_without_a_look_at_all_the_others(
    sqlite_world_parts: tuple[Installation, IntakeDesk],
) -> None:
    installation, intake = sqlite_world_parts
    rows = [penalty(at, **({"cf_jdrq": "2022-09-31"} if at % 7 == 0 else {})) for at in range(300)]
    batch, told = _take(intake, *rows), list[str]()

    def note(*asked: object) -> None:
        told.append(str(asked[2]))

    event.listen(installation.engine, "before_cursor_execute", note)
    with reading(installation.engine) as connection:
        found = proof_of_row(connection, installation.log, batch.id, 300)
        count = len(told)
        with pytest.raises(NotFound):
            proof_of_row(connection, installation.log, batch.id, 9)
        with pytest.raises(NotFound):
            proof_of_row(connection, installation.log, batch.id, 5000)

    assert found.row_number == 300
    assert count <= 24


@pytest.mark.parametrize("spoiled", ["node", "leaf", "gone"])
def test_a_row_that_is_not_under_its_root_has_no_proof(
    sqlite_world_parts: tuple[Installation, IntakeDesk], spoiled: str
) -> None:
    installation, intake = sqlite_world_parts
    batch = _take(intake, *(penalty(number) for number in range(1, 301)))
    changes = {
        "node": update(CREDIT_ROW_NODE).values(hash=bytes(32)),
        "leaf": update(CREDIT_ROW).where(CREDIT_ROW.c.position == 298).values(leaf=bytes(32)),
        "gone": delete(CREDIT_ROW).where(CREDIT_ROW.c.position == 298),
    }
    with transaction(installation.engine) as connection:
        connection.execute(changes[spoiled])

    with reading(installation.engine) as connection, pytest.raises(LedgerCorrupt):
        proof_at(connection, installation.log, batch.id, 299)
