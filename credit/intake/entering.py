"""Makes a batch an entry of the ledger: its rows first, then the entry that holds their root.

The rule that must stay true: the rows of a batch that is an entry are never written again, and
those that are there when it becomes one are the ones that its root stands for.
"""

from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, select

from base.db import transaction
from base.errors import Conflict
from credit.intake.batches import (
    BatchState,
    CreditBatch,
    change_batch,
    drop_claim,
    keep_quarantined,
    keep_rows,
    read_batch,
    settle_row,
)
from credit.intake.claiming import prove_claim, taken_meanwhile
from credit.intake.desk import IntakeDesk
from credit.intake.entries import Meaning, batch_draft
from credit.intake.nodes import keep_nodes
from credit.intake.records import row_body, seen_body
from credit.intake.sorting import NewRow, Sorted
from credit.tables import CREDIT_BATCH, CREDIT_QUARANTINE, CREDIT_ROW, CREDIT_ROW_NODE
from ledger.batch import Batch, Idempotency
from ledger.merkle import EMPTY_FRONTIER, leaf_hash
from ledger.tables import LEDGER_IDEMPOTENCY

_TABLES: Final = (CREDIT_ROW, CREDIT_ROW_NODE, CREDIT_QUARANTINE)


def enter_batch(
    desk: IntakeDesk, batch: CreditBatch, found: Sorted, meaning: Meaning
) -> CreditBatch:
    """Keep the rows, then append the entry that holds their root; the claim on the batch is proven.

    Raises `Conflict` where somebody else has the batch by now.
    """
    rows = _bodies(desk, batch.id, found)
    tree, nodes = EMPTY_FRONTIER.append_all([leaf for _, _, leaf, _ in rows])
    root = tree.root()
    with transaction(desk.journal.engine) as connection:
        _require_ours(desk, connection, batch)
        for table in _TABLES:
            connection.execute(
                delete(table).where(table.c.log == batch.log, table.c.batch_id == batch.id)
            )
        keep_rows(connection, batch, rows)
        keep_nodes(connection, batch, nodes)
        keep_quarantined(connection, batch, [one.as_row() for one in found.quarantined])
        # Who stands behind it is looked for by its row: it has to be there before the entry is.
        change_batch(connection, replace(batch, root=root))
    draft = batch_draft(batch, rows=len(rows), root=root, meaning=meaning)
    entry = Batch(
        actor=batch.actor,
        subject=str(batch.id),
        drafts=(draft,),
        idempotency=Idempotency(key=_key_of(batch), request_hash=root),
    )
    try:
        receipt = desk.journal.append(entry)
    except Conflict:
        raise taken_meanwhile() from None
    return settle(desk, batch, receipt.first_seq)


def entry_of(connection: Connection, batch: CreditBatch) -> int | None:
    """Return the entry of a batch that was not finished after it; None for any other."""
    if batch.state in (BatchState.ACCEPTED, BatchState.REFUSED):
        return None
    own = (CREDIT_BATCH.c.log == batch.log, CREDIT_BATCH.c.id == batch.id)
    seq: int | None = connection.execute(select(CREDIT_BATCH.c.seq).where(*own)).scalar()
    if seq is not None:
        return seq
    # Of an entry from before its number was written with it.
    statement = select(LEDGER_IDEMPOTENCY.c.first_seq).where(
        LEDGER_IDEMPOTENCY.c.log == batch.log,
        LEDGER_IDEMPOTENCY.c.actor == batch.actor,
        LEDGER_IDEMPOTENCY.c.key == _key_of(batch),
    )
    return connection.execute(statement).scalar()


def settle(desk: IntakeDesk, batch: CreditBatch, seq: int) -> CreditBatch:
    """Keep that a batch is an entry, whoever finds it; return it as it stands then."""
    with transaction(desk.journal.engine) as connection:
        settle_row(connection, batch, seq=seq, at=desk.clock.now())
        return read_batch(connection, batch.log, batch.id)


def finish(desk: IntakeDesk, batch: CreditBatch) -> CreditBatch:
    """Keep what became of a batch that is no entry, and give the claim on it back.

    Raises `Conflict` where somebody else has the batch by now.
    """
    finished = replace(
        batch, finished_at=desk.clock.now(), claim=None, claimed_until=None, root=None
    )
    with transaction(desk.journal.engine) as connection:
        _require_ours(desk, connection, batch)
        change_batch(connection, finished)
        drop_claim(connection, batch)
    return finished


def _require_ours(desk: IntakeDesk, connection: Connection, batch: CreditBatch) -> None:
    """Refuse to write of a batch that somebody else has by now, or that is an entry already.

    Its rows are evidence then: whoever comes second changes none of them.
    """
    prove_claim(desk, connection, batch)
    if entry_of(connection, batch) is not None:
        raise taken_meanwhile()


def _key_of(batch: CreditBatch) -> str:
    return f"credit-batch:{batch.id}"


def _bodies(desk: IntakeDesk, batch_id: UUID, found: Sorted) -> list[tuple[int, int, bytes, bytes]]:
    bodies = [
        (row.number, _body(desk, batch_id, row))
        for rows in (found.new, found.stale)
        for row in rows
    ]
    bodies += [
        (
            one.number,
            seen_body(
                row_number=one.number,
                salt=desk.salt(batch_id, one.number),
                key=one.key_hash.hex(),
                content=one.content_hash.hex(),
            ),
        )
        for one in found.seen
    ]
    return [
        (position, number, leaf_hash(body), body)
        for position, (number, body) in enumerate(sorted(bodies))
    ]


def _body(desk: IntakeDesk, batch_id: UUID, row: NewRow) -> bytes:
    return row_body(
        row_number=row.number,
        salt=desk.salt(batch_id, row.number),
        record=row.record,
        cells=row.cells,
        notes=row.notes,
    )
