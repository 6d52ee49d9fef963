"""Reads the quarantined rows of a batch again, once a code list or a mapping was put right.

The rule that must stay true: what is understood now is a batch of its own, with its own entry; what
still is not stays where it was.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from base.db import reading, transaction
from base.errors import Conflict
from credit.feeds.registry import FEEDS
from credit.intake.batches import BatchState, CreditBatch, read_batch
from credit.intake.decoding import rows_of
from credit.intake.taking import IntakeDesk, take_rows
from credit.tables import CREDIT_QUARANTINE
from parties.actors import Actor


def retry_batch(desk: IntakeDesk, actor: Actor, batch_id: UUID, body: bytes) -> CreditBatch | None:
    """Read the open quarantined rows of a batch again; return the new batch, None where none is.

    `body` is the file as it came. Raises `NotFound` for an unknown batch and `Conflict` where the
    batch itself was not accepted.
    """
    engine, log = desk.journal.engine, desk.journal.log
    with reading(engine) as connection:
        batch = read_batch(connection, log, batch_id)
        if batch.state is not BatchState.ACCEPTED:
            raise Conflict("Only rows of an accepted batch are read again.")
        statement = select(CREDIT_QUARANTINE.c.row_number).where(
            CREDIT_QUARANTINE.c.log == log,
            CREDIT_QUARANTINE.c.batch_id == batch_id,
            CREDIT_QUARANTINE.c.state == "open",
        )
        numbers = set(connection.execute(statement).scalars())
    if not numbers:
        return None
    rows = [row for row in rows_of(body, desk.limits) if row.number in numbers]
    taken, understood = take_rows(desk, actor, FEEDS[batch.feed], batch, rows)
    if taken is not None:
        _close(desk, batch_id, understood, taken.id)
    return taken


def _close(desk: IntakeDesk, batch_id: UUID, numbers: Sequence[int], taken: UUID) -> None:
    with transaction(desk.journal.engine) as connection:
        for number in numbers:
            own = update(CREDIT_QUARANTINE).where(
                CREDIT_QUARANTINE.c.log == desk.journal.log,
                CREDIT_QUARANTINE.c.batch_id == batch_id,
                CREDIT_QUARANTINE.c.row_number == number,
            )
            connection.execute(own.values(state="retried", retried_in=taken))
