"""Nodes over the rows of a batch that were changed behind the ledger's back are found and named."""

from collections.abc import Iterator, Sequence
from trace.sheets.grid import GridLimits
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select, update

from base.db import reading, transaction
from credit.feeds.registry import FEEDS
from credit.folding.comparing import TOLD_MAX, Difference
from credit.folding.projector import bring_up_credit, forget_credit
from credit.folding.tiles import differing_tiles
from credit.index import open_credit_journal
from credit.intake.batches import BatchState, CreditBatch, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.tables import CREDIT_BATCH, CREDIT_ROW_NODE
from tests.credit.rebuilding import differences
from tests.credit.samples import AUTHORITY, csv_of, penalty
from tests.instances import Installation, open_installation

NODE = CREDIT_ROW_NODE.c


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, CreditBatch]]:
    """Give a batch of so many rows that two nodes are kept over them."""
    folder = tmp_path_factory.mktemp("tiles")
    installation = open_installation(f"sqlite:///{folder / 'suxin.db'}")
    intake = IntakeDesk(
        journal=open_credit_journal(installation.settings, installation.engine, installation.clock),
        clock=installation.clock,
        secret=installation.secret,
        limits=GridLimits(rows_max=1000, bytes_max=1 << 22, unzipped_bytes_max=1 << 22),
    )
    rows = csv_of([penalty(number) for number in range(1, 521)])
    batch = take_batch(intake, AUTHORITY, FEEDS["penalty"], rows, door=Door.FILE)
    assert batch.state is BatchState.ACCEPTED
    bring_up_credit(installation.engine, installation.log)
    yield installation, batch
    installation.engine.dispose()


def _found(installation: Installation, *damage: Any) -> Sequence[Difference]:
    """Return what is found of some damage, which is gone again afterwards."""
    with installation.engine.connect().execution_options(writes=True) as connection:
        for statement in damage:
            connection.execute(statement)
        found = list(differing_tiles(connection, installation.log, 100))
        connection.rollback()
    return found


def _made_up(batch_id: UUID, index: int) -> dict[str, object]:
    return {"log": 1, "batch_id": batch_id, "level": 8, "node_index": index, "hash": bytes(32)}


def test_a_node_that_is_wrong_gone_or_too_many_is_found_by_its_batch(
    city: tuple[Installation, CreditBatch],
) -> None:
    installation, batch = city

    found = _found(
        installation,
        update(CREDIT_ROW_NODE).where(NODE.node_index == 0).values(hash=bytes(32)),
        delete(CREDIT_ROW_NODE).where(NODE.node_index == 1),
        insert(CREDIT_ROW_NODE).values(_made_up(batch.id, 2)),
        insert(CREDIT_ROW_NODE).values(_made_up(UUID(int=7), 0)),
    )

    name = f"credit_row_node batch_id {batch.id}, level 8, node_index"
    assert sorted(found, key=str) == sorted(
        [
            (batch.seq, "credit_differs", f"{name} 0 differs in hash"),
            (batch.seq, "credit_missing", f"{name} 1 is not stored"),
            (batch.seq, "credit_extra", f"{name} 2 is of no row"),
            (
                None,
                "credit_extra",
                f"credit_row_node of batch {UUID(int=7)}: there is no such batch",
            ),
        ],
        key=str,
    )


def test_a_batch_without_nodes_is_proven_from_its_rows_and_one_that_is_no_entry_yet_is_late(
    city: tuple[Installation, CreditBatch],
) -> None:
    installation, _ = city
    spoiled = update(CREDIT_ROW_NODE).values(hash=bytes(32))

    assert _found(installation, delete(CREDIT_ROW_NODE)) == []
    assert _found(installation, spoiled, update(CREDIT_BATCH).values(seq=None)) == []
    assert len(_found(installation, spoiled)) == 2


def test_nodes_that_are_wrong_throughout_are_told_of_in_a_hundred_findings(
    city: tuple[Installation, CreditBatch],
) -> None:
    installation, batch = city
    rows = [_made_up(batch.id, 2 + at) for at in range(TOLD_MAX + 5)]

    found = _found(installation, insert(CREDIT_ROW_NODE).values(rows))

    assert len(found) == TOLD_MAX + 1
    assert found[-1] == (None, "credit_differs", "and more rows of credit_row_node")


def test_the_check_of_all_rows_finds_spoiled_nodes_and_a_rebuild_mends_them(
    city: tuple[Installation, CreditBatch],
) -> None:
    installation, _ = city
    log, kept = installation.log, select(CREDIT_ROW_NODE).order_by(NODE.node_index)
    with reading(installation.engine) as connection:
        before = connection.execute(kept).all()

    with transaction(installation.engine) as connection:
        connection.execute(update(CREDIT_ROW_NODE).values(hash=bytes(32)))
        connection.execute(insert(CREDIT_ROW_NODE).values(_made_up(UUID(int=7), 0)))
    codes = [code for _, code, _ in differences(installation)]
    with transaction(installation.engine) as connection:
        forget_credit(connection, log)
    bring_up_credit(installation.engine, log)

    assert codes == ["credit_extra", "credit_differs", "credit_differs"]
    with reading(installation.engine) as connection:
        assert connection.execute(kept).all() == before
