"""What would become of a batch: read and judged as it would be, and nothing is kept or changed.

The rule that must stay true: the numbers are those that taking the very file now would give.
"""

from dataclasses import dataclass, replace
from hashlib import sha256

from base.db import reading
from credit.feeds.model import Feed
from credit.folding.projector import bring_up_credit
from credit.intake.batches import BatchState, CreditBatch, Door, find_same
from credit.intake.decoding import rows_of
from credit.intake.desk import AS_IT_CAME, IntakeDesk
from credit.intake.doubting import count_ended, why_held
from credit.intake.knowing import ground_for
from credit.intake.sorting import Quarantined, sort_rows
from parties.actors import Actor
from parties.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A batch as it would be. `doubt` is why it would be held, "" where it would count at once.

    `quarantined` are the first rows that are not understood; `same` is the batch that these very
    bytes are already.
    """

    batch: CreditBatch
    doubt: str
    quarantined: tuple[Quarantined, ...]
    same: CreditBatch | None


def try_batch(desk: IntakeDesk, actor: Actor, feed: Feed, body: bytes, *, rows_max: int) -> Trial:
    """Return what would become of a file; raises `InvalidInput` where it is no file of rows."""
    engine, log = desk.journal.engine, desk.journal.log
    bring_up_credit(engine, log)
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
        found = sort_rows(feed, rows_of(body, desk.limits), ground_for(desk, connection, now))
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
            same=find_same(connection, log, feed.id, file_hash),
        )
