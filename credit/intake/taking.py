"""Takes a batch: reads it, judges it as a whole, and makes it an entry of the ledger.

The rule that must stay true: a batch counts whole or not at all, and only once it is in the ledger.
What is not plausible as a whole is held for a person, with the reason, and changes nothing.
"""

from dataclasses import replace
from datetime import UTC
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from base.db import reading, transaction
from base.errors import AppError, Busy, Conflict
from credit.feeds.model import Feed, Semantics
from credit.folding.projector import bring_up_credit
from credit.folding.versions import civil_day
from credit.intake.batches import (
    BatchState,
    CreditBatch,
    Door,
    find_same,
    keep_batch,
    newest_accepted,
    was_accepted,
)
from credit.intake.claiming import (
    claim_batch,
    giving_back,
    renewing,
    require_free,
    standing_batch,
    taken_meanwhile,
    with_claim,
)
from credit.intake.columns import require_columns
from credit.intake.decoding import BrokenOff, rows_of
from credit.intake.desk import AS_IT_CAME, PERSON_PURPOSE, IntakeDesk, Sent, batch_limits
from credit.intake.doubting import count_ended, why_held, why_held_still
from credit.intake.entering import enter_batch, entry_of, finish, settle
from credit.intake.entries import Meaning
from credit.intake.files import File, file_of
from credit.intake.knowing import ground_for
from credit.intake.mending import close_mended
from credit.intake.sorting import sort_rows
from parties.actors import Actor
from parties.ids import new_id

__all__ = [
    "AS_IT_CAME",
    "PERSON_PURPOSE",
    "IntakeDesk",
    "Sent",
    "batch_limits",
    "keep_first",
    "new_batch",
    "require_releasable",
    "same_batch",
    "take_batch",
]


_UNATTENDED: Final = frozenset({Door.PUSH, Door.DROP, Door.PULL})


def take_batch(
    desk: IntakeDesk,
    actor: Actor,
    feed: Feed,
    body: bytes,
    *,
    door: Door,
    sent: Sent = AS_IT_CAME,
    is_released: bool = False,
) -> CreditBatch:
    """Take a file of a feed and return the batch; the same bytes again are the same batch.

    A batch that is not plausible as a whole is held. `is_released`: `actor` has looked at it and
    wants it all the same, which whoever handed it in may not say himself. Raises `InvalidInput` or
    `InputTooLarge` where it is no file of rows, `Conflict` where it may not be released, is more
    doubtful than was told or went to somebody else, and `Busy` while somebody else is at it.
    """
    engine, log = desk.journal.engine, desk.journal.log
    came = file_of(body)
    with reading(engine) as connection:
        same = same_batch(connection, log, feed, came.hash, is_released=is_released)
        since = _list_since(connection, log, feed, came.hash)
        entered = None if same is None else entry_of(connection, same)
    if same is not None and entered is not None:
        # A worker that died between the entry and its last word: the ledger knows how it ended.
        return settle(desk, same, entered)
    doubted = _with_replay(_with_clock(desk, sent), door, since)
    if same is None:
        batch = replace(new_batch(desk, actor, feed, came, door), signer_id=sent.signer)
        fresh = with_claim(desk, batch)
        with transaction(engine) as connection:
            same = keep_first(connection, feed, fresh)
        if same is None:
            return _try(desk, feed, fresh, body, doubted)
    wanted = _wanted_again(desk, actor, feed, same, door, doubted, is_released=is_released)
    if wanted is None:
        return same
    mine = claim_batch(desk, wanted)
    if mine is not None:
        is_looked_at = is_released and same.state is BatchState.HELD
        return _try(desk, feed, mine, body, None if is_looked_at else doubted)
    if is_released:
        raise taken_meanwhile()
    return standing_batch(desk, same)


def keep_first(connection: Connection, feed: Feed, batch: CreditBatch) -> CreditBatch | None:
    """Keep a batch that came in; where these bytes are one already, return that one instead.

    It is written first and looked at then: of two at once the second sees what the first became.
    Raises `Busy` where that cannot be told yet.
    """
    with connection.begin_nested() as kept:
        is_kept = keep_batch(connection, batch)
        same = same_batch(connection, batch.log, feed, batch.file_hash, besides=batch.id)
        if is_kept and same is not None:
            kept.rollback()
    if same is None and not is_kept:
        raise Busy("These very bytes came in a moment ago: send them again.", retry_after_s=1)
    return same


def _wanted_again(
    desk: IntakeDesk,
    actor: Actor,
    feed: Feed,
    same: CreditBatch,
    door: Door,
    sent: Sent,
    *,
    is_released: bool,
) -> CreditBatch | None:
    """Return a batch that was there already as it is to be taken, None where nothing is to do."""
    if same.state is BatchState.HELD and is_released:
        require_releasable(desk, feed, same, actor)
        return replace(same, released_by=actor.id)
    if same.state is BatchState.HELD and sent.signer is not None and not sent.doubt:
        # It came again, and this time its sender stands behind it.
        return replace(same, signer_id=sent.signer, actor=actor.id, door=door, message="")
    return same if same.state is BatchState.WAITING else None


def require_releasable(desk: IntakeDesk, feed: Feed, batch: CreditBatch, actor: Actor) -> None:
    """Refuse a release that nobody else looked at, or that would roll newer data back.

    Raises `Conflict` with the reason, and `Busy` where somebody is at the batch.
    """
    if batch.state is not BatchState.HELD:
        raise Conflict(f"This batch is {batch.state.value}: only a held one is released.")
    if batch.actor == actor.id:
        raise Conflict("Whoever handed a batch in does not release it: another one has to.")
    if not batch.is_read:
        raise Conflict("This file could not be read whole: it has to be sent again.")
    require_free(desk, batch)
    with reading(desk.journal.engine) as connection:
        newest = newest_accepted(connection, batch.log, feed.id)
    is_whole = feed.semantics is Semantics.SNAPSHOT
    if is_whole and newest is not None and newest.received_at > batch.received_at:
        day = civil_day(newest.received_at)
        raise Conflict(f"A newer whole list came on {day}: this one would roll it back.")


def same_batch(
    connection: Connection,
    log: int,
    feed: Feed,
    file_hash: bytes,
    *,
    is_released: bool = False,
    besides: UUID | None = None,
) -> CreditBatch | None:
    """Return the batch that these very bytes are already, None where they are another one.

    The day's list may be like an older one that a newer one followed: it is another batch then.
    """
    same = find_same(connection, log, feed.id, file_hash, besides=besides)
    if not is_released and same is not None and _is_followed(connection, feed, same):
        return None
    return same


def _is_followed(connection: Connection, feed: Feed, batch: CreditBatch) -> bool:
    """Return whether a batch is a whole list that another one followed."""
    if feed.semantics is not Semantics.SNAPSHOT or not batch.is_settled:
        return False
    newest = newest_accepted(connection, batch.log, feed.id)
    return newest is not None and newest.received_at > batch.received_at


def _list_since(
    connection: Connection, log: int, feed: Feed, file_hash: bytes
) -> CreditBatch | None:
    """Return the newest whole list of a feed where an older one, too, was accepted, of these bytes.

    None where there was no such one, or it is itself the newest.
    """
    if feed.semantics is not Semantics.SNAPSHOT:
        return None
    newest = newest_accepted(connection, log, feed.id)
    if newest is None or newest.file_hash == file_hash:
        return None
    return newest if was_accepted(connection, log, feed.id, file_hash) else None


def _with_replay(sent: Sent, door: Door, since: CreditBatch | None) -> Sent:
    """Doubt a list that is like an older one, unless it is signed as made since.

    Whoever hands one in by hand sees what it would end before it is taken.
    """
    if since is None or door not in _UNATTENDED or sent.doubt:
        return sent
    if sent.made_at is not None and sent.made_at > since.received_at:
        return sent
    day = civil_day(since.received_at)
    doubt = f"It is like an older list, and a newer one came on {day}: was it replayed?"
    return replace(sent, doubt=doubt)


def _with_clock(desk: IntakeDesk, sent: Sent) -> Sent:
    """Doubt a file that is signed as made in a time to come: nothing older could ever be told."""
    if sent.made_at is None or sent.doubt or sent.made_at <= desk.clock.now() + desk.ahead_max:
        return sent
    made_at = f"{sent.made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return replace(sent, doubt=f"It is signed as made at {made_at}, which is yet to come.")


def new_batch(desk: IntakeDesk, actor: Actor, feed: Feed, came: File, door: Door) -> CreditBatch:
    """Return a batch that came in now and was not looked at yet."""
    now = desk.clock.now()
    return CreditBatch(
        log=desk.journal.log,
        id=new_id(now),
        feed=feed.id,
        feed_version=feed.version,
        door=door,
        actor=actor.id,
        file_hash=came.hash,
        file_bytes=came.bytes,
        state=BatchState.WAITING,
        received_at=now,
    )


def _try(
    desk: IntakeDesk,
    feed: Feed,
    batch: CreditBatch,
    body: bytes,
    sent: Sent | None,
) -> CreditBatch:
    with giving_back(desk, batch):
        return _try_with_claim(renewing(desk, batch), feed, batch, body, sent)


def _try_with_claim(
    desk: IntakeDesk, feed: Feed, batch: CreditBatch, body: bytes, sent: Sent | None
) -> CreditBatch:
    try:
        return _take(desk, feed, batch, body, sent)
    except (Busy, Conflict):
        # What is away comes back, and what somebody else took is not refused by that.
        raise
    except AppError as refusal:
        if sent is not None and (sent.doubt or isinstance(refusal, BrokenOff)):
            # Whoever sent it may have sent half of it: somebody has to ask.
            why = " ".join(filter(None, (sent.doubt, refusal.message)))
            return finish(desk, replace(batch, state=BatchState.HELD, message=why))
        finish(desk, replace(batch, state=BatchState.REFUSED, message=refusal.message))
        raise


def _take(
    desk: IntakeDesk,
    feed: Feed,
    batch: CreditBatch,
    body: bytes,
    sent: Sent | None,
) -> CreditBatch:
    """Take a batch that was sent; `sent` is None where a person releases it, who looked at it."""
    engine, log = desk.journal.engine, desk.journal.log
    # What was accepted before has to be known before anything is called new.
    bring_up_credit(engine, log)
    with reading(engine) as connection:
        ground = ground_for(desk, connection, batch.received_at)
        rows = rows_of(body, desk.limits, partial(require_columns, feed))
        found = sort_rows(feed, rows, ground, desk.tell)
        counted = replace(
            batch,
            received=found.received,
            accepted=len(found.new),
            quarantined=len(found.quarantined),
            duplicates=len(found.seen) + len(found.stale),
            noted=found.noted,
            ended=count_ended(connection, log, feed, found),
        )
        if sent is None:
            why = why_held_still(connection, feed, counted, found, batch)
        else:
            why = why_held(connection, feed, counted, found, sent)
    if why:
        held = finish(desk, replace(counted, state=BatchState.HELD, message=why, released_by=None))
        if sent is not None:
            return held
        raise Conflict(
            "More is doubtful by now than was told: it stays held. Look at it once more."
        )
    if sent is None:
        desk.on_release()
    meaning = Meaning(
        is_snapshot=feed.semantics is Semantics.SNAPSHOT, ordered_at=batch.received_at
    )
    entered = enter_batch(desk, counted, found, meaning)
    close_mended(desk, feed, entered, found)
    return entered
