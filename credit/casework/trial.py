"""What would become of a batch: read and judged as it would be, and nothing is kept or changed.

The rule that must stay true: the numbers are those that taking the very file now would give.
"""

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256

from base.db import reading
from base.errors import AppError
from credit.feeds.model import Feed
from credit.feeds.registry import EVERY_FEED
from credit.intake.batches import BatchState, CreditBatch, Door
from credit.intake.columns import require_columns
from credit.intake.decoding import rows_of
from credit.intake.desk import AS_IT_CAME, IntakeDesk
from credit.intake.doubting import count_ended, why_held
from credit.intake.knowing import ground_for
from credit.intake.sorting import Quarantined, Sorted, sort_rows
from credit.intake.taking import same_batch
from parties.actors import Actor
from parties.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A batch as it would be. `doubt` is why it would be held, "" where it would count at once.

    `quarantined` are the first rows that are not understood, `marks` the quality codes of
    those that would be accepted with a mark, each with how many. `same` is the batch that these
    very bytes are already; a whole list that a newer one followed is another one.
    """

    batch: CreditBatch
    doubt: str
    quarantined: tuple[Quarantined, ...]
    marks: tuple[tuple[str, int], ...]
    same: CreditBatch | None


def try_batch(desk: IntakeDesk, actor: Actor, feed: Feed, body: bytes, *, rows_max: int) -> Trial:
    """Return what would become of a file by what was folded so far.

    Raises `InvalidInput` where it is no file of rows.
    """
    engine, log = desk.journal.engine, desk.journal.log
    now, file_hash = desk.clock.now(), sha256(body).digest()
    batch = CreditBatch(
        log=log,
        id=new_id(now),
        feed=feed.id,
        feed_version=feed.version,
        door=Door.FILE,
        actor=actor.id,
        file_hash=file_hash,
        file_bytes=len(body),
        state=BatchState.WAITING,
        received_at=now,
    )
    with reading(engine) as connection:
        rows = rows_of(body, desk.limits, partial(require_columns, feed))
        found = sort_rows(feed, rows, ground_for(desk, connection, now))
        counted = replace(
            batch,
            received=found.received,
            accepted=len(found.new),
            quarantined=len(found.quarantined),
            duplicates=len(found.seen) + len(found.stale),
            noted=found.noted,
            ended=count_ended(connection, log, feed, found),
        )
        return Trial(
            batch=counted,
            doubt=why_held(connection, feed, counted, found, AS_IT_CAME),
            quarantined=tuple(sorted(found.quarantined, key=lambda one: one.number)[:rows_max]),
            marks=_marks(found),
            same=same_batch(connection, log, feed, file_hash),
        )


def try_held(desk: IntakeDesk, batch: CreditBatch, body: bytes, *, rows_max: int) -> Trial | None:
    """Return what would become of a held batch by now, in the name of whoever handed it in.

    Nothing of it is kept yet, so that its file is read again; None where it cannot be read whole.
    """
    actor, feed = Actor(id=batch.actor, role=None), EVERY_FEED[batch.feed]
    try:
        return try_batch(desk, actor, feed, body, rows_max=rows_max)
    except AppError:
        # It is held for that very reason, which its message tells.
        return None


def _marks(found: Sorted) -> tuple[tuple[str, int], ...]:
    counts = Counter(code for row in found.new for _, code in row.notes)
    return tuple(sorted(counts.items()))
