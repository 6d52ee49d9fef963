"""Reads the quarantined rows of a batch again, once a code list or a mapping was put right.

The rule that must stay true: what is understood now is a batch of its own, with its own entry, and
keeps the place in time of its first one: it never counts against what came since. What still is
not understood stays where it was.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select, update

from base.db import reading, transaction
from base.errors import Conflict
from credit.feeds.model import Feed, Semantics
from credit.feeds.registry import EVERY_FEED
from credit.folding.projector import bring_up_credit
from credit.folding.versions import civil_day
from credit.intake.batches import (
    BatchState,
    CreditBatch,
    Door,
    keep_batch,
    newest_accepted,
    read_batch,
)
from credit.intake.claiming import claim_batch, giving_back, standing_batch, with_claim
from credit.intake.decoding import RawRow, rows_of
from credit.intake.desk import IntakeDesk
from credit.intake.entering import enter_batch, entry_of, settle
from credit.intake.entries import Meaning
from credit.intake.knowing import ground_for
from credit.intake.sorting import CONFLICTING, Sorted, sort_rows
from credit.tables import CREDIT_QUARANTINE
from parties.actors import Actor
from parties.ids import id_of_hash


def retry_batch(desk: IntakeDesk, actor: Actor, batch_id: UUID, body: bytes) -> CreditBatch | None:
    """Read the open quarantined rows of a batch again; return the new batch, None where none is.

    `body` is the file as it came. Raises `NotFound` for an unknown batch and `Conflict` where the
    batch itself was not accepted, or is a whole list that a newer one followed.
    """
    engine, log = desk.journal.engine, desk.journal.log
    with reading(engine) as connection:
        batch = read_batch(connection, log, batch_id)
        newest = newest_accepted(connection, log, batch.feed)
        statement = select(CREDIT_QUARANTINE.c.row_number).where(
            CREDIT_QUARANTINE.c.log == log,
            CREDIT_QUARANTINE.c.batch_id == batch_id,
            CREDIT_QUARANTINE.c.state == "open",
            # It was understood, and lost to another row of its file: no code list changes that.
            CREDIT_QUARANTINE.c.code != CONFLICTING,
        )
        numbers = set(connection.execute(statement).scalars())
    if batch.state is not BatchState.ACCEPTED or batch.door is Door.RETRY:
        raise Conflict("Only rows of an accepted batch are read again.")
    feed = EVERY_FEED[batch.feed]
    is_whole = feed.semantics is Semantics.SNAPSHOT
    if is_whole and newest is not None and newest.received_at > batch.received_at:
        day = civil_day(newest.received_at)
        raise Conflict(f"A newer whole list came on {day}: rows of this one count no more.")
    if not numbers:
        return None
    rows = [row for row in rows_of(body, desk.limits) if row.number in numbers]
    taken, understood = _take_rows(desk, actor, feed, batch, rows)
    if taken is not None:
        _close(desk, batch_id, understood, taken.id)
    return taken


def _take_rows(
    desk: IntakeDesk, actor: Actor, feed: Feed, origin: CreditBatch, rows: Sequence[RawRow]
) -> tuple[CreditBatch | None, list[int]]:
    """Take rows that were quarantined as a batch of what is understood now, with their numbers.

    It ends nothing, whatever the feed's batches mean.
    """
    engine = desk.journal.engine
    bring_up_credit(engine, desk.journal.log)
    with reading(engine) as connection:
        found = sort_rows(feed, rows, ground_for(desk, connection, origin.received_at))
    found.quarantined.clear()
    numbers = _numbers(found)
    if not numbers:
        return None, []
    batch = _as_batch(desk, actor, feed, origin, found)
    return _enter(desk, batch, found, origin.received_at), numbers


def _as_batch(
    desk: IntakeDesk, actor: Actor, feed: Feed, origin: CreditBatch, found: Sorted
) -> CreditBatch:
    return replace(
        origin,
        id=_id_of(origin, feed, _numbers(found)),
        door=Door.RETRY,
        actor=actor.id,
        feed_version=feed.version,
        state=BatchState.WAITING,
        message=f"rows of batch {origin.id}",
        received=found.received,
        accepted=len(found.new),
        quarantined=0,
        duplicates=len(found.seen) + len(found.stale),
        noted=found.noted,
        ended=0,
        received_at=desk.clock.now(),
        finished_at=None,
        seq=None,
        released_by=None,
        origin_id=origin.id,
        root=None,
    )


def _enter(
    desk: IntakeDesk, batch: CreditBatch, found: Sorted, ordered_at: datetime
) -> CreditBatch:
    """Make rows that are understood now an entry, unless somebody did so already."""
    mine = with_claim(desk, batch)
    with transaction(desk.journal.engine) as connection:
        known = (
            None if keep_batch(connection, mine) else read_batch(connection, batch.log, batch.id)
        )
        entered = None if known is None else entry_of(connection, known)
    if known is not None:
        if known.state is BatchState.ACCEPTED:
            return known
        if entered is not None:
            # A worker that died between the entry and its last word.
            return settle(desk, known, entered)
        claimed = claim_batch(desk, replace(batch, received_at=known.received_at))
        if claimed is None:
            return standing_batch(desk, known)
        mine = claimed
    with giving_back(desk, mine):
        return enter_batch(desk, mine, found, Meaning(is_snapshot=False, ordered_at=ordered_at))


def _numbers(found: Sorted) -> list[int]:
    numbers = [row.number for rows in (found.new, found.stale) for row in rows]
    return sorted(numbers + [one.number for one in found.seen])


def _id_of(origin: CreditBatch, feed: Feed, numbers: Sequence[int]) -> UUID:
    """Return the id of the batch of some rows of another: the same whenever they are read again."""
    told = f"{origin.id} {feed.version} {' '.join(map(str, numbers))}"
    return id_of_hash(sha256(told.encode()).digest())


def _close(desk: IntakeDesk, batch_id: UUID, numbers: Sequence[int], taken: UUID) -> None:
    with transaction(desk.journal.engine) as connection:
        for number in numbers:
            own = update(CREDIT_QUARANTINE).where(
                CREDIT_QUARANTINE.c.log == desk.journal.log,
                CREDIT_QUARANTINE.c.batch_id == batch_id,
                CREDIT_QUARANTINE.c.row_number == number,
            )
            connection.execute(own.values(state="retried", retried_in=taken))
