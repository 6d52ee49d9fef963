"""Batches of feeds as the interface and the pages take and show them.

One rule: the file is kept before anything is said of it, so that what is held can be released and a
quarantined row read again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from trace.page_tokens import read_instant, read_token, write_instant, write_token
from typing import Final
from uuid import UUID

from base.db import reading, transaction
from base.errors import InvalidInput, NotFound, Problem
from base.strict_json import JsonObject
from credit.feeds.model import Feed
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import BatchState, CreditBatch, Door, list_batches, read_batch
from credit.intake.desk import AS_IT_CAME, IntakeDesk, Sent, open_intake
from credit.intake.files import File, file_of, keep_file, keep_pieces, read_file
from credit.intake.handing import HandingDesk, plan_batch, progress_of
from credit.intake.refusing import refuse_batch
from credit.intake.retrying import retry_batch
from credit.intake.senders import Signed, sent_of
from credit.intake.taking import require_releasable, take_batch
from parties.actors import Actor
from parties.register import remember_request, require_same_request
from web.idempotency import request_hash
from web.issuing import hand_over
from web.services import Services

_UUID_BYTES: Final = 16
_INSTANT_BYTES: Final = 8


def intake_desk(parts: Services) -> IntakeDesk:
    """Return the desk that takes batches."""
    return open_intake(parts.settings, parts.credit_journal, parts.clock, parts.secret)


def feed_asked(name: str) -> Feed:
    """Return the feed of a name; raises `NotFound`."""
    if name not in FEEDS:
        raise NotFound(f"There is no feed {name}; there are {', '.join(FEEDS)}.")
    return FEEDS[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """How a batch was pushed: who signed it, and under which idempotency key it was sent."""

    signed: Signed
    idempotency_key: str | None = None


def hand_in(parts: Services, actor: Actor, name: str, push: Push, body: bytes) -> CreditBatch:
    """Take a batch that was pushed; one that nobody signed rightly is held for a person.

    Raises `Conflict` where its idempotency key named other bytes before.
    """
    feed = feed_asked(name)
    _require_something(body)
    _require_same(parts, actor, push, file_of(body))
    file_hash = keep_file(parts.settings.effective_files_dir, body)
    with reading(parts.engine) as connection:
        sent = sent_of(connection, feed.id, push.signed, file_hash)
    batch = take_batch(intake_desk(parts), actor, feed, body, door=Door.PUSH, sent=sent)
    _remember(parts, actor, push, batch)
    bring_up_credit(parts.engine, parts.log)
    return batch


def hand_over_batch(
    parts: Services, actor: Actor, name: str, push: Push, pieces: Iterator[bytes]
) -> CreditBatch:
    """Keep a batch as it comes in and let a worker take it; the same bytes are one batch.

    Raises `Conflict` where its idempotency key named other bytes before.
    """
    feed = feed_asked(name)
    first = next(pieces, b"")
    _require_something(first)
    came = keep_pieces(parts.settings.effective_files_dir, chain((first,), pieces))
    with reading(parts.engine) as connection:
        sent = sent_of(connection, feed.id, push.signed, came.hash)
    _require_same(parts, actor, push, came)
    batch = _hand_over(parts, actor, feed, came, Door.PUSH, sent)
    _remember(parts, actor, push, batch)
    return batch


def hand_over_file(parts: Services, actor: Actor, feed: Feed, body: bytes) -> CreditBatch:
    """Let a worker take a file that was handed in by hand, and is kept."""
    return _hand_over(parts, actor, feed, file_of(body), Door.FILE, AS_IT_CAME)


def progress_for(parts: Services, batch: CreditBatch) -> JsonObject | None:
    """Return how far a worker is with a batch; None where it waits for none."""
    with reading(parts.engine) as connection:
        return progress_of(connection, batch)


def _hand_over(
    parts: Services, actor: Actor, feed: Feed, came: File, door: Door, sent: Sent
) -> CreditBatch:
    handing = HandingDesk(
        intake=intake_desk(parts),
        folder=parts.settings.effective_files_dir,
        waiting_max=parts.settings.tasks_waiting_party_max,
    )
    batch, task = plan_batch(handing, actor, feed, came, door=door, sent=sent)
    if task is not None:
        hand_over(parts, task)
    return batch


def _require_same(parts: Services, actor: Actor, push: Push, came: File) -> None:
    if push.idempotency_key is not None:
        with reading(parts.engine) as connection:
            require_same_request(
                connection,
                actor=actor.id,
                idempotency_key=push.idempotency_key,
                request_hash=request_hash(came.hash),
            )


def _remember(parts: Services, actor: Actor, push: Push, batch: CreditBatch) -> None:
    """Bind the key to the bytes once there is a batch of them: what was refused is sent mended."""
    if push.idempotency_key is not None:
        with transaction(parts.engine) as connection:
            remember_request(
                connection,
                actor=actor.id,
                idempotency_key=push.idempotency_key,
                request_hash=request_hash(batch.file_hash),
                row_id=batch.id,
                now=parts.clock.now(),
            )


def _require_something(body: bytes) -> None:
    if not body:
        problem = Problem(path="", code="empty", message="There is nothing in the body.")
        raise InvalidInput(problem.message, problems=(problem,))


def release(parts: Services, actor: Actor, batch_id: UUID, reason: str) -> CreditBatch:
    """Take a held batch all the same, with the reason in the ledger first.

    Releasing it again is the same release. Raises `InvalidInput` without a reason, and `Conflict`
    for whoever handed it in, for a batch that is not held, and for one that is more doubtful by now
    than was told: it stays held with its numbers of today.
    """
    batch = batch_for(parts, batch_id)
    feed = feed_asked(batch.feed)
    if batch.released_by == actor.id:
        return batch
    said = " ".join(reason.split())
    if not said:
        problem = Problem(path="reason", code="required", message="say why")
        raise InvalidInput("Say why it is taken all the same.", problems=(problem,))
    require_releasable(intake_desk(parts), feed, batch, actor)
    body = read_file(parts.settings.effective_files_dir, batch.file_hash)

    def tell() -> None:
        told = {"batch": str(batch_id)}
        parts.recorder(actor.id)("credit_batch_released", told, {"reason": said})

    desk = replace(intake_desk(parts), on_release=tell)
    taken = take_batch(desk, actor, feed, body, door=batch.door, is_released=True)
    bring_up_credit(parts.engine, parts.log)
    return taken


def refuse(parts: Services, actor: Actor, batch_id: UUID, reason: str) -> CreditBatch:
    """Refuse a held batch for good, with the reason in the ledger first."""
    record = parts.recorder(actor.id)
    return refuse_batch(intake_desk(parts), actor, batch_id, reason=reason, record=record)


def retry(parts: Services, actor: Actor, batch_id: UUID) -> CreditBatch | None:
    """Read the quarantined rows of a batch again; None where none is understood yet."""
    batch = batch_for(parts, batch_id)
    body = read_file(parts.settings.effective_files_dir, batch.file_hash)
    taken = retry_batch(intake_desk(parts), actor, batch_id, body)
    bring_up_credit(parts.engine, parts.log)
    return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPage:
    """Some batches, the newest first; `next_after` is "" on the last page."""

    batches: tuple[CreditBatch, ...]
    next_after: str


def batches_page(
    parts: Services,
    *,
    feed: str | None = None,
    state: BatchState | None = None,
    after: str = "",
    count: int | None = None,
) -> BatchPage:
    """Return a page of batches; raises `InvalidInput` where `after` is no page's."""
    rows_max = min(count or parts.settings.page_size_max, parts.settings.page_size_max)
    before = None
    if after:
        instant, last = read_token(after, _INSTANT_BYTES, _UUID_BYTES)
        before = (read_instant(instant), UUID(bytes=last))
    with reading(parts.engine) as connection:
        found = list_batches(
            connection,
            parts.log,
            feed=feed,
            state=state,
            before=before,
            rows_max=rows_max + 1,
        )
    shown = tuple(found[:rows_max])
    is_last = len(found) <= rows_max
    if is_last:
        return BatchPage(batches=shown, next_after="")
    last_one = shown[-1]
    token = write_token(write_instant(last_one.received_at), last_one.id.bytes)
    return BatchPage(batches=shown, next_after=token)


def batch_for(parts: Services, batch_id: UUID) -> CreditBatch:
    """Return a batch; raises `NotFound`."""
    with reading(parts.engine) as connection:
        return read_batch(connection, parts.log, batch_id)
